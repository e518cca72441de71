"""`switch dispute`: coded complaints about payments, with whom they are and until when, and what the switch does about them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from switch.application import Switch
from switch.cli import dispute_decisions
from switch.cli.arguments import Limit
from switch.cli.dispute_tables import print_disputes, print_history
from switch.cli.output import AsJson, print_json, say
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.dispute_errors import DisputeUnknown
from switch.domain.dispute_terms import DisputeReason, Party, Remedy
from switch.domain.disputes import MOST_EXTENSION_HOURS, Dispute, DisputeAttachment, DisputeHistory, DisputeOrder, DisputeState
from switch.domain.identifiers import ParticipantCode, idempotency_key, participant_code
from switch.domain.money import parse_amount
from switch.reports.disputes import DisputeFilter

LISTED = 100

app = typer.Typer(help="Disputes: coded complaints about payments.", no_args_is_help=True)
app.add_typer(dispute_decisions.terms, name="terms")
app.command()(dispute_decisions.decide)
app.command()(dispute_decisions.refund)

Id = Annotated[str, typer.Argument(metavar="DISPUTE", help="Its id, from `switch dispute list`.")]
Note = Annotated[str, typer.Option("--note", help="What is to be known; both participants read it.")]
For = Annotated[
    str | None,
    typer.Option("--for", metavar="CODE", help="On behalf of this bank or biller, which has said so by letter; left out, for the switch."),
]


@app.command("open")
def open_dispute(
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="Its id or payment reference.")],
    reason: Annotated[DisputeReason, typer.Option(help="Which code; `switch dispute terms list`.", metavar="CODE")],
    text: Annotated[str, typer.Option(help="What has happened.")],
    for_: Annotated[str, typer.Option("--for", metavar="CODE", help="The bank or biller that complains, which has said so by letter.")],
    key: Annotated[str, typer.Option(help="The participant's own key or number of the complaint; the same again is the same dispute.")],
    contact: Annotated[str, typer.Option(help="Of whoever complains; kept under lock.")] = "",
    amount: Annotated[str | None, typer.Option(metavar="DIGITS", help="How much of the payment; left out, all of it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Open one for a participant that cannot itself."""

    async def work(switch: Switch) -> Dispute:
        its = (await switch.payment_stories.named(payment)).payment
        minor = None if amount is None else parse_amount(amount, its.request.amount.currency).minor
        order = DisputeOrder(participant_code(for_), idempotency_key(key), its.payment_id, reason, text, contact, minor)
        return (await switch.open_dispute(order)).dispute

    _done(run(work), as_json)


