"""Check the truth: of payments that are completed, a sample and all large ones are inquired again; what is still due becomes a break."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from switch.domain.catalogue import Mode
from switch.domain.directory import Directory
from switch.domain.payments import PaymentState
from switch.domain.truth_checks import (
    AFTER_SECONDS,
    AGAIN_SECONDS,
    NO_LATER_THAN_SECONDS,
    TruthCheck,
    TruthFinding,
    finding_of,
    still_due,
)
from switch.ports import Clock
from switch.store import truth_checks
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines, Purpose

MOST_ASKED = 20
"""At once, so that checking never stands in the way of paying."""

_log = structlog.get_logger("switch.truth")


@dataclass(frozen=True, slots=True)
class CheckTruth:
    clock: Clock
    directory: Callable[[], Directory]
    database: Database
    billers: BillerLines

    async def __call__(self) -> int:
        """How many were looked at. Twice at once is harmless: a look changes nothing at the biller."""
        now, directory = self.clock.now(), self.directory()
        banks = [participant.code for participant in directory.participants.values() if participant.pays]
        services = [code for code, service in directory.services.items() if service.mode is Mode.ONLINE]
        since, until = now - timedelta(seconds=NO_LATER_THAN_SECONDS), now - timedelta(seconds=AFTER_SECONDS)
        async with self.database.reading() as connection:
            due = [*await truth_checks.again(connection, now, MOST_ASKED)]
            due += await truth_checks.chosen(connection, banks, services, since, until, MOST_ASKED)
        asked = [check for check in due if self.billers.may_be_asked(check.payment.biller, Purpose.QUESTIONS)][:MOST_ASKED]
        await asyncio.gather(*(self._look(check) for check in asked))
        return len(asked)

    async def _look(self, check: TruthCheck) -> None:
        payment = check.payment
        if payment.state is not PaymentState.COMPLETED:
            await self._keep(check.looked(TruthFinding.SETTLED))  # taken back since
            return
        service = self.directory().service(payment.request.service)
        shown = await self.billers.inquire(service, payment.request.customer_reference)
        await self._keep(check.looked(finding_of(payment, shown)))

    async def _keep(self, check: TruthCheck) -> None:
        now, payment = self.clock.now(), check.payment
        next_look_at = None if check.over else now + timedelta(seconds=AGAIN_SECONDS)
        assert payment.business_date is not None
        found = still_due(payment, payment.business_date, now)
        async with self.database.transaction() as connection:
            await truth_checks.keep(connection, check, now, next_look_at)
            if check.finding is TruthFinding.STILL_DUE:
                await truth_checks.open_break(connection, found)
                _log.warning("truth.still_due", payment_id=str(payment.payment_id), biller=payment.biller)
            elif check.finding is TruthFinding.SETTLED:
                await truth_checks.end_break(connection, found, now)
