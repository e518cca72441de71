"""`switch bank`: what a bank does, over the API and signed like a bank, with a key of the sandbox."""

from typing import Annotated, Any

import typer

from switch.cli import bank_dispute
from switch.cli.output import AsJson, language, print_json, print_table, say
from switch.cli.participant_client import As, client_as
from switch.client import Document, PaymentOrder, new_key

app = typer.Typer(help="Ask and pay as a bank of the sandbox.", no_args_is_help=True)
app.add_typer(bank_dispute.app, name="dispute")

Service = Annotated[str, typer.Option(metavar="CODE", help="National code of the service; `switch bank catalogue` lists them.")]
Reference = Annotated[str, typer.Option(metavar="TEXT", help="How the customer is named at the biller, such as a subscription number.")]
Channel = Annotated[str, typer.Option(help="branch, atm, internet, mobile, pos, ...: where the payer is.")]


@app.command()
def catalogue(as_: As = "100010", as_json: AsJson = False) -> None:
    """List what can be paid."""
    with client_as(as_) as client:
        services = client.services()
    if as_json:
        print_json(services)
        return
    rows = [
        (
            service["service_code"],
            _name(service["name"]),
            service["mode"],
            _name(service["reference"]["label"]),
            service["reference"]["example"],
        )
        for service in services
    ]
    print_table("الخدمات · Services", ("code", "name", "mode", "customer reference", "example"), rows)


@app.command()
def inquire(as_: As, service: Service, reference: Reference, channel: Channel = "mobile", as_json: AsJson = False) -> None:
    """Ask what is due under a customer reference."""
    with client_as(as_) as client:
        presentment = client.inquire(service, reference, channel)
    if as_json:
        print_json(presentment)
    else:
        _show_offers(presentment)


@app.command()
def pay(
    as_: As,
    service: Service,
    reference: Reference,
    amount: Annotated[str | None, typer.Option(metavar="DIGITS", help="Such as 1250.00; left out, what is due is paid.")] = None,
    bill: Annotated[str | None, typer.Option(metavar="NUMBER", help="Which bill; left out, the first one.")] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key; the same again is the same payment. Left out, a fresh one.")] = None,
    channel: Channel = "mobile",
    as_json: AsJson = False,
) -> None:
    """Ask what is due, then pay it."""
    with client_as(as_) as client:
        presentment = client.inquire(service, reference, channel)
        offer = _chosen(presentment, bill)
        due = None if offer is None else offer["amount"]
        if amount is None and due is None:
            typer.echo("لا فاتورة بمبلغ محدد؛ أعطِ ‎--amount · Nothing says how much; give --amount", err=True)
            raise typer.Exit(2)
        key = key or new_key()
        answer = client.pay(
            PaymentOrder(
                service_code=service,
                customer_reference=reference,
                amount=amount or (due or {})["amount"],
                currency=(due or {}).get("currency", "SYP"),
                bank_reference=f"CLI-{key[-12:]}",
                channel=channel,
                inquiry_id=presentment["inquiry_id"],
                bill_number=None if offer is None or offer["bill"] is None else offer["bill"]["bill_number"],
            ),
            key,
        )
    if as_json:
        print_json(answer.payment)
    else:
        _show_payment(answer.payment)


@app.command()
def status(
    as_: As,
    payment: Annotated[str | None, typer.Option(metavar="ID", help="Id of the payment.")] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key of the payment.")] = None,
    as_json: AsJson = False,
) -> None:
    """What became of a payment."""
    if (payment is None) == (key is None):
        raise typer.BadParameter("give either --payment or --key")
    with client_as(as_) as client:
        found = client.payment_under_key(key or "") if payment is None else client.payment(payment)
    if found is None:
        typer.echo("لا شيء تحت هذا المفتاح · Nothing stands under this key", err=True)
        raise typer.Exit(1)
    if as_json:
        print_json(found)
    else:
        _show_payment(found)


