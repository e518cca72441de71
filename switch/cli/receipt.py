"""`switch receipt`: the receipt of a payment, and checking one that somebody shows."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from switch.api import receipt_images
from switch.api.receipts import receipt_view
from switch.application import Switch
from switch.bootstrap.opening import load_former_keys
from switch.cli.key_files import NoKey, load_switch_public_key
from switch.cli.output import AsJson, language, print_json, say
from switch.cli.session import run
from switch.domain.money import Money
from switch.domain.payments import Payment
from switch.domain.receipts import ReadReceipt, read_receipt
from switch.reports.receipts import SignedReceipt
from switch.settings import load_settings
from switch.signatures.receipts import standing_of

WRONG_EXIT_CODE = 3
WRONG_USAGE_EXIT_CODE = 2

app = typer.Typer(
    help="Receipts: one signed line about a completed payment, as a QR code too; checked without a network.", no_args_is_help=True
)

_SAYS = {
    "good": {"en": "The switch has signed this receipt.", "ar": "وقّع المحوّل هذا الإيصال."},
    "forged": {"en": "FORGED: the switch has not signed this.", "ar": "مزوّر: لم يوقّع المحوّل هذا."},
    "key_unknown": {
        "en": "NOT PROVEN: it names a key of the switch that is not here.",
        "ar": "غير مثبت: يسمّي مفتاحاً للمحوّل غير موجود هنا.",
    },
    "unreadable": {"en": "This is not a receipt of the switch.", "ar": "ليس هذا إيصالاً من المحوّل."},
}
_PAID = {
    "en": "{reference}: {amount} {currency} to {biller} for service {service}, completed {at:%Y-%m-%d %H:%M:%S} UTC",
    "ar": "{reference}: {amount} {currency} إلى {biller} عن الخدمة {service}، اكتملت في {at:%Y-%m-%d %H:%M:%S} بالتوقيت العالمي",
}
_NOW = {"en": "In the books it is now {state}.", "ar": "وحالتها في الدفاتر الآن {state}."}
_REFUNDED = {"en": "{refunded} of it was taken back.", "ar": "أُعيد منها {refunded}."}


@app.command()
def show(
    payment: Annotated[str, typer.Argument(help="Its id, or its payment reference.")],
    svg: Annotated[Path | None, typer.Option(dir_okay=False, help="Also write the slip with its QR code to this file.")] = None,
    png: Annotated[Path | None, typer.Option(dir_okay=False, help="Also write the QR code to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """The receipt of a completed payment."""

    async def work(switch: Switch) -> tuple[SignedReceipt, bytes]:
        signed = await switch.receipts.named(payment)
        return signed, receipt_images.svg(signed, switch.directory.current())

    signed, slip = run(work)
    if svg is not None:
        svg.write_bytes(slip)
    if png is not None:
        png.write_bytes(receipt_images.png(signed))
    if as_json:
        print_json(receipt_view(signed).model_dump(mode="json"))
    else:
        say(signed.text)


@app.command()
def verify(
    text: Annotated[str, typer.Argument(help="The line that the QR code holds; - reads it from the standard input.")],
    online: Annotated[bool, typer.Option("--online", help="Look into the books, too: it may have been reversed since.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a receipt that somebody shows, with the switch's public key alone. Exit code 3 where it is not good."""
    read = read_receipt(sys.stdin.read(4096) if text == "-" else text)
    standing = "unreadable" if read is None else _standing(read)
    now = run(lambda switch: switch.receipts.payment(read.receipt.payment_reference)) if online and read and standing == "good" else None
    if as_json:
        print_json(
            {
                "standing": standing,
                "receipt": None if read is None else read.receipt,
                "state_now": None if now is None else now.state,
                "refunded_minor_now": None if now is None else now.refunded,
            }
        )
    else:
        _say(standing, read, now)
    if standing != "good":
        raise typer.Exit(WRONG_EXIT_CODE)


def _standing(read: ReadReceipt) -> str:
    settings = load_settings()
    try:
        return standing_of(read, (load_switch_public_key(settings), *load_former_keys(settings)))
    except NoKey as missing:
        print(f"There is no key at {missing.path}; make it with: switch keys init", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE) from None


def _say(standing: str, read: ReadReceipt | None, now: Payment | None) -> None:
    say(_SAYS[standing][language.get()])
    if read is not None:
        its = read.receipt
        facts = {"reference": its.payment_reference, "amount": its.amount, "currency": its.currency, "at": its.completed_at}
        say(_PAID[language.get()].format(**facts, biller=its.biller, service=its.service))
    if now is not None:
        say(_NOW[language.get()].format(state=now.state))
        if now.refunded:
            say(_REFUNDED[language.get()].format(refunded=Money(now.refunded, now.request.amount.currency)))
