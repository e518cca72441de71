"""Split sums: the single movements of split payments, added up to what each account receives for each bank."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from switch.domain.identifiers import ParticipantCode, PaymentId, ServiceCode
from switch.domain.settlement import SettlementAccount
from switch.domain.splits import AccountNet, Split, in_force

Pair = tuple[ParticipantCode, ParticipantCode]
"""Bank and biller."""


@dataclass(slots=True)
class SplitSums:
    """Fed with the movements of each payment one after the other, from the first on; the split of its day rules all of them."""

    splits: Mapping[ServiceCode, list[Split]]
    _payment: PaymentId | None = None
    _held: list[int] = field(default_factory=list)
    _sums: defaultdict[tuple[Pair, SettlementAccount], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, payment: PaymentId, pair: Pair, service: ServiceCode, accepted_on: date, minor: int, *, counts: bool) -> list[int]:
        """The shares of this movement, in the order of the split's parts; none where no split holds for it."""
        split = in_force(self.splits.get(service, ()), accepted_on)
        if split is None:
            return []
        first = payment != self._payment
        if first:
            self._payment, self._held = payment, [0] * len(split.parts)
        shares = split.shares(minor) if first else split.moved(self._held, minor)
        self._held = [held + share for held, share in zip(self._held, shares, strict=True)]
        if counts:
            for part, share in zip(split.parts, shares, strict=True):
                self._sums[pair, part.account] += share
        return shares

    def result(self, owed: Mapping[Pair, int]) -> tuple[AccountNet, ...]:
        """Of billers of whom something was split; `owed` is all that each is owed by each bank: what was not split is its own account's."""
        billers = {biller for (_, biller), _ in self._sums}
        found = [AccountNet(*pair, account, minor) for (pair, account), minor in self._sums.items() if minor]
        split: defaultdict[Pair, int] = defaultdict(int)
        for net in found:
            split[net.bank, net.biller] += net.minor
        for pair, minor in owed.items():
            if pair[1] in billers and (rest := minor - split[pair]):
                found.append(AccountNet(*pair, None, rest))
        return tuple(sorted(found, key=_place))


def by_service(splits: Iterable[Split]) -> dict[ServiceCode, list[Split]]:
    found: defaultdict[ServiceCode, list[Split]] = defaultdict(list)
    for split in splits:
        found[split.service].append(split)
    return dict(found)


def _place(net: AccountNet) -> tuple[str, str, str, str]:
    account = ("", "") if net.account is None else (net.account.bank, net.account.number)
    return (net.bank, net.biller, *account)
