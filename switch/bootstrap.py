"""Bootstrap: settings, database and adapters become one Switch, wired by hand; the only file that knows both sides."""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from adapters.registry import Adapters, open_adapters
from switch.application import Switch
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import ParticipantKind
from switch.fail_points import FailPointsWrong, arm, read_failures
from switch.ports import Clock, Signer
from switch.postgres_server import PostgresServer
from switch.posting.lane import PostingLane
from switch.reports.advices import Advices
from switch.reports.breaks import Breaks
from switch.reports.catalogue import Catalogue
from switch.reports.current_directory import CurrentDirectory
from switch.reports.files import Files
from switch.reports.journal import Journal
from switch.reports.payment_batches import PaymentBatches
from switch.reports.payment_stories import PaymentStories
from switch.reports.payments import Payments
from switch.reports.positions import Positions
from switch.reports.readiness import Readiness
from switch.reports.verification import Verification
from switch.reports.windows import Windows
from switch.settings import Settings, SettingsWrong
from switch.signatures import SigningKey, VerifyingKey, load_signing_key, load_verifying_key
from switch.store.database import LINE_TROUBLE, Database, connect
from switch.store.migration import DatabaseUnreachable, Schema, migrate, require_current, schema_of
from switch.store.server_safety import require_safe
from switch.usecases.acknowledge_advice import AcknowledgeAdvice
from switch.usecases.admit_participant import AdmitParticipant
from switch.usecases.advance_windows import AdvanceWindows
from switch.usecases.biller_lines import BillerLines
from switch.usecases.change_cap import ChangeCap
from switch.usecases.close_window import CloseWindow
from switch.usecases.connect_biller import ConnectBiller
from switch.usecases.deliver_advices import DeliverAdvices
from switch.usecases.import_statement import ImportStatement
from switch.usecases.inquire_bill import InquireBill
from switch.usecases.issue_files import IssueFiles
from switch.usecases.limit_participant import LimitParticipant
from switch.usecases.load_catalogue import LoadCatalogue
from switch.usecases.offer_service import OfferService
from switch.usecases.open_window import OpenWindow
from switch.usecases.pay_batches import PayBatches
from switch.usecases.pay_bill import PayBill
from switch.usecases.publish_tariff import PublishTariff
from switch.usecases.reconcile import Reconcile
from switch.usecases.register_key import RegisterKey
from switch.usecases.resolve_payments import ResolvePayments
from switch.usecases.revoke_key import RevokeKey
from switch.usecases.set_calendar import SetCalendar
from switch.usecases.settle_window import SettleWindow
from switch.usecases.submit_batch import SubmitBatch
from switch.usecases.upload_bills import UploadBills

SWITCH_KEYID = "switch:main"
DATABASE_TROUBLE = LINE_TROUBLE
"""For the command line, which does not know the store."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def _chance() -> int:
    return secrets.randbelow(1000)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a switch is wired with; tests give other ones."""

    clock: Clock
    signer: Signer
    adapters: Adapters
    chance: Callable[[], int] = _chance


def load_switch_key(settings: Settings) -> SigningKey:
    """The switch's own private key. Raises FileNotFoundError where `switch keys init` was never run."""
    return load_signing_key(SWITCH_KEYID, (settings.keys / "switch.pem").read_bytes())


def find_url(settings: Settings) -> str:
    """The database that was named, or the embedded one of this data folder (which must be running)."""
    return settings.sqlalchemy_url or PostgresServer(settings.data / "postgres").url_of(DATABASE_NAME)


DATABASE_NAME = "switch"


def migrate_database(settings: Settings) -> None:
    """Up to the revision that this program needs. Raises DatabaseUnreachable."""
    migrate(find_url(settings))


async def look_at_schema(settings: Settings) -> Schema:
    """Raises DatabaseUnreachable."""
    database = connect(find_url(settings), pool_size=1)
    try:
        async with database.reading() as connection:
            return await schema_of(connection)
    except OperationalError as error:
        raise DatabaseUnreachable() from error
    finally:
        await database.close()


