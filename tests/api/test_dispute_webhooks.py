"""What a bank that listens is told of its disputes; and that nobody edits what it was told without being named."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.api.line import BILLER, Line
from tests.api.test_disputes import clean, opened
from tests.hooks import hooked
from tests.tampering import taken_back

EDITS = (
    "kind = 'dispute.closed' WHERE kind = 'dispute.opened'",
    "kind = 'position.warning' WHERE kind = 'dispute.opened'",
    "kind = 'webhook.test' WHERE kind = 'dispute.opened'",
    "event_number = event_number + 1 WHERE kind = 'dispute.closed'",
    *(f"moved = jsonb_set(moved, '{{{name}}}', '\"x\"') WHERE kind = 'dispute.answered'" for name in (
        "dispute_id", "payment_id", "reason", "state", "holder", "deadline", "remedy", "outcome",
    )),
)  # fmt: skip


@pytest.fixture
async def told(line: Line) -> AsyncIterator[list[dict[str, str]]]:
    """Of one dispute, from its beginning to its end."""
    async with hooked(line) as hook:
        path = await opened(line)
        await line.of(BILLER).post(f"{path}/answer", json={"accepted": True, "remedy": "put_right", "note": "ours 7781"})
        await line.bank.post(f"{path}/withdrawal", json={"note": "seen"})
        while await hook.tell():
            pass
        yield [event["dispute"] | {"type": event["type"]} for event in hook.heard if event["type"].startswith("dispute.")]


async def test_a_bank_that_listens_is_told_how_its_dispute_stood_and_the_books_agree(line: Line, told: list[dict[str, str]]) -> None:
    assert {(each["type"], each["state"], each["remedy"], each["outcome"]) for each in told} == {
        ("dispute.opened", "open", None, None),
        ("dispute.answered", "accepted", "put_right", None),
        ("dispute.closed", "closed", "put_right", "withdrawn"),
    }
    await clean(line)


@pytest.mark.usefixtures("told")
async def test_whatever_is_edited_of_what_a_bank_was_told_is_named(line: Line) -> None:
    missed = []
    async with line.switch.verification.database.engine.connect() as connection:
        await connection.begin()
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for edit in EDITS:
            async with taken_back(connection):
                edited = (await connection.execute(text(f"UPDATE webhook_delivery SET {edit} RETURNING event_id"))).scalars().all()
                assert edited, edit
                named = [finding.where for finding in (await line.switch.verification.on(connection)).findings]
                missed += [edit] * (f"webhook event {edited[0]}" not in named)
    assert not missed
