"""Books with something in every table, for the tests that change them: a settled window, an open one, payments in every state."""

import hashlib
import io
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text, update

from adapters.drops.local_folder import LocalFolder
from adapters.files.csv import CsvFormat
from switch.domain.admission import Conclude, RecordRefusal, Reserve
from switch.domain.bills import Inquiry, PresentedBill, Presentment
from switch.domain.booked_statements import BookedLine, Side, StatementHead
from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, RefundFees, RefundRule, ReversalRule, Service
from switch.domain.defaults import claim_legs
from switch.domain.fees import BorneBy, Tariff
from switch.domain.identifiers import (
    EntryId,
    IdempotencyKey,
    InquiryId,
    ParticipantCode,
    ReversalId,
    WebhookEndpointId,
    WindowId,
    bucket_of_customer,
    bucketed_id,
)
from switch.domain.ledger import EntryKind, JournalEntry, Posting, default_covered
from switch.domain.messages import Exchange, own_message
from switch.domain.money import Money
from switch.domain.outcomes import Accepted, Reason, Refused, Unknown
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.privacy import Kept, RetentionRule
from switch.domain.reversals import ReversalReason, ReversalRequest
from switch.domain.settlement import Bilateral, nets_of
from switch.domain.stand_in import StandInRule, StandInState
from switch.domain.webhooks import WebhookEndpoint, WebhookStatus
from switch.posting.batch import write_batch
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.reports.verification import Finding, Verification, VerificationResult
from switch.signatures import generate_key
from switch.signatures.notes import LogIdentity
from switch.store import caps, inquiries, journal, privacy, windows
from switch.store.database import Database, Together
from switch.store.directory_rows import locked
from switch.store.payments import from_row
from switch.store.tables import metadata
from switch.usecases.import_statement import ImportStatement
from switch.usecases.reconcile import Reconcile
from switch.usecases.seal_log import SealLog
from tests.filled_archive import archive_an_old_day
from tests.filled_beside import fill_the_staff, hand_in_a_batch, keep_liquidity, rule_and_receive
from tests.filled_defaults import COVERED, DEFAULT, default_by_hand
from tests.filled_disputes import complain_of
from tests.filled_repairs import write_off_a_part
from tests.filled_reratings import rerate_a_quiet_day
from tests.filled_splits import accounts_by_hand, add_split
from tests.seeded import BANK, BILLER, OTHER_BANK, PUT_ON_RECORD, SERVICE, START, WINDOW, FixedClock, order, put_bill, rows, seed

OPERATOR, OVERSEER = ParticipantCode("900018"), ParticipantCode("900026")
DAY = START.date()
NEXT_WINDOW = "SYP-20261124-02"
TARIFF = Tariff("T-1", None, None, 0, "SYP", 100, 5_000, 100_000, BorneBy.PAYER, 500_000, 300_000, 100_000, date(2026, 1, 1))
BORNE = Tariff("T-2", None, "branch", 0, "SYP", 200, 0, 100_000, BorneBy.BILLER, 500_000, 300_000, 100_000, date(2026, 1, 1))

WEBHOOK = WebhookEndpoint(
    WebhookEndpointId(bucketed_id(0, START)), BANK, "https://bank.example/events", WebhookStatus.ACTIVE, START
)  # fmt: skip
LOG_KEY = generate_key("switch:main")
LOG = LogIdentity("switch.test/journal", (LOG_KEY.verifying_key(),))

STAND_IN = StandInRule(Money(50_000, "SYP"), Money(90_000, "SYP"))


