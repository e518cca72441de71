"""`switch payment`: where a payment is, and everything that was ever done about it."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from switch.api.evidence import packet
from switch.api.proof_views import proof_view
from switch.application import Switch
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By, by_whom
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
        _show(found)


@app.command()
def overdue(most: Annotated[int, typer.Option(min=1, max=1000)] = 100, as_json: AsJson = False) -> None:
    """Payments and reversals whose outcome should be certain by now: ask the biller, then `switch payment decide`."""

    async def work(switch: Switch) -> tuple[list[Payment], list[Reversal]]:
        return await switch.proposals.overdue(most), await switch.proposals.overdue_reversals(most)

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
        return await switch.propose(kind, payment, content, reason=reason, by=by_whom(by))

    show(run(work), as_json)


@app.command()
def payer(
    payment: Annotated[str, typer.Argument(help="Its id or payment reference.")],
    reason: Annotated[str, typer.Option(help="Why you look: it is kept for good, with your name, and sealed into the proof log.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Who paid, and for which customer: shown only for a reason, and every look is kept (`switch privacy looks`)."""
    found = run(lambda switch: switch.look_at_payer(payment, reason, by_whom(by)))
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
    name, content = run(lambda switch: packet(switch, payment, reason=reason, by=by_whom(by)))
    path = file or Path(name)
    try:
        with path.open("xb") as out:
            out.write(content)
    except FileExistsError:
        print(f"{path} is there already", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE) from None
    say(str(path))


def _show(found: PaymentStory) -> None:
    its, currency = found.payment, found.payment.request.amount.currency
    about = [
        ("الحالة · state", its.state),
        ("المرجع · payment reference", its.reference),
        ("المعرّف · payment id", its.payment_id),
        ("المصرف · bank", f"{its.request.bank}, {its.request.bank_reference}"),
        ("الجهة · biller", f"{its.biller}, {its.biller_reference or '–'}"),
        ("الخدمة والزبون · service, customer", f"{its.request.service}, {its.request.customer_reference}"),
        ("الفاتورة · bill", its.request.bill_number),
        ("المبلغ · amount", f"{money(its.request.amount.minor, currency)} {currency}"),
        ("قُبلت نيابةً عن الجهة · stood in", its.stand_in),
        ("أُعيد منها · refunded", f"{money(its.refunded, currency)} {currency}" if its.refunded else None),
        ("السبب · reason", its.reason),
        ("مؤكدة في موعد أقصاه · certain by", f"{its.certain_by:%Y-%m-%d %H:%M:%S}" if its.live else None),
        ("نافذة التسوية · window", None if found.window is None else f"{found.window.window_id} ({found.window.state})"),
        ("مرجع التسوية · RTGS reference", None if found.window is None else found.window.rtgs_reference),
    ]
    print_table("الدفعة · Payment", ("", ""), about)
    _list(
        "ما جرى · What happened",
        ("at (UTC)", "from", "to", "by", "note"),
        ((f"{event.at:%Y-%m-%d %H:%M:%S.%f}"[:-3], event.from_state, event.to_state, event.by, event.note) for event in found.history),
    )
    _list(
        "العكس · Reversals",
        ("reversal", "state", "amount", "fee", "reason", "asked (UTC)", "concluded (UTC)", "refused because", "window"),
        (
            (
                back.reversal_id,
                back.state,
                money(back.amount.minor, currency),
                money(back.fees.payer + back.fees.biller, currency),
                back.request.reason,
                f"{back.asked_at:%Y-%m-%d %H:%M:%S}",
                None if back.concluded_at is None else f"{back.concluded_at:%Y-%m-%d %H:%M:%S}",
                back.refused_because,
                back.window_id,
            )
            for back in found.reversals
        ),
    )
    _list(
        "القيود · Postings (debit +, credit −)",
        ("entry", "account", "amount"),
        ((entry.kind, posting.account, money(posting.minor, posting.currency)) for entry in found.entries for posting in entry.postings),
        right=("amount",),
    )
    _list(
        "الإشعارات · Advices",
        ("event", "kind", "attempts", "acknowledged (UTC)"),
        (
            (
                advice.event_id,
                advice.kind,
                advice.attempts,
                f"{advice.acknowledged_at:%Y-%m-%d %H:%M:%S}" if advice.acknowledged_at else None,
            )
            for advice in found.advices
        ),
    )
    _list(
        "إشعارات المصرف · Webhooks",
        ("event", "kind", "end point", "state", "attempts", "last answer"),
        ((told.event_id, told.kind, told.endpoint_id, told.state, told.attempts, told.last_answer) for told in found.webhooks),
    )
    _list(
        "الرسائل · Messages",
        ("at (UTC)", "from", "to", "what", "bytes", "sha256", "note"),
        (
            (
                f"{said.at:%Y-%m-%d %H:%M:%S.%f}"[:-3],
                said.sender,
                said.receiver,
                said.what,
                said.size,
                None if said.sha256 is None else said.sha256[:16],
                said.note,
            )
            for said in found.messages
        ),
        right=("bytes",),
    )
    _list("الملفات · Files", ("file", "lines", "sha256"), ((file.file_id, file.totals.lines, file.sha256[:16]) for file in found.files))
    _list(
        "في دفاتر الآخرين · In the others' books",
        ("participant", "statement", "line", "own reference", "amount", "business date"),
        (
            (line.participant, line.statement_id, line.line, line.own_reference, money(line.minor, line.currency), line.business_date)
            for line in found.stated
        ),
        right=("amount",),
    )
    _list(
        "الفروق · Breaks",
        ("kind", "participant", "at stake", "the switch has", "they have", "state"),
        ((its.kind, its.participant, money(its.minor, its.currency), its.ours, its.theirs, its.state) for its in found.breaks),
        right=("at stake",),
    )
    _list(
        "الشكاوى · Disputes",
        ("dispute", "code", "claimed", "state", "with", "due (UTC)", "outcome"),
        (
            (
                *(
                    its.dispute_id,
                    its.reason,
                    money(its.claimed_minor, its.currency),
                    its.state,
                    its.holder,
                    "–" if its.deadline is None else f"{its.deadline:%Y-%m-%d %H:%M}",
                ),
                its.outcome,
            )
            for its in found.disputes
        ),
        right=("claimed",),
    )


def _list(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Nothing where there is nothing."""
    if found := list(rows):
        print_table(title, columns, found, right=right)
