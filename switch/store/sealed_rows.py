"""Sealed rows: what of the books becomes a leaf of the proof log, in which bytes (docs/proofs.md), and in which order.

A leaf is one JSON array as PostgreSQL writes it: the kind, the row's own id, the rest. Its order is that of the database transactions,
which a follower can wait for; the rows of one transaction are sealed together.
"""

import re
from types import MappingProxyType

from sqlalchemy import text

# In UTC with six decimals, whatever the session's settings.
_MOMENT = (re.compile(r"moment\(([a-z_.]+)\)"), r"""to_char(\1 AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")

# What is sealed stays sealed in these bytes: a kind never changes; another form of it is a new kind, at the end.
# Each: the row's database transaction, its name, its content. What a payment is, is sealed with the first line of its history;
# what it came to, with the line that concluded it. Neither changes after that. Who pays is in them by a digest only.
_KINDS = MappingProxyType(
    {
        "entry": """
            SELECT entry.xact, entry.bucket, entry.payment_id, entry.entry_id, entry.entry_id::text AS name,
                json_build_array('entry', entry.entry_id, entry.kind, entry.window_id, entry.business_date, entry.payment_id,
                    moment(entry.created_at),
                    (SELECT json_agg(json_build_array(posting.account_code, posting.minor::text, posting.currency) ORDER BY posting.line)
                     FROM posting WHERE posting.bucket = entry.bucket AND posting.entry_id = entry.entry_id)) AS content
            FROM journal_entry AS entry
        """,
        "event": """
            SELECT event.xact, event.bucket, event.payment_id, event.payment_id || ' ' || event.number AS name,
                json_build_array('event', event.payment_id, event.number, moment(event.at), event.from_state, event.to_state,
                    event.by, event.note,
                    CASE WHEN event.number = 1 THEN json_build_array(payment.bank_code, payment.service_code, payment.biller_code,
                        payment.amount_minor::text, payment.currency, payment.payer_fee::text, payment.biller_fee::text,
                        payment.switch_fee::text, payment.bank_fee::text, payment.central_bank_fee::text, payment.tax::text,
                        payment.tariff_id, encode(payment.request_digest, 'hex'), moment(payment.reserved_at)) END,
                    CASE WHEN event.to_state IN ('COMPLETED', 'REJECTED') AND event.from_state IS DISTINCT FROM event.to_state
                        THEN json_build_array(payment.window_id, payment.business_date, payment.biller_reference,
                        CASE event.to_state WHEN 'REJECTED' THEN payment.reason END,
                        CASE event.to_state WHEN 'REJECTED' THEN payment.response_code END,
                        moment(payment.concluded_at)) END) AS content
            FROM payment_event AS event
            LEFT JOIN payment ON payment.bucket = event.bucket AND payment.payment_id = event.payment_id
        """,
        "cap": """
            SELECT xact, change_id::text AS name,
                json_build_array('cap', change_id, bank_code, currency, cap_minor::text, deposited_minor::text, moment(changed_at),
                    "by") AS content
            FROM cap_change
        """,
        "directory": """
            SELECT xact, change_id::text AS name,
                json_build_array('directory', change_id, kind, subject, content, moment(changed_at), "by") AS content
            FROM directory_change
        """,
        "calendar": """
            SELECT xact, change_id::text AS name,
                json_build_array('calendar', change_id, currency, content, moment(changed_at), "by") AS content
            FROM calendar_change
        """,
        "window_closed": """
            SELECT closed_xact AS xact, window_id AS name,
                json_build_array('window_closed', window_id, currency, business_date, number, moment(opened_at),
                    moment(closed_at), closed_by) AS content
            FROM settlement_window
        """,
        "window_settled": """
            SELECT settled_xact AS xact, window_id AS name,
                json_build_array('window_settled', window_id, moment(settled_at), rtgs_reference, attempt,
                    (SELECT json_agg(json_build_array(debtor_code, creditor_code, minor::text)
                         ORDER BY debtor_code COLLATE "C", creditor_code COLLATE "C")
                     FROM window_cell AS cell WHERE cell.window_id = its.window_id)) AS content
            FROM settlement_window AS its
        """,
        "file": """
            SELECT xact, file_id AS name,
                json_build_array('file', file_id, name, kind, participant_code, window_id, business_date, currency, layout, sequence,
                    revision, previous_sha256, rtgs_reference, moment(settled_at), lines, amount_minor::text, fee_minor::text,
                    net_minor::text, size, sha256, moment(issued_at)) AS content
            FROM issued_file
        """,
        "statement": """
            SELECT xact, statement_id AS name,
                json_build_array('statement', statement_id, participant_code, side, business_date, currency, revision, lines,
                    total_minor::text, fee_minor::text, layout, sha256, moment(received_at),
                    (SELECT encode(sha256(string_agg(sha256(convert_to(json_build_array(line.line, line.payment_id, line.own_reference,
                         line.counterparty_code, line.customer_pseudonym, line.amount, line.business_date, line.reversed,
                         line.fee_minor::text, line.currency, line.service_code)::text,
                         'UTF8')), ''::bytea ORDER BY line.line)), 'hex')
                     FROM statement_line AS line WHERE line.statement_key = its.statement_key)) AS content
            FROM statement AS its
        """,
        "audit": """
            SELECT xact, audit_id::text AS name,
                json_build_array('audit', audit_id, moment(at), who, via, action, subject, outcome, reason, origin, request_id) AS content
            FROM staff_audit
        """,
        "look": """
            SELECT xact, look_id::text AS name,
                json_build_array('look', look_id, payment_id, "by", reason, moment(looked_at)) AS content
            FROM personal_data_look
        """,
        "archive": """
            SELECT xact, business_date::text AS name,
                json_build_array('archive', business_date, name, sha256, size, payments, leaves::text, totals,
                    moment(recorded_at)) AS content
            FROM archive
        """,
        "refusal": """
            SELECT xact, bank_code || ' ' || idempotency_key AS name,
                json_build_array('refusal', bank_code, idempotency_key, encode(request_digest, 'hex'), refusal_code, refusal_facts,
                    moment(claimed_at)) AS content
            FROM idempotency WHERE refusal_code IS NOT NULL
        """,
        "batch": """
            SELECT xact, batch_id::text AS name,
                json_build_array('batch', batch_id, bank_code, batch_reference, encode(digest, 'hex'), lines, moment(received_at),
                    (SELECT encode(sha256(string_agg(sha256(convert_to(json_build_array(line.line, line.idempotency_key,
                         encode(line.request_digest, 'hex'), line.service_code, line.content, line.refusal)::text, 'UTF8')),
                         ''::bytea ORDER BY line.line)), 'hex')
                     FROM payment_batch_line AS line WHERE line.bucket = its.bucket AND line.batch_id = its.batch_id)) AS content
            FROM payment_batch AS its
        """,
        "record": """
            SELECT xact, table_name || ' ' || row_name || ' ' || number AS name,
                json_build_array('record', table_name, row_name, number, encode(digest, 'hex'), moment(at)) AS content
            FROM row_record
        """,
        "dispute": """
            SELECT xact, dispute_id || ' ' || number AS name,
                json_build_array('dispute', dispute_id, number, moment(at), "by", kind, facts, said, proposal_id, state, holder,
                    moment(deadline), remedy, agreed_minor::text, outcome, late) AS content
            FROM dispute_event
        """,
    }
)
KINDS = tuple(_KINDS)

_OF_KIND = "SELECT {place} AS place, '{kind}' AS kind, xact, name, content::text AS content FROM ({rows}) AS {kind} WHERE {which}"


def _written(which: str, *kinds: str) -> str:
    """The leaves of these kinds as the rows stand now."""
    parts = (
        _OF_KIND.format(place=KINDS.index(kind), kind=kind, rows=_MOMENT[0].sub(_MOMENT[1], _KINDS[kind]), which=which) for kind in kinds
    )
    every = " UNION ALL ".join(parts)
    return f"SELECT *, sha256('\\x00'::bytea || convert_to(content, 'UTF8')) AS hash FROM ({every}) AS rows"  # noqa: S608 - our own words


WITHIN = _written("xact >= :begin AND xact < :end", *KINDS)
"""Of the database transactions from `:begin` up to, and without, `:end`; to be read `IN_ORDER`."""
IN_ORDER = 'xact, place, name COLLATE "C"'
# Where to stop: at what may still be under way, or where there is enough for one time. All below the first has ended, and is seen.
END = text("""
    SELECT least((pg_snapshot_xmin(pg_current_snapshot())::text)::bigint,
        (SELECT xact + 1 FROM journal_entry WHERE xact >= :begin ORDER BY xact OFFSET :most LIMIT 1),
        (SELECT xact + 1 FROM payment_event WHERE xact >= :begin ORDER BY xact OFFSET :most LIMIT 1))
""")
LEAVES_WITHIN = text(f"SELECT kind, name, xact, content, hash FROM ({WITHIN}) AS leaf ORDER BY {IN_ORDER}")  # noqa: S608 - our own words
OF_PAYMENT = text(_written("bucket = :bucket AND payment_id = :payment_id", "entry", "event"))
# Of many payments at once; each by its own index.
ENTRIES_OF = text(_written("(bucket, entry_id) IN (SELECT * FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])))", "entry"))
EVENTS_OF = text(_written("(bucket, payment_id) IN (SELECT * FROM unnest(CAST(:buckets AS smallint[]), CAST(:ids AS uuid[])))", "event"))
