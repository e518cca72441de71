"""What events say that are not about the move of one payment: outages, disputes, debts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from switch.api.shapes import Amount, BilingualName, Moment, ParticipantText, Shape
from switch.api.window_views import WindowText
from switch.domain.debts import DebtWay
from switch.domain.dispute_terms import DisputeReason, Party, Remedy
from switch.domain.disputes import DisputeOutcome, DisputeState
from switch.domain.participants import Name


class ToldOutageView(Shape):
    """Hours in which a biller has said that it will not answer."""

    outage_id: UUID
    biller_code: ParticipantText
    begins_at: Moment
    ends_at: Moment
    reason: BilingualName
    withdrawn: bool
    """It answers again, or will: the outage does not count any more."""


class DisputeToldView(Shape):
    """A dispute as it stood then; ask for it to read what was written."""

    dispute_id: UUID
    payment_id: UUID
    reason: DisputeReason
    state: DisputeState
    holder: Party | None
    deadline: Moment | None
    remedy: Remedy | None
    outcome: DisputeOutcome | None


class ToldDebtView(Shape):
    """What of a debt from a default has ended, or was refused by the RTGS: for the defaulter all of it, for others their own part."""

    debt_payment_id: Annotated[str, Field(examples=["SYP-DEBT-100010-1"])]
    defaulter_code: ParticipantText
    amount: Amount
    way: DebtWay
    rtgs_reference: str | None
    window_id: WindowText | None
    """In which it counts."""


def told_outage(said: Mapping[str, Any]) -> ToldOutageView:
    return ToldOutageView.model_construct(
        outage_id=UUID(said["outage_id"]),
        biller_code=said["biller_code"],
        begins_at=datetime.fromisoformat(said["begins_at"]),
        ends_at=datetime.fromisoformat(said["ends_at"]),
        reason=BilingualName.of(Name(said["reason_ar"], said["reason_en"])),
        withdrawn=said["withdrawn_at"] is not None,
    )


def told_debt(said: Mapping[str, Any]) -> ToldDebtView:
    amount = Amount.minor(int(said["minor"]), said["currency"])
    kept = {name: said[name] for name in ("debt_payment_id", "defaulter_code", "rtgs_reference", "window_id")}
    return ToldDebtView.model_construct(**kept, amount=amount, way=DebtWay(said["way"]))


def told_dispute(said: Mapping[str, Any]) -> DisputeToldView:
    holder, deadline, remedy, outcome = (said[name] for name in ("holder", "deadline", "remedy", "outcome"))
    return DisputeToldView.model_construct(
        dispute_id=UUID(said["dispute_id"]),
        payment_id=UUID(said["payment_id"]),
        reason=DisputeReason(said["reason"]),
        state=DisputeState(said["state"]),
        holder=None if holder is None else Party(holder),
        deadline=None if deadline is None else datetime.fromisoformat(deadline),
        remedy=None if remedy is None else Remedy(remedy),
        outcome=None if outcome is None else DisputeOutcome(outcome),
    )
