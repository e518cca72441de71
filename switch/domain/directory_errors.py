"""Refusals of the directory: why a participant, key, end point, service, tariff or cap is not taken as it is."""

from switch.domain.errors import Refusal


class NotABank(Refusal):
    code = "not_a_bank"
    en = "The participant {participant} is neither a bank nor a wallet."
    ar = "المشارك {participant} ليس مصرفاً ولا محفظة."


class NotABiller(Refusal):
    code = "not_a_biller"
    en = "The participant {participant} is not a biller."
    ar = "المشارك {participant} ليس جهة مفوترة."


class NameMissing(Refusal):
    code = "name_missing"
    en = "“{field}” is needed in Arabic and in English."
    ar = "«{field}» مطلوب بالعربية وبالإنكليزية."


class ParticipantKindFixed(Refusal):
    code = "participant_kind_fixed"
    en = "The participant {participant} is a {kind}; its kind never changes."
    ar = "المشارك {participant} من النوع «{kind}»؛ ونوعه لا يتغير."


class ParticipantClosed(Refusal):
    code = "participant_closed"
    en = "The participant {participant} is closed for good."
    ar = "أُغلق المشارك {participant} نهائياً."


class LifeCycleRefused(Refusal):
    code = "life_cycle_refused"
    en = "The participant {participant} is {status}; from there it becomes {possible}."
    ar = "حالة المشارك {participant} هي {status}؛ ويصير منها {possible}."


class AuthorityTaken(Refusal):
    code = "authority_taken"
    en = "There is one {kind} only, and it is {participant}."
    ar = "لا يكون من النوع «{kind}» إلا مشارك واحد، وهو {participant}."


class KeyIdMalformed(Refusal):
    code = "key_id_malformed"
    en = "The key id must be “{participant}:” and then a name of 1 to 32 letters, digits, '-', '_' or '.'."
    ar = "يجب أن يكون معرّف المفتاح «{participant}:» يليه اسم من 1 إلى 32 حرفاً لاتينياً أو رقماً أو '-' أو '_' أو '.'."


class KeyIdTaken(Refusal):
    code = "key_id_taken"
    en = "Another key is registered under “{keyid}”; register the new one under a new name."
    ar = "سُجّل مفتاح آخر بالمعرّف «{keyid}»؛ سجّل المفتاح الجديد باسم جديد."


class KeyRevoked(KeyIdTaken):
    en = "The key “{keyid}” was revoked, which is for good; register a new one under a new name."
    ar = "أُلغي المفتاح «{keyid}» نهائياً؛ سجّل مفتاحاً جديداً باسم جديد."


class KeyUnknown(Refusal):
    code = "key_unknown"
    en = "There is no key “{keyid}”."
    ar = "لا يوجد مفتاح بالمعرّف «{keyid}»."


class EndpointRefused(Refusal):
    code = "endpoint_refused"
    en = "The end point cannot be used: {why}."
    ar = "لا يمكن استخدام نقطة الاتصال: {why_ar}."


class ServiceNotUnderBiller(Refusal):
    code = "service_not_under_biller"
    en = "The code of the service {service} must begin with that of its biller, {biller}."
    ar = "يجب أن يبدأ رمز الخدمة {service} برمز الجهة المفوترة {biller}."


class ServiceIncoherent(Refusal):
    code = "service_incoherent"
    en = "The service {service} does not hold together: {why}."
    ar = "تعريف الخدمة {service} غير متماسك: {why_ar}."


class TariffIncoherent(Refusal):
    code = "tariff_incoherent"
    en = "The tariff {tariff} does not hold together: {why}."
    ar = "تعريف التعرفة {tariff} غير متماسك: {why_ar}."


class TariffTaken(Refusal):
    code = "tariff_taken"
    en = "Another tariff stands under “{tariff}”, or for the same service, channel, slab and day; publish a new version with a later day."
    ar = "توجد تعرفة أخرى بالمعرّف «{tariff}» أو للخدمة والقناة والشريحة واليوم نفسها؛ انشر نسخة جديدة بتاريخ لاحق."


class CapOutOfRange(Refusal):
    code = "cap_out_of_range"
    en = "A cap is from 0 to {maximum} {currency}."
    ar = "السقف من 0 إلى {maximum} {currency}."


class DepositAboveCap(Refusal):
    code = "deposit_above_cap"
    en = "The part that a deposit backs ({deposited}) is from 0 to the whole cap, {cap} {currency}."
    ar = "الجزء المغطى بوديعة ({deposited}) من 0 إلى كامل السقف، {cap} {currency}."


class CatalogueMalformed(Refusal):
    code = "catalogue_malformed"
    en = "The catalogue cannot be read at {place}: {why}."
    ar = "تعذرت قراءة الدليل عند {place}: {why_ar}."


class DirectoryUnreadable(Refusal):
    code = "directory_unreadable"
    en = "The directory holds what this program has never written; `switch verify` names the row."
    ar = "في الدليل ما لم يكتبه هذا البرنامج قط؛ والأمر `switch verify` يسمّي السجل."
