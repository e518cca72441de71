"""The catalogue on the line: billers and services as banks show them to their customers."""

from typing import Annotated

from pydantic import Field

from switch.api.outage_views import OutageView, outage_view
from switch.api.shapes import Amount, BilingualName, Currency, Day, Moment, ParticipantText, ServiceText, Shape
from switch.domain.catalogue import (
    AmountRule,
    AmountRuleKind,
    Mode,
    OverdueRule,
    ReferenceRule,
    RefundFees,
    RefundRule,
    ReversalRule,
    Service,
)
from switch.domain.fees import BorneBy, Tariff
from switch.domain.money import Money
from switch.domain.participants import ParticipantStatus
from switch.reports.catalogue import ListedBiller, ListedService


class BillerView(Shape):
    """One biller, by its national code."""

    biller_code: ParticipantText
    name: BilingualName
    category: Annotated[str | None, Field(examples=["electricity"])]
    governorate: Annotated[str | None, Field(examples=["damascus"])]
    status: ParticipantStatus
    """Payments are taken while it is `live` or `pilot`."""
    outages: list[OutageView]
    """Declared ones, present and coming: in them it answers nothing; bills that it has uploaded stay payable."""
    updated_at: Moment


class BillerPage(Shape):
    """By code."""

    items: list[BillerView]
    next_cursor: str | None


class ReferenceRuleView(Shape):
    """How a customer is named: what to ask the payer for, and what the whole of it must match."""

    label: BilingualName
    pattern: Annotated[str, Field(examples=["[0-9]{10}"])]
    """A regular expression for the whole reference, digits in Latin form."""
    example: str


class AmountRuleView(Shape):
    """What may be paid; the rule of a single bill may be stricter."""

    kind: AmountRuleKind
    minimum: Amount | None
    maximum: Amount | None


class TariffView(Shape):
    """One line of the tariff: a fixed part and a share of the amount, at most the maximum; tax is added on it."""

    tariff_id: str
    channel: str | None
    """None: every channel that has no line of its own."""
    amount_from: Amount
    fixed: Amount
    rate_ppm: Annotated[int, Field(ge=0)]
    """Millionths of the amount, rounded half up to the minor unit."""
    maximum: Amount
    tax_ppm: Annotated[int, Field(ge=0)]
    borne_by: BorneBy
    effective_from: Day


class ServiceView(Shape):
    """One thing that a biller charges for."""

    service_code: ServiceText
    biller_code: ParticipantText
    name: BilingualName
    mode: Mode
    """`online` and `prepaid`: the biller is asked, and a payment must name its inquiry; `uploaded` and `fee`: the switch answers."""
    open: bool
    """Whether payments are taken, but in the outages."""
    outages: list[OutageView]
    """Declared ones of its biller, present and coming, where the biller is asked: in them nothing is taken."""
    reference: ReferenceRuleView
    rule: AmountRuleView
    currency: Currency
    fixed_amount: Amount | None
    typical_amount: Amount | None
    cycle: Annotated[str | None, Field(examples=["monthly"])]
    answer_seconds: int
    """How long the biller may take to answer."""
    certain_seconds: int
    """Within how long the outcome of a payment in doubt is certain."""
    overdue: OverdueRule
    """What becomes of a payment that is still in doubt then: `staff` decide, or by its biller's agreement `give_back` or `force`."""
    reversal: ReversalRule
    """Whether a completed payment can be taken back: `never`; `asked`: the biller may refuse; `told`: the switch agrees at once."""
    reversal_seconds: int
    """How long after its completion a payment can be reversed."""
    refunds: RefundRule
    """How much of it at once: the `whole` only, or `parts`, too."""
    refund_fees: RefundFees
    """Where a part is taken back: the fees are `kept`, or a share of them goes with it (`shared`). With the rest goes the rest of them."""
    tariffs: list[TariffView]
    """The most specific line that is in force counts: the service's own before the general, then its channel's, then the newest."""
    updated_at: Moment


class ServicePage(Shape):
    """By code."""

    items: list[ServiceView]
    next_cursor: str | None


def biller_view(listed: ListedBiller) -> BillerView:
    biller = listed.biller
    return BillerView.model_construct(
        biller_code=biller.code,
        name=BilingualName.of(biller.name),
        category=biller.category,
        governorate=biller.governorate,
        status=biller.status,
        outages=[outage_view(outage) for outage in listed.outages],
        updated_at=listed.changed_at,
    )


def service_view(listed: ListedService) -> ServiceView:
    service = listed.service
    return ServiceView.model_construct(
        service_code=service.code,
        biller_code=service.biller,
        name=BilingualName.of(service.name),
        mode=service.mode,
        open=service.open,
        outages=[outage_view(outage) for outage in listed.outages],
        reference=_reference(service.reference),
        rule=rule_view(service),
        currency=service.currency,
        fixed_amount=_amount(service.fixed_amount),
        typical_amount=_amount(service.typical_amount),
        cycle=service.cycle,
        answer_seconds=service.answer_seconds,
        certain_seconds=service.certain_seconds,
        overdue=service.overdue,
        reversal=service.reversal,
        reversal_seconds=service.reversal_seconds,
        refunds=service.refunds,
        refund_fees=service.refund_fees,
        tariffs=[_tariff(tariff) for tariff in listed.tariffs],
        updated_at=listed.changed_at,
    )


def rule_view(service: Service) -> AmountRuleView:
    rule: AmountRule = service.bill_rule
    return AmountRuleView.model_construct(kind=rule.kind, minimum=_amount(rule.minimum), maximum=_amount(rule.maximum))


def _reference(rule: ReferenceRule) -> ReferenceRuleView:
    return ReferenceRuleView.model_construct(label=BilingualName.of(rule.label), pattern=rule.pattern, example=rule.example)


def _tariff(tariff: Tariff) -> TariffView:
    return TariffView.model_construct(
        tariff_id=tariff.tariff_id,
        channel=tariff.channel,
        amount_from=Amount.minor(tariff.from_minor, tariff.currency),
        fixed=Amount.minor(tariff.fixed_minor, tariff.currency),
        rate_ppm=tariff.rate_ppm,
        maximum=Amount.minor(tariff.maximum_minor, tariff.currency),
        tax_ppm=tariff.tax_ppm,
        borne_by=tariff.borne_by,
        effective_from=tariff.effective_from,
    )


def _amount(money: Money | None) -> Amount | None:
    return None if money is None else Amount.of(money)
