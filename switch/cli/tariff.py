"""`switch tariff`: what a payment costs, and who bears it."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, money, print_json, print_table
from switch.cli.session import run
from switch.domain.fees import Tariff
from switch.domain.identifiers import service_code

app = typer.Typer(help="The tariff: list.", no_args_is_help=True)


@app.command("list")
def list_tariffs(
    service: Annotated[str | None, typer.Option(help="Only the lines that this service can be charged by.")] = None, as_json: AsJson = False
) -> None:
    """Every line of the tariff; the most specific one in force is charged."""

    async def work(switch: Switch) -> list[Tariff]:
        directory = switch.directory.current()
        wanted = None if service is None else directory.service(service_code(service)).code
        return [line for line in directory.tariffs if wanted is None or line.service in (None, wanted)]

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"Tariff ({len(found)} lines)",
        ("id", "service", "channel", "from", "fixed", "rate", "at most", "borne by", "switch", "bank", "central bank", "tax", "from day"),
        map(_row, found),
        right=("from", "fixed", "rate", "at most", "switch", "bank", "central bank", "tax"),
    )


def _row(line: Tariff) -> tuple[str, ...]:
    return (
        line.tariff_id,
        line.service or "all",
        line.channel or "all",
        money(line.from_minor, line.currency),
        money(line.fixed_minor, line.currency),
        _percent(line.rate_ppm),
        money(line.maximum_minor, line.currency),
        line.borne_by,
        *map(_percent, (line.switch_ppm, line.bank_ppm, 1_000_000 - line.switch_ppm - line.bank_ppm, line.tax_ppm)),
        line.effective_from.isoformat(),
    )


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"