@app.command()
def reverse(
    as_: As,
    payment: Annotated[str, typer.Option(metavar="ID", help="Id of the completed payment.")],
    reason: Annotated[
        str, typer.Option(help="customer_request, duplicate, wrong_bill, wrong_amount, payer_not_debited, fraud, other.")
    ] = "customer_request",
    amount: Annotated[
        str | None, typer.Option(metavar="DIGITS", help="Such as 250.00: a part of it; left out, all that is left of it.")
    ] = None,
    key: Annotated[str | None, typer.Option(help="Idempotency key; the same again is the same reversal. Left out, a fresh one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a completed payment, or a part of it, back, within the time and by the rules of its service."""
    with client_as(as_) as client:
        part = None if amount is None else {"amount": amount, "currency": client.payment(payment)["amount"]["currency"]}
        reversal = client.reverse(payment, reason, key or new_key(), amount=part)
    if as_json:
        print_json(reversal)
        return
    rows = [
        ("الحالة · state", reversal["state"]),
        ("مؤكد · certain", "نعم · yes" if reversal["final"] else f"ليس بعد · not yet; by {reversal['certain_by']}"),
        ("معرّف العكس · reversal id", reversal["reversal_id"]),
        ("حالة الدفعة · payment is", reversal["payment_state"]),
        ("يعاد للدافع · payer gets back", f"{_grouped(reversal['total']['amount'])} {reversal['total']['currency']}"),
        ("نافذة التسوية · window", reversal["window_id"]),
        ("المفتاح · idempotency key", reversal["idempotency_key"]),
    ]
    print_table("العكس · Reversal", ("", ""), rows)


@app.command()
def window(
    as_: As, window: Annotated[str, typer.Option(metavar="WINDOW", help="Such as SYP-20261124-01.")], as_json: AsJson = False
) -> None:
    """What a settlement window comes to for the bank, and whether its approval is asked for."""
    with client_as(as_) as client:
        _show_window(client.window(window), as_json)


@app.command()
def approve(
    as_: As,
    window: Annotated[str, typer.Option(metavar="WINDOW", help="A closed window that the bank owes for.")],
    amount: Annotated[str | None, typer.Option(metavar="DIGITS", help="What is approved; left out, the net that the window shows.")] = None,
    as_json: AsJson = False,
) -> None:
    """Approve the bank's debit of a closed window, before it goes to the RTGS."""
    with client_as(as_) as client:
        net = client.window(window)["own"]["net"]
        _show_window(client.approve_window(window, amount or net["amount"], net["currency"]), as_json)


@app.command("object")
def object_to(
    as_: As,
    window: Annotated[str, typer.Option(metavar="WINDOW", help="A closed window that the bank owes for.")],
    reason: Annotated[str, typer.Option(help="Why: staff read it before they decide.")],
    as_json: AsJson = False,
) -> None:
    """Object to the bank's debit of a closed window: it is not sent until the bank approves after all, or two of the staff decide."""
    with client_as(as_) as client:
        _show_window(client.object_to_window(window, reason), as_json)


@app.command()
def debts(as_: As, as_json: AsJson = False) -> None:
    """What is still owed from defaults: by the bank, and to it."""
    with client_as(as_) as client:
        book = client.debts()
    if as_json:
        print_json(book)
        return
    if not book["owed"]:
        say("لا ديون من تخلّف عن الدفع · Nothing is owed from defaults.")
        return
    rows = [
        (debt["defaulter_code"], part["creditor_code"], part["source"], _grouped(part["amount"]["amount"]), debt["currency"])
        for debt in book["owed"]
        for part in debt["parts"]
    ]
    print_table("ديون التخلّف عن الدفع · Debts from defaults", ("defaulter", "owes to", "out of", "owed", "currency"), rows, right=("owed",))


@app.command()
def position(as_: As, as_json: AsJson = False) -> None:
    """What the bank owes now, and how much room is left under its cap."""
    with client_as(as_) as client:
        positions = client.position()
    if as_json:
        print_json(positions)
        return
    fields = ("cap", "deposited", "granted", "held", "posted", "headroom")
    rows = [(one["currency"], *(_grouped(one[field]["amount"]) for field in fields)) for one in positions]
    print_table(f"المركز · Position {as_}", ("currency", *fields), rows, right=fields)


def _chosen(presentment: Document, bill: str | None) -> Document | None:
    offers: list[Document] = presentment["offers"]
    if bill is None:
        return offers[0] if offers else None
    for offer in offers:
        if offer["bill"] is not None and offer["bill"]["bill_number"] == bill:
            return offer
    typer.echo(f"لا فاتورة بهذا الرقم · No bill with the number {bill} is open", err=True)
    raise typer.Exit(1)


def _show_offers(presentment: Document) -> None:
    offers = presentment["offers"]
    if not offers:
        say("المرجع صحيح، والمبلغ لك أن تحدده. · The reference is good; choose the amount.")
        return
    rows = [(*_bill_cells(offer["bill"]), _grouped(offer["amount"]["amount"]), _grouped(offer["total"]["amount"])) for offer in offers]
    columns = ("bill", "issued", "due", "description", "amount", "total")
    print_table("ما هو مستحق · What is due", columns, rows, right=("amount", "total"))


def _bill_cells(bill: Document | None) -> tuple[Any, ...]:
    if bill is None:
        return (None, None, None, None)
    described = bill.get("description")
    return (bill["bill_number"], bill["issued_on"], bill["due_on"], None if described is None else _name(described))


def _show_payment(payment: Document) -> None:
    currency = payment["amount"]["currency"]
    rows = [
        ("الحالة · state", payment["state"]),
        ("مؤكدة · certain", "نعم · yes" if payment["final"] else f"ليس بعد · not yet; by {payment['certain_by']}"),
        ("المرجع · payment reference", payment["payment_reference"]),
        ("المعرّف · payment id", payment["payment_id"]),
        ("المبلغ · amount", f"{_grouped(payment['amount']['amount'])} {currency}"),
        ("على الدافع · payer's total", f"{_grouped(payment['total']['amount'])} {currency}"),
        ("مرجع الجهة · biller reference", payment["biller_reference"]),
        ("يوم العمل · business date", payment["business_date"]),
        ("المفتاح · idempotency key", payment["idempotency_key"]),
    ]
    print_table("الدفعة · Payment", ("", ""), rows)


def _show_window(found: Document, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    its, own, approval = found["window"], found["own"], found["approval"]
    net = own["net"]
    rows = [
        ("النافذة · window", its["window_id"]),
        ("الحالة · state", its["state"]),
        ("الدفعات · payments", own["payments"]),
        ("الصافي · net (+ to pay)", f"{_grouped(net['amount'])} {net['currency']}"),
        ("منه لتخلّف غيرنا · of it for defaults", _grouped(own["claims"]["amount"])),
        ("موافقتنا · our approval", approval["state"]),
        ("حتى · until", approval["until"]),
        ("السبب · reason", approval["reason"]),
    ]
    print_table("نافذة التسوية · Settlement window", ("", ""), rows)


def _name(name: Document) -> str:
    return str(name[language.get()])


def _grouped(amount: str) -> str:
    """For people: thousands set apart."""
    whole, point, decimals = amount.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{point}{decimals}"
