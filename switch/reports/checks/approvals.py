"""Approvals, decisions and defaults of windows: each row is what was recorded, two people decided, and the journal has what is claimed."""

from sqlalchemy import text

from switch.reports.checks.examination import Examination

NAME, INVARIANT = "approvals", "I16"

_COUNT = text("""
    SELECT (SELECT count(*) FROM window_approval) + (SELECT count(*) FROM window_answer) + (SELECT count(*) FROM window_decision)
        + (SELECT count(*) FROM window_claim) + (SELECT count(*) FROM settlement_rule) + (SELECT count(*) FROM debt_payment)
""")
_SEALED = {
    "settlement_rule": "'settlement rule of ' || currency || ' ' || number",
    "window_approval": "'window ' || window_id || ' approval asked of ' || participant_code",
    "window_answer": "'window ' || window_id || ' answer ' || number || ' of ' || participant_code",
    "window_decision": "'window ' || window_id || ' decision ' || number",
    "window_claim": "'window ' || window_id || ' claim of ' || creditor_code || ' on ' || defaulter_code",
}
_CHANGED = tuple(
    text(f"""
        SELECT {name}, 'it is not what was recorded' FROM {table}
        WHERE digest <> sha256(convert_to((to_jsonb({table}) - 'digest')::text, 'UTF8'))
    """)  # noqa: S608 - our own words
    for table, name in _SEALED.items()
)
_PEOPLE = text("""
    SELECT 'window ' || window_id || ' decision ' || number, 'no two people have approved it as it stands'
    FROM window_decision AS decision LEFT JOIN proposal USING (proposal_id)
    WHERE NOT coalesce(proposal.state = 'approved' OR (decision.kind = 'lapsed' AND proposal.state = 'failed'), false)
      OR proposal.subject <> window_id
      OR decision.by <> proposal.proposed_by || ' and ' || proposal.decided_by
""")
_UNDECIDED = text("""
    SELECT 'window ' || claim.window_id || ' claim of ' || creditor_code || ' on ' || defaulter_code, 'no recomputation was decided for it'
    FROM window_claim AS claim LEFT JOIN window_decision AS decision
        ON decision.window_id = claim.of_window_id AND decision.number = claim.number
    WHERE decision.kind IS DISTINCT FROM 'recomputed'
""")
_CARRIED = text("""
    SELECT 'window ' || of_window_id || ' claim of ' || creditor_code || ' on ' || defaulter_code,
        'what is covered in one window is not owed in another'
    FROM window_claim GROUP BY of_window_id, number, defaulter_code, creditor_code, source
    HAVING count(*) <> 2 OR sum(CASE WHEN carried THEN minor ELSE -minor END) <> 0
""")
_DEBTS = text("""
    SELECT 'debt payment ' || debt_payment_id || ' of ' || defaulter_code, what
    FROM debt_payment AS its LEFT JOIN proposal USING (proposal_id)
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(part.minor), 0)::bigint AS minor FROM debt_part AS part WHERE part.debt_payment_id = its.debt_payment_id
    ) AS parts ON true
    CROSS JOIN LATERAL (
        SELECT 'it is ' || its.minor || ', its parts come to ' || parts.minor AS what WHERE parts.minor <> its.minor
        UNION ALL
        SELECT 'no two people have approved it as it stands'
        WHERE NOT coalesce(proposal.state = 'approved' AND proposal.subject = defaulter_code
            AND proposal.kind = CASE way WHEN 'rtgs' THEN 'debt.pay' WHEN 'noted' THEN 'debt.note' ELSE 'debt.write_off' END
            AND its.by = proposal.proposed_by || ' and ' || proposal.decided_by, false)
    ) AS wrong
""")
# An account of a default is debited in the window where it is covered, and credited where the defaulter owes it; until that has ended.
_POSTED = text("""
    WITH claim AS (
        SELECT window_id, defaulter_code, creditor_code, source, minor, carried FROM window_claim
        UNION ALL SELECT window_id, defaulter_code, creditor_code, source, part.minor, false
        FROM debt_payment JOIN debt_part AS part USING (debt_payment_id) WHERE window_id IS NOT NULL
    ),
    claimed AS (
        SELECT window_id, leg.account_code, sum(CASE WHEN carried THEN -leg.minor ELSE leg.minor END)::bigint AS minor
        FROM claim CROSS JOIN LATERAL (VALUES
            (CASE source WHEN 'guarantee' THEN 'guarantee:' || defaulter_code
                ELSE 'default_share:' || creditor_code || ':' || defaulter_code END, minor),
            ('position:' || defaulter_code, -minor)
        ) AS leg (account_code, minor) GROUP BY window_id, leg.account_code
    ),
    posted AS (
        SELECT entry.window_id, account_code, sum(minor)::bigint AS minor FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
        WHERE entry.kind IN ('default_covered', 'default_carried', 'debt_paid', 'debt_written_off')
        GROUP BY entry.window_id, account_code
    )
    SELECT 'window ' || window_id || ' account ' || account_code,
        'defaults have posted ' || coalesce(posted.minor, 0) || ', the claims give ' || coalesce(claimed.minor, 0)
    FROM claimed FULL JOIN posted USING (window_id, account_code) WHERE coalesce(posted.minor, 0) <> coalesce(claimed.minor, 0)
""")
# The last word of a debtor before the window was sent was an objection, and nobody has overridden it.
_SENT_ALL_THE_SAME = text("""
    SELECT 'window ' || window_id, 'it was sent although ' || said.participant_code || ' objected and nobody overrode that'
    FROM settlement_instruction AS sent
    CROSS JOIN LATERAL (
        SELECT 1 + count(*) AS round FROM window_decision
        WHERE window_decision.window_id = sent.window_id AND kind = 'recomputed' AND decided_at <= sent.created_at
    ) AS present
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (participant_code) participant_code, approves FROM window_answer
        WHERE window_answer.window_id = sent.window_id AND window_answer.round = present.round AND answered_at <= sent.created_at
        ORDER BY participant_code, number DESC
    ) AS said
    WHERE NOT said.approves AND NOT EXISTS (
        SELECT FROM window_decision WHERE window_decision.window_id = sent.window_id AND kind = 'overridden'
          AND window_decision.round = present.round)
""")


async def examine(look: Examination) -> None:
    await look.counts(_COUNT)
    for changed in _CHANGED:
        await look.where_wrong(changed, invariant="I14")
    for wrong in (_PEOPLE, _UNDECIDED, _SENT_ALL_THE_SAME, _DEBTS):
        await look.where_wrong(wrong)
    for wrong in (_CARRIED, _POSTED):
        await look.where_wrong(wrong, invariant="I5")
