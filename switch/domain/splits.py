"""Splits: what a service brings its biller goes to several settlement accounts, by a rule that is data and holds from a day on.

Fixed amounts first, in their order, as far as the sum goes; the rest by basis points, whole units, those left over to the largest
remainders, of equal ones to the first. What is taken back comes out of what the accounts still have of that payment.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import date

from switch.domain.defaults import shared
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode, ServiceCode
from switch.domain.settlement import SettlementAccount, SettlementLeg
from switch.domain.values import value

WHOLE_BASIS_POINTS = 10_000
MOST_PARTS = 20
MOST_FIXED_MINOR = 10**12
_SPLIT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_NUMBER = re.compile(r"[A-Z0-9]{4,34}")


class SplitWrong(Refusal):
    code = "split_wrong"
    en = "The split is none: {why}."
    ar = "التوزيع غير صحيح: {why_ar}."


class SplitTooEarly(Refusal):
    code = "split_too_early"
    en = "The split would hold from {day}; it can hold from {earliest} on: payments that were accepted keep theirs."
    ar = "التوزيع يسري من {day}؛ وأبكر ما يسري {earliest}: ما قُبل من دفعات يبقى على توزيعه."


class SplitTaken(Refusal):
    code = "split_taken"
    en = "There is another split of the name {split}, or of this service from this day on; a published one never changes."
    ar = "يوجد توزيع آخر بالاسم {split} أو لهذه الخدمة من هذا اليوم؛ والتوزيع المنشور لا يتغير."


@value(frozen=True, slots=True)
class SplitPart:
    account: SettlementAccount
    fixed_minor: int
    basis_points: int


@value(frozen=True, slots=True)
class Split:
    """Holds for the payments of its service that are accepted on this day or later, until a newer one does."""

    split_id: str
    service: ServiceCode
    currency: str
    effective_from: date
    parts: tuple[SplitPart, ...]

    def shares(self, minor: int) -> list[int]:
        """Of what the biller is owed for a payment, in the order of the parts; together exactly that."""
        left, fixed = minor, []
        for part in self.parts:
            fixed.append(min(part.fixed_minor, left))
            left -= fixed[-1]
        return [own + more for own, more in zip(fixed, self.by_points(left), strict=True)]

    def by_points(self, minor: int) -> list[int]:
        return shared(minor, [part.basis_points for part in self.parts])

    def moved(self, held: Sequence[int], minor: int) -> list[int]:
        """What a later movement of the payment gives (positive) or takes from each account, which `held` so much of it.

        Nobody gives back more than it has; where all of them together have less, the first account gives the rest.
        """
        if minor >= 0:
            return self.by_points(minor)
        taken = min(-minor, sum(held))
        parts = shared(taken, held) if taken else [0] * len(held)
        return [-part - (-minor - taken if place == 0 else 0) for place, part in enumerate(parts)]

    def digest(self) -> bytes:
        """SHA-256 of the whole split, kept beside it (I14)."""
        return hashlib.sha256(json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"), default=str).encode()).digest()


@value(frozen=True, slots=True)
class AccountNet:
    """What an account of a biller receives for one bank's payments (negative: gives back), minor units. No account: the biller's own."""

    bank: ParticipantCode
    biller: ParticipantCode
    account: SettlementAccount | None
    minor: int


def require_split(split: Split) -> None:
    """Raises SplitWrong."""
    accounts = [part.account for part in split.parts]
    shares = [part.basis_points for part in split.parts]
    wrong = {
        ("its name is of 1 to 40 letters, digits, dots, dashes", "اسمه من 1 إلى 40 محرفاً لاتينياً"): not _SPLIT_ID.fullmatch(split.split_id),
        (f"it has 1 to {MOST_PARTS} parts", f"أجزاؤه من 1 إلى {MOST_PARTS}"): not 1 <= len(accounts) <= MOST_PARTS,
        ("an account is in it twice", "فيه حساب مكرر"): len(set(accounts)) < len(accounts),
        ("an account is of 4 to 34 capitals and digits", "رقم الحساب من 4 إلى 34 حرفاً لاتينياً كبيراً أو رقماً"): not all(
            _NUMBER.fullmatch(account.number) for account in accounts
        ),
        ("a fixed amount is out of range", "فيه مبلغ ثابت خارج الحدود"): not all(
            0 <= part.fixed_minor <= MOST_FIXED_MINOR for part in split.parts
        ),
        ("its basis points are not 10000 together", "مجموع نقاط الأساس ليس 10000"): min(shares, default=0) < 0
        or sum(shares) != WHOLE_BASIS_POINTS,
    }
    for (why, why_ar), is_so in wrong.items():
        if is_so:
            raise SplitWrong(why=why, why_ar=why_ar)


def require_in_time(split: Split, today: date) -> None:
    """Raises SplitTooEarly."""
    if split.effective_from <= today:
        earliest = date.fromordinal(today.toordinal() + 1)
        raise SplitTooEarly(day=split.effective_from.isoformat(), earliest=earliest.isoformat())


def in_force(splits: Iterable[Split], on: date) -> Split | None:
    """Of one service's splits."""
    return max((split for split in splits if split.effective_from <= on), key=lambda split: split.effective_from, default=None)


def legs_by_account(legs: Iterable[SettlementLeg], accounts: Iterable[AccountNet]) -> tuple[SettlementLeg, ...]:
    """As the RTGS is told: a biller that has several accounts has a leg for each that pays or receives something."""
    sums: dict[tuple[ParticipantCode, SettlementAccount | None], int] = {}
    for net in accounts:
        sums[net.biller, net.account] = sums.get((net.biller, net.account), 0) - net.minor
    owners = {biller for biller, _ in sums}
    apart = [SettlementLeg(biller, minor, account) for (biller, account), minor in sums.items() if minor]
    return tuple(sorted((*(leg for leg in legs if leg.participant not in owners), *apart), key=_place))


def _place(leg: SettlementLeg) -> tuple[str, str, str]:
    return (leg.participant, *(("", "") if leg.account is None else (leg.account.bank, leg.account.number)))
