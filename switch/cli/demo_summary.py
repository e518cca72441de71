"""The summary of a demo's day, in Arabic and English."""

from collections import Counter, defaultdict

from switch.cli.output import money, print_table, say
from switch.cli.sandbox.report import DayReport

CURRENCY = "SYP"
WRONGS_SHOWN = 30


def print_summary(report: DayReport) -> None:
    say("")
    _payments(report)
    _windows(report)
    _reconciliation(report)
    if report.injected:
        _faults(report)
    _verdict(report)


def _payments(report: DayReport) -> None:
    rows = [
        ("الاستعلامات · inquiries", report.inquiries),
        *((f"  مرفوضة · refused: {code}", count) for code, count in sorted(report.refused_inquiries.items())),
        *((f"الدفعات · payments: {state}", count) for state, count in sorted(report.payments.items())),
        *((f"  مرفوضة · refused: {code}", count) for code, count in sorted(report.refused.items())),
        *((f"طلبات العكس · asked to be taken back: {code}", count) for code, count in sorted(report.taken_back.items())),
        ("لم تكن مؤكدة أولاً ثم تأكدت · not certain at first, certain in the end", report.first_in_doubt),
        ("مجموع المكتملة · sum of the completed", f"{money(report.amount_minor, CURRENCY)} {CURRENCY}"),
    ]
    print_table("الدفعات · Payments", ("", "number"), rows, right=("number",))


def _windows(report: DayReport) -> None:
    print_table(
        "نوافذ التسوية · Settlement windows, net zero",
        ("window", "RTGS reference", "participants", "net paid", "files"),
        [
            (window["window_id"], window["rtgs_reference"], window["legs"], money(window["paying_minor"], CURRENCY), window["files"])
            for window in report.windows
        ],
        right=("participants", "net paid", "files"),
    )


def _reconciliation(report: DayReport) -> None:
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    at_stake: Counter[str] = Counter()
    for found in report.breaks:
        kinds[found["participant"]][found["kind"]] += 1
        at_stake[found["participant"]] += found["minor"]
    rows = [
        (code, does, ", ".join(f"{kind} {count}" for kind, count in kinds[code].items()) or None, money(at_stake[code], CURRENCY))
        for code, does in report.misbehaving.items()
    ]
    print_table("المطابقة · Reconciliation", ("biller", "how it misbehaved", "breaks found", "at stake"), rows, right=("at stake",))


def _faults(report: DayReport) -> None:
    rows = [(where, what, count) for where, counts in report.injected.items() for what, count in counts.items()]
    rows += [("processes", f"{name}: kill -9", count) for name, count in report.killed.items()]
    print_table("أعطال متعمدة · Faults injected", ("where", "what", "times"), rows, right=("times",))


def _verdict(report: DayReport) -> None:
    killed = ", ".join(f"{name} {count}" for name, count in report.killed.items()) or "–"
    restarted = ", ".join(f"{name} {count}" for name, count in report.restarts.items() if count) or "–"
    spent = ", ".join(f"{stage} {seconds:g} s" for stage, seconds in report.seconds.items())
    say(f"الكشوف · statements: {report.statements}, {report.matched:,} lines matched, {len(report.breaks)} breaks")
    say(f"قُتل بـ kill -9 · killed: {killed} ({sum(report.killed.values())})")
    say(f"أعيد تشغيله · restarted: {restarted}      الزمن · time: {spent}")
    say(f"الملفات · files checked: {report.files}, {report.file_lines:,} lines      سجلات فُحصت · rows verified: {report.rows_verified:,}")
    data = "" if report.data == "data" else f"SWITCH_DATA={report.data} "
    say(f"الدفاتر باقية · the books are kept: {data}.venv/bin/switch verify      {data}make run")
    if report.good:
        say("\n✓ يوم سليم: لم تضع دفعة ولم تتكرر، واتفقت الدفاتر كلها، ولم يختلف إلا من كذب.")
        say("✓ A good day: no payment lost or doubled, all books agree, and only those who lied differ.")
        return
    say(f"\n✗ يوم غير سليم · Not a good day: {len(report.wrongs)}")
    for wrong in report.wrongs[:WRONGS_SHOWN]:
        say(f"  {wrong}")
