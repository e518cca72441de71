"""The proof log on a real database: whatever is edited after it was sealed is named, however well its own digest was made to fit."""

import pytest
from sqlalchemy import text

from switch.domain.identifiers import EntryId
from switch.domain.ledger import JournalEntry, Posting
from switch.domain.proofs import Frontier, inclusion_ranges, is_consistent, root_by_inclusion
from switch.domain.tree_heads import read_tree_head
from switch.reports.proof_log import ProofLog
from switch.signatures import generate_key
from switch.signatures.notes import read_note, sign_note
from switch.store import journal_queries, proof_log_queries
from switch.usecases.seal_log import SealLog
from tests.filled_books import LOG, LOG_KEY, World
from tests.seeded import FixedClock, rows

ADDED_LATER = "INSERT INTO cap_change SELECT gen_random_uuid(), bank_code, currency, 1, changed_at, by, digest, xact FROM cap_change"
MANY_MORE = """
    INSERT INTO cap_change SELECT gen_random_uuid(), bank_code, currency, 1, changed_at, 'n', '' FROM cap_change, generate_series(1, {rows})
"""
SEALED = "sha256(convert_to((to_jsonb({table}) - 'digest')::text, 'UTF8'))"


@pytest.fixture
def world(sealed: World) -> World:
    return sealed


async def found(world: World) -> set[str]:
    """What the check of the proof log alone names."""
    result = await world.verify()
    (check,) = (check for check in result.checks if check.name == "proof log")
    log_words = ("sealed", "head", "leaf", "leaves")
    named = {finding.where for finding in result.findings if any(word in finding.what or word in finding.where for word in log_words)}
    assert (check.findings > 0) == bool(named)
    return named


async def test_a_sealed_log_is_clean(world: World) -> None:
    assert await world.findings() == ()
    assert (await rows(world.database, "SELECT count(*) FROM proof_head"))[0][0] >= 3


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        ("UPDATE payment_event SET note = note || 'x' WHERE ctid = (SELECT min(ctid) FROM payment_event)", "history of payment"),
        ("UPDATE payment_event SET at = at + interval '1 us' WHERE number = 2", "history of payment"),
        ("UPDATE payment_event SET by = 'nobody' WHERE number = 1", "history of payment"),
        ("DELETE FROM payment_event WHERE number = 2", "history of payment"),
        ("UPDATE payment SET biller_reference = 'made up' WHERE state = 'COMPLETED'", "history of payment"),
        ("UPDATE payment SET reason = 'amount_wrong' WHERE state = 'REJECTED'", "history of payment"),
        ("UPDATE payment SET bank_code = '100028' WHERE state = 'REJECTED'", "history of payment"),
        ("UPDATE payment SET reserved_at = reserved_at - interval '1 day'", "history of payment"),
        ("UPDATE journal_entry SET created_at = created_at + interval '1 day'", "journal entry"),
        ("UPDATE journal_entry SET xact = xact + 1000000", "journal entry"),
        ("UPDATE posting SET minor = minor * 2", "journal entry"),
        ("UPDATE cap_change SET by = 'nobody'", "cap change"),
        ("UPDATE cap_change SET cap_minor = 1", "cap change"),
        ("DELETE FROM cap_change", "cap change"),
        (ADDED_LATER, "cap change"),
        ("UPDATE directory_change SET content = content || '{\"open\": false}' WHERE kind = 'service'", "directory change"),
        ("UPDATE settlement_window SET closed_by = 'nobody' WHERE state = 'settled'", "close of window"),
        ("UPDATE settlement_window SET rtgs_reference = 'RTGS-2' WHERE state = 'settled'", "settlement of window"),
        ("UPDATE window_cell SET minor = minor + 1", "settlement of window"),
        ("UPDATE issued_file SET layout = 'csv-2'", "file"),
        ("UPDATE statement SET received_at = received_at + interval '1 day'", "statement"),
        ("UPDATE statement_line SET own_reference = 'other'", "statement"),
        ("DELETE FROM statement_line WHERE line = 1", "statement"),
    ],
)  # fmt: skip
async def test_what_was_edited_is_named_although_its_digest_fits(world: World, statement: str, key: str) -> None:
    await world.behind_the_guards(text(statement))
    for table in ("cap_change", "directory_change"):
        await world.behind_the_guards(text(f"UPDATE {table} SET digest = {SEALED.format(table=table)}"))
    named = await found(world)
    assert named
    assert all(where.startswith(key) for where in named), named


async def test_exactly_the_one_row_is_named(world: World) -> None:
    [its] = await rows(world.database, "SELECT * FROM payment_event ORDER BY payment_id, number LIMIT 1")
    await world.behind_the_guards(
        text("UPDATE payment_event SET note = 'x' WHERE payment_id = :id AND number = 1").bindparams(id=its.payment_id)
    )
    assert await found(world) == {f"history of payment {its.payment_id} 1"}


