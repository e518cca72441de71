"""A database transaction begins and ends in one place: switch/store/database.py."""

import ast

import pytest

from tests.architecture.sources import calls, named, parsed, python_files

_THE_PLACE = "switch/store/database.py"
_METHODS = {"begin", "begin_nested", "begin_twophase", "commit", "rollback"}
_STATEMENTS = ("BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "SAVEPOINT")


def transaction_calls(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        return call.func.attr
    return None


def is_transaction_statement(node: ast.AST) -> bool:
    """A string that is such a statement; a sentence that begins with the word is not."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip().rstrip(";").strip() in _STATEMENTS


@pytest.mark.parametrize("source", ["connection.commit()", "engine.begin()", "self.connection.rollback()"])
def test_a_commit_elsewhere_would_be_seen(source: str) -> None:
    assert any(transaction_calls(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def test_only_the_database_module_begins_and_commits() -> None:
    found = [
        f"{named(path)}:{call.lineno} {name}"
        for path in python_files("switch", "adapters")
        for call in calls(path)
        if named(path) != _THE_PLACE and (name := transaction_calls(call))
    ]
    assert found == []


def test_nobody_else_says_it_in_sql() -> None:
    found = [
        f"{named(path)}:{getattr(node, 'lineno', 0)}"
        for path in python_files("switch", "adapters")
        for node in ast.walk(parsed(path))
        if named(path) != _THE_PLACE and is_transaction_statement(node)
    ]
    assert found == []
