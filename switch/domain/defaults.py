"""Defaults: who covers what a participant does not pay for a window, and what it owes for that. The rule: docs/settlement.md.

Customers' bills stay paid and billers get all of theirs. What the defaulter owes is covered, in this order, by
1. those to whom it owes from an earlier default: they wait on, up to what they are owed, so that nobody covers the same twice;
2. its guarantee at the central bank, as far as it goes;
3. the other banks, shared by the rule of the currency.
What was covered the defaulter owes to whoever covered it, in the window that is open then.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from switch.domain import accounts
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.settlement import Bilateral, SettlementLeg


class Source(StrEnum):
    GUARANTEE = "guarantee"
    """What the defaulter has deposited; the creditor is the central bank, which keeps it."""
    SHARE = "share"
    """Another bank's part of the loss."""


class Sharing(StrEnum):
    """By what the other banks share what no guarantee covers."""

    BY_CAP = "by_cap"
    BY_PAYMENTS = "by_payments"
    """What each owed for its payments in the window."""
    EQUALLY = "equally"


@dataclass(frozen=True, slots=True)
class Claim:
    """What `creditor` has covered for `defaulter`, in minor units, always more than nothing."""

    defaulter: ParticipantCode
    creditor: ParticipantCode
    source: Source
    minor: int


@dataclass(frozen=True, slots=True)
class WindowClaim:
    """A claim as it counts in one window: there it is covered, or, carried on into it, owed by the defaulter; or that has ended."""

    window_id: WindowId
    claim: Claim
    carried: bool
    since_attempt: int = 1
    """The first attempt at settling its window in which it counts."""
    ended: bool = False
    """It is the part of a claim that was paid back or written off in this window, and so is no more owed in it."""

    @property
    def cell(self) -> Bilateral:
        its = self.claim
        return Bilateral(its.defaulter, its.creditor, its.minor) if self.carried else Bilateral(its.creditor, its.defaulter, its.minor)


@dataclass(frozen=True, slots=True)
class Member:
    """One participant before a default, in minor units."""

    participant: ParticipantCode
    net: int
    """What it pays (positive) or receives (negative)."""
    shares: bool = False
    """Whether it bears a part of others' losses: banks and wallets do."""
    weight: int = 0
    """By the rule of sharing."""
    guarantee: int = 0
    """What is left of its own."""
    cap: int = 0
    owed: int = 0
    """Held and posted, as it counts under the cap."""
    carried: tuple[Claim, ...] = ()
    """What others have covered for it before, and it owes in this window."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a participant in a currency besides its net, in minor units."""

    shares: bool = False
    cap: int = 0
    owed: int = 0
    guarantee: int = 0
    """What is left of it."""


@dataclass(frozen=True, slots=True)
class Defaulted:
    """What one defaulter leaves, and how it is covered."""

    participant: ParticipantCode
    net: int
    waiting: int
    """Owed from an earlier default; whoever covered that waits on."""
    guarantee: int
    shared: int
    uncovered: int
    """Where there is nobody left to share it."""


@dataclass(frozen=True, slots=True)
class Burden:
    """What one of the others has to bear."""

    participant: ParticipantCode
    net_before: int
    net_after: int
    cap: int
    owed: int
    breaches: bool
    """What it owes and what it bears are together more than its cap. Nothing that was accepted is undone by that."""


@dataclass(frozen=True, slots=True)
class DefaultPlan:
    claims: tuple[Claim, ...]
    defaulters: tuple[Defaulted, ...]
    burdens: tuple[Burden, ...]
    """Of those whose net is another one then."""
    legs: tuple[SettlementLeg, ...]
    """What everybody pays or receives then."""

    @property
    def uncovered(self) -> int:
        return sum(each.uncovered for each in self.defaulters)


def without(defaulters: Collection[ParticipantCode], members: Iterable[Member], keeper: ParticipantCode) -> DefaultPlan:
    """What the window comes to where these pay nothing. `keeper` keeps the guarantees.

    All are named at once, and the order does not matter: each one's loss is covered by those who are left.
    """
    known = {member.participant: member for member in members}
    gone = [known.get(code, Member(code, 0)) for code in sorted(set(defaulters))]
    waiting = {member.participant: _waiting(member) for member in gone}
    nets = {code: member.net for code, member in known.items()}
    for claim in (claim for claims in waiting.values() for claim in claims):
        nets[claim.creditor] = nets.get(claim.creditor, 0) + claim.minor
    survivors = [member for code, member in sorted(known.items()) if member.shares and code not in waiting]
    claims: list[Claim] = []
    told: list[Defaulted] = []
    for member in gone:
        its, defaulted = _covered(member, max(nets.get(member.participant, 0), 0), waiting[member.participant], survivors, keeper)
        claims += its
        told.append(defaulted)
    merged = _merged(claims)
    after = {code: member.net for code, member in known.items()}
    for claim in merged:
        after[claim.creditor] = after.get(claim.creditor, 0) + claim.minor
        after[claim.defaulter] -= claim.minor
    burdens = tuple(_burden(known.get(code, Member(code, 0)), net) for code, net in sorted(after.items()) if code not in waiting)
    return DefaultPlan(
        claims=merged,
        defaulters=tuple(told),
        burdens=tuple(burden for burden in burdens if burden.net_after != burden.net_before),
        legs=tuple(SettlementLeg(code, net) for code, net in sorted(after.items()) if net),
    )


