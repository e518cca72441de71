"""Settle debts: payments of them that were ordered are asked of the RTGS, exactly once; its answer ends the claims, or ends the payment."""

from dataclasses import dataclass, replace

import structlog

from switch.domain.debt_webhooks import concerned, debt_told
from switch.domain.debts import DebtPayment, DebtState, DebtWay
from switch.domain.errors import NoOpenWindow
from switch.domain.ledger import debt_ended
from switch.domain.outcomes import Unknown
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus
from switch.domain.settlement_errors import RtgsContradicts, RtgsNotSure
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock, SettlementBank
from switch.store import debts, journal, open_window, positions, webhook_endpoints, webhooks, windows
from switch.store.database import Connection, Database, Together
from switch.usecases.ask_rtgs import again_at, ask_rtgs, leased_until, not_in_suspense, settled_after_all

_log = structlog.get_logger("switch.debts")


@dataclass(frozen=True, slots=True)
class SettleDebts:
    clock: Clock
    database: Database
    settlement: SettlementBank

    async def __call__(self) -> int:
        """All of which the RTGS is to be asked by now; says how many."""
        async with self.database.reading() as connection:
            due = await debts.due(connection, self.clock.now())
        for debt_payment_id in due:
            await self.ask(debt_payment_id)
        return len(due)

    async def ask(self, debt_payment_id: str) -> DebtPayment:
        """As it stands then; still ASKED where the RTGS gave no answer, or another worker is asking."""
        async with self.database.transaction() as connection:
            made = await debts.lock_payment(connection, debt_payment_id)
            now = self.clock.now()
            refused = [each.instruction for each in await debts.refused(connection, made.currency, made.defaulter)]
            asked_after = await not_in_suspense(connection, refused)
            known = await debts.references(connection, made.currency, made.defaulter)
            if made.state is not DebtState.ASKED or not await debts.lease(connection, debt_payment_id, now, leased_until(now)):
                return made
        fail_point(FailPoint.INSTRUCTING)
        answer = await self._answer(made, asked_after, known)
        fail_point(FailPoint.HEARD)
        async with self.database.transaction() as connection:
            standing = await debts.lock_payment(connection, debt_payment_id)
            if standing.state is not DebtState.ASKED:
                return standing
            concluded = await self._conclude(connection, standing, answer)
            fail_point(FailPoint.CLEARING)
        fail_point(FailPoint.CLEARED)
        _log.info("debt.concluded", payment=concluded.debt_payment_id, state=concluded.state)
        return concluded

    async def _answer(self, made: DebtPayment, refused: list[SettlementInstruction], known: set[str]) -> SettlementAnswer | Unknown:
        """What was refused before is asked after first: the same debt is not to be paid twice."""
        try:
            settled = await settled_after_all(self.settlement, refused, known)
        except RtgsNotSure as silence:
            return Unknown(str(silence))
        if settled is None:
            return await ask_rtgs(self.settlement, made.instruction, may_have_left=made.asked > 0)
        contradiction = RtgsContradicts(instruction=settled.instruction_id, reference=settled.rtgs_reference or "")
        return SettlementAnswer(made.debt_payment_id, SettlementStatus.REJECTED, reason=str(contradiction))

    async def _conclude(self, connection: Connection, made: DebtPayment, answer: SettlementAnswer | Unknown) -> DebtPayment:
        now = self.clock.now()
        if isinstance(answer, Unknown):
            await debts.ask_again_at(connection, made.debt_payment_id, again_at(now, made.asked))
            return made
        if answer.status is not SettlementStatus.SETTLED:
            refused = replace(made, state=DebtState.REFUSED, refused_because=answer.reason or "no reason given")
            await debts.conclude(connection, refused, now)
            await self._tell(connection, refused)
            return refused
        if (window := (await open_window.share(connection, [made.currency])).get(made.currency)) is None:
            raise NoOpenWindow(currency=made.currency)
        done = replace(
            made,
            state=DebtState.DONE,
            rtgs_reference=answer.rtgs_reference,
            settled_at=answer.settled_at,
            window_id=window.window_id,
        )
        await debts.conclude(connection, done, now)
        await self.post(connection, done)
        return done

    async def post(self, connection: Connection, done: DebtPayment) -> None:
        """In its window, which is open and shared: what has ended counts no more under the cap; all concerned are told."""
        assert done.window_id is not None
        window = await windows.find(connection, done.window_id)
        assert window is not None
        together = Together()
        entry = debt_ended(window, done.parts, self.clock.now(), paid=done.way is not DebtWay.WRITTEN_OFF)
        await journal.append(together, [entry])
        await together.run(connection)
        await self._tell(connection, done)
        locked = await positions.lock(connection, [(done.defaulter, done.currency)])
        await positions.update(connection, [position.given_back(done.minor) for position in locked.values()])

    async def _tell(self, connection: Connection, made: DebtPayment) -> None:
        listening = await webhook_endpoints.listening(connection, concerned(made))
        await webhooks.append(connection, debt_told(made, listening, self.clock.now()))