@dataclass
class World:
    database: Database
    drop: LocalFolder

    @property
    def verification(self) -> Verification:
        return Verification(self.database, self.drop, LOG)

    async def verify(self) -> VerificationResult:
        return await self.verification()

    async def findings(self) -> tuple[Finding, ...]:
        result = await self.verify()
        assert result.clean == (not result.findings)
        return result.findings

    async def write(self, *commands: Reserve | Conclude | RecordRefusal) -> None:
        await write_batch(self.database, commands, START, {BANK: (WEBHOOK.endpoint_id,)})

    async def behind_the_guards(self, statement: Any) -> None:
        """As somebody would who owns the server: no trigger fires."""
        async with self.database.transaction() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(statement)


def charged(command: Reserve, tariff: Tariff = TARIFF) -> Reserve:
    payment = command.payment
    return replace(command, payment=replace(payment, tariff_id=tariff.tariff_id, fees=tariff.charge(payment.request.amount)))


def concluded(command: Reserve, outcome: Accepted | Refused | Unknown) -> Conclude:
    return Conclude(command.payment.payment_id, outcome, START, "biller", START + timedelta(minutes=1))


async def filled_world(database: Database, folder: Path) -> World:
    """One settled window with files and statements, one open window, and payments in every state."""
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    world = World(database, LocalFolder(folder))
    await fill_the_catalogue(world)
    for number in range(3):
        await put_bill(database, f"B{number}", 50_000)
    await put_bill(database, "parts", 90_000, AmountRuleKind.UP_TO)
    await world.write(
        charged(order(50_000, bill_number="B0", accept=True)),
        charged(order(30_000, bill_number="parts", accept=True)),
        charged(order(7_000, bank=OTHER_BANK, accept=True), BORNE),
    )
    await settle_by_hand(world)
    live, doubtful, refused = (
        charged(order(50_000, bill_number="B1")), charged(order(20_000, bill_number="parts")), charged(order(50_000, bill_number="B2")),
    )  # fmt: skip
    taken_back = replace(charged(order(23_456, accept=True)), message=own_message(b"POST /v1/payments HTTP/1.1\r\n\r\n{}"))
    said = Exchange("pay", START, b"PUT /payments/1 HTTP/1.1\r\n\r\n{}", START, b"HTTP/1.1 200\r\n\r\n{}")
    await world.write(live, doubtful, refused, charged(order(12_345, accept=True)), taken_back)
    await reverse(world, taken_back)
    stood_in = charged(order(6_543, accept=True))
    await world.write(replace(stood_in, payment=replace(stood_in.payment, stand_in=StandInState.OUTSTANDING), stand_in=STAND_IN))
    in_parts = charged(order(34_567, accept=True))
    await world.write(in_parts)
    await reverse(world, in_parts, 12_000)
    await reverse(world, in_parts, 2_345)
    await world.write(concluded(doubtful, Unknown("silence")), concluded(refused, Refused(Reason.OTHER, heard=(said,))))
    await world.write(concluded(refused, Accepted("late")))
    await keep_liquidity(world.database)
    await hand_in_a_batch(world.database)
    await hand_in_and_reconcile(world)
    return world


async def reverse(world: World, command: Reserve, minor: int | None = None) -> None:
    """All of it, or a part."""
    directory = CurrentDirectory(world.database)
    await directory.refresh()
    request = command.payment.request
    asked = ReversalRequest(
        request.bank, IdempotencyKey(f"back-{minor or ''}-{request.idempotency_key}"), command.payment.payment_id,
        ReversalReason.DUPLICATE, amount=None if minor is None else Money(minor, request.amount.currency),
    )  # fmt: skip
    at = START + timedelta(seconds=1)
    posting = ReversalPosting(world.database, directory.current)
    await posting.ask(
        asked,
        ReversalId(bucketed_id(command.payment.bucket, at)),
        at,
        own_message(b"POST /v1/payments/1/reversals HTTP/1.1\r\n\r\n%d" % (minor or 0)),
    )


async def sealed_world(database: Database, folder: Path) -> World:
    """The same with an archived date, and all of it in the proof log, under several heads."""
    world = await filled_world(database, folder)
    await archive_an_old_day(database, world.drop, LOG_KEY, LOG.origin)
    await SealLog(FixedClock(), database, LOG_KEY, LOG.origin, rows_at_once=3).whole()
    return world


