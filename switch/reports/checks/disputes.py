"""Disputes: each history is whole, sealed, and leads to where its dispute stands; what people wrote is what they wrote, or was erased."""

import hashlib

from sqlalchemy import text

from switch.domain.pseudonyms import dispute_pseudonym
from switch.reports.checks.examination import Examination
from switch.store.dispute_queries import attachment_name, event_name
from switch.store.vault import VaultBroken, erased_mark, vault

NAME, INVARIANT = "disputes", "I14"

_COUNT = text("SELECT count(*) FROM dispute_event")
_STANDING = text("""
    SELECT 'dispute ' || its.dispute_id, CASE WHEN NOT whole THEN 'it has ' || its.events || ' lines of history, ' || lines || ' are there'
        WHEN NOT begun THEN 'it is not what was opened' ELSE 'its history leads elsewhere' END
    FROM dispute AS its
    CROSS JOIN LATERAL (SELECT count(*) AS lines, max(number) AS number FROM dispute_event WHERE dispute_id = its.dispute_id) AS known
    LEFT JOIN dispute_event AS opening ON opening.dispute_id = its.dispute_id AND opening.number = 1
    LEFT JOIN dispute_event AS last ON last.dispute_id = its.dispute_id AND last.number = known.number
    CROSS JOIN LATERAL (SELECT
        (lines, known.number) IS NOT DISTINCT FROM (its.events::bigint, its.events) AS whole,
        opening.facts IS NOT DISTINCT FROM jsonb_build_object('payment_id', its.payment_id, 'reason', its.reason,
            'claimed_minor', its.claimed_minor::text, 'currency', its.currency, 'to', opening.holder)
            AND (opening.by, opening.at) IS NOT DISTINCT FROM (its.opener_code, its.opened_at) AS begun,
        (last.state, last.holder, last.deadline, last.remedy, last.agreed_minor, last.outcome, last.late)
            IS NOT DISTINCT FROM (its.state, its.holder, its.deadline, its.remedy, its.agreed_minor, its.outcome, its.late) AS reached
    ) AS stands
    WHERE NOT (whole AND begun AND reached)
""")
_STRANGE = text("""
    SELECT 'dispute ' || dispute.dispute_id, 'it is about a payment that there is not, or of other participants'
    FROM dispute LEFT JOIN payment ON payment.bucket = bucket_of(dispute.payment_id) AND payment.payment_id = dispute.payment_id
    LEFT JOIN archived_payment AS gone ON gone.bucket = bucket_of(dispute.payment_id) AND gone.payment_id = dispute.payment_id
        AND gone.bank_code = dispute.bank_code
    WHERE (gone.payment_id IS NULL
           AND (payment.bank_code, payment.biller_code) IS DISTINCT FROM (dispute.bank_code, dispute.biller_code))
       OR opener_code NOT IN (dispute.bank_code, dispute.biller_code)
""")
_SEALS = text("""
    SELECT 'history of dispute ' || dispute_id || ' line ' || number, 'it is not what was recorded'
    FROM dispute_event WHERE digest <> sha256(convert_to((to_jsonb(dispute_event) - 'digest' - 'personal')::text, 'UTF8'))
    UNION ALL
    SELECT 'term of disputes ' || reason || ' of ' || changed_at, 'it is not what two people have agreed on'
    FROM dispute_term WHERE digest <> sha256(convert_to((to_jsonb(dispute_term) - 'digest')::text, 'UTF8'))
""")
_SAID = text("SELECT dispute_event.*, bank_code FROM dispute_event JOIN dispute USING (dispute_id)")
_ATTACHED = text("SELECT dispute_attachment.*, bank_code FROM dispute_attachment JOIN dispute USING (dispute_id)")


async def examine(look: Examination) -> None:
    async for row in look.each(_SAID, count=_COUNT):
        try:
            said = vault().take(row.bank_code, event_name(row.dispute_id, row.number), row.personal)
            mark = erased_mark(row.personal) if said is None else dispute_pseudonym(*said)
        except VaultBroken:
            mark = ""
        if mark != row.said:
            look.finds(f"history of dispute {row.dispute_id} line {row.number}", "what was written in it is not what was written")
    async for row in look.each(_ATTACHED):
        try:
            content = vault().take_bytes(row.bank_code, attachment_name(row.dispute_id, row.sha256), row.personal)
            sha256 = erased_mark(row.personal) if content is None else hashlib.sha256(content).hexdigest()
        except (VaultBroken, ValueError):
            sha256 = ""
        if sha256 != row.sha256:
            look.finds(f"attachment {row.sha256} of dispute {row.dispute_id}", "its bytes are not those that were attached")
    for wrong in (_STANDING, _STRANGE, _SEALS):
        await look.where_wrong(wrong)