async def test_an_entry_that_was_altered_together_with_its_digest_is_named(world: World) -> None:
    async with world.database.reading() as connection:
        kept = (await journal_queries.follow(connection, journal_queries.BEGINNING, 1))[0]
    doubled = tuple(Posting(posting.account, posting.minor * 2, posting.currency) for posting in kept.postings)
    entry_id = EntryId(kept.place.entry_id)
    forged = JournalEntry(entry_id, kept.kind, kept.window_id, kept.business_date, kept.created_at, doubled, kept.payment_id)
    await world.behind_the_guards(text("UPDATE posting SET minor = minor * 2 WHERE entry_id = :id").bindparams(id=entry_id))
    await world.behind_the_guards(
        text("UPDATE journal_entry SET digest = :digest WHERE entry_id = :id").bindparams(id=entry_id, digest=forged.digest())
    )
    assert await found(world) == {f"journal entry {entry_id}"}


async def altered_with_its_leaf(world: World) -> None:
    """The row and its leaf are made to agree again; the heads are not."""
    await world.behind_the_guards(text("UPDATE payment_event SET note = 'x' WHERE number = 1"))
    await world.behind_the_guards(text("UPDATE proof_leaf SET hash = sha256('x') WHERE kind = 'event' AND name LIKE '% 1'"))


async def test_a_leaf_that_is_altered_with_its_row_leaves_the_signed_heads(world: World) -> None:
    await altered_with_its_leaf(world)
    named = await found(world)
    assert any(where.startswith("head of ") for where in named)


async def test_a_head_of_another_key_is_no_head(world: World) -> None:
    [head] = await rows(world.database, "SELECT * FROM proof_head ORDER BY size DESC LIMIT 1")
    note = read_note(head.note)
    assert note is not None
    assert read_tree_head(note.text) is not None
    forged = sign_note(generate_key("switch:main"), LOG.origin, note.text)
    await world.behind_the_guards(text("UPDATE proof_head SET note = :note WHERE size = :size").bindparams(note=forged, size=head.size))
    assert await found(world) == {f"head of {head.size} leaves"}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM proof_leaf WHERE position = 4", "leaf 4"),
        ("DELETE FROM proof_leaf WHERE position = (SELECT max(position) FROM proof_leaf)", "head of "),
        ("UPDATE proof_head SET note = replace(note, 'time', 'tyme')", "head of "),
        ("UPDATE proof_end SET peaks = sha256('x')", "end of the log"),
        ("INSERT INTO proof_node VALUES (8, 0, sha256('x'))", "subtrees of the log"),
    ],
)
async def test_an_edit_of_the_log_itself_is_found(world: World, statement: str, named: str) -> None:
    await world.behind_the_guards(text(statement))
    assert [finding for finding in await world.findings() if finding.where.startswith(named)]


async def test_subtrees_of_a_large_log_are_those_of_its_leaves(world: World) -> None:
    await world.behind_the_guards(text(MANY_MORE.format(rows=300)))
    await SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin).whole()
    assert (await rows(world.database, "SELECT count(*) FROM proof_node"))[0][0] >= 1
    assert await found(world) == set()
    await world.behind_the_guards(text("UPDATE proof_node SET hash = sha256('x') WHERE position = 0"))
    assert await found(world) == {"subtree 0 of level 8"}


async def test_proofs_hold_in_a_log_of_three_levels_of_kept_subtrees(world: World) -> None:
    """More than 256 x 256 leaves: a path is put together from leaves and from subtrees of the eighth and sixteenth level."""
    await world.behind_the_guards(text(MANY_MORE.format(rows=17_000)))
    await SealLog(FixedClock(), world.database, LOG_KEY, LOG.origin).whole()
    hashes = [leaf.hash for leaf in await rows(world.database, "SELECT hash FROM proof_leaf ORDER BY position")]
    size = len(hashes)
    assert size > 256 * 256
    log = ProofLog(world.database, LOG.origin)
    root = Frontier().extended(hashes)[0].root()
    for first in (1, 255, 256, 257, 65_535, 65_536, 65_537, size - 1, size):
        before = Frontier().extended(hashes[:first])[0].root()
        assert is_consistent(first, size, before, root, (await log.consistency(first, size)).path)
    async with world.database.reading() as connection:
        for index in (0, 1, 255, 256, 65_535, 65_536, size - 2, size - 1):
            path = await proof_log_queries.proof(connection, inclusion_ranges(index, size))
            assert root_by_inclusion(hashes[index], index, size, path) == root
