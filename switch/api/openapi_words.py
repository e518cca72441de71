"""What the OpenAPI document says of the whole API: conventions, tags, the signature, the problem, header fields."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from switch.api.problem_kinds import Retry

TITLE = "National bill-payment switch · المحوّل الوطني لدفع الفواتير"
VERSION = "1.0.0"
LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
DESCRIPTION = """\
Any customer of any bank pays any bill or public fee. Conventions of every call:

- Each request is signed (RFC 9421, RFC 9530; docs/signatures.md), and each answer is signed for exactly its request.
- Amounts are texts of decimal digits with their currency; times are RFC 3339 with zone; business dates are plain dates.
- Unknown fields, duplicate keys, excess decimals, control and direction characters are refused by name.
- A refusal is `application/problem+json` (RFC 9457) with a stable `code`, in Arabic and English, and says whether and how to retry.
- Lists are paged: `limit`, and `cursor` with the `next_cursor` of the page before.
- After silence: repeat the same request. A payment is identified by its `Idempotency-Key`, for ever.

يدفع أي زبون لأي مصرف أي فاتورة أو رسم عام. وما يلي ينطبق على كل طلب:

- كل طلب موقّع، وكل جواب موقّع لطلبه بعينه.
- المبالغ نصوص من أرقام عشرية مع عملتها، والأوقات بصيغة RFC 3339 مع منطقتها.
- تُرفض بالاسم الحقول غير المعروفة والمفاتيح المكررة والمنازل الزائدة ومحارف التحكم والاتجاه.
- الرفض مستند `application/problem+json` برمز ثابت `code`، بالعربية والإنكليزية، ويقول هل يعاد الطلب وكيف.
- القوائم صفحات: `limit`، و`cursor` بقيمة `next_cursor` من الصفحة السابقة.
- إن لم يصل جواب فأعد الطلب نفسه. وتُعرف الدفعة بمفتاحها `Idempotency-Key` دائماً.
"""
TAGS = [
    {"name": "catalogue", "description": "Billers, services, tariffs · الجهات المفوترة والخدمات والتعرفات"},
    {"name": "inquiries", "description": "What is owed · ما هو مستحق"},
    {"name": "payments", "description": "Paying, and what became of it · الدفع وما آل إليه"},
    {"name": "payment-batches", "description": "Many payments handed in together · دفعات كثيرة تُسلَّم معاً"},
    {"name": "position", "description": "What a bank owes, and its headroom · مركز المصرف والمتاح له"},
    {"name": "windows", "description": "Settlement windows and nets · نوافذ التسوية والصوافي"},
    {"name": "files", "description": "Settlement files and statements · ملفات التسوية والكشوف"},
    {"name": "statements", "description": "Reconciliation: own statements and breaks · المطابقة: كشوفنا وفروقنا"},
    {"name": "disputes", "description": "Coded complaints about payments · شكاوى مرمّزة على الدفعات"},
    {"name": "bills", "description": "Bills handed in beforehand · فواتير مرفوعة مسبقاً"},
    {"name": "advices", "description": "Facts that a biller must take · إشعارات للجهة المفوترة"},
    {"name": "outages", "description": "Hours in which a biller does not answer · ساعات توقف الجهة المفوترة"},
    {"name": "webhooks", "description": "Events for banks: end points and deliveries · إشعارات للمصارف بما آلت إليه دفعاتها"},
    {"name": "proof-log", "description": "Signed heads of the proof log, and how they are linked · سجل الإثبات ورؤوسه الموقّعة"},
    {"name": "reports", "description": "Reports as known at a moment · تقارير كما عُلمت في لحظة"},
    {"name": "operator", "description": "Staff by their roles, and overseers, read only · الموظفون حسب أدوارهم والمشرف، للقراءة فقط"},
    {"name": "staff", "description": "Staff: sessions, and the audit · الموظفون: الجلسات وسجل التدقيق"},
    {"name": "proposals", "description": "What takes two people · ما يلزمه شخصان"},
    {"name": "health", "description": "Whether the process lives and is ready · حالة النظام"},
]
SECURITY: Mapping[str, Any] = {
    "httpSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": (
            "RFC 9421 message signature `sig1` with `Signature-Input`, over @method, @authority, @path, @query, content-digest (RFC 9530,"
            " where there is content) and idempotency-key (where it is sent); parameters created, expires, nonce, keyid"
            " (`<participant code>:<name>`). Fresh within 60 s; a nonce is good once. ES256, Ed25519 or RSA-PSS, as the key is registered."
            " · توقيع الرسالة وفق RFC 9421؛ صالح 60 ثانية ولمرة واحدة. التفاصيل في docs/signatures.md."
        ),
    },
    "staffToken": {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "A session (`POST /v1/staff/sessions`: password and code) or a token for a program; `x-staff-roles` says which roles may."
            " · جلسة موظف بكلمة سر ورمز، أو رمز لبرنامج؛ وتقول `x-staff-roles` أي الأدوار يجوز لها."
        ),
    },
}
_TEXT = {"type": "string"}
HEADERS: Mapping[str, Any] = {
    "Switch-Request-Id": {"description": "Name it when you ask us about this call · اذكروه عند السؤال عن هذا الطلب", "schema": _TEXT},
    "Content-Digest": {"description": "SHA-256 of the content (RFC 9530)", "schema": _TEXT},
    "Signature-Input": {"description": "What the switch's signature covers (RFC 9421)", "schema": _TEXT},
    "Signature": {"description": "The switch's signature over the answer and the request that it answers", "schema": _TEXT},
    "Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 0}},
    "RateLimit-Policy": {"description": "Where a limit is near: its kind, burst (`q`) and seconds to fill it (`w`)", "schema": _TEXT},
    "RateLimit": {"description": "Of the same: how many are left (`r`), and in how many seconds all are (`t`)", "schema": _TEXT},
    "Idempotent-Replayed": {
        "description": "`true` where this is the answer to an earlier, same request",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Location": {"description": "Address of what was made", "schema": _TEXT},
    "ETag": {"description": "For `If-None-Match`", "schema": _TEXT},
}
EVERY_ANSWER = ("Switch-Request-Id", "Content-Digest", "Signature-Input", "Signature")
NEAR_A_LIMIT = ("RateLimit-Policy", "RateLimit")
MEANING: Mapping[int, str] = MappingProxyType(
    {
        400: "Cannot be read · غير مقروء",
        401: "Not proven who sent it · لم يثبت المرسل",
        403: "Not for the caller · غير متاح للطالب",
        404: "Not there · غير موجود",
        408: "Too slow · بطيء",
        409: "Conflict · تعارض",
        410: "In the archive · في الأرشيف",
        413: "Too large · كبير جداً",
        415: "Wrong type of content · نوع محتوى خاطئ",
        421: "For another server · لخادم آخر",
        422: "Refused · مرفوض",
        429: "Too much · فوق الحد",
        431: "Head too large · رأس كبير",
        503: "Not now · ليس الآن",
    }
)
PROBLEM_EXAMPLE = {"detail": "…", "detail_ar": "…", "request_id": "3f0c1a52-6d0e-4a5b-9a63-0f5a1f0b7c11"}
_WRONG_FIELD = {
    "type": "object",
    "required": ["field", "code", "detail", "detail_ar"],
    "properties": {"field": _TEXT, "code": _TEXT, "detail": _TEXT, "detail_ar": _TEXT},
}
PROBLEM: Mapping[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `code` is stable; `retry` says what may be done next.",
    "type": "object",
    "required": ["type", "title", "title_ar", "status", "code", "detail", "detail_ar", "request_id", "retry"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "title_ar": _TEXT,
        "status": {"type": "integer"},
        "code": _TEXT,
        "detail": _TEXT,
        "detail_ar": _TEXT,
        "request_id": {"type": "string", "format": "uuid"},
        "retry": {"type": "string", "enum": [str(retry) for retry in Retry]},
        "errors": {"type": "array", "items": _WRONG_FIELD, "description": "Every field that is wrong, where there are several."},
        "payment_id": {"type": "string", "format": "uuid", "description": "Where the refusal belongs to a payment that exists."},
        "payment": {**_TEXT, "description": "The address of this payment."},
        "reason": {**_TEXT, "description": "Why the biller refused it, in our words."},
    },
}
