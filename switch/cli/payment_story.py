"""The story of a payment as a person reads it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from switch.cli.output import money, print_table, say
from switch.reports.payment_stories import PaymentStory


def show_story(found: PaymentStory) -> None:
    """From what the bank asked for to how it ended in everybody's books; what there is none of is left out."""
    for told in found.in_words:
        say(f"{told.ar}\n{told.en}")
    print_table("الدفعة · Payment", ("", ""), _about(found))
    _list(
        "ما جرى · What happened",
        ("at (UTC)", "from", "to", "by", "note"),
        ((_precise(event.at), event.from_state, event.to_state, event.by, event.note) for event in found.history),
    )
    _money_moved(found)
    _list(
        "تسوية نافذتها · Settlement of its window",
        ("at (UTC)", "window", "what", "by", "note"),
        ((_moment(step.at), step.window_id, step.what, step.by, step.note) for step in found.settlement),
    )
    _said(found)
    _list("الملفات · Files", ("file", "lines", "sha256"), ((file.file_id, file.totals.lines, file.sha256[:16]) for file in found.files))
    _compared(found)


def _about(found: PaymentStory) -> list[tuple[str, object]]:
    its, currency, window = found.payment, found.payment.request.amount.currency, found.window
    return [
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
        ("مؤكدة في موعد أقصاه · certain by", _moment(its.certain_by) if its.live else None),
        ("نافذة التسوية · window", None if window is None else f"{window.window_id} ({window.state})"),
        ("نُقلت إلى · moved to", None if window is None else window.moved_to),
        ("مرجع التسوية · RTGS reference", None if window is None else window.rtgs_reference),
    ]


def _money_moved(found: PaymentStory) -> None:
    currency = found.payment.request.amount.currency
    _list(
        "العكس · Reversals",
        ("reversal", "state", "amount", "fee", "reason", "asked (UTC)", "concluded (UTC)", "refused because", "window"),
        (
            (
                *(back.reversal_id, back.state, money(back.amount.minor, currency), money(back.fees.payer + back.fees.biller, currency)),
                *(back.request.reason, _moment(back.asked_at), _moment(back.concluded_at), back.refused_because, back.window_id),
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
        "تسويات الرسوم والإصلاحات · Adjustments",
        ("kind", "re-rating or break", "payer's fee", "biller's fee", "written off", "window", "by", "at (UTC)"),
        (
            (
                *(made.kind, made.rerating or made.break_id, money(made.payer_fee, currency), money(made.biller_fee, currency)),
                *(money(made.written_off, currency), made.window_id, made.by, _moment(made.made_at)),
            )
            for made in found.adjustments
        ),
        right=("payer's fee", "biller's fee", "written off"),
    )


def _said(found: PaymentStory) -> None:
    _list(
        "الإشعارات · Advices",
        ("event", "kind", "attempts", "acknowledged (UTC)"),
        ((advice.event_id, advice.kind, advice.attempts, _moment(advice.acknowledged_at)) for advice in found.advices),
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
                *(_precise(said.at), said.sender, said.receiver, said.what, said.size),
                *(None if said.sha256 is None else said.sha256[:16], said.note),
            )
            for said in found.messages
        ),
        right=("bytes",),
    )


def _compared(found: PaymentStory) -> None:
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
                *(its.dispute_id, its.reason, money(its.claimed_minor, its.currency), its.state, its.holder),
                *("–" if its.deadline is None else f"{its.deadline:%Y-%m-%d %H:%M}", its.outcome),
            )
            for its in found.disputes
        ),
        right=("claimed",),
    )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def _precise(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _list(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Nothing where there is nothing."""
    if found := list(rows):
        print_table(title, columns, found, right=right)
