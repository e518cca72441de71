"""`switch payment`: where a payment is, and everything that was ever done about it."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from switch.api.evidence import packet
from switch.api.proof_views import proof_view
from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.payment_story import show_story
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import looker, proposed
from switch.domain.identifiers import idempotency_key, participant_code
from switch.domain.payments import Payer, Payment
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.reversals import Reversal
from switch.reports.payment_stories import PaymentStory

WRONG_USAGE_EXIT_CODE = 2

app = typer.Typer(help="One payment and its whole story.", no_args_is_help=True)

Name = Annotated[str | None, typer.Argument(metavar="[PAYMENT]", help="Its id, or its payment reference as a customer reads it out.")]


@app.command()
def story(
    payment: Name = None,
    bank: Annotated[str | None, typer.Option(help="With --key: the bank that ordered it.")] = None,
    key: Annotated[str | None, typer.Option(help="With --bank: its idempotency key.")] = None,
    as_json: AsJson = False,
) -> None:
    """Where is my payment? Its states and who moved it, postings, advices, messages, window, files, the others' books, breaks, disputes."""
    if (payment is None) == (bank is None or key is None):
        raise typer.BadParameter("give a payment, or --bank and --key")

    async def work(switch: Switch) -> PaymentStory:
        if payment is not None:
            return await switch.payment_stories.named(payment)
        return await switch.payment_stories.under_key(participant_code(bank or ""), idempotency_key(key or ""))

    found = run(work)
    if as_json:
        print_json(found)
    else:
        show_story(found)


@app.command()
def overdue(limit: Limit = 100, as_json: AsJson = False) -> None:
    """Payments and reversals whose outcome should be certain by now: ask the biller, then `switch payment decide`."""

    async def work(switch: Switch) -> tuple[list[Payment], list[Reversal]]:
        return await switch.proposals.overdue(limit), await switch.proposals.overdue_reversals(limit)

    found, reversals = run(work)
    if as_json:
        print_json({"payments": found, "reversals": reversals})
        return
    print_table(
        "تجاوزت مهلتها · Overdue",
        ("payment", "reference", "state", "bank", "biller", "customer", "amount", "certain by (UTC)", "attempts"),
        (
            (
                its.payment_id, its.reference, its.state, its.request.bank, its.biller, its.request.customer_reference,
                money(its.request.amount.minor, its.request.amount.currency), f"{its.certain_by:%Y-%m-%d %H:%M:%S}", its.attempts,
            )
            for its in found
        ),
        right=("amount", "attempts"),
    )  # fmt: skip
    if reversals:
        print_table(
            "استردادات تجاوزت مهلتها · Overdue reversals",
            ("reversal", "of payment", "state", "bank", "amount", "certain by (UTC)", "attempts"),
            (
                (
                    its.reversal_id, its.request.payment_id, its.state, its.request.bank, money(its.amount.minor, its.amount.currency),
                    f"{its.certain_by:%Y-%m-%d %H:%M:%S}", its.attempts,
                )
                for its in reversals
            ),
            right=("amount", "attempts"),
        )  # fmt: skip


@app.command()
def decide(
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="Its id, from `switch payment overdue`.")],
    reason: Annotated[str, typer.Option(help="What the biller has said, by whom, when: it is kept for good.")],
    booked: Annotated[
        bool,
        typer.Option("--booked/--not-booked", help="Whether the biller has confirmed by hand that it stands booked, or does not."),
    ],
    biller_reference: Annotated[str, typer.Option(help="With --booked: the biller's reference.")] = "",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Propose what an overdue payment, or its reversal in doubt, is to become; another person must approve it (`switch proposal approve`).

    Of a reversal, --booked is that the biller has not taken it back, and --not-booked that it has.
    """
    kind = ProposalKind.FORCE_PAYMENT if booked else ProposalKind.GIVE_BACK_PAYMENT
    content = {"biller_reference": biller_reference} if booked and biller_reference else {}

    async def work(switch: Switch) -> Proposal:
        return await proposed(switch, kind, payment, content, reason=reason, by=by)

    show(run(work), as_json)


@app.command()
def payer(
    payment: Annotated[str, typer.Argument(help="Its id or payment reference.")],
    reason: Annotated[str, typer.Option(help="Why you look: it is kept for good, with your name, and sealed into the proof log.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Who paid, and for which customer: shown only for a reason, and every look is kept (`switch privacy looks`)."""

    async def work(switch: Switch) -> Payment:
        return await switch.look_at_payer(payment, reason, await looker(switch, by))

    found = run(work)
    its = found.request.payer or Payer()
    if as_json:
        known = {"customer_reference": found.request.customer_reference, **asdict(its)}
        print_json({"payment_id": found.payment_id, "erased": found.erased} | ({} if found.erased else known))
        return
    about = [
        ("المعرّف · payment id", found.payment_id),
        ("مرجع الزبون · customer reference", found.request.customer_reference),
        ("الاسم · name", its.name),
        ("الهاتف · phone", its.phone),
        ("الرقم الوطني · national number", its.national_number),
    ]
    print_table("الدافع · Payer", ("", ""), [*about[:1], ("", "مُحيت · erased")] if found.erased else about)


@app.command()
def proof(payment: Annotated[str, typer.Argument(help="Its id or payment reference.")]) -> None:
    """One JSON document that proves what is sealed of it; whoever has the switch's public key can check it (docs/proofs.md)."""
    print_json(proof_view(run(lambda switch: switch.proof_log.named(payment))).model_dump(mode="json"))


@app.command()
def evidence(
    payment: Annotated[str, typer.Argument(help="Its id or payment reference.")],
    file: Annotated[Path | None, typer.Argument(dir_okay=False, help="evidence-<payment reference>.zip where it is left out.")] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="Why you look at its messages, which may name the payer; it is kept. Without it they are left out."),
    ] = None,
    by: By = None,
) -> None:
    """A packet for a dispute or a court: story, proof, receipt and digests, signed; `verify_proof.py evidence` checks it."""

    async def work(switch: Switch) -> tuple[str, bytes]:
        return await packet(switch, payment, reason=reason, by=await looker(switch, by))

    name, content = run(work)
    path = file or Path(name)
    try:
        with path.open("xb") as out:
            out.write(content)
    except FileExistsError:
        print(f"{path} is there already", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE) from None
    say(str(path))
