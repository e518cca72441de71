"""Refusals of statements that are handed in: their layouts, the rules for them, and quarantine."""

from switch.domain.errors import Refusal


class MatchingRuleRefused(Refusal):
    code = "matching_rule_refused"
    en = "Payments are looked for in statements of 0 to {most} days around, and a tolerance is not below zero."
    ar = "يُبحث عن الدفعات في كشوف ما بين 0 و{most} يوماً حول يومها، ولا يقل حد التسامح عن الصفر."


class MappingRefused(Refusal):
    code = "mapping_refused"
    en = "The mapping cannot be used: {why}."
    ar = "لا يمكن استعمال توصيف الملف: {why_ar}."


class QuarantineUnknown(Refusal):
    code = "quarantine_unknown"
    en = "There is no such statement of yours in quarantine."
    ar = "لا يوجد كشف لكم بهذا المعرّف في الحجر."
