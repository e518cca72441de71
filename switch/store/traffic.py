"""Past traffic as a tariff looks at it: completed payments of a settlement window, those that are alike counted together. Reads only."""

from collections.abc import AsyncIterator, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.fees import Fees
from switch.domain.identifiers import ParticipantCode, ServiceCode, WindowId
from switch.domain.money import Money
from switch.domain.tariff_trials import Traffic

ROWS_AT_ONCE = 5_000
_PATIENCE = text("SET LOCAL statement_timeout = '600s'")
_WINDOWS = text("""
    SELECT window_id FROM settlement_window WHERE business_date BETWEEN :since AND :until ORDER BY business_date, number, currency
""")
# Payments with the same fees only: so that each row was charged alike, too.
_TRAFFIC = text("""
    SELECT bank_code, biller_code, service_code, channel, amount_minor, currency, count(*) AS payments, sum(payer_fee)::bigint AS payer,
        sum(biller_fee)::bigint AS biller, sum(switch_fee)::bigint AS switch, sum(bank_fee)::bigint AS bank,
        sum(central_bank_fee)::bigint AS central_bank, sum(tax)::bigint AS tax
    FROM payment WHERE window_id = :window AND state = 'COMPLETED'
    GROUP BY bank_code, biller_code, service_code, channel, amount_minor, currency, payer_fee, biller_fee, switch_fee, bank_fee,
        central_bank_fee, payment.tax
""")


async def windows(connection: AsyncConnection, since: date, until: date) -> Sequence[WindowId]:
    """Of these business dates, both included."""
    await connection.execute(_PATIENCE)
    return [WindowId(found) for found in (await connection.execute(_WINDOWS, {"since": since, "until": until})).scalars()]


async def of_window(connection: AsyncConnection, window: WindowId) -> AsyncIterator[Traffic]:
    """Through a cursor of the server's."""
    async with connection.stream(_TRAFFIC, {"window": window}, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
        async for part in result.partitions(ROWS_AT_ONCE):
            for row in part:
                yield Traffic(
                    bank=ParticipantCode(row.bank_code),
                    biller=ParticipantCode(row.biller_code),
                    service=ServiceCode(row.service_code),
                    channel=row.channel,
                    amount=Money(row.amount_minor, row.currency),
                    payments=row.payments,
                    charged=Fees(row.payer, row.biller, row.switch, row.bank, row.central_bank, row.tax),
                )