def members_of(
    legs: Iterable[SettlementLeg],
    balances: Mapping[str, int],
    standings: Mapping[ParticipantCode, Standing],
    claims: Sequence[WindowClaim],
    sharing: Sharing,
) -> list[Member]:
    """Everybody who owes, is owed, or would share. Who has defaulted in these windows before shares nothing."""
    nets = {leg.participant: leg.minor for leg in legs}
    defaulted = {one.claim.defaulter for one in claims if not one.carried and not one.ended}
    carried = _carried(claims)
    weight = weight_of(sharing)
    members = []
    for code in sorted({*nets, *standings}):
        its = standings.get(code, Standing())
        shares = its.shares and code not in defaulted
        if shares or code in nets:
            weighs = weight(its.cap, balances.get(accounts.position(code), 0))
            members.append(Member(code, nets.get(code, 0), shares, weighs, its.guarantee, its.cap, its.owed, carried.get(code, ())))
    return members


def _carried(claims: Iterable[WindowClaim]) -> dict[ParticipantCode, tuple[Claim, ...]]:
    """What each owes from before: what was carried into these windows, less what is carried on out of them already, or has ended."""
    owed: defaultdict[tuple[ParticipantCode, ParticipantCode, Source], int] = defaultdict(int)
    for one in claims:
        owed[one.claim.defaulter, one.claim.creditor, one.claim.source] += one.claim.minor if one.carried else -one.claim.minor
    found: dict[ParticipantCode, tuple[Claim, ...]] = {}
    for (defaulter, creditor, source), minor in sorted(owed.items()):
        if minor > 0:
            found[defaulter] = (*found.get(defaulter, ()), Claim(defaulter, creditor, source, minor))
    return found


def shared(minor: int, weights: Sequence[int]) -> list[int]:
    """Whole units by weight that sum to `minor`: the units left over go to the largest remainders, of equal ones to the first."""
    total = sum(weights)
    parts = [minor * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(minor * weights[place] % total), place))
    for place in order[: minor - sum(parts)]:
        parts[place] += 1
    return parts


def weight_of(sharing: Sharing) -> Callable[[int, int], int]:
    """From a bank's cap and from what it owes for its payments."""
    return {
        Sharing.BY_CAP: lambda cap, _: cap,
        Sharing.BY_PAYMENTS: lambda _, payments: max(payments, 0),
        Sharing.EQUALLY: lambda _, __: 1,
    }[sharing]


def _waiting(member: Member) -> list[Claim]:
    """What is owed from before is paid last: whoever waits for it waits on, for as much as is not there."""
    owed = sum(claim.minor for claim in member.carried)
    lacking = min(max(member.net, 0), owed)
    if not lacking:
        return []
    carried = sorted(member.carried, key=lambda claim: (claim.creditor, claim.source))
    parts = shared(lacking, [claim.minor for claim in carried])
    return [Claim(member.participant, claim.creditor, claim.source, part) for claim, part in zip(carried, parts, strict=True) if part]


def _covered(
    member: Member, net: int, waiting: Sequence[Claim], survivors: Sequence[Member], keeper: ParticipantCode
) -> tuple[list[Claim], Defaulted]:
    code, waits = member.participant, sum(claim.minor for claim in waiting)
    guarantee = min(net - waits, max(member.guarantee, 0))
    left = net - waits - guarantee
    claims = [*waiting, Claim(code, keeper, Source.GUARANTEE, guarantee)]
    if survivors and left:
        weights = [survivor.weight for survivor in survivors]
        parts = shared(left, weights if any(weights) else [1] * len(weights))
        claims += [Claim(code, survivor.participant, Source.SHARE, part) for survivor, part in zip(survivors, parts, strict=True)]
    uncovered = 0 if survivors else left
    return claims, Defaulted(code, net, waits, guarantee, left - uncovered, uncovered)


def _merged(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    sums: defaultdict[tuple[ParticipantCode, ParticipantCode, Source], int] = defaultdict(int)
    for claim in claims:
        sums[claim.defaulter, claim.creditor, claim.source] += claim.minor
    return tuple(Claim(*place, minor) for place, minor in sorted(sums.items()) if minor)


def _burden(member: Member, net: int) -> Burden:
    borne = net - member.net
    return Burden(member.participant, member.net, net, member.cap, member.owed, breaches=member.shares and member.owed + borne > member.cap)


def cells_of(claims: Iterable[WindowClaim], attempt: int | None = None) -> tuple[Bilateral, ...]:
    """Of those that count in an attempt; without one, of all."""
    return tuple(claim.cell for claim in claims if attempt is None or claim.since_attempt <= attempt)


def claim_legs(claims: Iterable[Claim]) -> list[tuple[str, int]]:
    """As they are covered; carried on, the other way round. Each account once."""
    legs: defaultdict[str, int] = defaultdict(int)
    for claim in claims:
        guarantee = claim.source is Source.GUARANTEE
        bearer = accounts.guarantee(claim.defaulter) if guarantee else accounts.default_share(claim.creditor, claim.defaulter)
        legs[bearer] += claim.minor
        legs[accounts.position(claim.defaulter)] -= claim.minor
    return sorted(legs.items())
