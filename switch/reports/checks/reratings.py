"""Re-ratings: each is what was agreed on, and what every payment of a finished one has been charged is what the corrected tariff says."""

import json
from collections.abc import Mapping

from sqlalchemy import text

from switch.domain.catalogue import RefundFees, Service
from switch.domain.catalogue_document import proposed_tariffs
from switch.domain.errors import Refusal
from switch.domain.fees import in_place_of
from switch.domain.identifiers import ServiceCode
from switch.domain.reratings import Corrected, Rerating
from switch.reports.checks.examination import UNREADABLE, Examination
from switch.store import reratings
from switch.store.catalogue import service_of, tariff_of

NAME, INVARIANT = "reratings", "I5"

_COUNT = text("SELECT count(*) FROM rerating")
_RERATINGS = text("SELECT * FROM rerating ORDER BY approved_at, rerating_id")
_SERVICES = text("SELECT * FROM service")
_TARIFFS = text("SELECT * FROM tariff")
_AGREED = text("""
    SELECT 're-rating ' || rerating_id, 'no proposal that was approved says so' FROM rerating
    WHERE NOT EXISTS (SELECT FROM proposal WHERE proposal.proposal_id = rerating.proposal_id AND proposal.kind = 'tariff.rerate'
        AND proposal.state = 'approved' AND proposal.subject = rerating_id AND proposal.content ->> 'document' = rerating.document
        AND proposal.content ->> 'from' = rerating.since::text AND proposal.content ->> 'to' = rerating.until::text)
    UNION ALL
    SELECT 'adjustment ' || adjustment_id, 'there is no re-rating ' || rerating FROM adjustment
    WHERE rerating <> '' AND NOT EXISTS (SELECT FROM rerating AS its WHERE its.rerating_id = adjustment.rerating)
    UNION ALL
    SELECT 're-rating ' || rerating_id, rerating.adjusted || ' payments are said to be adjusted, ' || count(adjustment_id) || ' are'
    FROM rerating LEFT JOIN adjustment ON adjustment.rerating = rerating_id AND NOT undoes
    GROUP BY rerating_id HAVING rerating.adjusted < count(adjustment_id) OR rerating.adjusted > count(adjustment_id)
        AND NOT EXISTS (SELECT FROM archive WHERE archive.business_date >= rerating.since)  -- which have gone with their payments
""")
# Of which it is not the last word: a newer re-rating of its day, a part taken back since, a repair of a break.
_OTHERWISE = text("""
    SELECT payment_id FROM adjustment WHERE kind = 'fee_adjusted'
    UNION SELECT payment_id FROM reversal WHERE state = 'AGREED' AND concluded_at >= :approved_at
        AND NOT EXISTS (SELECT FROM payment WHERE (payment.bucket, payment.payment_id) = (reversal.bucket, reversal.payment_id)
            AND payment.state = 'REVERSED')
    UNION SELECT payment_id FROM payment JOIN settlement_window AS its USING (window_id) JOIN rerating AS newer
        ON its.business_date BETWEEN newer.since AND newer.until WHERE newer.approved_at > :approved_at AND newer.after_window IS NOT NULL
""")


async def examine(look: Examination) -> None:
    services = {ServiceCode(row.code): service_of(row) for row in (await look.connection.execute(_SERVICES)).all()}
    published = tuple(tariff_of(row) for row in (await look.connection.execute(_TARIFFS)).all())
    made = []
    await look.counts(_COUNT)
    for row in (await look.connection.execute(_RERATINGS)).all():
        where = f"re-rating {row.rerating_id}"
        try:
            lines = proposed_tariffs(json.loads(row.document), tuple(services.values()))
            its = reratings.rerating_of(row, lines)
        except (*UNREADABLE, Refusal) as fault:
            look.finds(where, f"it cannot be read: {fault}")
            continue
        if its.digest() != row.digest:
            look.finds(where, "it is not what its digest was made of", invariant="I14")
        made.append(its)
    await look.where_wrong(_AGREED, invariant="I16")
    for its in made:
        if its.finished_at is not None:
            corrected = Corrected(in_place_of(published, its.lines), _rules(services))
            await _payments(look, its, corrected)


def _rules(services: Mapping[ServiceCode, Service]) -> dict[ServiceCode, RefundFees]:
    return {code: service.refund_fees for code, service in services.items()}


async def _payments(look: Examination, rerating: Rerating, corrected: Corrected) -> None:
    rows = await look.connection.execute(_OTHERWISE, {"approved_at": rerating.approved_at})
    otherwise = set(rows.scalars())
    async for its in reratings.charged_in(look.connection, rerating.since, rerating.until):
        if its.payment_id not in otherwise and not (change := corrected.change(its)).nothing:
            look.finds(f"payment {its.payment_id}", f"re-rating {rerating.rerating_id} has left {change} of its fees")
