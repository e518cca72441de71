"""Bill uploads: what each line of a biller asks for, and what becomes of the bill that it names."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind, Mode, Service, plain_reference
from switch.domain.errors import (
    AmountOutOfRange,
    BillAlreadyPaid,
    BillBeingPaid,
    BillUnknown,
    CurrencyUnsupported,
    Refusal,
    ServiceUnknown,
)
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import MAXIMUM_MINOR, Money
from switch.domain.participants import Name
from switch.domain.texts import require_plain
from switch.domain.upload_errors import (
    BillAmountMissing,
    BillDatesIncoherent,
    BillNumberMalformed,
    BillPartlyPaid,
    BillRuleRefused,
    ServiceNotOwn,
    ServiceTakesNoUploads,
)

BILL_NUMBER_CHARACTERS = 50
DESCRIPTION_CHARACTERS = 200
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
_BILL_NUMBER = re.compile(r"[\w./-]{1,50}")


class BillAction(StrEnum):
    PUT = "put"
    """Add the bill, or replace what was said of it."""
    WITHDRAW = "withdraw"


class LineStatus(StrEnum):
    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of an upload. `due` is needed to put a bill, and of no matter to withdraw it."""

    action: BillAction
    service: ServiceCode
    customer_reference: str
    bill_number: str
    due: Money | None = None
    rule: AmountRuleKind = AmountRuleKind.EXACT
    issued_on: date | None = None
    due_on: date | None = None
    description: Name | None = None


@dataclass(frozen=True, slots=True)
class LineResult:
    line: int
    """Counted from 1."""
    status: LineStatus
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that is well formed: the bill as the biller wants it, or its end."""

    action: BillAction
    bill: Bill

    def upon(self, known: Bill | None) -> tuple[LineStatus, Bill | None]:
        """What becomes of the bill; None where nothing is to be written. What is paid or being paid is not touched."""
        return self._withdrawn(known) if self.action is BillAction.WITHDRAW else self._put(known)

    def _put(self, known: Bill | None) -> tuple[LineStatus, Bill | None]:
        if known is None:
            return LineStatus.ADDED, self.bill
        new = replace(self.bill, held=known.held, paid=known.paid, changed_at=known.changed_at)
        if new == known:
            return LineStatus.UNCHANGED, None
        if known.held:
            raise BillBeingPaid()
        if known.paid and not known.in_parts:
            raise BillAlreadyPaid()
        if known.paid and (not new.in_parts or new.amount.currency != known.amount.currency or new.amount.minor < known.paid):
            raise BillPartlyPaid(paid=Money(known.paid, known.amount.currency).text(), currency=known.amount.currency)
        return LineStatus.REPLACED, new

    def _withdrawn(self, known: Bill | None) -> tuple[LineStatus, Bill | None]:
        if known is None:
            raise BillUnknown()
        if known.withdrawn:
            return LineStatus.UNCHANGED, None
        if known.held:
            raise BillBeingPaid()
        if known.paid and not (known.in_parts and known.remaining):
            raise BillAlreadyPaid()
        return LineStatus.WITHDRAWN, replace(known, withdrawn=True)


def wanted(line: BillLine, biller: ParticipantCode, service: Service | None) -> Wanted:
    """Raises the first thing that is wrong with a line, before any bill is looked at."""
    if service is None:
        raise ServiceUnknown(service=line.service)
    if service.biller != biller:
        raise ServiceNotOwn(service=line.service)
    if service.mode is not Mode.UPLOADED:
        raise ServiceTakesNoUploads(service=line.service)
    key = BillKey(service.code, service.reference.normalise(line.customer_reference), _bill_number(line.bill_number))
    if line.action is BillAction.WITHDRAW:
        nothing_said = Bill(key, Money(0, service.currency), service.rule.kind, uploaded=True)
        return Wanted(line.action, nothing_said)
    bill = Bill(
        key=key,
        amount=_amount(line.due, service.currency),
        rule=_rule(line.rule, service),
        uploaded=True,
        issued_on=line.issued_on,
        due_on=line.due_on,
        description=_description(line.description),
    )
    _require_dates(line.issued_on, line.due_on)
    return Wanted(line.action, bill)


def _bill_number(text: str) -> str:
    number = plain_reference(text)
    if _BILL_NUMBER.fullmatch(number) is None:
        raise BillNumberMalformed(most=BILL_NUMBER_CHARACTERS)
    return number


def _amount(due: Money | None, currency: str) -> Money:
    if due is None:
        raise BillAmountMissing()
    if due.currency != currency:
        raise CurrencyUnsupported(currency=due.currency[:8])
    if not 0 < due.minor <= MAXIMUM_MINOR:
        raise AmountOutOfRange(maximum=Money(MAXIMUM_MINOR, currency).text(), currency=currency)
    return due


def _rule(rule: AmountRuleKind, service: Service) -> AmountRuleKind:
    """A single bill may be stricter than its service, never laxer."""
    if rule not in (service.rule.kind, AmountRuleKind.EXACT) and service.rule.kind is not AmountRuleKind.ANY:
        raise BillRuleRefused(service=service.code, rule=service.rule.kind)
    return rule


def _description(description: Name | None) -> Name | None:
    if description is not None:
        require_plain(description.ar, "description", DESCRIPTION_CHARACTERS)
        require_plain(description.en, "description", DESCRIPTION_CHARACTERS)
    return description


def _require_dates(issued_on: date | None, due_on: date | None) -> None:
    given = [day for day in (issued_on, due_on) if day is not None]
    if given != sorted(given) or any(not EARLIEST <= day < LATEST for day in given):
        raise BillDatesIncoherent()
