"""`switch cap`: the net debit caps of banks, and how much of them is used."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, money, print_json, print_table
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.identifiers import participant_code
from switch.domain.money import Money, parse_amount
from switch.domain.positions import Position

app = typer.Typer(help="Net debit caps: show, set.", no_args_is_help=True)


@app.command()
def show(bank: Annotated[str | None, typer.Argument(help="Only this bank's.")] = None, as_json: AsJson = False) -> None:
    """Caps, what is held and posted, and what is left, at this moment."""

    async def work(switch: Switch) -> list[Position]:
        if bank is None:
            return await switch.positions.all()
        return await switch.positions.of_bank(switch.directory.current().participant(participant_code(bank)).code)

    _print(run(work), as_json)


@app.command("set")
def set_cap(
    bank: Annotated[str, typer.Argument(help="The bank's national code.")],
    amount: Annotated[str, typer.Argument(help="The most that it may owe, such as 1000000.00; 0 stops its payments.")],
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "SYP",
    as_json: AsJson = False,
) -> None:
    """Change a cap, in force for the next payment. What was accepted stays accepted."""

    async def work(switch: Switch) -> list[Position]:
        code = participant_code(bank)
        cap = Money(0, currency) if amount in ("0", "0.00") else parse_amount(amount, currency)
        await switch.change_cap(code, cap, by=by_whom())
        return await switch.positions.of_bank(code)

    _print(run(work), as_json)


def _print(positions: list[Position], as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "bank": position.bank,
                    "currency": position.currency,
                    **{name: Money(getattr(position, name), position.currency).text() for name in ("cap", "held", "posted", "headroom")},
                }
                for position in positions
            ]
        )
        return
    print_table(
        "Caps",
        ("bank", "currency", "cap", "held", "posted", "headroom", "used"),
        ((*(position.bank, position.currency), *_figures(position), _used(position)) for position in positions),
        right=("cap", "held", "posted", "headroom", "used"),
    )


def _figures(position: Position) -> list[str]:
    return [money(minor, position.currency) for minor in (position.cap, position.held, position.posted, position.headroom)]


def _used(position: Position) -> str:
    return f"{(position.held + position.posted) * 100 // position.cap} %" if position.cap else "–"
