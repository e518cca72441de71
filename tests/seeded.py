"""A small seeded world for tests of the core: banks with caps, a biller, an open window, and orders to pay."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import text

from switch.domain.admission import Reserve
from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind
from switch.domain.fees import NO_FEES, Fees
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, ServiceCode, bucket_of_customer, bucketed_id
from switch.domain.money import Money
from switch.domain.outcomes import Accepted
from switch.domain.payments import Channel, Method, Payment, PaymentRequest, PaymentState
from switch.store import bills
from switch.store.database import Database

BANK = ParticipantCode("100010")
OTHER_BANK = ParticipantCode("100028")
BILLER = ParticipantCode("200019")
SERVICE = ServiceCode("200019011")
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WINDOW = "SYP-20261124-01"
_numbers = count(1)
PUT_ON_RECORD = """
    INSERT INTO directory_change (change_id, kind, subject, content, changed_at, by)
    SELECT gen_random_uuid(), 'participant', code, to_jsonb(participant) - 'changed_at', changed_at, 'seed' FROM participant
    WHERE code NOT IN (SELECT subject FROM directory_change)
"""
"""What admitting them would have written."""


@dataclass
class FixedClock:
    """Time stands still until a test moves it."""

    at: datetime = field(default=START)
    passed_seconds: float = START.timestamp()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed_seconds

    def move(self, seconds: float) -> None:
        """Backwards, too: then only the wall clock."""
        self.at += timedelta(seconds=seconds)
        self.passed_seconds += max(seconds, 0)


async def seed(database: Database, caps: dict[ParticipantCode, int]) -> None:
    """Participants, one open window, and a position for each bank with its cap in minor units."""
    async with database.transaction() as connection:
        for code, kind in [*((bank, "bank") for bank in caps), (BILLER, "biller")]:
            await connection.execute(
                text(
                    "INSERT INTO participant (code, kind, name_ar, name_en, status, changed_at)"
                    " VALUES (:code, :kind, 'مشارك', 'Participant', 'live', :now)"
                ),
                {"code": code, "kind": kind, "now": START},
            )
        await connection.execute(text(PUT_ON_RECORD))
        await connection.execute(
            text(
                "INSERT INTO settlement_window (window_id, currency, business_date, number, state, opened_at, closes_at, attempt)"
                " VALUES (:id, 'SYP', :day, 1, 'open', :now, :closes, 0)"
            ),
            {"id": WINDOW, "day": START.date(), "now": START, "closes": START + timedelta(hours=3)},
        )
        await connection.execute(
            text("INSERT INTO open_window (currency, window_id, business_date) VALUES ('SYP', :id, :day)"),
            {"id": WINDOW, "day": START.date()},
        )
        for bank, cap in caps.items():
            await connection.execute(
                text(
                    "INSERT INTO position (bank_code, currency, slot, cap_minor, held_minor, posted_minor)"
                    " VALUES (:bank, 'SYP', 0, :cap, 0, 0)"
                ),
                {"bank": bank, "cap": cap},
            )
            await connection.execute(
                text(
                    'INSERT INTO cap_change (change_id, bank_code, currency, cap_minor, changed_at, "by")'
                    " VALUES (gen_random_uuid(), :bank, 'SYP', :cap, :now, 'seed')"
                ),
                {"bank": bank, "cap": cap, "now": START},
            )


async def put_bill(
    database: Database, bill_number: str, minor: int, rule: AmountRuleKind = AmountRuleKind.EXACT, reference: str = "1000000001"
) -> Bill:
    bill = Bill(BillKey(SERVICE, reference, bill_number), Money(minor, "SYP"), rule, uploaded=True)
    async with database.transaction() as connection:
        await bills.insert_missing(connection, [bill])
    return bill


def order(
    minor: int,
    *,
    bank: ParticipantCode = BANK,
    key: str | None = None,
    bill_number: str | None = None,
    reference: str = "1000000001",
    fees: Fees = NO_FEES,
    accept: bool = False,
    at: datetime = START,
) -> Reserve:
    """A command to reserve; without a bill it is like a fee or a prepaid amount."""
    key = key or f"key-{next(_numbers):08d}"
    request = PaymentRequest(
        bank=bank,
        idempotency_key=IdempotencyKey(key),
        service=SERVICE,
        customer_reference=reference,
        amount=Money(minor, "SYP"),
        bank_reference=f"FT-{key}",
        channel=Channel.MOBILE,
        method=Method.ACCOUNT,
        bill_number=bill_number,
    )
    payment = Payment(
        payment_id=PaymentId(bucketed_id(bucket_of_customer(SERVICE, reference), at)),
        request=request,
        request_digest=request.digest(),
        biller=BILLER,
        fees=fees,
        tariff_id=None,
        state=PaymentState.RESERVED,
        reserved_at=at,
        certain_by=at + timedelta(hours=1),
        next_attempt_at=at + timedelta(seconds=10),
    )
    return Reserve(payment, accept_as=Accepted() if accept else None)


async def rows(database: Database, statement: str, **parameters: Any) -> list[Any]:
    async with database.reading() as connection:
        return list((await connection.execute(text(statement), parameters)).all())


async def one(database: Database, statement: str, **parameters: Any) -> Any:
    return (await rows(database, statement, **parameters))[0]
