"""Sheets of incidents: by participant and kind with their durations, and each of them."""

# ruff: noqa: S608 - the pieces put together here are our own words; every value is a parameter

from switch.domain.participants import Name
from switch.domain.reports import SheetPlan
from switch.store.sheets.known import CODE, INCIDENTS, NAME, NAME_EN, OUTAGES, at, count, lasted, named, names, word

_KIND = word("incident", "الحادث", "Incident")
_PURPOSE = word("line", "الخط", "Line")
# What goes on counts until the end of the period, or the moment of knowledge. An outage that was withdrawn ended then.
_OF_PERIOD = f"""
    SELECT kind, participant_code AS code, purpose, began_at, ended_at FROM {INCIDENTS} AS its
    WHERE began_at < :ends AND coalesce(ended_at, :ends) > CAST(:begins AS timestamptz)
    UNION ALL
    SELECT 'outage', content ->> 'biller_code', '', (content ->> 'begins_at')::timestamptz,
        least((content ->> 'ends_at')::timestamptz, (content ->> 'withdrawn_at')::timestamptz) FROM {OUTAGES} AS its
    WHERE (content ->> 'begins_at')::timestamptz < least(CAST(:ends AS timestamptz), CAST(:known_at AS timestamptz))
      AND least((content ->> 'ends_at')::timestamptz, (content ->> 'withdrawn_at')::timestamptz)
        > greatest(CAST(:begins AS timestamptz), (content ->> 'begins_at')::timestamptz)
"""
_TOOK = """
    greatest(round(extract(epoch FROM least(coalesce(ended_at, :known_at), CAST(:ends AS timestamptz), CAST(:known_at AS timestamptz))
        - greatest(began_at, CAST(:begins AS timestamptz))) * 1000), 0)::bigint
"""
BY_PARTICIPANT = SheetPlan(
    "incidents",
    Name("الحوادث ومدتها", "Incidents and their durations"),
    (
        _KIND,
        CODE,
        NAME,
        NAME_EN,
        _PURPOSE,
        count("times", "عددها", "How often"),
        lasted("lasted", "مجموع مدتها", "Lasted in all"),
        lasted("longest", "أطولها", "Longest"),
        count("going_on", "لم تنته", "Not ended"),
    ),
    f"""
    SELECT kind, code, {names("code")}, purpose, count(*), sum({_TOOK})::bigint, max({_TOOK}),
        count(*) FILTER (WHERE ended_at IS NULL OR ended_at > CAST(:known_at AS timestamptz))
    FROM ({_OF_PERIOD}) AS its {named("code")} GROUP BY kind, code, purpose, called.content ORDER BY kind, code, purpose
    """,
    bars="lasted",
    note=Name(
        "الحادث: جهة مفوترة أو مستقبِل إشعارات مصرف لا يجيب فيُترك، أو إشعار أُوقف إرساله، أو توقف معلن، أو توقف المحوّل نفسه. "
        "والمدة ضمن مدة التقرير.",
        "A biller, or a bank's webhook end point, that did not answer and was left alone, an advice that was parked, "
        "a declared outage, the switch itself down.",
    ),
)
LISTED = SheetPlan(
    "incident_list",
    Name("الحوادث", "Incidents"),
    (_KIND, CODE, NAME, NAME_EN, _PURPOSE, at("began_at", "من", "From"), at("ended_at", "إلى", "To"), lasted("lasted", "مدته", "Lasted")),
    f"""
    SELECT kind, code, {names("code")}, purpose, began_at, ended_at, {_TOOK}
    FROM ({_OF_PERIOD}) AS its {named("code")} ORDER BY began_at, kind, code, purpose, ended_at
    """,
)
