"""A default in the filled books: a rule, an approval, an answer, and a recomputation by two people with what it has moved."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from switch.domain.approvals import Answered, Approval, Asked, DecisionKind, SettlementRule, Silence
from switch.domain.debts import DebtPayment, DebtState, DebtWay, debt_payment_id
from switch.domain.defaults import Claim, Source, WindowClaim
from switch.domain.identifiers import WindowId, bucketed_id
from switch.domain.ledger import debt_ended, default_carried
from switch.domain.proposals import Foreseen, Proposal, ProposalId, ProposalKind, ProposalState
from switch.domain.settlement import Window
from switch.store import approvals, claims, debts, journal, proposals, windows
from switch.store.database import Connection, Together
from tests.seeded import BANK, OTHER_BANK, START, WINDOW

DEFAULT = Claim(OTHER_BANK, BANK, Source.SHARE, 1_000)
"""A part of what the other bank owed in the settled window."""
COVERED = WindowClaim(WindowId(WINDOW), DEFAULT, carried=False)

PAID = replace(DEFAULT, minor=400)
"""A part of that debt, paid by the instruction of its own."""


async def default_by_hand(connection: Connection, next_window: str) -> None:
    """What a rule, an approval, an answer and a recomputation by two people write."""
    proposal = Proposal(
        ProposalId(bucketed_id(0, START)), ProposalKind.RECOMPUTE_WINDOW, WINDOW, {"without": OTHER_BANK}, Foreseen(), "insolvent",
        "staff:nour", START, START, ProposalState.APPROVED, "staff:sami", START, carried_out_at=START,
    )  # fmt: skip
    await proposals.insert(connection, proposal)
    following = await windows.find(connection, next_window)
    settled = await windows.find(connection, WINDOW)
    assert following is not None
    assert settled is not None
    together = Together()
    await journal.append(together, [default_carried(following, [DEFAULT], START)])
    await together.run(connection)
    await approvals.set_rule(connection, "SYP", SettlementRule(600), proposal)
    asked = Asked(BANK, 80_000, START, START + timedelta(minutes=10), Silence.APPROVES)
    await approvals.ask(connection, settled.window_id, Approval(1), [asked])
    await approvals.answer(connection, settled.window_id, Approval(1, (asked,)), Answered(BANK, True, None, START, BANK))
    number = await approvals.decide(connection, settled, Approval(1), DecisionKind.RECOMPUTED, proposal)
    carried = WindowClaim(following.window_id, DEFAULT, carried=True)
    await claims.insert(connection, settled.window_id, number, [COVERED, carried])
    await _pay_a_part(connection, following)
    await connection.execute(
        text("UPDATE position SET posted_minor = :owed WHERE bank_code = :code"), {"owed": DEFAULT.minor - PAID.minor, "code": OTHER_BANK}
    )


async def _pay_a_part(connection: Connection, window: Window) -> None:
    proposal = Proposal(
        ProposalId(bucketed_id(0, START)), ProposalKind.PAY_DEBT, OTHER_BANK, {"currency": "SYP", "amount": "4.00"}, Foreseen(),
        "it can pay", "staff:nour", START, START, ProposalState.APPROVED, "staff:sami", START, carried_out_at=START,
    )  # fmt: skip
    await proposals.insert(connection, proposal)
    paid = DebtPayment(
        debt_payment_id("SYP", OTHER_BANK, 1), "SYP", OTHER_BANK, 1, DebtWay.RTGS, (PAID,), DebtState.DONE, proposal.proposal_id, START,
        proposal.people, proposal.reason, window.window_id, "RTGS-D1", START, None, window.window_id, asked=1,
    )  # fmt: skip
    together = Together()
    await journal.append(together, [debt_ended(window, paid.parts, START, paid=True)])
    await together.run(connection)
    await debts.insert(connection, paid, START, None)
