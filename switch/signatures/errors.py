"""Why a signed message is refused: a closed set, each with a stable code and its words in Arabic and English."""

from switch.domain.errors import Refusal


class SignatureError(Refusal):
    """The message is not proven to come, whole and fresh, from who it says. It must have no effect."""


class SignatureMissing(SignatureError):
    code = "signature_missing"
    en = "The message is not signed: “Signature-Input” and “Signature” are both needed."
    ar = "الرسالة غير موقّعة: الترويستان «Signature-Input» و«Signature» مطلوبتان معاً."


class SignatureMalformed(SignatureError):
    code = "signature_malformed"
    en = "The signature cannot be read: {why}."
    ar = "تعذرت قراءة التوقيع: {why}."


class SignatureComponentMissing(SignatureError):
    code = "signature_component_missing"
    en = "The signature does not cover {component}."
    ar = "التوقيع لا يغطي {component}."


class SignatureKeyUnknown(SignatureError):
    code = "signature_key_unknown"
    en = "The signing key is not registered and active."
    ar = "مفتاح التوقيع غير مسجل أو غير مفعّل."


class SignatureAlgorithmMismatch(SignatureError):
    code = "signature_algorithm_mismatch"
    en = "The algorithm named in the signature is not that of the registered key."
    ar = "الخوارزمية المذكورة في التوقيع ليست خوارزمية المفتاح المسجل."


class SignatureExpired(SignatureError):
    code = "signature_expired"
    en = "The signature is too old; check the clock of the sender and sign again."
    ar = "انتهت مدة التوقيع؛ تحقق من ساعة المرسل ووقّع من جديد."


class SignatureFromFuture(SignatureError):
    code = "signature_from_future"
    en = "The signature is dated in the future; check the clock of the sender."
    ar = "تاريخ التوقيع في المستقبل؛ تحقق من ساعة المرسل."


class DigestMissing(SignatureError):
    code = "digest_missing"
    en = "The message needs one “Content-Digest” with a sha-256 of its content."
    ar = "تحتاج الرسالة إلى ترويسة «Content-Digest» واحدة فيها sha-256 لمحتواها."


class DigestMismatch(SignatureError):
    code = "digest_mismatch"
    en = "The content is not that of “Content-Digest”."
    ar = "المحتوى لا يطابق «Content-Digest»."


class SignatureWrong(SignatureError):
    code = "signature_wrong"
    en = "The signature does not belong to this message and this key."
    ar = "التوقيع لا يعود لهذه الرسالة بهذا المفتاح."


class KeyUnusable(Refusal):
    """Not about a message: a key that cannot be registered or loaded."""

    code = "key_unusable"
    en = "The key cannot be used: {why}."
    ar = "لا يمكن استخدام المفتاح: {why}."
