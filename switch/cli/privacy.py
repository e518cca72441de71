"""`switch privacy`: the keys of personal data, how long it is kept, and who has looked at it (docs/privacy.md)."""

from collections.abc import Sequence
from typing import Annotated

import typer

from switch.application import Switch
from switch.bootstrap.master_keys import PERSONAL_KEYS, add_master_key
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.second_person import Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.privacy import Kept, Look, RetentionRule
from switch.domain.proposals import ProposalKind
from switch.reports.privacy import PrivacyStatus
from switch.settings import load_settings
from switch.usecases.agree_on_retention import retention_content

app = typer.Typer(help="Personal data: its keys, how long it is kept, who has looked at it.", no_args_is_help=True)


@app.command()
def status(as_json: AsJson = False) -> None:
    """The rules of retention, the newest master key, and how far erasing and re-encrypting have come."""

    async def work(switch: Switch) -> PrivacyStatus:
        return await switch.privacy.status()

    found = run(work)
    if as_json:
        print_json(found)
        return
    say(f"المفتاح الرئيس · master key: {found.newest_key}")
    print_table(
        "مدد الحفظ · Kept for",
        ("kind", "days", "set by", "since (UTC)"),
        (
            (rule.kind, rule.days, rule.by, None if rule.changed_at is None else f"{rule.changed_at:%Y-%m-%d %H:%M:%S}")
            for rule in found.rules.values()
        ),
        right=("days",),
    )
    if found.progress:
        print_table(
            "ما أُنجز · Done so far",
            ("task", "of", "rows changed", "begun (UTC)", "finished (UTC)"),
            (
                (
                    its.task, its.part, its.done, f"{its.begun_at:%Y-%m-%d %H:%M:%S}",
                    None if its.finished_at is None else f"{its.finished_at:%Y-%m-%d %H:%M:%S}",
                )
                for its in found.progress
            ),
            right=("rows changed",),
        )  # fmt: skip


@app.command()
def rotate() -> None:
    """Make a new master key in <data>/keys/personal.json: what is written from now on is under it; the worker re-encrypts the rest."""
    number = add_master_key(load_settings().keys / PERSONAL_KEYS)
    say(f"المفتاح الرئيس · master key: {number}")


@app.command()
def retain(
    kind: Annotated[Kept, typer.Argument(help="What it is about.")],
    days: Annotated[int, typer.Argument(min=1, help="How long it is kept from now on; what is older goes for good.")],
    reason: Why = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Set how long a kind of data is kept, by two people."""

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.SET_RETENTION, kind, retention_content(days)

    async def work(switch: Switch) -> RetentionRule:
        rule = RetentionRule(kind, days)
        await switch.set_retention(rule, by_whom(by))
        return rule

    if (rule := do_or_propose(reason, asked, work, as_json=as_json, by=by)) is None:
        return
    if as_json:
        print_json(rule)
    else:
        say(f"{kind}: {days}")


@app.command()
def looks(
    payment: Annotated[str | None, typer.Argument(help="Only at this payment: its id or payment reference.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Who looked at a payer's data, and why; the newest first."""

    async def work(switch: Switch) -> Sequence[Look]:
        return await switch.privacy.looks(payment, limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "الاطلاع على بيانات الدافعين · Looks at payers' data",
        ("at (UTC)", "by", "payment", "reason"),
        ((f"{look.at:%Y-%m-%d %H:%M:%S}", look.by, look.payment_id, look.reason) for look in found),
    )
