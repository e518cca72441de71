"""Recompute: a closed window is settled without participants that do not pay; the ledger says who covers it and what is owed for that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from switch.domain.approvals import DecisionKind, DefaultChanged, DefaultNotCovered, NoDefault
from switch.domain.defaults import DefaultPlan, WindowClaim, claim_legs, members_of, without
from switch.domain.identifiers import ParticipantCode, participant_code
from switch.domain.ledger import default_carried, default_covered
from switch.domain.money import Money
from switch.domain.nets import Nets
from switch.domain.proposals import Change, Effect, Foreseen, Proposal
from switch.domain.settlement import Window, WindowState
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock
from switch.store import approvals, claims, journal, open_window, windows
from switch.store import nets as store_nets
from switch.store.database import Connection, Database, Together
from switch.usecases.decide_window import decidable, moved_to, not_carried_out
from switch.usecases.window_nets import proven_nets

WITHOUT = "without"
"""In a proposal's content: the codes of the defaulters, with commas between."""


class _Computed(NamedTuple):
    nets: Nets
    plan: DefaultPlan


@dataclass(frozen=True, slots=True)
class RecomputeWindow:
    clock: Clock
    database: Database

    async def foresee(self, subject: str, content: Mapping[str, str]) -> Foreseen:
        """The whole arithmetic. Raises WindowUnknown, WindowNotDecidable, NoDefault, DefaultNotCovered, NetsDisagree."""
        async with self.database.transaction() as connection:
            window = await decidable(connection, subject)
            computed = await _computed(connection, window, _codes(content))
        return _foreseen(window, computed)

    async def carry_out(self, proposal: Proposal) -> None:
        """Once or many times. What was shown is what is done: where it would be anything else by now, nothing is. Raises DefaultChanged."""
        async with self.database.transaction() as connection:
            if (agreed := await not_carried_out(connection, proposal)) is None:
                return
            window, approval = agreed
            computed = await _as_shown(connection, window, proposal) if agreed.decidable else None
            kind = DecisionKind.LAPSED if computed is None else DecisionKind.RECOMPUTED
            number = await approvals.decide(connection, window, approval, kind, proposal)
            if computed is not None:
                await self._post(connection, window, computed.plan, number)
                await windows.update(connection, moved_to(window, WindowState.CLOSED, None))
                await proven_nets(connection, window.window_id)
            fail_point(FailPoint.RECOMPUTING)
        fail_point(FailPoint.RECOMPUTED)
        if computed is None:
            raise DefaultChanged(window=window.window_id)

    async def _post(self, connection: Connection, window: Window, plan: DefaultPlan, number: int) -> None:
        """The open window stays open until this is committed: what was covered is owed in it."""
        shared = (await open_window.share(connection, [window.currency]))[window.currency]
        following = await windows.find(connection, shared.window_id)
        assert following is not None
        together, now = Together(), self.clock.now()
        await journal.append(together, [default_covered(window, plan.claims, now), default_carried(following, plan.claims, now)])
        await together.run(connection)
        covered = [WindowClaim(window.window_id, claim, carried=False, since_attempt=window.attempt + 1) for claim in plan.claims]
        carried = [WindowClaim(following.window_id, claim, carried=True) for claim in plan.claims]
        await claims.insert(connection, window.window_id, number, [*covered, *carried])


async def _as_shown(connection: Connection, window: Window, proposal: Proposal) -> _Computed | None:
    """None where it can no longer be done as it was shown."""
    try:
        computed = await _computed(connection, window, _codes(proposal.content))
    except (NoDefault, DefaultNotCovered):
        return None
    return computed if _foreseen(window, computed) == proposal.foreseen else None


async def _computed(connection: Connection, window: Window, defaulters: Sequence[ParticipantCode]) -> _Computed:
    nets = await proven_nets(connection, window.window_id)
    claimed = await claims.of_windows(connection, [window.window_id])
    standings = await claims.standings(connection, window.currency)
    rule = await approvals.rule(connection, window.currency)
    keeper = (await store_nets.authorities(connection)).require_overseer()
    debits = {leg.participant: leg.minor for leg in nets.legs}
    for code in defaulters:
        if debits.get(code, 0) <= 0 or not (code in standings and standings[code].shares):
            raise NoDefault(participant=code)
    plan = without(defaulters, members_of(nets.legs, nets.balances, standings, claimed, rule.sharing), keeper)
    if plan.uncovered:
        raise DefaultNotCovered(minor=plan.uncovered)
    return _Computed(nets, plan)


def _foreseen(window: Window, computed: _Computed) -> Foreseen:
    """Entries in this window and in the one that is open then; whose net becomes another one, and whose cap would not bear it."""
    plan, currency = computed.plan, window.currency
    legs = claim_legs(plan.claims)
    effects = [Effect(f"{window.window_id} {account}", minor, currency) for account, minor in legs]
    effects += [Effect(f"open {account}", -minor, currency) for account, minor in legs]
    before = {leg.participant: leg.minor for leg in computed.nets.legs}
    after = {leg.participant: leg.minor for leg in plan.legs}
    changed = sorted(code for code in {*before, *after} if before.get(code, 0) != after.get(code, 0))
    changes = [Change(f"net of {code}", _text(before.get(code, 0), currency), _text(after.get(code, 0), currency)) for code in changed]
    changes += [
        Change(f"cap of {burden.participant}", _text(burden.cap, currency), f"{_text(burden.owed, currency)} owed besides: not enough")
        for burden in plan.burdens
        if burden.breaches
    ]
    return Foreseen(tuple(effects), tuple(changes))


def _text(minor: int, currency: str) -> str:
    return Money(minor, currency).text()


def _codes(content: Mapping[str, str]) -> list[ParticipantCode]:
    """Raises NationalCodeMalformed, CheckDigitWrong."""
    return [participant_code(code.strip()) for code in content.get(WITHOUT, "").split(",")]