@app.command("list")
def list_disputes(
    participant: Annotated[str | None, typer.Option(help="Only those of this bank's or biller's payments.")] = None,
    state: Annotated[DisputeState | None, typer.Option(help="Only those in this state.")] = None,
    reason: Annotated[DisputeReason | None, typer.Option(help="Only those with this code.", metavar="CODE")] = None,
    holder: Annotated[Party | None, typer.Option("--with", help="Only those that are with this party.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose clock has run out.")] = False,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """Newest first."""

    async def work(switch: Switch) -> tuple[list[Dispute], datetime]:
        owner, now = None if participant is None else participant_code(participant), switch.clock.now()
        wanted = DisputeFilter(owner, None, state, reason, holder, now if overdue else None)
        return await switch.disputes.page(wanted, limit), now

    found, now = run(work)
    if as_json:
        print_json(found)
    else:
        print_disputes(found, now)


@app.command()
def show(
    dispute: Id,
    reason: Annotated[str | None, typer.Option(help="Why you look at the contact of whoever complains: it is kept for good.")] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """With whom it is, until when, its whole history; the contact only for a reason."""

    async def work(switch: Switch) -> tuple[DisputeHistory, datetime]:
        found = await switch.disputes.history(id_of(dispute))
        if reason is not None:
            await switch.look_at_payer(str(found.dispute.payment_id), reason, by_whom(by))
        return found if reason is not None else found.masked(), switch.clock.now()

    found, now = run(work)
    if as_json:
        print_json(found)
    else:
        print_history(found, now)


@app.command()
def answer(
    dispute: Id,
    accepted: Annotated[bool, typer.Option("--accept/--reject", help="Whether the complaint is right.")],
    note: Note,
    remedy: Annotated[Remedy | None, typer.Option(help="With --accept: what puts it right.")] = None,
    amount: Annotated[str | None, typer.Option(metavar="DIGITS", help="Of a refund or adjustment; left out, what was claimed.")] = None,
    for_: For = None, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """For whoever has it. A refund is then proposed, for another to approve (`switch proposal approve`)."""

    async def work(switch: Switch) -> Dispute:
        dispute_id, caller = id_of(dispute), _code(for_)
        if not accepted:
            return await switch.work_disputes.reject(dispute_id, note, by=by_whom(by), caller=caller)
        currency = (await switch.disputes.history(dispute_id)).dispute.currency
        minor = None if amount is None else parse_amount(amount, currency).minor
        return await switch.work_disputes.accept(dispute_id, remedy or Remedy.PUT_RIGHT, minor, note, by=by_whom(by), caller=caller)

    _done(run(work), as_json)


@app.command("hand-over")
def hand_over(
    dispute: Id,
    to: Annotated[Party, typer.Option(help="bank, biller or switch.")],
    note: Note, for_: For = None, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Another party answers; the clock runs on."""
    _done(
        run(lambda switch: switch.work_disputes.hand_over(id_of(dispute), to, note, by=by_whom(by), caller=_code(for_))),
        as_json,
    )


@app.command()
def comment(dispute: Id, note: Note, by: By = None, as_json: AsJson = False) -> None:
    """A line in its history."""
    _done(run(lambda switch: switch.work_disputes.comment(id_of(dispute), note, by=by_whom(by))), as_json)


@app.command()
def escalate(dispute: Id, note: Note, for_: For = None, by: By = None, as_json: AsJson = False) -> None:
    """To the central bank, which decides (`switch dispute decide`)."""
    _done(run(lambda switch: switch.work_disputes.escalate(id_of(dispute), note, by=by_whom(by), caller=_code(for_))), as_json)


@app.command()
def withdraw(
    dispute: Id,
    note: Note,
    for_: Annotated[str, typer.Option("--for", metavar="CODE", help="The participant that opened it.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Whoever opened it leaves it at that."""
    _done(run(lambda switch: switch.work_disputes.withdraw(id_of(dispute), note, by=by_whom(by), caller=_code(for_))), as_json)


@app.command()
def close(dispute: Id, note: Note, by: By = None, as_json: AsJson = False) -> None:
    """One that was accepted or upheld, and put right in another way than by a reversal or repair."""
    _done(run(lambda switch: switch.work_disputes.confirm(id_of(dispute), note, by=by_whom(by))), as_json)


@app.command()
def extend(
    dispute: Id,
    hours: Annotated[int, typer.Option(min=1, max=MOST_EXTENSION_HOURS, help="Business hours: 24 are one business day.")],
    note: Note, by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """The clock that runs, with a reason."""
    _done(run(lambda switch: switch.work_disputes.extend(id_of(dispute), hours, note, by=by_whom(by))), as_json)


@app.command()
def link(
    dispute: Id,
    to: Annotated[str, typer.Option("--break", metavar="BREAK", help="An open break of the same payment; its end ends the dispute.")],
    by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Where the repair of a break is what puts it right."""

    async def work(switch: Switch) -> Dispute:
        found = await switch.breaks.history(to)
        return await switch.work_disputes.link(id_of(dispute), found.found.break_id, by=by_whom(by))

    _done(run(work), as_json)


@app.command()
def attach(
    dispute: Id,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="PDF, PNG, JPEG or text, 1,000,000 bytes.")],
    by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """A letter, a receipt: kept under lock with its digest."""

    async def work(switch: Switch) -> DisputeAttachment:
        return await switch.work_disputes.attach(id_of(dispute), file.name, file.read_bytes(), by=by_whom(by))

    attached = run(work)
    if as_json:
        print_json(attached)
    else:
        say(f"{attached.name}, {attached.media_type}, {attached.size} bytes, sha256 {attached.sha256}")


@app.command()
def attachment(
    dispute: Id,
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="As `switch dispute show` tells it.")],
    into: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Read one back."""
    into.write_bytes(run(lambda switch: switch.disputes.attachment(id_of(dispute), sha256))[1])


def id_of(text: str) -> UUID:
    """Raises DisputeUnknown."""
    try:
        return UUID(text)
    except ValueError:
        raise DisputeUnknown() from None


def _code(given: str | None) -> ParticipantCode | None:
    return None if given is None else participant_code(given)


def _done(dispute: Dispute, as_json: bool) -> None:
    if as_json:
        print_json(dispute)
    else:
        print_disputes([dispute], dispute.opened_at)
