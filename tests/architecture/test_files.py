"""A file is one noun or one verb: it says what it is, is not long, and has a name that means something."""

import ast
import re

from tests.architecture.sources import ROOT, named, parsed, python_files

LONGEST_LINES = 300
LONGER_FILES_WITH_A_REASON: frozenset[str] = frozenset()
FORBIDDEN_WORDS = {
    "base", "common", "helper", "helpers", "manager", "misc", "ref", "refs", "service_layer", "shared", "transaction", "transactions",
    "trx", "txn", "txns", "util", "utils",
}  # fmt: skip
FORBIDDEN_NAMES = re.compile(r"(^|_)(txn|trx)s?(_|$)", re.IGNORECASE)
NOT_OURS_TO_NAME = {"test_transactions.py"}  # it is about database transactions


def test_the_first_line_of_every_file_says_what_it_is() -> None:
    silent = []
    for path in python_files():
        docstring = ast.get_docstring(parsed(path)) or ""
        begins = path.read_text(encoding="utf-8").startswith(('"""', 'r"""', "#!"))
        if not begins or len(docstring.splitlines()[0] if docstring else "") < 10:
            silent.append(named(path))
    assert silent == []


def test_no_file_is_long() -> None:
    long = {named(path) for path in python_files() if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_LINES}
    assert long == LONGER_FILES_WITH_A_REASON


def test_no_file_has_an_empty_name() -> None:
    """A name like `utils` says nothing, and `txn` is one of the words that we do not use."""
    empty = [
        named(path)
        for path in python_files()
        if path.name not in NOT_OURS_TO_NAME and FORBIDDEN_WORDS & {path.stem, *path.stem.split("_"), *path.relative_to(ROOT).parts[:-1]}
    ]
    assert empty == []


def test_no_name_in_the_code_uses_a_forbidden_word() -> None:
    found = set()
    for path in python_files("switch", "adapters"):
        for node in ast.walk(parsed(path)):
            match node:
                case (
                    ast.Name(id=name)
                    | ast.arg(arg=name)
                    | ast.FunctionDef(name=name)
                    | ast.AsyncFunctionDef(name=name)
                    | ast.ClassDef(name=name)
                ):
                    if FORBIDDEN_NAMES.search(name):
                        found.add(f"{named(path)}:{node.lineno} {name}")
                case _:
                    pass
    assert found == set()
