"""The approval of a closed window: its debtors are asked once in each round, and told where they listen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from switch.domain.approvals import Approval, ApprovalState, Asked, asked_of
from switch.domain.settlement import Window
from switch.domain.webhooks import approval_asked
from switch.store import approvals, webhook_endpoints, webhooks
from switch.store.database import Connection
from switch.usecases.window_nets import proven_nets


async def approval_of(connection: Connection, window: Window, now: datetime) -> Approval:
    """How far it has come; who was not asked yet is asked now. Wants the window locked. Raises NetsDisagree."""
    approval = await approvals.of_window(connection, window.window_id)
    rule = await approvals.rule(connection, window.currency)
    if not rule.approval_seconds or approval.state(now) is not ApprovalState.NOT_ASKED:
        return approval
    nets = await proven_nets(connection, window.window_id)
    asked = asked_of(nets.legs, await approvals.may_answer(connection), rule, now)
    await approvals.ask(connection, window.window_id, approval, asked)
    await _tell(connection, window, approval.round, asked, now)
    return replace(approval, asked=tuple(asked))


async def _tell(connection: Connection, window: Window, round_: int, asked: Sequence[Asked], now: datetime) -> None:
    listening = await webhook_endpoints.listening(connection, [one.participant for one in asked])
    await webhooks.append(connection, approval_asked(window, round_, asked, listening, now))
