"""`switch cap`: the net debit caps of banks, how much of them is used, was used, and will be."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.second_person import At, Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.identifiers import ParticipantCode, participant_code
from switch.domain.liquidity import FEWEST_LIKE_DAYS, CapWarning, Forecast, PositionThen
from switch.domain.money import Money, parse_amount
from switch.domain.positions import Position
from switch.domain.proposals import ProposalKind
from switch.usecases.agree_on_cap import cap_content

FIGURES = ("cap", "deposited", "granted", "held", "posted", "headroom")
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]

app = typer.Typer(help="Net debit caps: show, set, forecast, warnings, history, metrics.", no_args_is_help=True)


@app.command()
def show(bank: Annotated[str | None, typer.Argument(help="Only this bank's.")] = None, as_json: AsJson = False) -> None:
    """Caps, what is held and posted, and what is left, at this moment."""

    async def work(switch: Switch) -> list[Position]:
        if bank is None:
            return await switch.positions.all()
        return await switch.positions.of_bank(_bank(switch, bank))

    _print(run(work), as_json)


@app.command("set")
def set_cap(
    bank: Annotated[str, typer.Argument(help="The bank's national code.")],
    amount: Annotated[str, typer.Argument(help="The most that it may owe, such as 1000000.00; 0 stops its payments.")],
    deposited: Annotated[
        str | None, typer.Option(help="The part of it that a deposit backs; the rest is granted. Left out, that part stays.")
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "SYP",
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Change a cap, by two people, in force for the next payment. What was accepted stays accepted."""

    def wanted() -> tuple[ParticipantCode, Money, Money | None]:
        return participant_code(bank), _amount(amount, currency), None if deposited is None else _amount(deposited, currency)

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        code, cap, backed = wanted()
        return ProposalKind.CHANGE_CAP, code, cap_content(cap, backed)

    async def work(switch: Switch) -> list[Position]:
        code, cap, backed = wanted()
        await switch.change_cap(code, cap, by=by_whom(by), deposited=backed)
        return await switch.positions.of_bank(code)

    if (changed := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is not None:
        _print(changed, as_json)


@app.command()
def forecast(bank: Annotated[str | None, typer.Argument(help="Only this bank's.")] = None, as_json: AsJson = False) -> None:
    """What banks will owe at the next cut-off if this day goes on like those before it: the middle of the like days, and a band."""

    async def work(switch: Switch) -> list[Forecast]:
        return await switch.liquidity.forecasts(None if bank is None else _bank(switch, bank))

    found = run(work)
    if as_json:
        print_json([_forecast_document(one) for one in found])
        return
    figures = ("cap", "now", "low", "expected", "high")
    print_table(
        "المتوقع عند الإقفال · Forecast at the next cut-off",
        ("bank", "currency", "cut-off (UTC)", *figures, "like days", ""),
        (
            (
                one.position.bank,
                one.position.currency,
                f"{one.cut_off.astimezone(UTC):%Y-%m-%d %H:%M}",
                *_money_of(one, figures),
                one.like_days,
                _said_of(one),
            )
            for one in found
        ),
        right=(*figures, "like days"),
    )


@app.command()
def warnings(
    bank: Annotated[str | None, typer.Argument(help="Only this bank's.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Who has passed 50, 75 or 90 % of a cap, and come down again; newest first. Banks that listen were told (`position.warning`)."""

    async def work(switch: Switch) -> list[CapWarning]:
        return await switch.liquidity.warnings(None if bank is None else _bank(switch, bank), limit)

    found = run(work)
    if as_json:
        print_json([_warning_document(one) for one in found])
        return
    print_table(
        "التحذيرات · Warnings",
        ("at (UTC)", "bank", "currency", "window", "level", "", "held", "posted", "cap"),
        (
            (
                *(f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", one.bank, one.currency, one.window_id, f"{one.level} %"),
                "تجاوز · passed" if one.passed else "عاد تحته · below again",
                *(money(minor, one.currency) for minor in (one.held, one.posted, one.cap)),
            )
            for one in found
        ),
        right=("level", "held", "posted", "cap"),
    )


@app.command()
def history(
    bank: Annotated[str, typer.Argument(help="The bank's national code.")],
    since: Annotated[datetime | None, typer.Option("--from", formats=MOMENTS, help="In UTC; left out, a day ago.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=MOMENTS, help="In UTC; left out, now.")] = None,
    limit: Limit = 300,
    as_json: AsJson = False,
) -> None:
    """A bank's positions as they were every five minutes, newest first; older than 35 days the highest of each hour."""

    async def work(switch: Switch) -> list[PositionThen]:
        end = switch.clock.now() if until is None else until.replace(tzinfo=UTC)
        begin = end - timedelta(days=1) if since is None else since.replace(tzinfo=UTC)
        return await switch.liquidity.history(_bank(switch, bank), begin, end, limit)

    found = run(work)
    if as_json:
        print_json([{"taken_at": one.taken_at, **_document(one.position)} for one in found])
        return
    print_table(
        f"المركز عبر الزمن · Position of {bank}",
        ("at (UTC)", "currency", *FIGURES, "used"),
        (
            (f"{one.taken_at.astimezone(UTC):%Y-%m-%d %H:%M}", one.position.currency, *_figures(one.position), _used(one.position))
            for one in found
        ),
        right=(*FIGURES, "used"),
    )


@app.command()
def metrics() -> None:
    """Caps and positions as Prometheus reads them, for a collector of text files; in minor units."""

    async def work(switch: Switch) -> list[Position]:
        return await switch.positions.all()

    found = run(work)
    for name in FIGURES:
        say(f"# HELP switch_position_{name}_minor The {name} of a bank's position, in minor units.")
        say(f"# TYPE switch_position_{name}_minor gauge")
        for position in found:
            say(f'switch_position_{name}_minor{{bank="{position.bank}",currency="{position.currency}"}} {getattr(position, name)}')


def _bank(switch: Switch, code: str) -> ParticipantCode:
    return switch.directory.current().participant(participant_code(code)).code


def _amount(text: str, currency: str) -> Money:
    return Money(0, currency) if text in ("0", "0.00") else parse_amount(text, currency)


def _forecast_document(found: Forecast) -> dict[str, object]:
    currency = found.position.currency
    figures = {
        name: None if (minor := getattr(found, name)) is None else Money(minor, currency).text() for name in ("low", "expected", "high")
    }
    return {
        **_document(found.position),
        "as_of": found.as_of,
        "cut_off": found.cut_off,
        "like_days": found.like_days,
        "enough_history": found.enough_history,
        **figures,
        "may_pass_cap": found.may_pass_cap,
    }


def _money_of(found: Forecast, names: tuple[str, ...]) -> list[str | None]:
    figures = {"cap": found.position.cap, "now": found.position.used, "low": found.low, "expected": found.expected, "high": found.high}
    return [None if (minor := figures[name]) is None else money(minor, found.position.currency) for name in names]


def _said_of(found: Forecast) -> str:
    if not found.enough_history:
        return f"تاريخ غير كافٍ · too little history ({FEWEST_LIKE_DAYS} like days needed)"
    return "قد يتجاوز السقف · may pass the cap" if found.may_pass_cap else ""


def _warning_document(found: CapWarning) -> dict[str, object]:
    return {
        **{name: getattr(found, name) for name in ("at", "bank", "currency", "window_id", "level", "passed")},
        **{name: Money(getattr(found, name), found.currency).text() for name in ("held", "posted", "cap")},
    }


def _document(position: Position) -> dict[str, object]:
    figures = {name: Money(getattr(position, name), position.currency).text() for name in FIGURES}
    return {"bank": position.bank, "currency": position.currency, **figures}


def _print(positions: list[Position], as_json: bool) -> None:
    if as_json:
        print_json([_document(position) for position in positions])
        return
    print_table(
        "السقوف · Caps",
        ("bank", "currency", *FIGURES, "used"),
        ((position.bank, position.currency, *_figures(position), _used(position)) for position in positions),
        right=(*FIGURES, "used"),
    )


def _figures(position: Position) -> list[str]:
    return [money(getattr(position, name), position.currency) for name in FIGURES]


def _used(position: Position) -> str:
    return f"{position.used * 100 // position.cap} %" if position.cap else "–"
