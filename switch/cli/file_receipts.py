"""`switch files overdue` and `switch files acknowledge`: what receivers have said of their files, or have not."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.file_receipts import FileCare, FileReceipt, ReceiptOutcome, ReceiptReason, RefusedFor


def overdue(as_json: AsJson = False) -> None:
    """Files that their receivers have refused, or have said nothing of for a day; the oldest first."""

    async def work(switch: Switch) -> list[FileCare]:
        return await switch.files.unsettled(switch.clock.now())

    found = run(work)
    if as_json:
        print_json(
            [
                {
                    "file": care.file.file_id,
                    "issued_at": care.issued_at,
                    "acknowledge_by": care.acknowledge_by,
                    "chased": care.chased,
                    "refused_for": [] if care.receipt is None else care.receipt.reasons,
                }
                for care in found
            ]
        )
    elif found:
        print_table(
            "ملفات تنتظر مستلميها · Files that wait for their receivers",
            ("file", "issued at", "chased", "refused for"),
            ((care.file.file_id, f"{care.issued_at:%Y-%m-%d %H:%M}", care.chased, _said(care.receipt)) for care in found),
            right=("chased",),
        )
    else:
        say("Every file was taken, or has time left.")


def acknowledge(
    file: Annotated[str, typer.Argument(help="Such as 200019-settlement-SYP-20261124-01-r0.", metavar="FILE")],
    refused: Annotated[ReceiptReason | None, typer.Option(help="Why it is refused; without it the file was taken.")] = None,
    line: Annotated[int | None, typer.Option(min=1, help="The line that is wrong.")] = None,
    note: Annotated[str | None, typer.Option(help="In the receiver's words.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a receiver without programs has said of a file, on paper or by phone."""

    async def work(switch: Switch) -> FileReceipt:
        sha256 = (await switch.files.one(None, file)).sha256
        outcome, reasons = ReceiptOutcome.TAKEN, list[RefusedFor]()
        if refused is not None:
            outcome, reasons = ReceiptOutcome.REFUSED, [RefusedFor(refused, line, note)]
        return await switch.acknowledge_file(None, file, outcome, sha256, reasons, by=by_whom())

    receipt = run(work)
    if as_json:
        print_json(receipt)
    else:
        say(f"{receipt.file_id}: {receipt.outcome}{'' if receipt.outcome is ReceiptOutcome.TAKEN else f' for {_said(receipt)}'}")


def _said(receipt: FileReceipt | None) -> str:
    if receipt is None:
        return "–"
    return "; ".join(
        each.reason + ("" if each.line is None else f" in line {each.line}") + (f" ({each.note})" if each.note else "")
        for each in receipt.reasons
    )
