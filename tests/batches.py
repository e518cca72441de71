"""Payment batches for tests: bills by the thousand, lines that pay them, and what the books say of it."""

from collections.abc import Sequence
from typing import Any

from switch.application import Switch
from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.payment_batches import BatchLine, LineAnswer, PaymentBatch, numbered_lines
from switch.domain.payments import Channel, Method, PaymentRequest
from switch.store import bills
from switch.usecases.submit_batch import Submitted

BANK, OTHER_BANK = ParticipantCode("100010"), ParticipantCode("100028")
UPLOADED, FEE, PREPAID, ONLINE = (ServiceCode(code) for code in ("200043011", "200328020", "200301020", "200019011"))
FEE_MINOR = 75_000
LINES_A_PAGE = 1_000
DIGEST = b"lines"


def reference(number: int) -> str:
    return str(100_000_000 + number)


async def put_bills(switch: Switch, count: int, minor: int = 1_000, start: int = 0) -> None:
    """Open bills of customers `start` and following, one each."""
    made = [
        Bill(BillKey(UPLOADED, reference(number), "B1"), Money(minor, "SYP"), AmountRuleKind.EXACT, uploaded=True)
        for number in range(start, start + count)
    ]
    async with switch.pay_batches.database.transaction() as connection:
        await bills.insert_missing(connection, made)


def request(
    key: str,
    customer: str,
    minor: int = 1_000,
    *,
    service: ServiceCode = UPLOADED,
    bill_number: str | None = "B1",
    bank: ParticipantCode = BANK,
    **more: Any,
) -> PaymentRequest:
    return PaymentRequest(
        bank=bank,
        idempotency_key=IdempotencyKey(key),
        service=service,
        customer_reference=customer,
        amount=Money(minor, "SYP"),
        bank_reference=f"FT-{key}",
        channel=Channel.BRANCH,
        method=Method.ACCOUNT,
        bill_number=bill_number,
        **more,
    )


def bill_lines(count: int, *, prefix: str = "batch", start: int = 0, minor: int = 1_000, bank: ParticipantCode = BANK) -> list[BatchLine]:
    numbers = range(start, start + count)
    return numbered_lines(request(f"{prefix}-{number:06d}", reference(number), minor, bank=bank) for number in numbers)


async def hand_in(switch: Switch, reference: str, lines: Sequence[BatchLine], bank: ParticipantCode = BANK) -> Submitted:
    """Kept, and taken up in the background."""
    submitted = await switch.submit_batch(bank, reference, DIGEST, lines)
    await switch.pay_batches()
    return submitted


async def paid(switch: Switch, reference: str, lines: Sequence[BatchLine], bank: ParticipantCode = BANK) -> list[LineAnswer]:
    """The answer of each line, when all is done."""
    submitted = await hand_in(switch, reference, lines, bank)
    await switch.pay_batches.settled()
    return await answers(switch, submitted.batch)


async def answers(switch: Switch, batch: PaymentBatch) -> list[LineAnswer]:
    found: list[LineAnswer] = []
    while page := await switch.payment_batches.lines(batch.bank, batch.batch_id, len(found), LINES_A_PAGE):
        found += page
    return found


def told(answer: LineAnswer) -> str:
    """A state, or the code of a refusal."""
    return getattr(answer.answer, "code", None) or str(answer.state)
