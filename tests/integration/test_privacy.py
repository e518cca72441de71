"""Personal data in the books: under lock, renewed under new keys, erased when its time is over, looked at with a reason."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from switch.domain.errors import PaymentUnknown
from switch.domain.payments import Payer, Payment
from switch.domain.privacy import Kept, LookReasonMissing, RetentionOutOfRange, RetentionRule
from switch.domain.pseudonyms import customer_pseudonym, customer_pseudonyms
from switch.reports.payment_stories import PaymentStories
from switch.reports.privacy import Privacy
from switch.store import payments
from switch.store.vault import VaultBroken, row_name, use_vault, vault
from switch.usecases.erase_expired import EraseExpired
from switch.usecases.look_at_payer import LookAtPayer
from switch.usecases.renew_personal_data import RenewPersonalData
from switch.usecases.seal_log import SealLog
from switch.usecases.set_retention import SetRetention
from tests.filled_books import LOG, LOG_KEY, World
from tests.seeded import BANK, START, order, rows
from tests.vault_keys import FixedMasterKeys

PAYER = Payer("زياد المزروع", "0999887766", "01987654321")
REFERENCE = "7777000111"
REASON = "Dispute 14 of the bank"


@dataclass
class MovedClock:
    """A clock of another day."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def world(sealed: World) -> World:
    return sealed


async def paid(world: World) -> Payment:
    """Completed, by a payer whom the bank has named."""
    command = order(4_321, accept=True, reference=REFERENCE)
    request = replace(command.payment.request, payer=PAYER)
    payment = replace(command.payment, request=request, request_digest=request.digest())
    await world.write(replace(command, payment=payment))
    await SealLog(MovedClock(), world.database, LOG_KEY, LOG.origin).whole()
    return payment


async def found(world: World, payment: Payment) -> Payment:
    async with world.database.reading() as connection:
        return (await payments.find(connection, [payment.payment_id]))[payment.payment_id]


