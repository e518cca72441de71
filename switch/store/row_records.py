"""Row records: each change of a small table by the switch itself is kept as a digest of the row, and sealed; one by another hand is not.

Hot tables are not recorded, for the sake of their speed: each of their columns is sealed with a payment's history, or recomputed.
"""

from collections.abc import Iterator
from types import MappingProxyType

from sqlalchemy import Table

from switch.store.tables import metadata

UNRECORDED = MappingProxyType(
    {
        "journal_entry": "sealed, with its postings",
        "posting": "sealed with its entry",
        "payment_event": "sealed, with what its payment was and came to",
        "cap_change": "sealed",
        "directory_change": "sealed",
        "calendar_change": "sealed",
        "staff_audit": "sealed",
        "personal_data_look": "sealed",
        "statement_line": "sealed with its statement",
        "payment": "sealed with its history; its digest, fees, entries and windows are made again",
        "idempotency": "compared with what it stands for; a refusal is sealed",
        "inquiry": "its digest is made again",
        "bill": "its digest and claims are made again",
        "position": "recomputed",
        "stand_in": "recomputed",
        "outbox": "compared with its payment",
        "webhook_delivery": "compared with its payment",
        "payment_batch_line": "sealed with its batch",
        "order_message": "its digest is in the sealed history",
        "biller_message": "its digest is in the sealed history",
        "archived_payment": "made anew from the archive's file",
        "dispute_event": "sealed",
        "row_record": "sealed",
        "proof_leaf": "grown again",
        "proof_node": "grown again",
        "proof_head": "signed",
        "proof_end": "grown again",
        "sealed_balance": "summed up anew",
        "directory_version": "counts changes, for copies in memory",
        "staff_attempt": "counts failures, for an hour",
        "provider_sign_in": "lasts for minutes; the session that comes of it is recorded, and its refusal sealed",
        "staff_code": "a code that is too old by now in any case",
        "privacy_progress": "how far a job has come; it may begin anew",
    }
)
"""Which tables, and what names their edited rows instead; or why none need be."""

PASSING = MappingProxyType(
    {
        "settlement_instruction": ("asked", "next_attempt_at"),
        "debt_payment": ("asked", "next_attempt_at"),
        "reversal": ("attempts", "next_attempt_at"),
        "truth_check": ("next_look_at",),
        "payment_batch": ("leased_until",),
        "file_push": ("attempts", "next_attempt_at", "last_answer"),
        "staff_session": ("seen_at",),
        "switch_seen": ("seen_at",),
    }
)
"""When to try again, how often was tried: columns that move on their own and prove nothing."""

UNPROVEN = MappingProxyType(
    {
        "outbox": (
            ("event_id", "created_at", "attempts", "next_attempt_at", "acknowledged_at", "parked_at", "taken away"),
            "when it was tried and taken, and one of a reversal that is gone: what a biller knows is seen in the biller's books",
        ),
        "webhook_delivery": (
            ("event_id", "created_at", "attempts", "next_attempt_at", "delivered_at", "parked_at", "last_answer", "taken away"),
            "when it was tried and taken: a bank can ask for a payment at any time",
        ),
        "payment": (
            ("certain_by", "next_attempt_at", "attempts", "business_date"),
            "what is to be tried next and under which date, while it is live; the date is sealed when it is concluded",
        ),
        "biller_message": (
            ("asked_at", "answered_at", "fault", "taken away"),
            "the messages are signed and say themselves when they were made",
        ),
        "idempotency": (("xact", "claimed_at"), "of the moment in which it was claimed; of a refusal it is sealed"),
        "inquiry": (("taken away",), "it goes after its days; the bank inquires again"),
        "bill": (("taken away",), "one that no payment names; its biller uploads it again"),
        "proof_end": (("only_row",), "the one row that there is"),
    }
)
"""What of the tables that are not recorded can be edited without being named, and why it may. Kept as short as can be."""