@asynccontextmanager
async def opened_switch(settings: Settings) -> AsyncIterator[Switch]:
    """A switch from the settings; closed in the order that loses nothing.

    Raises SettingsWrong, SchemaMismatch, ServerTooOld, ServerNotSafe, ClockFarOff: then nothing is begun.
    """
    _arm_fail_points(settings)
    clock = SystemClock()
    database = connect(find_url(settings), pool_size=settings.pool_size)
    directory = CurrentDirectory(database)
    signer = load_switch_key(settings)

    def find_key(keyid: str) -> VerifyingKey | None:
        known = directory.current().keys.get(keyid)
        return None if known is None else load_verifying_key(keyid, known.public_pem, known.algorithm)

    def central_bank() -> ParticipantCode | None:
        everyone = directory.current().participants.values()
        return next((participant.code for participant in everyone if participant.kind is ParticipantKind.OVERSEER), None)

    adapters = open_adapters(
        signer=signer, find_key=find_key, central_bank=central_bank, rtgs_url=settings.rtgs_url, files_directory=settings.files
    )
    try:
        async with database.reading() as connection:
            await require_safe(connection, clock.now())
            await require_current(connection)
        await directory.refresh()
        switch = make_switch(database, directory, Outside(clock, signer, adapters))
        try:
            yield switch
        finally:
            await switch.pay_batches.close()
            await switch.lane.close()
    finally:
        await adapters.close()
        await database.close()


def _arm_fail_points(settings: Settings) -> None:
    if not settings.fail_points:
        return
    if not settings.sandbox:
        raise SettingsWrong("SWITCH_FAIL_POINTS: only a sandbox may be made to fail, and this data folder is none")
    try:
        settings.run.mkdir(parents=True, exist_ok=True)
        arm(read_failures(settings.fail_points), settings.failed)
    except FailPointsWrong as wrong:
        raise SettingsWrong(f"SWITCH_FAIL_POINTS: {wrong}") from None


def make_switch(database: Database, directory: CurrentDirectory, outside: Outside) -> Switch:
    """Everything put together, by hand."""
    clock, adapters, chance = outside.clock, outside.adapters, outside.chance
    current = directory.current
    lane = PostingLane(database, clock)
    billers = BillerLines(current, adapters.billers)
    pay_bill = PayBill.on(clock, current, database, lane, billers)
    open_window = OpenWindow(clock=clock, database=database)
    close_window = CloseWindow(clock=clock, database=database)
    settle_window = SettleWindow(clock=clock, database=database, settlement=adapters.settlement)
    issue_files = IssueFiles(clock=clock, database=database, formats=adapters.formats, drop=adapters.drop, signer=outside.signer)
    return Switch(
        clock=clock,
        signer=outside.signer,
        lane=lane,
        directory=directory,
        inquire_bill=InquireBill.on(clock, current, database, billers),
        pay_bill=pay_bill,
        submit_batch=SubmitBatch(clock, database),
        pay_batches=PayBatches(clock, current, database, lane, pay_bill),
        resolve_payments=ResolvePayments(clock, current, database, lane, billers, chance),
        deliver_advices=DeliverAdvices(clock, database, billers, chance),
        acknowledge_advice=AcknowledgeAdvice(clock, database),
        upload_bills=UploadBills(database=database, directory=current),
        admit_participant=AdmitParticipant(clock=clock, database=database, refresh=directory.refresh),
        register_key=RegisterKey(clock=clock, database=database, refresh=directory.refresh),
        revoke_key=RevokeKey(clock=clock, database=database, refresh=directory.refresh),
        connect_biller=ConnectBiller(clock=clock, database=database, refresh=directory.refresh, protocols=frozenset(adapters.billers)),
        limit_participant=LimitParticipant(clock=clock, database=database, refresh=directory.refresh),
        offer_service=OfferService(clock=clock, database=database, refresh=directory.refresh),
        publish_tariff=PublishTariff(clock=clock, database=database, refresh=directory.refresh),
        change_cap=ChangeCap(clock=clock, database=database),
        load_catalogue=LoadCatalogue(clock=clock, database=database, refresh=directory.refresh),
        set_calendar=SetCalendar(clock=clock, database=database),
        open_window=open_window,
        close_window=close_window,
        settle_window=settle_window,
        issue_files=issue_files,
        advance_windows=AdvanceWindows(
            clock=clock,
            database=database,
            open_window=open_window,
            close_window=close_window,
            settle_window=settle_window,
            issue_files=issue_files,
        ),
        import_statement=ImportStatement(clock=clock, database=database, formats=adapters.formats),
        reconcile=Reconcile(clock=clock, database=database),
        advices=Advices(database),
        breaks=Breaks(database),
        catalogue=Catalogue(database, current),
        files=Files(database, adapters.drop),
        journal=Journal(database),
        payment_batches=PaymentBatches(database),
        payments=Payments(database),
        payment_stories=PaymentStories(database),
        positions=Positions(database),
        readiness=Readiness(database),
        verification=Verification(database, adapters.drop),
        windows=Windows(database),
    )