async def everything(world: World) -> str:
    """Every row of every table, as a copy of the database would give it away."""
    tables = await rows(world.database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    whole = []
    for (table,) in tables:
        whole += [str(row[0]) for row in await rows(world.database, f'SELECT to_jsonb(its)::text FROM "{table}" AS its')]
    return "\n".join(whole)


async def test_what_a_bank_says_of_a_payer_comes_back_and_is_nowhere_in_the_database(world: World) -> None:
    payment = await paid(world)
    assert (await found(world, payment)).request == payment.request
    copied = await everything(world)
    assert str(payment.payment_id) in copied
    for clear in (PAYER.name, PAYER.phone, PAYER.national_number, REFERENCE):
        assert clear is not None
        assert clear not in copied
        assert clear.encode().hex() not in copied
    assert await world.findings() == ()


async def test_a_ciphertext_belongs_to_its_row_and_its_bank_alone(world: World) -> None:
    payment = await paid(world)
    ((kept,),) = await rows(world.database, "SELECT personal FROM payment WHERE payment_id = :id", id=payment.payment_id)
    its = row_name("payment", payment.payment_id)
    assert (vault().take(BANK, its, kept) or [])[0] == REFERENCE
    altered = kept[:-1] + bytes([kept[-1] ^ 1])
    another = row_name("inquiry", payment.payment_id)
    for owner, row, content in (("100028", its, kept), (BANK, another, kept), (BANK, its, altered), (BANK, its, kept[:20])):
        with pytest.raises(VaultBroken):
            vault().take(owner, row, content)


async def test_a_new_master_key_is_used_at_once_and_the_old_rows_follow(world: World) -> None:
    payment, clock = await paid(world), MovedClock(START + timedelta(minutes=10))
    masters = FixedMasterKeys()
    use_vault(masters)
    renew = RenewPersonalData(clock, world.database)
    assert await renew() == 0
    masters.newest = 2
    later = await paid(world)
    kept = {row[0]: row[1] for row in await rows(world.database, "SELECT payment_id, get_byte(personal, 1) FROM payment")}
    assert (kept[payment.payment_id], kept[later.payment_id]) == (1, 2)
    await renew()
    assert len(await rows(world.database, "SELECT DISTINCT get_byte(personal, 1) FROM payment")) == 2, "not all may have heard of it yet"
    clock.at += timedelta(minutes=1)
    assert await renew() > 0
    assert await renew() == 0
    assert await rows(world.database, "SELECT DISTINCT get_byte(personal, 1) FROM payment") == [(2,)]
    assert await rows(world.database, "SELECT count(*) FROM privacy_progress WHERE task = 'key-2' AND finished_at IS NULL") == [(0,)]
    assert (await found(world, payment)).request == payment.request
    assert await world.findings() == ()


async def test_past_its_time_the_payer_goes_and_the_books_still_prove_themselves(world: World) -> None:
    payment = await paid(world)
    old = MovedClock(START + timedelta(days=401))
    assert await EraseExpired(MovedClock(START + timedelta(days=34)), world.database, world.drop)() == 0
    while await EraseExpired(old, world.database, world.drop)():
        pass
    erased = await found(world, payment)
    assert (erased.erased, erased.request.customer_reference, erased.request.payer) == (True, "", None)
    assert await rows(world.database, "SELECT count(*) FROM inquiry") == [(0,)]
    looked = await LookAtPayer(old, world.database)(str(payment.payment_id), REASON, "staff:nour")
    assert looked.erased
    await SealLog(old, world.database, LOG_KEY, LOG.origin).whole()
    early = {finding.what for finding in await world.findings()}
    assert early <= {"its payer was erased before its time"}, "for the database's own clock, that is"
    await world.behind_the_guards(
        text("UPDATE payment SET amount_minor = amount_minor + 1 WHERE payment_id = :id").bindparams(id=payment.payment_id)
    )
    assert [its for its in await world.findings() if its.where == f"payment {payment.payment_id}" and "digest" in its.what]


async def test_live_payments_keep_their_payers_and_hold_nobody_else_up_twice(world: World) -> None:
    old = MovedClock(START + timedelta(days=500))
    while await EraseExpired(old, world.database, world.drop)():
        pass
    live = await rows(world.database, "SELECT count(*) FROM payment WHERE concluded_at IS NULL AND get_byte(personal, 1) = 0")
    assert live == [(0,)]


async def test_a_look_at_a_payer_has_a_reason_and_stays(world: World) -> None:
    payment, look = await paid(world), LookAtPayer(MovedClock(), world.database)
    for reason in ("", "   ", "because", "x" * 501):
        with pytest.raises(LookReasonMissing):
            await look(str(payment.payment_id), reason, "staff:nour")
    with pytest.raises(PaymentUnknown):
        await look("0000", REASON, "staff:nour")
    assert await Privacy(world.database).looks(None, 10) == []
    assert (await look(payment.reference, REASON, "staff:nour")).request.payer == PAYER
    (kept,) = await Privacy(world.database).looks(payment.reference, 10)
    assert (kept.by, kept.reason, kept.payment_id) == ("staff:nour", REASON, payment.payment_id)
    with pytest.raises(Exception, match="append-only"):
        async with world.database.transaction() as connection:
            await connection.execute(text("UPDATE personal_data_look SET by = 'nobody'"))
    await SealLog(MovedClock(), world.database, LOG_KEY, LOG.origin).whole()
    assert await world.findings() == ()
    await world.behind_the_guards(text("DELETE FROM personal_data_look"))
    assert [its.where for its in await world.findings()] == [f"look at a payer {kept.look_id}"]


async def test_elsewhere_staff_see_a_mask(world: World) -> None:
    payment = await paid(world)
    story = await PaymentStories(world.database).named(payment.reference)
    assert (story.payment.request.customer_reference, story.payment.request.payer) == ("•••111", None)


async def test_the_newest_rule_counts_within_its_limits(world: World) -> None:
    retention = SetRetention(MovedClock(), world.database)
    with pytest.raises(RetentionOutOfRange):
        await retention(RetentionRule(Kept.PAYERS, 1), "staff:nour")
    await retention(RetentionRule(Kept.PAYERS, 90), "staff:nour")
    status = await Privacy(world.database).status()
    assert (status.rules[Kept.PAYERS].days, status.rules[Kept.INQUIRIES].days) == (90, 35)


@pytest.mark.parametrize("written", [["100452371"], ["12/3", "٤٥٦", " 7  8 "], ["A", ""]])
def test_pseudonyms_made_together_are_those_made_one_by_one(written: list[str]) -> None:
    assert customer_pseudonyms([each.encode() for each in written]) == [customer_pseudonym(each).encode() for each in written]
    assert customer_pseudonym("٤٥٦") == customer_pseudonym("456")