_EVENTS = (("insert", "INSERT", "NEW"), ("update", "UPDATE", "NEW"), ("delete", "DELETE", "OLD"))
_GUARDS = """
-- By the switch's own connections only: what somebody writes beside it is on no record, and `switch verify` names it.
-- Of many rows at once each name and digest is made once (OFFSET 0), and looked up by its whole key: a table's name as the trigger has it,
-- with a type and a collation of its own, would be looked for in the records of every table.
CREATE FUNCTION record_rows() RETURNS trigger LANGUAGE plpgsql
SET timezone = 'UTC' SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF current_setting('application_name') NOT LIKE 'switch%' THEN
        RETURN NULL;
    END IF;
    INSERT INTO row_record (table_name, row_name, number, digest, at)
    SELECT TG_TABLE_NAME, said.row_name, coalesce(before.number, 0) + 1, said.digest, clock_timestamp()
    FROM (
        SELECT (SELECT string_agg(coalesce(its.content ->> part.key, ''), ' ' ORDER BY part.place)
                FROM unnest(TG_ARGV[0]::text[]) WITH ORDINALITY AS part (key, place)) AS row_name,
            CASE WHEN TG_OP <> 'DELETE' THEN
                sha256(convert_to(jsonb_strip_nulls(its.content - TG_ARGV[1]::text[])::text, 'UTF8')) END AS digest
        FROM (SELECT to_jsonb(changed) AS content FROM changed OFFSET 0) AS its OFFSET 0
    ) AS said
    LEFT JOIN LATERAL (
        SELECT number, digest FROM row_record AS former WHERE former.table_name = TG_TABLE_NAME::text COLLATE "default"
          AND former.row_name = said.row_name
        ORDER BY number DESC LIMIT 1
    ) AS before ON true
    WHERE before.digest IS DISTINCT FROM said.digest;
    RETURN NULL;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON row_record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def recorded_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in UNRECORDED]


def guards() -> str:
    """What the migration puts into the database: the trigger on each recorded table, and a record of the rows that are there already."""
    return "\n".join((_GUARDS, *(part for table in recorded_tables() for part in _guards_of(table))))


def _guards_of(table: Table) -> Iterator[str]:
    keys, passing = ",".join(table.primary_key.columns.keys()), ",".join(PASSING.get(table.name, ()))
    for name, event, image in _EVENTS:
        yield (
            f"CREATE TRIGGER recorded_{name} AFTER {event} ON {table.name} REFERENCING {image} TABLE AS changed"
            f" FOR EACH STATEMENT EXECUTE FUNCTION record_rows('{{{keys}}}', '{{{passing}}}');"
        )
    there = f"SELECT '{table.name}', {row_name(table)}, 1, {_digest(table)}, clock_timestamp() FROM \"{table.name}\""  # noqa: S608 - our own words
    yield f"INSERT INTO row_record (table_name, row_name, number, digest, at) {there};"


def row_name(table: Table) -> str:
    """A row's key in one text, as SQL of the table."""
    return " || ' ' || ".join(f"(to_jsonb(\"{table.name}\") ->> '{name}')" for name in table.primary_key.columns.keys())  # noqa: SIM118


def _digest(table: Table) -> str:
    passing = ",".join(PASSING.get(table.name, ()))
    return f"sha256(convert_to(jsonb_strip_nulls(to_jsonb(\"{table.name}\") - '{{{passing}}}'::text[])::text, 'UTF8'))"


def differing(table: Table) -> str:
    """A question: rows of the table that are not as they were last recorded, by name, and what is wrong."""
    return f"""
        WITH stands AS (SELECT {row_name(table)} AS name, {_digest(table)} AS digest FROM "{table.name}"),
        last AS (
            SELECT DISTINCT ON (row_name) row_name AS name, digest FROM row_record WHERE table_name = '{table.name}'
            ORDER BY row_name, number DESC
        )
        SELECT '{table.name} ' || name, CASE
            WHEN stands.digest IS NULL THEN 'it is gone, and the switch has not taken it away'
            WHEN last.digest IS NULL THEN 'it is there, and the switch has not put it there'
            ELSE 'it is not as the switch has last written it' END
        FROM stands FULL JOIN last USING (name) WHERE stands.digest IS DISTINCT FROM last.digest
    """  # noqa: S608 - our own words
