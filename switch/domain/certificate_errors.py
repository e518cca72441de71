"""Refusals of the line: mutual TLS says whose it is, and it must be of whoever signs what comes over it."""

from switch.domain.errors import Refusal


class CertificateMissing(Refusal):
    code = "certificate_missing"
    en = "Send your client certificate: the switch hears participants over mutual TLS only."
    ar = "قدّموا شهادة العميل: لا يسمع المحوّل المشاركين إلا عبر TLS بشهادتين."


class CertificateMalformed(Refusal):
    code = "certificate_malformed"
    en = "The client certificate cannot be read: {why}."
    ar = "شهادة العميل غير مقروءة: {why}."


class CertificateUntrusted(Refusal):
    code = "certificate_untrusted"
    en = "The client certificate is not one of the participants' authority that is valid now and names one participant."
    ar = "شهادة العميل ليست شهادة سارية من سلطة شهادات المشاركين تسمّي مشاركاً واحداً."


class CertificateRevoked(Refusal):
    code = "certificate_revoked"
    en = "The client certificate is revoked; ask for a new one."
    ar = "شهادة العميل ملغاة؛ اطلبوا شهادة جديدة."


class CertificateUnchecked(Refusal):
    code = "certificate_unchecked"
    en = "Nobody can tell at present whether this client certificate is revoked: its authority's list is missing or out of date."
    ar = "يتعذر الآن التحقق من أن شهادة العميل غير ملغاة: قائمة الشهادات الملغاة من سلطتها ناقصة أو منتهية الصلاحية."


class CertificateOfAnother(Refusal):
    code = "certificate_of_another"
    en = "The client certificate is of {certified}; the message is signed by another participant."
    ar = "شهادة العميل تخص {certified}، والرسالة بتوقيع مشارك آخر."


class CertificateUnknown(Refusal):
    code = "certificate_unknown"
    en = "No certificate of {name} is in force."
    ar = "لا شهادة سارية باسم {name}."


class AuthorityUnusable(Refusal):
    code = "authority_unusable"
    en = "The authority's certificates or list of revoked ones cannot be used: {why}."
    ar = "شهادات السلطة أو قائمة الملغى منها غير صالحة: {why}."
