"""Lines that were read row by row: laid down beside the table first, so that those without a payment id can be given theirs at once.

Which payment a line means is found by its payment reference, or by the participant's own reference: as it is written; else as it is meant,
looked up; else, of the payments of the statement's day, by what both are meant as. Of several the one with the same amount and the nearest
date. A line that means none gets an id that no payment has.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.booked_statements import BookedLine, Side, StatementHead, made_up_payment_id
from switch.domain.foreign_currencies import DECIMALS
from switch.domain.identifiers import chance_of, payment_ids_of
from switch.domain.money import decimal_text
from switch.domain.pseudonyms import customer_pseudonym
from switch.domain.reconciliation import MOST_CARRY_FORWARD_DAYS
from switch.store.copying import copy_in

_TABLE = text("""
    CREATE TEMPORARY TABLE read_line (
        line integer, payment_id uuid, made_up_id uuid, named_bucket smallint, named_from uuid, named_to uuid, named_chance integer,
        own_reference text, counterparty_code text, customer_pseudonym text, amount text, business_date date, reversed boolean,
        fee_minor bigint, currency text, service_code text
    ) ON COMMIT DROP
""")
_LOOK = text("ANALYZE read_line")
_NAME_BY_REFERENCE = text("""
    UPDATE read_line SET payment_id = payment.payment_id FROM payment
    WHERE payment.bucket = named_bucket AND payment.payment_id >= named_from AND payment.payment_id < named_to
      AND ('x' || substr(replace(payment.payment_id::text, '-', ''), 17, 6))::bit(24)::integer & 4194303 = named_chance
      AND read_line.payment_id IS NULL AND :participant = CASE :side WHEN 'bank' THEN payment.bank_code ELSE payment.biller_code END
""")
_MEANT = """
    UPDATE read_line SET payment_id = meant.payment_id FROM (
        SELECT DISTINCT ON (line) line, payment.payment_id FROM read_line JOIN payment ON {join}
        WHERE read_line.payment_id IS NULL AND named_bucket IS NULL AND read_line.own_reference <> ''
        ORDER BY line, payment.amount_minor = replace(amount, '.', '')::bigint DESC,
            abs(coalesce(payment.business_date, read_line.business_date) - read_line.business_date), payment.payment_id
    ) AS meant WHERE meant.line = read_line.line
"""
_OF = {
    Side.BANK: "payment.bank_code = :participant AND payment.bank_reference = {own}",
    Side.BILLER: """payment.biller_code = :participant AND payment.biller_reference = {own}
        AND payment.window_id IN (SELECT window_id FROM settlement_window WHERE business_date BETWEEN :first AND :last)""",
}
_OF_THE_DAY = """payment.{side}_code = :participant
    AND lower(for_matching(payment.{side}_reference)) = lower(for_matching(read_line.own_reference))
    AND payment.window_id IN (SELECT window_id FROM settlement_window WHERE business_date = :day)
    AND (SELECT count(*) FROM read_line WHERE payment_id IS NULL AND named_bucket IS NULL AND own_reference <> '') > 0"""
_NAME_BY_OWN = {
    side: (
        *(text(_MEANT.format(join=join.format(own=own))) for own in ("read_line.own_reference", "for_matching(read_line.own_reference)")),
        text(_MEANT.format(join=_OF_THE_DAY.format(side=side))),
    )
    for side, join in _OF.items()
}
_KEEP = text("""
    INSERT INTO statement_line (payment_id, line, own_reference, counterparty_code, customer_pseudonym, amount, business_date, reversed,
        fee_minor, currency, service_code)
    SELECT coalesce(payment_id, made_up_id), line, own_reference, counterparty_code, customer_pseudonym, amount, business_date, reversed,
        fee_minor, currency, service_code
    FROM read_line ORDER BY line
""")


async def pour(
    connection: AsyncConnection, key: int, head: StatementHead, batches: AsyncIterator[Sequence[BookedLine]], *, sums: bool
) -> None:
    """A line that is a sum means no payment of its own. Raises DataRefused."""
    await connection.execute(_TABLE)

    async def blocks() -> AsyncIterator[bytes]:
        async for lines in batches:
            yield "".join(_written(key, head.currency, lines)).encode()

    await copy_in(connection, "COPY read_line FROM STDIN", blocks())
    await connection.execute(_LOOK)
    parameters = {"participant": head.participant, "side": head.side} | _around(head.business_date)
    for step in (_KEEP,) if sums else (_NAME_BY_REFERENCE, *_NAME_BY_OWN[head.side], _KEEP):
        await connection.execute(step, {name: parameters[name] for name in step.compile().params})


def _around(day: date) -> dict[str, date]:
    reach = timedelta(days=MOST_CARRY_FORWARD_DAYS)
    return {"first": day - reach, "last": day + reach, "day": day}


def _written(key: int, currency: str, lines: Iterable[BookedLine]) -> Iterator[str]:
    """Rows in COPY's own text format (PostgreSQL, COPY, text format): cells between tabs, a backslash before what would be misread."""
    for line in lines:
        amount = decimal_text(line.minor, DECIMALS[line.currency or currency])
        customer = None if line.customer_reference is None else customer_pseudonym(line.customer_reference)
        named: tuple[object, ...] = (None, None, None, None)
        if line.payment_id is None and line.payment_reference is not None:
            named = (*payment_ids_of(line.payment_reference), chance_of(line.payment_reference))
        cells = (
            *(line.line, line.payment_id, made_up_payment_id(key, line.line), *named, line.own_reference, line.counterparty),
            *(customer, amount, line.business_date, "t" if line.reversed else "f", line.fee, line.currency),
            line.service,
        )
        yield "\t".join(map(_cell, cells)) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return "\\N"
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
