"""The catalogue: services and tariffs, rows and what they mean."""

from typing import Any

from sqlalchemy import Row

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
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.money import Money
from switch.domain.participants import Name


def service_of(row: Row[Any]) -> Service:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return Service(
        code=ServiceCode(row.code),
        biller=ParticipantCode(row.biller_code),
        name=Name(row.name_ar, row.name_en),
        mode=Mode(row.mode),
        reference=ReferenceRule(
            Name(row.reference_label_ar, row.reference_label_en),
            row.reference_pattern,
            row.reference_example,
        ),
        rule=AmountRule(AmountRuleKind(row.rule), money(row.minimum_minor), money(row.maximum_minor)),
        currency=row.currency,
        fixed_amount=money(row.fixed_minor),
        typical_amount=money(row.typical_minor),
        cycle=row.cycle,
        open=row.open,
        answer_seconds=row.answer_seconds,
        certain_seconds=row.certain_seconds,
        overdue=OverdueRule(row.overdue),
        reversal=ReversalRule(row.reversal),
        reversal_seconds=row.reversal_seconds,
        refunds=RefundRule(row.refunds),
        refund_fees=RefundFees(row.refund_fees),
    )


def service_row(service: Service) -> dict[str, Any]:
    return {
        "code": service.code,
        "biller_code": service.biller,
        "name_ar": service.name.ar,
        "name_en": service.name.en,
        "mode": service.mode,
        "reference_label_ar": service.reference.label.ar,
        "reference_label_en": service.reference.label.en,
        "reference_pattern": service.reference.pattern,
        "reference_example": service.reference.example,
        "rule": service.rule.kind,
        "currency": service.currency,
        "minimum_minor": service.rule.minimum and service.rule.minimum.minor,
        "maximum_minor": service.rule.maximum and service.rule.maximum.minor,
        "fixed_minor": service.fixed_amount and service.fixed_amount.minor,
        "typical_minor": service.typical_amount and service.typical_amount.minor,
        "cycle": service.cycle,
        "open": service.open,
        "answer_seconds": service.answer_seconds,
        "certain_seconds": service.certain_seconds,
        "overdue": service.overdue,
        "reversal": service.reversal,
        "reversal_seconds": service.reversal_seconds,
        "refunds": service.refunds,
        "refund_fees": service.refund_fees,
        "digest": service.digest(),
    }


def tariff_of(row: Row[Any]) -> Tariff:
    return Tariff(
        tariff_id=row.tariff_id,
        service=None if row.service_code is None else ServiceCode(row.service_code),
        channel=row.channel,
        from_minor=row.from_minor,
        currency=row.currency,
        fixed_minor=row.fixed_minor,
        rate_ppm=row.rate_ppm,
        maximum_minor=row.maximum_minor,
        borne_by=BorneBy(row.borne_by),
        switch_ppm=row.switch_ppm,
        bank_ppm=row.bank_ppm,
        tax_ppm=row.tax_ppm,
        effective_from=row.effective_from,
    )


def tariff_row(tariff: Tariff) -> dict[str, Any]:
    return {
        "tariff_id": tariff.tariff_id,
        "service_code": tariff.service,
        "channel": tariff.channel,
        "from_minor": tariff.from_minor,
        "currency": tariff.currency,
        "fixed_minor": tariff.fixed_minor,
        "rate_ppm": tariff.rate_ppm,
        "maximum_minor": tariff.maximum_minor,
        "borne_by": tariff.borne_by,
        "switch_ppm": tariff.switch_ppm,
        "bank_ppm": tariff.bank_ppm,
        "tax_ppm": tariff.tax_ppm,
        "effective_from": tariff.effective_from,
        "digest": tariff.digest(),
    }
