"""No float touches money: the domain has neither a float literal, nor `float`, nor a true division."""

import ast

import pytest

from tests.architecture.sources import named, parsed, python_files


def float_of(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=float()):
            return "a float literal"
        case ast.Name(id="float"):
            return "float"
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return "a true division"
        case _:
            return None


@pytest.mark.parametrize("source", ["0.5", "float('1')", "a / b", "a /= 2"])
def test_a_float_would_be_seen(source: str) -> None:
    assert any(float_of(node) for node in ast.walk(ast.parse(source)))


def test_the_domain_has_no_float() -> None:
    found = [
        f"{named(path)}:{getattr(node, 'lineno', 0)} {kind}"
        for path in python_files("switch/domain")
        for node in ast.walk(parsed(path))
        if (kind := float_of(node))
    ]
    assert found == []
