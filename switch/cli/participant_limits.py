"""`switch participant limits`: how much a participant may ask of the switch, at one moment and a second."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.second_person import At, Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.directory import Directory
from switch.domain.identifiers import participant_code
from switch.domain.limits import Limit, Limited, Limits, ParticipantLimit
from switch.domain.proposals import ProposalKind
from switch.settings import load_settings
from switch.usecases.agree_on_limit import limit_content

app = typer.Typer(help="What participants may ask of the switch, at one moment and a second: show, set, clear.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(help="The national code, six digits.")]
What = Annotated[Limited, typer.Argument(help="What is counted.")]


@dataclass(frozen=True, slots=True)
class InForce:
    participant: str
    what: Limited
    burst: int
    per_second: int
    own: bool


@app.command()
def show(code: Code, as_json: AsJson = False) -> None:
    """The limits in force for one participant: its own, and the general ones of the settings."""
    general = load_settings().limits

    async def work(switch: Switch) -> list[InForce]:
        return _in_force(switch.directory.current(), code, general)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"Limits of {code}",
        ("what", "at one moment", "a second", "whose"),
        ((one.what, f"{one.burst:,}", f"{one.per_second:,}" if one.per_second else None, _whose(one)) for one in found),
        right=("at one moment", "a second"),
    )


@app.command("set")
def set_limit(
    code: Code,
    what: What,
    per_second: Annotated[int, typer.Option(help="How many a second in the long run; not for at_once.")] = 0,
    burst: Annotated[int | None, typer.Option(help="How many at one moment; ten seconds' worth where it is left out.")] = None,
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Give a participant a limit of its own, by two people, in force a second later."""
    limit = Limit.of_rate(per_second) if burst is None else Limit(burst, per_second)
    rate = f", {per_second:,} a second" if per_second else ""
    _say(code, what, limit, reason, at, by, f"{limit.burst:,} at one moment{rate}", as_json)


@app.command()
def clear(code: Code, what: What, reason: Why = None, at: At = None, by: By = None, as_json: AsJson = False) -> None:
    """Let the general limit hold again, by two people."""
    _say(code, what, None, reason, at, by, "the general limit holds", as_json)


def _say(
    code: str, what: Limited, limit: Limit | None, reason: str | None, at: datetime | None, by: str | None, words: str, as_json: bool
) -> None:
    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.CHANGE_LIMIT, ParticipantLimit(participant_code(code), what, limit).limit_id, limit_content(limit)

    async def work(switch: Switch) -> ParticipantLimit:
        said = ParticipantLimit(participant_code(code), what, limit)
        await switch.limit_participant(said, by=by_whom(by))
        return said

    if (said := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is None:
        return
    if as_json:
        print_json(said)
    else:
        say(f"{said.participant} {said.what}: {words}")


def _in_force(directory: Directory, code: str, general: Limits) -> list[InForce]:
    participant = directory.participant(participant_code(code)).code
    own = directory.limits.get(participant, {})
    return [
        InForce(participant, what, limit.burst, limit.per_second, what in own)
        for what, limit in ((what, own.get(what, general[what])) for what in Limited)
    ]


def _whose(limit: InForce) -> str:
    return "its own" if limit.own else "general"
