"""Titles of the columns in files to billers and banks, in Arabic and English: the same in every layout that people read."""

from switch.domain.statements import FileKind

Title = tuple[str, str]
"""Arabic, English."""

HEADER: tuple[Title, ...] = (
    ("التنسيق", "Layout"),
    ("النوع", "Kind"),
    ("المشارك", "Participant"),
    ("نافذة التسوية", "Settlement window"),
    ("يوم العمل", "Business date"),
    ("العملة", "Currency"),
    ("التسلسل", "Sequence"),
    ("الإصدار", "Revision"),
    ("بصمة الملف السابق", "SHA-256 of the file before"),
    ("مرجع التسوية الآنية", "RTGS reference"),
    ("وقت التسوية", "Settled at"),
)
CHANGE: Title = ("سبب الإصدار وما تغيّر", "Why revised, and what has changed")
_COUNTERPARTY = {FileKind.SETTLEMENT: ("مصرف الدافع", "Payer's bank"), FileKind.STATEMENT: ("الجهة المفوترة", "Biller")}
_FEE = {FileKind.SETTLEMENT: ("رسم الجهة", "Biller's fee"), FileKind.STATEMENT: ("رسم الدافع", "Payer's fee")}
_SHARE: dict[FileKind, tuple[Title, ...]] = {
    FileKind.SETTLEMENT: (),
    FileKind.STATEMENT: (("حصتكم من الرسوم", "Your share of the fees"),),
}
_NET = {FileKind.SETTLEMENT: ("الصافي لكم", "Net to you"), FileKind.STATEMENT: ("الصافي عليكم", "Net due from you")}
_AMOUNT: Title = ("المبلغ", "Amount")


def sum_titles(kind: FileKind) -> tuple[Title, ...]:
    """A bank's statement has its own share, too, so that amount + payer's fee - share = net can be seen."""
    return (_AMOUNT, _FEE[kind], *_SHARE[kind], _NET[kind])


def line_titles(kind: FileKind) -> tuple[Title, ...]:
    return (
        ("السطر", "Line"),
        ("رقم الدفعة", "Payment id"),
        ("مرجع الدفعة", "Payment reference"),
        _COUNTERPARTY[kind],
        ("الخدمة", "Service"),
        ("مرجع الزبون", "Customer reference"),
        ("رقم الفاتورة", "Bill number"),
        ("مرجع المصرف", "Bank reference"),
        ("مرجع الجهة المفوترة", "Biller reference"),
        *sum_titles(kind),
        ("وقت الإتمام", "Completed at"),
    )


def trailer_titles(kind: FileKind) -> tuple[Title, ...]:
    return (("عدد الأسطر", "Lines"), *sum_titles(kind))


def sums(kind: FileKind, amount: int, fee: int, net: int) -> tuple[int, ...]:
    """The figures under `sum_titles`, in minor units."""
    share = (amount + fee - net,) if kind is FileKind.STATEMENT else ()
    return (amount, fee, *share, net)
