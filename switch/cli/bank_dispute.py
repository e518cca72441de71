"""`switch bank dispute`: complaints as a bank opens them and its biller answers them, over the API and signed like either."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from switch.cli.arguments import Limit
from switch.cli.output import AsJson, language, print_json, print_table, say
from switch.cli.participant_client import As, client_as
from switch.client import Document, new_key
from switch.domain.attached_files import media_type_of
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.report_words import word_of

app = typer.Typer(help="Disputes about the payments of a bank, or of a biller that answers (--as 200019).", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="DISPUTE", help="Its id, from `switch bank dispute list`.")]
Note = Annotated[str, typer.Option("--note", help="Why, with your own reference; both sides and the switch read it.")]
Amount = Annotated[str | None, typer.Option(metavar="DIGITS", help="Such as 250.00; left out, all of it.")]


@app.command()
def reasons(as_: As = "100010", as_json: AsJson = False) -> None:
    """The codes: who opens, who answers first, in how many business hours, and what silence means."""
    with client_as(as_) as client:
        found = client.dispute_reasons()
    if as_json:
        print_json(found)
        return
    columns = ("code", "", "opens", "answers first", "hours", "silence", "within days", "ends in")
    rows = (
        (
            its["reason"], its["name"][language.get()], its["opened_by"], its["answered_by"], its["answer_hours"], its["answer_silence"],
            its["open_days"], ", ".join(its["remedies"]),
        )
        for its in found
    )  # fmt: skip
    print_table("رموز الشكاوى · Codes of disputes", columns, rows, right=("hours", "within days"))


@app.command("open")
def open_dispute(
    as_: As,
    payment: Annotated[str, typer.Option(metavar="ID", help="Id of the payment.")],
    reason: Annotated[str, typer.Option(metavar="CODE", help="Such as not_posted; `switch bank dispute reasons` lists them.")],
    text: Annotated[str, typer.Option(help="What has happened; the other side and the switch read it.")],
    contact: Annotated[str, typer.Option(help="Of whoever complains; kept under lock.")] = "",
    amount: Amount = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key; the same again is the same dispute. Left out, a fresh one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Complain of one of our payments; nothing moves by it."""
    with client_as(as_) as client:
        part = None if amount is None else {"amount": amount, "currency": client.payment(payment)["amount"]["currency"]}
        _show(client.open_dispute(payment, reason, text, key or new_key(), contact=contact, amount=part), as_json)


