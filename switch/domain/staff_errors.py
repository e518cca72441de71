"""Refusals to staff: who is not known, what is not theirs, and which accounts, passwords and tokens are not taken."""

from switch.domain.errors import Refusal


class StaffNameMalformed(Refusal):
    code = "staff_name_malformed"
    en = "A staff name is of 2 to 32 small Latin letters, digits, '.', '_' or '-', and begins with a letter."
    ar = "اسم الموظف من 2 إلى 32 حرفاً لاتينياً صغيراً أو رقماً أو '.' أو '_' أو '-'، ويبدأ بحرف."


class StaffNameTaken(Refusal):
    code = "staff_name_taken"
    en = "There is an account “{name}” already."
    ar = "يوجد حساب باسم «{name}» من قبل."


class StaffUnknown(Refusal):
    code = "staff_unknown"
    en = "There is no such staff account."
    ar = "لا يوجد حساب موظف كهذا."


class RolesMissing(Refusal):
    code = "roles_missing"
    en = "An account has at least one role."
    ar = "للحساب دور واحد على الأقل."


class ViewerMixed(Refusal):
    code = "viewer_mixed"
    en = "A participant_viewer is of one bank or biller and has no other role; other accounts are of no participant."
    ar = "حساب participant_viewer لمصرف واحد أو جهة واحدة ولا دور له غيره؛ والحسابات الأخرى ليست لأي مشارك."


class PasswordWeak(Refusal):
    code = "password_weak"
    en = "A password is of {least} to {most} characters, not all alike, and does not hold the account's name."
    ar = "كلمة السر من {least} إلى {most} محرفاً، غير متشابهة، ولا تحوي اسم الحساب."


class SignInRefused(Refusal):
    code = "sign_in_refused"
    en = "The name, the password or the code is not right; a code is good once, and only for about half a minute."
    ar = "الاسم أو كلمة السر أو الرمز غير صحيح؛ والرمز صالح لمرة واحدة ولنحو نصف دقيقة."


class SignInTooSoon(Refusal):
    code = "sign_in_too_soon"
    en = "Too many attempts of this kind from here; the next one is looked at in {retry_after_seconds} s."
    ar = "محاولات كثيرة من هذا النوع من هذا المكان؛ يُنظر في التالية بعد {retry_after_seconds} ثانية."


class ProviderNotOffered(Refusal):
    code = "provider_not_offered"
    en = "Signing in by an identity provider is not offered here; sign in with a password and a code."
    ar = "الدخول عبر مزوّد هوية غير متاح هنا؛ سجّل الدخول بكلمة السر والرمز."


class ProviderSignInRefused(Refusal):
    code = "provider_sign_in_refused"
    en = "This sign-in by the identity provider opens no session. Begin it anew; where that does not help, ask whoever keeps accounts."
    ar = "هذا الدخول عبر مزوّد الهوية لا يفتح جلسة. ابدأه من جديد؛ فإن لم يُفد فاسأل مسؤول الحسابات."


class ProviderSilent(Refusal):
    code = "provider_silent"
    en = "The identity provider has not answered. Begin the sign-in anew in a moment, or use a password and a code."
    ar = "لم يجب مزوّد الهوية. ابدأ الدخول من جديد بعد قليل، أو استخدم كلمة السر والرمز."


class IdentityTaken(Refusal):
    code = "identity_taken"
    en = "Another account stands for this subject of the identity provider."
    ar = "حساب آخر مرتبط بهذه الهوية لدى مزوّد الهوية."


class SessionOver(Refusal):
    code = "session_over"
    en = "This session or token is not known, or is over; sign in again."
    ar = "هذه الجلسة أو هذا الرمز غير معروف أو انتهى؛ سجّل الدخول من جديد."


class PersonNeeded(Refusal):
    code = "person_needed"
    en = "A token of a program cannot do this; a person who has signed in must."
    ar = "لا يفعل هذا رمز برنامج؛ يلزم شخص سجّل دخوله."


class TokenRefused(Refusal):
    code = "token_refused"
    en = "The token cannot be issued: {why}."
    ar = "لا يمكن إصدار الرمز: {why_ar}."


class TokenUnknown(Refusal):
    code = "token_unknown"
    en = "There is no such token."
    ar = "لا يوجد رمز كهذا."


class StaffAccountNeeded(Refusal):
    code = "staff_account_needed"
    en = (
        "Who proposes, decides or gives a program a token must sign in (`switch staff sign-in`, or SWITCH_STAFF_TOKEN; to decide also "
        "--as NAME); a name alone is enough in a sandbox only."
    )
    ar = (
        "على من يقترح أو يبتّ أو يصدر رمزاً لبرنامج أن يسجّل دخوله (switch staff sign-in أو SWITCH_STAFF_TOKEN، ولمن يبتّ أيضاً ‎--as NAME)؛ "
        "ولا يكفي الاسم وحده إلا في البيئة التجريبية."
    )
