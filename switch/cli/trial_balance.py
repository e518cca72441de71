"""`switch trial-balance`: every account in one moment, also while payments go on; it fails where debits and credits differ."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated

import typer

from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.session import run
from switch.reports.journal import AccountSum

FOUND_EXIT_CODE = 3


Anew = Annotated[bool, typer.Option(help="Add up every posting, rather than go on from the sums that are sealed: slow in large books.")]


def trial_balance(as_json: AsJson = False, anew: Anew = False) -> None:
    """Every account that was ever posted to, in one snapshot; debits and credits are equal per currency. Exits with 3 where they are not.

    It goes on from what was rolled up with the last sealed head, which `switch verify` sums up anew.
    The same over the API, for the operator's own systems and overseers: GET /v1/operator/trial-balance.
    """
    accounts = run(lambda switch: switch.journal.trial_balance(anew=anew))
    differs = differences(accounts)
    if as_json:
        print_json({"accounts": [one._asdict() for one in accounts], "differences": differs})
    else:
        _print(accounts, differs)
    if any(differs.values()):
        raise typer.Exit(FOUND_EXIT_CODE)


def differences(accounts: Iterable[AccountSum]) -> dict[str, int]:
    """Debits less credits of all accounts, in minor units, by currency: zero in true books."""
    differs: dict[str, int] = defaultdict(int)
    for one in accounts:
        differs[one.currency] += one.debit - one.credit
    return dict(differs)


def _print(accounts: Iterable[AccountSum], differs: dict[str, int]) -> None:
    print_table(
        "ميزان المراجعة · Trial balance",
        ("account", "debit", "credit", "balance"),
        ((one.account, *(money(minor, one.currency) for minor in (one.debit, one.credit, one.debit - one.credit))) for one in accounts),
        right=("debit", "credit", "balance"),
    )
    for currency, minor in differs.items():
        say(f"الفرق · difference: {money(minor, currency)}")