@app.command("list")
def list_disputes(
    as_: As,
    state: Annotated[str | None, typer.Option(help="open, accepted, rejected, escalated, upheld or closed.")] = None,
    holder: Annotated[str | None, typer.Option("--with", help="bank, biller, switch or central_bank: for whom it waits.")] = None,
    payment: Annotated[str | None, typer.Option(metavar="ID", help="Only those about this payment.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Newest first."""
    query = {name: value for name, value in (("state", state), ("holder", holder), ("payment_id", payment)) if value is not None}
    with client_as(as_) as client:
        found = client.disputes(limit, **query)
    print_json(found) if as_json else _print(found)


@app.command()
def show(as_: As, dispute: Id, as_json: AsJson = False) -> None:
    """For whom it waits, until when, and all that was done."""
    with client_as(as_) as client:
        _show(client.dispute(dispute), as_json)


@app.command()
def answer(
    as_: As,
    dispute: Id,
    accepted: Annotated[bool, typer.Option("--accept/--reject", help="Whether the complaint is right.")],
    note: Note,
    remedy: Annotated[str | None, typer.Option(help="With --accept: refund, put_right or adjusted.")] = None,
    amount: Amount = None,
    as_json: AsJson = False,
) -> None:
    """For whoever has it and has not opened it."""
    with client_as(as_) as client:
        part = None if amount is None else {"amount": amount, "currency": client.dispute(dispute)["dispute"]["claimed"]["currency"]}
        _show(client.answer_dispute(dispute, note, accepted=accepted, remedy=remedy, amount=part), as_json)


@app.command("hand-over")
def hand_over(
    as_: As, dispute: Id, to: Annotated[str, typer.Option(help="bank, biller or switch.")], note: Note, as_json: AsJson = False
) -> None:
    """Another party answers; the clock runs on."""
    with client_as(as_) as client:
        _show(client.move_dispute(dispute, "hand-over", note, to=to), as_json)


@app.command()
def comment(as_: As, dispute: Id, note: Note, as_json: AsJson = False) -> None:
    """A line in its history."""
    _move(as_, dispute, "comments", note, as_json)


@app.command()
def escalate(as_: As, dispute: Id, note: Note, as_json: AsJson = False) -> None:
    """To the central bank, by whoever opened it."""
    _move(as_, dispute, "escalation", note, as_json)


@app.command()
def confirm(as_: As, dispute: Id, note: Note, as_json: AsJson = False) -> None:
    """It was put right, says whoever opened it."""
    _move(as_, dispute, "confirmation", note, as_json)


@app.command()
def withdraw(as_: As, dispute: Id, note: Note, as_json: AsJson = False) -> None:
    """Whoever opened it leaves it at that."""
    _move(as_, dispute, "withdrawal", note, as_json)


@app.command()
def attach(
    as_: As,
    dispute: Id,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="PDF, PNG, JPEG or text, 1,000,000 bytes.")],
    as_json: AsJson = False,
) -> None:
    """A letter, a receipt; its kind is told by its bytes."""
    content = file.read_bytes()
    with client_as(as_) as client:
        attached = client.attach_to_dispute(dispute, content, media_type_of(content) or "application/octet-stream", file.name)
    if as_json:
        print_json(attached)
    else:
        say(f"{attached['name']}, {attached['media_type']}, {attached['size']} bytes, sha256 {attached['sha256']}")


@app.command()
def attachment(
    as_: As,
    dispute: Id,
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="As `switch bank dispute show` tells it.")],
    into: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Read one back."""
    with client_as(as_) as client:
        into.write_bytes(client.dispute_attachment(dispute, sha256))


def _move(as_: str, dispute: str, move: str, note: str, as_json: bool) -> None:
    with client_as(as_) as client:
        _show(client.move_dispute(dispute, move, note), as_json)


def _show(found: Document, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    _print([found["dispute"]])
    rows = ((its["number"], its["at"], its["by"], its["kind"], its["note"] or None, _facts(its["facts"])) for its in found["history"])
    print_table("السجل · History", ("", "at", "by", "what", "note", "facts"), rows)
    if found["attachments"]:
        kept = ((its["name"], its["media_type"], its["size"], its["by"], its["sha256"]) for its in found["attachments"])
        print_table("المرفقات · Attachments", ("name", "kind", "bytes", "by", "sha256"), kept, right=("bytes",))


def _print(found: Iterable[Document]) -> None:
    columns = ("dispute", "payment", "code", "", "claimed", "state", "waits for", "until (Damascus)", "outcome")
    rows = (
        (
            its["dispute_id"], its["payment_id"], its["reason"], its["reason_name"][language.get()],
            f"{its['claimed']['amount']} {its['claimed']['currency']}", _word("dispute_state", its["state"]),
            _word("holder", its["holder"]), _until(its["deadline"]), _word("outcome", its["outcome"]),
        )
        for its in found
    )  # fmt: skip
    print_table("الشكاوى · Disputes", columns, rows, right=("claimed",))


def _until(deadline: str | None) -> str | None:
    return None if deadline is None else f"{datetime.fromisoformat(deadline).astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def _facts(facts: Document | None) -> str | None:
    return ", ".join(f"{name} {value}" for name, value in (facts or {}).items()) or None


def _word(key: str, code: str | None) -> str | None:
    return None if code is None else getattr(word_of(key, code), language.get())