async def fill_the_catalogue(world: World) -> None:
    service = Service(
        SERVICE, BILLER, Name("كهرباء", "Electricity"), Mode.UPLOADED, ReferenceRule(Name("العداد", "Meter"), "[0-9]{10}", "1000000001"),
        AmountRule(AmountRuleKind.RANGE, Money(100, "SYP"), Money(900_000, "SYP")), "SYP", Money(500, "SYP"), Money(700, "SYP"),
        reversal=ReversalRule.TOLD, refunds=RefundRule.PARTS, refund_fees=RefundFees.SHARED, stand_in=STAND_IN,
    )  # fmt: skip
    shown = PresentedBill("B0", Money(50_000, "SYP"), AmountRuleKind.EXACT)
    async with world.database.transaction() as connection:
        for code, kind in ((OPERATOR, "operator"), (OVERSEER, "overseer")):
            row = {"code": code, "kind": kind, "name_ar": "جهة", "name_en": "Body", "status": "live", "changed_at": START}
            await connection.execute(insert(metadata.tables["participant"]), row)
        await connection.execute(text(PUT_ON_RECORD))
        directory = await locked(connection, FixedClock(), "test")
        await directory.put_service(service)
        for tariff in (TARIFF, BORNE):
            await directory.add_tariff(tariff)
        await add_split(directory)
        await directory.put_webhook(WEBHOOK)
        await privacy.set_rule(connection, RetentionRule(Kept.INQUIRIES, 35), START, "test")
        for cap in (9_000_000, 8_000_000):
            await caps.put(connection, BANK, Money(cap, "SYP"), START + timedelta(seconds=10_000_000 - cap), "test")
        inquiry_id = InquiryId(bucketed_id(bucket_of_customer(SERVICE, "1000000001"), START))
        await inquiries.add(
            connection, [Inquiry(inquiry_id, BANK, SERVICE, "1000000001", Presentment((shown,)), START, START + timedelta(minutes=15))]
        )


async def payments_of(world: World, window_id: str) -> list[Any]:
    return await rows(world.database, "SELECT * FROM payment WHERE window_id = :id ORDER BY payment_id", id=window_id)


