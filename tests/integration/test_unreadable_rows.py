"""Rows that no program can read any more: `switch verify` and the export for auditors name them, and do not stumble over them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.integration.test_directory_commands import Desk, desk_at

WRONG, REFUSED = 3, 1


@pytest.fixture
def desk(durable_books: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return desk_at(*durable_books, monkeypatch)


@pytest.fixture
def owner(durable_books: tuple[str, Path]) -> Iterator[Engine]:
    """Who owns the server, and knows how checks and triggers are taken away."""
    engine = create_engine(durable_books[0])
    with engine.begin() as connection:
        checks = connection.execute(text("SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"))
        for table, name in checks.all():
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    yield engine
    engine.dispose()


def edit(owner: Engine, change: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        assert connection.execute(text(change)).rowcount == 1


@pytest.mark.parametrize(
    ("table", "code", "column", "value"),
    [
        ("participant", "100028", "kind", "bunk"),
        ("participant", "100028", "status", "undead"),
        ("service", "200019011", "overdue", "whatever"),
    ],
)
def test_a_directory_that_cannot_be_read_is_verified_all_the_same(
    desk: Desk, owner: Engine, table: str, code: str, column: str, value: str, tmp_path: Path
) -> None:
    desk("log", "seal")
    assert desk.json("verify")["clean"]
    with owner.connect() as connection:
        before = connection.execute(text(f"SELECT {column} FROM {table} WHERE code = '{code}'")).scalar_one()
    edit(owner, f"UPDATE {table} SET {column} = '{value}' WHERE code = '{code}'")
    try:
        assert f"{table} {code}" in {finding["where"] for finding in desk.json("verify", code=WRONG)["findings"]}
        desk("log", "export", str(tmp_path / "log.jsonl"))
        desk("cap", "show", code=REFUSED)  # whatever needs the directory says so, and does nothing
    finally:
        edit(owner, f"UPDATE {table} SET {column} = '{before}' WHERE code = '{code}'")
    assert desk.json("verify")["clean"]
