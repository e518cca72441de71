"""Refuse: a biller that is back will not have what was accepted in its place, told or pulled: a break, and money untouched."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from switch.domain.advice_errors import AdviceAnswered, AdviceNotRefusable
from switch.domain.books import Declined
from switch.domain.errors import AdviceUnknown
from switch.domain.identifiers import EventId, ParticipantCode, PaymentId
from switch.domain.messages import Exchange, answer_note
from switch.domain.outcomes import Reason, Refused
from switch.domain.payments import PaymentEvent
from switch.domain.stand_in import StandInState
from switch.domain.stand_in_breaks import stand_in_refused
from switch.domain.webhooks import NOBODY, Listening, declined_told
from switch.ports import Clock
from switch.store import messages, outbox, payments, truth_checks, webhooks
from switch.store.database import Connection, Database

_log = structlog.get_logger("switch.advices")


@dataclass(frozen=True, slots=True)
class RefuseStandIn:
    clock: Clock
    database: Database
    listening: Callable[[], Listening] = lambda: NOBODY

    async def __call__(self, biller: ParticipantCode, event_id: EventId, reason: Reason, response_code: str, message: bytes) -> None:
        """By a biller that pulls its advices; once or many times. `message`: as it was said.

        Raises AdviceUnknown where it is not its own, AdviceNotRefusable, and AdviceAnswered where it has taken it before.
        """
        now = self.clock.now()
        no = Refused(reason, response_code, heard=(Exchange("advise", now, b"", now, message),))
        async with self.database.transaction() as connection:
            standing = await outbox.lock(connection, biller, event_id)
            if standing is None:
                raise AdviceUnknown()
            if standing.stand_in is None:
                raise AdviceNotRefusable()
            if standing.stand_in is StandInState.TAKEN:
                raise AdviceAnswered(answer="taken", answer_ar="مستلَم")
            await self._keep(connection, biller, event_id, standing.payment_id, no)

    async def told(self, biller: ParticipantCode, event_id: EventId, payment_id: PaymentId, no: Refused) -> None:
        """In answer to an advice that was pushed; nothing where it was answered meanwhile."""
        async with self.database.transaction() as connection:
            await self._keep(connection, biller, event_id, payment_id, no)

    async def _keep(self, connection: Connection, biller: ParticipantCode, event_id: EventId, payment_id: PaymentId, no: Refused) -> None:
        now = self.clock.now()
        if not await outbox.acknowledge(connection, biller, [event_id], now, StandInState.REFUSED):
            return
        payment = (await payments.lock(connection, [payment_id]))[payment_id]
        noted = payment.noted()
        note = "; ".join(filter(None, (f"stand-in refused: {no.reason}", answer_note(no.heard))))
        await payments.conclude(connection, [noted])
        await payments.append_events(
            connection, [PaymentEvent(payment_id, noted.events, now, payment.state, payment.state, "biller", note)]
        )
        await messages.insert_exchanges(connection, [(payment_id, exchange) for exchange in no.heard])
        await truth_checks.open_break(connection, stand_in_refused(payment, no.reason, now), by="advice")
        if told := declined_told([Declined(noted, now, no.reason, no.response_code)], self.listening()):
            await webhooks.append(connection, told)
        _log.warning("stand_in.refused", payment_id=str(payment_id), biller=biller, reason=no.reason)
