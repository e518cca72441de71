"""What parameters of paths and queries mean, by name: said once, for every operation that has them and says nothing more special."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_AN_ID = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "bank_code": "Of this payer's bank only: its national code · دفعات هذا المصرف فقط، برمزه الوطني",
        "bank_reference": "What became of the order with this reference of yours · ما آل إليه أمر الدفع ذو مرجعكم هذا",
        "batch_id": "From the answer to the batch · من جواب تسليم الحزمة",
        "biller_code": "Of this biller only: its national code · لهذه الجهة المفوترة فقط، برمزها الوطني",
        "break_id": "From the list of breaks · من قائمة الفروق",
        "business_date": "The banking day that payments count for · يوم العمل الذي تُحتسب فيه الدفعات",
        "code": "National code of a participant · الرمز الوطني للمشارك",
        "currency": "In this currency only · بهذه العملة فقط",
        "dispute_id": "From the answer to its opening, or the list · من جواب فتح الشكوى أو من القائمة",
        "endpoint_id": "From the answer to the registration, or the list · من جواب التسجيل أو من القائمة",
        "event_id": "The id of the advice or event: the same each time it is told · معرّف الإشعار، لا يتغير مهما تكرر",
        "file_id": "From the list of files: its name without the ending · من قائمة الملفات: اسم الملف دون لاحقته",
        "from": "The first moment, day or size, itself included · البداية، وهي داخلة",
        "holder": "Only those that wait for this party · ما ينتظر هذا الطرف فقط",
        "month": "The month that is reported on · شهر التقرير",
        "outage_id": "From the answer to the declaration, or the list · من جواب الإعلان أو من القائمة",
        "participant": "Of this participant only: its national code · لهذا المشارك فقط، برمزه الوطني",
        "participant_code": "Of this participant only: its national code · لهذا المشارك فقط، برمزه الوطني",
        "payment": "Its id, or the reference that its customer reads out · معرّف الدفعة، أو مرجعها الذي يقرؤه الزبون",
        "payment_id": "From the answer to the order · من جواب أمر الدفع",
        "proposal_id": "From the answer to the proposal, or the list · من جواب الاقتراح أو من القائمة",
        "quarantine_id": "From the list of quarantined statements · من قائمة الكشوف المحجورة",
        "reason": "Only those with this code · ذات هذا الرمز فقط",
        "sha256": "Digest of the attachment, from its list: 64 hexadecimal digits · بصمة المرفق كما في القائمة",
        "state": "Only those in this state · ما هو في هذه الحالة فقط",
        "to": "The end: a moment, itself left out, or the last day or size · النهاية: لحظة غير داخلة، أو آخر يوم أو حجم",
        "who": "Only what this account did: `staff:` and its name · ما فعله هذا الحساب فقط",
        "window_id": "Of this settlement window: currency, business date, number · لنافذة التسوية هذه: العملة ويوم العمل ورقمها",
        "without": "Who would not pay: national codes, each under the name again · من لا يدفع: رموز وطنية، يُكرَّر الاسم لكل رمز",
    }
)
_DIGEST = "5f" * 32
_EXAMPLES: Mapping[str, Any] = MappingProxyType({"break_id": _DIGEST, "from": 1, "sha256": _DIGEST, "to": 2, "without": ["100010"]})


def say_what_it_means(parameter: dict[str, Any]) -> None:
    """A description where there is none, and an example of what must be given."""
    name = parameter["name"]
    if name in MEANINGS and not parameter.get("description"):
        parameter["description"] = MEANINGS[name]
    if parameter["required"] and not parameter["schema"].get("examples"):
        example = _EXAMPLES.get(name, _AN_ID if name.endswith("_id") else None)
        parameter |= {} if example is None else {"example": example}
