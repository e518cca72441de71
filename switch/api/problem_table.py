"""The one table that turns a code into an HTTP problem: its status, its titles in both languages, and whether to retry."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Retry(StrEnum):
    """What a client may do next."""

    NEVER = "never"
    """The same request will be refused again: change it."""
    SAME_KEY = "same_key"
    """Repeat the same request; a payment under the same idempotency key."""
    NEW_KEY = "new_key"
    """This key is spent with this refusal; when the cause is gone, ask under a new key."""
    AFTER_SECONDS = "after_seconds"
    """Repeat the same request, a payment under the same idempotency key, after `Retry-After`."""


class Kind(NamedTuple):
    status: int
    title: str
    title_ar: str
    retry: Retry = Retry.NEVER


PROBLEMS: Mapping[str, Kind] = MappingProxyType(
    {
        # what was sent cannot be read
        "json_malformed": Kind(400, "Not JSON", "ليس JSON"),
        "json_not_utf8": Kind(400, "Not UTF-8", "ليس UTF-8"),
        "json_duplicate_key": Kind(400, "Duplicate key", "مفتاح مكرر"),
        "json_too_deep": Kind(400, "Nested too deep", "تداخل عميق"),
        "json_number_refused": Kind(400, "Number not exact", "رقم غير مقبول"),
        "header_duplicate": Kind(400, "Duplicate header", "ترويسة مكررة"),
        "body_too_slow": Kind(408, "Body too slow", "نص الطلب بطيء", Retry.SAME_KEY),
        "body_too_large": Kind(413, "Body too large", "نص الطلب كبير"),
        "media_type_unsupported": Kind(415, "Media type not supported", "نوع غير مدعوم"),
        "content_encoding_refused": Kind(415, "Content encoding refused", "ترميز المحتوى مرفوض"),
        "field_unknown": Kind(422, "Unknown field", "حقل غير معروف"),
        "field_missing": Kind(422, "Missing field", "حقل ناقص"),
        "field_invalid": Kind(422, "Invalid field", "حقل غير صالح"),
        "text_forbidden": Kind(422, "Forbidden text", "نص ممنوع"),
        "national_code_malformed": Kind(422, "Not a national code", "ليس رمزاً وطنياً"),
        "check_digit_wrong": Kind(422, "Wrong check digit", "رقم تحقق خاطئ"),
        "amount_malformed": Kind(422, "Not an amount", "ليس مبلغاً"),
        "amount_too_precise": Kind(422, "Too many decimals", "منازل عشرية زائدة"),
        "amount_out_of_range": Kind(422, "Amount out of range", "مبلغ خارج الحدود"),
        "currency_unsupported": Kind(422, "Currency not used", "عملة غير مستخدمة"),
        "statement_not_yours": Kind(422, "Statement of another", "كشف لا يخصكم"),
        "file_malformed": Kind(422, "File cannot be read", "ملف غير مقروء"),
        "key_unusable": Kind(422, "Key unusable", "مفتاح غير صالح"),
        # who may
        "signature_missing": Kind(401, "Signature missing", "التوقيع ناقص"),
        "signature_malformed": Kind(401, "Signature malformed", "التوقيع غير سليم"),
        "signature_component_missing": Kind(401, "Signature covers too little", "التوقيع لا يشمل المطلوب"),
        "signature_key_unknown": Kind(401, "Key unknown", "المفتاح غير معروف"),
        "signature_algorithm_mismatch": Kind(401, "Algorithm is not the key's", "الخوارزمية ليست للمفتاح"),
        "signature_expired": Kind(401, "Signature expired", "التوقيع منتهي الصلاحية"),
        "signature_from_future": Kind(401, "Signature from the future", "التوقيع من المستقبل"),
        "signature_wrong": Kind(401, "Signature wrong", "التوقيع خاطئ"),
        "digest_missing": Kind(401, "Content digest missing", "بصمة المحتوى ناقصة"),
        "digest_mismatch": Kind(401, "Content digest differs", "بصمة المحتوى مختلفة"),
        "nonce_replayed": Kind(401, "Message replayed", "رسالة مكررة"),
        "participant_unknown": Kind(404, "Participant unknown", "مشارك غير معروف"),
        "participant_not_live": Kind(403, "Participant not live", "مشارك غير مفعّل"),
        "not_allowed": Kind(403, "Not for your kind", "غير متاح لكم"),
        # what is not there
        "route_unknown": Kind(404, "No such address", "لا عنوان كهذا"),
        "method_not_allowed": Kind(405, "Method not allowed", "طريقة غير مسموحة"),
        "payment_unknown": Kind(404, "Payment unknown", "دفعة غير معروفة"),
        "window_unknown": Kind(404, "Window unknown", "نافذة غير معروفة"),
        "file_unknown": Kind(404, "File unknown", "ملف غير معروف"),
        "layout_unknown": Kind(422, "Layout unknown", "تنسيق غير معروف"),
        "gets_no_files": Kind(422, "No files for this kind", "لا ملفات لهذا النوع"),
        "file_taken_already": Kind(409, "File taken already", "ملف سبق اعتماده"),
        "file_was_different": Kind(422, "Digest of another content", "بصمة محتوى آخر"),
        "refusal_reason_missing": Kind(422, "Reasons missing", "أسباب الرفض ناقصة"),
        "revision_reason_missing": Kind(422, "Reason of the revision missing", "سبب الإصدار ناقص"),
        "file_revised": Kind(409, "File revised already", "ملف له إصدار أحدث"),
        "nothing_to_revise": Kind(409, "Nothing to revise", "لا جديد في الملف"),
        "file_differs": Kind(409, "File there with another content", "ملف موجود بمحتوى آخر"),
        "quarantine_unknown": Kind(404, "Not in quarantine", "ليس في الحجر"),
        "advice_unknown": Kind(404, "Advice unknown", "إشعار غير معروف"),
        "advice_not_parked": Kind(409, "Advice not parked", "إشعار غير مركون"),
        "cursor_malformed": Kind(422, "Cursor malformed", "مؤشر غير سليم"),
        # the request has no effect: nothing is held
        "idempotency_key_missing": Kind(400, "Idempotency key missing", "مفتاح عدم التكرار ناقص"),
        "idempotency_key_malformed": Kind(400, "Idempotency key malformed", "مفتاح عدم التكرار غير سليم"),
        "idempotency_key_conflict": Kind(422, "Idempotency key used before", "مفتاح عدم التكرار مستخدم"),
        "service_unknown": Kind(422, "Service unknown", "خدمة غير معروفة", Retry.NEW_KEY),
        "service_closed": Kind(422, "Service closed", "خدمة مغلقة", Retry.NEW_KEY),
        "customer_reference_malformed": Kind(422, "Customer reference malformed", "مرجع الزبون غير سليم"),
        "customer_unknown": Kind(422, "Customer unknown", "زبون غير معروف", Retry.NEW_KEY),
        "inquiry_needed": Kind(422, "Inquiry needed", "الاستعلام مطلوب", Retry.NEW_KEY),
        "inquiry_unknown": Kind(422, "Inquiry unknown", "استعلام غير معروف", Retry.NEW_KEY),
        "inquiry_expired": Kind(422, "Inquiry expired", "استعلام منتهي الصلاحية", Retry.NEW_KEY),
        "bill_unknown": Kind(422, "Bill unknown", "فاتورة غير معروفة", Retry.NEW_KEY),
        "bill_not_expected": Kind(422, "No bill expected", "لا فاتورة متوقعة", Retry.NEW_KEY),
        "bill_withdrawn": Kind(422, "Bill withdrawn", "فاتورة مسحوبة"),
        "bill_already_paid": Kind(422, "Bill already paid", "فاتورة مدفوعة"),
        "bill_being_paid": Kind(409, "Bill being paid", "فاتورة قيد الدفع", Retry.NEW_KEY),
        "bill_changed": Kind(409, "Bill changed", "فاتورة تغيّرت", Retry.NEW_KEY),
        "amount_not_allowed": Kind(422, "Amount not allowed", "مبلغ غير مسموح", Retry.NEW_KEY),
        "no_open_window": Kind(503, "No open window", "لا نافذة مفتوحة", Retry.NEW_KEY),
        "cap_exceeded": Kind(422, "Net debit cap exceeded", "تجاوز سقف الدين الصافي", Retry.NEW_KEY),
        "biller_refused": Kind(422, "Refused by the biller", "رفضتها الجهة المفوترة", Retry.NEW_KEY),
        "biller_unavailable": Kind(503, "Biller unavailable", "الجهة المفوترة غير متاحة", Retry.AFTER_SECONDS),
        # reversals
        "payment_not_completed": Kind(409, "Payment not completed", "دفعة غير مكتملة", Retry.NEW_KEY),
        "payment_already_reversed": Kind(409, "Payment reversed already", "دفعة معكوسة من قبل"),
        "reversal_under_way": Kind(409, "Reversal under way", "عكس جارٍ", Retry.NEW_KEY),
        "reversal_not_allowed": Kind(422, "Reversal not allowed", "عكس غير مسموح"),
        "reversal_too_late": Kind(422, "Too late to reverse", "فات وقت العكس"),
        "reversal_refused": Kind(422, "Reversal refused by the biller", "رفضت الجهة المفوترة العكس", Retry.NEW_KEY),
        # what takes two people
        "proposal_unknown": Kind(404, "Proposal unknown", "اقتراح غير معروف"),
        "proposal_decided": Kind(409, "Proposal decided", "اقتراح مبتوت فيه"),
        "own_proposal": Kind(403, "Own proposal", "اقتراح الشخص نفسه"),
        "payment_not_overdue": Kind(409, "Payment not overdue", "دفعة لم تتجاوز مهلتها"),
        "reason_missing": Kind(422, "Reason missing", "السبب ناقص"),
        "biller_silent": Kind(503, "Biller not answering", "الجهة المفوترة لا تجيب", Retry.NEW_KEY),
        "biller_in_outage": Kind(422, "Biller in a declared outage", "الجهة المفوترة في توقف معلن", Retry.NEW_KEY),
        # the directory
        "not_a_bank": Kind(422, "Not a bank", "ليس مصرفاً"),
        "not_a_biller": Kind(422, "Not a biller", "ليس جهة مفوترة"),
        "name_missing": Kind(422, "Name missing", "اسم ناقص"),
        "participant_kind_fixed": Kind(409, "Kind of participant never changes", "نوع المشارك لا يتغير"),
        "participant_closed": Kind(409, "Participant closed", "مشارك مغلق نهائياً"),
        "authority_taken": Kind(409, "There is one only", "لا يكون إلا واحداً"),
        "key_id_malformed": Kind(422, "Key id malformed", "معرّف المفتاح غير سليم"),
        "key_id_taken": Kind(409, "Key id taken", "معرّف المفتاح مستخدم"),
        "key_unknown": Kind(404, "Key unknown", "مفتاح غير معروف"),
        "endpoint_refused": Kind(422, "End point refused", "نقطة اتصال مرفوضة"),
        "service_not_under_biller": Kind(422, "Service not under its biller", "رمز الخدمة لا يتبع الجهة المفوترة"),
        "service_incoherent": Kind(422, "Service does not hold together", "تعريف الخدمة غير متماسك"),
        "tariff_incoherent": Kind(422, "Tariff does not hold together", "تعريف التعرفة غير متماسك"),
        "tariff_taken": Kind(409, "Tariff taken", "تعرفة مستخدمة"),
        "limit_refused": Kind(422, "Limit refused", "حد مرفوض"),
        "cap_out_of_range": Kind(422, "Cap out of range", "سقف خارج الحدود"),
        "catalogue_malformed": Kind(422, "Catalogue cannot be read", "دليل غير مقروء"),
        "outage_refused": Kind(422, "Outage refused", "توقف مرفوض"),
        "outage_unknown": Kind(404, "Outage unknown", "توقف غير معروف"),
        # bill uploads, line by line
        "service_not_own": Kind(403, "Service not yours", "خدمة ليست لكم"),
        "service_takes_no_uploads": Kind(422, "No uploads for this service", "خدمة لا تقبل رفع الفواتير"),
        "bill_number_malformed": Kind(422, "Bill number malformed", "رقم فاتورة غير سليم"),
        "bill_amount_missing": Kind(422, "Amount of the bill missing", "مبلغ الفاتورة ناقص"),
        "bill_rule_refused": Kind(422, "Amount rule not the service's", "قاعدة مبلغ غير مسموحة"),
        "bill_dates_incoherent": Kind(422, "Dates of the bill incoherent", "تاريخا الفاتورة غير متسقين"),
        "bill_line_repeated": Kind(422, "Bill repeated in the upload", "فاتورة مكررة في الرفع"),
        "bill_partly_paid": Kind(409, "Bill partly paid", "فاتورة مدفوعة جزئياً"),
        "upload_too_long": Kind(413, "Upload too long", "رفع طويل"),
        # payment batches
        "payment_batch_unknown": Kind(404, "Payment batch unknown", "حزمة دفعات غير معروفة"),
        "batch_reference_conflict": Kind(422, "Batch reference used for other lines", "مرجع الحزمة مستخدم لأسطر أخرى"),
        "too_many_batches": Kind(503, "Too many payment batches at once", "حزم دفعات كثيرة معاً", Retry.AFTER_SECONDS),
        # webhooks
        "webhook_url_refused": Kind(422, "Address refused", "عنوان مرفوض"),
        "webhook_url_taken": Kind(409, "Address registered already", "عنوان مسجّل من قبل"),
        "webhook_endpoints_too_many": Kind(409, "Too many end points", "نقاط إشعار كثيرة"),
        "webhook_endpoint_unknown": Kind(404, "End point unknown", "نقطة إشعار غير معروفة"),
        "webhook_endpoint_disabled": Kind(409, "End point disabled", "نقطة إشعار معطّلة"),
        "webhook_event_unknown": Kind(404, "Event unknown", "حدث غير معروف"),
        # windows, settlement, files
        "calendar_refused": Kind(422, "Calendar refused", "تقويم مرفوض"),
        "window_not_open": Kind(409, "Window no longer open", "نافذة لم تعد مفتوحة"),
        "window_still_open": Kind(409, "Window still open", "نافذة ما زالت مفتوحة", Retry.SAME_KEY),
        "window_aborted": Kind(409, "Settlement refused by the RTGS", "تسوية رفضها نظام RTGS"),
        "window_not_settled": Kind(409, "Window not settled yet", "نافذة لم تُسوَّ بعد", Retry.SAME_KEY),
        "nets_disagree": Kind(409, "Nets disagree", "الصوافي غير متطابقة"),
        "settlement_owner_missing": Kind(409, "Nobody to whom fees are owed", "لا مستحق للرسوم"),
        "rtgs_statement_missing": Kind(404, "No statement of the RTGS", "لا كشف من نظام RTGS"),
        "files_being_issued": Kind(409, "Files are being issued", "الملفات قيد الإصدار", Retry.SAME_KEY),
        "file_totals_disagree": Kind(409, "Totals of a file disagree", "مجاميع ملف غير متطابقة"),
        # personal data
        "retention_out_of_range": Kind(422, "Not kept for that long", "مدة حفظ غير ممكنة"),
        "look_reason_missing": Kind(422, "Reason missing", "السبب ناقص"),
        # proofs and receipts
        "payment_not_sealed": Kind(409, "Not sealed yet", "لم تُختم بعد", Retry.SAME_KEY),
        "log_size_unknown": Kind(422, "No such size of the log", "لا حجم كهذا للسجل"),
        "receipt_not_due": Kind(409, "No receipt yet", "لا إيصال بعد", Retry.SAME_KEY),
        "mapping_refused": Kind(422, "Mapping refused", "توصيف ملف مرفوض"),
        "matching_rule_refused": Kind(422, "Matching rule refused", "قاعدة مطابقة مرفوضة"),
        # load and faults
        "too_many_requests": Kind(429, "Too many requests", "طلبات كثيرة", Retry.AFTER_SECONDS),
        "too_many_at_once": Kind(429, "Too many requests at once", "طلبات كثيرة معاً", Retry.AFTER_SECONDS),
        "too_many_strangers": Kind(429, "Too many unsigned requests", "طلبات كثيرة غير موقّعة", Retry.AFTER_SECONDS),
        "overloaded": Kind(503, "Overloaded", "حمل زائد", Retry.AFTER_SECONDS),
        "switch_unavailable": Kind(503, "Switch unavailable", "المحوّل غير متاح", Retry.AFTER_SECONDS),
        "database_unreachable": Kind(503, "Database unreachable", "قاعدة البيانات غير متاحة", Retry.SAME_KEY),
        "server_not_safe": Kind(503, "Database server not safe", "خادم قاعدة البيانات غير آمن", Retry.SAME_KEY),
        "server_too_old": Kind(503, "Database server too old", "خادم قاعدة البيانات قديم", Retry.SAME_KEY),
        "clock_far_off": Kind(503, "Clock far off", "الساعة غير مضبوطة", Retry.SAME_KEY),
        "schema_mismatch": Kind(503, "Schema not this program's", "مخطط قاعدة البيانات مختلف", Retry.SAME_KEY),
        "internal_fault": Kind(503, "Internal fault", "عطل داخلي", Retry.SAME_KEY),
    }
)