async def settle_by_hand(world: World) -> None:
    """What closing, settling and issuing write, from the payments' own figures."""
    paid = await payments_of(world, WINDOW)
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in paid:
        sums[row.bank_code, row.biller_code] += row.amount_minor - row.biller_fee
        sums[row.bank_code, OPERATOR] += row.switch_fee
        sums[row.bank_code, OVERSEER] += row.central_bank_fee + row.tax
    cells = [Bilateral(ParticipantCode(debtor), ParticipantCode(creditor), minor) for (debtor, creditor), minor in sums.items()]
    ledger = await rows(
        world.database, "SELECT account_code, sum(minor)::bigint AS minor FROM posting GROUP BY account_code HAVING sum(minor) <> 0"
    )
    stood = {row.account_code: row.minor for row in ledger}
    for account, minor in claim_legs([DEFAULT]):
        stood[account] = stood.get(account, 0) + minor
    entry = JournalEntry(
        EntryId(bucketed_id(0, START)), EntryKind.WINDOW_SETTLED, WindowId(WINDOW), DAY, START,
        tuple(Posting(account, -minor, "SYP") for account, minor in stood.items()),
    )  # fmt: skip
    async with world.database.transaction() as connection:
        legs = await accounts_by_hand(connection, paid, nets_of([*cells, COVERED.cell]))
        for cell in cells:
            row = {"window_id": WINDOW, "debtor_code": cell.debtor, "creditor_code": cell.creditor, "minor": cell.minor}
            await connection.execute(insert(metadata.tables["window_cell"]), row)
        together = Together()
        closed_window = await windows.find(connection, WINDOW)
        assert closed_window is not None
        await journal.append(together, [default_covered(closed_window, [DEFAULT], START), entry])
        await together.run(connection)
        instruction = {
            "instruction_id": f"{WINDOW}-1", "window_id": WINDOW, "legs": legs, "created_at": START, "status": "settled",
            "rtgs_reference": "RTGS-1", "answered_at": START,
        }  # fmt: skip
        await connection.execute(insert(metadata.tables["settlement_instruction"]), instruction)
        settled = {"state": "settled", "closed_at": START, "settled_at": START, "rtgs_reference": "RTGS-1", "attempt": 1}
        window = metadata.tables["settlement_window"]
        closed = {"state": "closed", "closed_at": START}
        for change in (closed, {"state": "settling", "attempt": 1}, settled):
            await connection.execute(update(window).where(window.c.window_id == WINDOW).values(**change))
        opened = {
            "window_id": NEXT_WINDOW, "currency": "SYP", "business_date": DAY, "number": 2, "state": "open", "opened_at": START,
            "closes_at": START + timedelta(hours=6), "attempt": 0,
        }  # fmt: skip
        await connection.execute(insert(window), opened)
        await connection.execute(text("UPDATE open_window SET window_id = :id"), {"id": NEXT_WINDOW})
        await connection.execute(text("UPDATE position SET posted_minor = 0"))
        await default_by_hand(connection, NEXT_WINDOW)
        await rerate_a_quiet_day(connection)
        for code in (BANK, OTHER_BANK, BILLER):
            await connection.execute(insert(metadata.tables["issued_file"]), issued(world, code, paid))


def issued(world: World, code: ParticipantCode, paid: list[Any]) -> dict[str, Any]:
    own = [row for row in paid if code in (row.bank_code, row.biller_code)]
    at_bank = code != BILLER
    fee = sum(row.payer_fee if at_bank else row.biller_fee for row in own)
    amount = sum(row.amount_minor for row in own)
    content = f"{code} {amount}\n".encode()
    world.drop.write(code, "file.csv", [content])
    return {
        "file_id": f"{code}-{WINDOW}-r0", "name": "file.csv", "kind": "statement" if at_bank else "settlement", "participant_code": code,
        "window_id": WINDOW, "business_date": DAY, "currency": "SYP", "layout": "csv-1", "sequence": 1, "revision": 0,
        "previous_sha256": None, "rtgs_reference": "RTGS-1", "settled_at": START, "lines": len(own), "amount_minor": amount,
        "fee_minor": fee, "net_minor": amount + fee - sum(row.bank_fee for row in own) if at_bank else amount - fee,
        "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "issued_at": START,
    }  # fmt: skip


async def hand_in_and_reconcile(world: World) -> None:
    paid = [row for row in await payments_of(world, WINDOW) if row.bank_code == BANK]
    lines = [
        BookedLine(
            number,
            row.payment_id,
            row.bank_reference,
            BILLER,
            from_row(row).request.customer_reference,
            row.amount_minor + number - 1,
            DAY,
            fee=row.payer_fee,
        )
        for number, row in enumerate(paid, 1)
    ]
    content = b"".join(CsvFormat().render_statement(StatementHead(BANK, Side.BANK, DAY, "SYP"), lines))
    owner = Participant(BANK, ParticipantKind.BANK, Name("مصرف", "Bank"), ParticipantStatus.LIVE)
    await ImportStatement(FixedClock(), world.database, {"csv-1": CsvFormat()}, world.drop)(owner, io.BytesIO(content))
    async with world.database.transaction() as connection:
        await rule_and_receive(connection)
    await fill_the_staff(world.database)
    await Reconcile(FixedClock(), world.database)(DAY)
    await write_off_a_part(world.database, paid[0].payment_id, NEXT_WINDOW, DAY)
    await complain_of(world.database, paid[0].payment_id)
