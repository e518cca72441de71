"""Refusals of the API itself: what was sent is not a request that can be read, or comes from nobody we know."""

from switch.domain.errors import Refusal


class HttpMalformed(Refusal):
    code = "http_malformed"
    en = "This is not a message of HTTP/1.1 that can be read in one way only; the line is closed."
    ar = "هذه ليست رسالة HTTP/1.1 تُقرأ على وجه واحد؛ أُغلق الاتصال."


class HeadTooLarge(Refusal):
    code = "head_too_large"
    en = "The head of the message is larger than {most} bytes; the line is closed."
    ar = "رأس الرسالة أكبر من {most} بايت؛ أُغلق الاتصال."


class JsonMalformed(Refusal):
    code = "json_malformed"
    en = "The body is not JSON (near byte {position})."
    ar = "نص الطلب ليس JSON (قرب البايت {position})."


class JsonNotUtf8(Refusal):
    code = "json_not_utf8"
    en = "The body is not plain UTF-8 without a byte order mark."
    ar = "نص الطلب ليس UTF-8 خالصاً بلا علامة ترتيب البايتات."


class JsonDuplicateKey(Refusal):
    code = "json_duplicate_key"
    en = "The key “{key}” stands twice in one object."
    ar = "المفتاح «{key}» مكرر في كائن واحد."


class JsonTooDeep(Refusal):
    code = "json_too_deep"
    en = "The body is nested more than {most} levels deep."
    ar = "نص الطلب متداخل أكثر من {most} مستويات."


class JsonNumberRefused(Refusal):
    code = "json_number_refused"
    en = "A number in the body is not a plain integer of at most {digits} digits; amounts are texts such as “1250.00”."
    ar = "في نص الطلب رقم ليس عدداً صحيحاً من {digits} رقماً على الأكثر؛ المبالغ نصوص مثل «1250.00»."


class MediaTypeUnsupported(Refusal):
    code = "media_type_unsupported"
    en = "The body must be sent as {expected}."
    ar = "يجب إرسال نص الطلب بنوع {expected}."


class ContentEncodingRefused(Refusal):
    code = "content_encoding_refused"
    en = "The body must be sent as it is, without Content-Encoding."
    ar = "يجب إرسال نص الطلب كما هو، بلا Content-Encoding."


class BodyTooLarge(Refusal):
    code = "body_too_large"
    en = "The body is larger than {most} bytes."
    ar = "نص الطلب أكبر من {most} بايت."


class BodyTooSlow(Refusal):
    code = "body_too_slow"
    en = "The body did not arrive within {seconds} s."
    ar = "لم يصل نص الطلب خلال {seconds} ثانية."


class FieldUnknown(Refusal):
    code = "field_unknown"
    en = "There is no field “{field}” here."
    ar = "لا يوجد حقل «{field}» هنا."


class FieldMissing(Refusal):
    code = "field_missing"
    en = "The field “{field}” is missing."
    ar = "الحقل «{field}» ناقص."


class FieldInvalid(Refusal):
    code = "field_invalid"
    en = "The field “{field}” is not valid: {why}."
    ar = "الحقل «{field}» غير صالح: {why_ar}."


class HeaderDuplicate(Refusal):
    code = "header_duplicate"
    en = "The header {header} stands twice."
    ar = "الترويسة {header} مكررة."


class NonceReplayed(Refusal):
    code = "nonce_replayed"
    en = "This signed message was received before; sign each message anew, with a new nonce."
    ar = "استُلمت هذه الرسالة الموقعة من قبل؛ وقّع كل رسالة من جديد برقم عشوائي جديد."


class HostUnknown(Refusal):
    code = "host_unknown"
    en = "This switch is not reached under the name in your Host field; nothing was done. Sign for the name that you were given."
    ar = "الاسم في حقل Host ليس من أسماء هذا المحوّل؛ ولم يُنفَّذ شيء. وقّعوا الرسالة للاسم المبلَّغ إليكم وأرسلوها به."


class RouteUnknown(Refusal):
    code = "route_unknown"
    en = "There is nothing at this address."
    ar = "لا شيء في هذا العنوان."


class MethodNotAllowed(Refusal):
    code = "method_not_allowed"
    en = "This address does not take the method {method}."
    ar = "هذا العنوان لا يقبل الطريقة {method}."


class InternalFault(Refusal):
    code = "internal_fault"
    en = "The switch failed at this request and has recorded it. Repeat it with the same idempotency key."
    ar = "تعثر المحوّل في هذا الطلب وسجّل ذلك. أعد الطلب بمفتاح عدم التكرار نفسه."
