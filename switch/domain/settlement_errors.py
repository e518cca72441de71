"""Refusals about windows, their settlement and their files."""

from switch.domain.errors import Refusal


class CalendarRefused(Refusal):
    code = "calendar_refused"
    en = "The calendar was not changed: {why}."
    ar = "لم يتغير التقويم: {why_ar}."


class WindowNotOpen(Refusal):
    code = "window_not_open"
    en = "The settlement window {window} is no longer open."
    ar = "لم تعد نافذة التسوية {window} مفتوحة."


class CutOffRefused(Refusal):
    code = "cut_off_refused"
    en = "The cut-off of {window} is put off to a moment on its business date, {day}, at least a minute from now."
    ar = "يؤجَّل إقفال {window} إلى وقت في يوم عملها {day}، بعد دقيقة من الآن على الأقل."


class WindowStillOpen(Refusal):
    code = "window_still_open"
    en = "The settlement window {window} is still open; close it first."
    ar = "ما زالت نافذة التسوية {window} مفتوحة؛ أقفلها أولاً."


class WindowAborted(Refusal):
    code = "window_aborted"
    en = "{window} is aborted: {reason}. Send it again by command once the cause is gone (`switch settle {window} --again`)."
    ar = "النافذة {window} مجهضة: {reason}. أعد إرسالها بأمر صريح بعد زوال السبب (`switch settle {window} --again`)."


class RtgsContradicts(Refusal):
    code = "rtgs_contradicts"
    en = (
        "The RTGS had refused {instruction}, and calls it settled now, under {reference}: nothing else is sent for that money. "
        "If it is settled, `switch settle WINDOW --again` takes it so where the window is as it was sent; else two people book what it has "
        "moved into suspense (`switch breaks repair --how suspend`). If it is not, the RTGS must say so."
    )
    ar = (
        "رفض RTGS التعليمة {instruction} ثم قال إنها سُوّيت بالمرجع {reference}: فلا يُرسل عن هذا المال شيء آخر. فإن سُوّيت فعلاً اعتمدها بالأمر "
        "`switch settle WINDOW --again` إن كانت النافذة كما أُرسلت، وإلا قيّد شخصان ما نقلته في الأموال المعلّقة "
        "(`switch breaks repair --how suspend`). وإن لم تُسوَّ فعلى RTGS أن يصحح قوله."
    )


class RtgsNotSure(Refusal):
    code = "rtgs_not_sure"
    en = "The RTGS had refused {instruction}, and does not say so again ({why}); nothing else is sent for that money before it does."
    ar = "رفض RTGS التعليمة {instruction} ولم يؤكد رفضه الآن ({why})؛ فلا يُرسل عن هذا المال شيء آخر قبل أن يؤكده."


class WindowMoved(Refusal):
    code = "window_moved"
    en = "The payments of {window} are settled with {into}: they were moved there."
    ar = "تُسوّى دفعات {window} مع {into}: نُقلت إليها."


class WindowNotMovable(Refusal):
    code = "window_not_movable"
    en = "Nothing of {window} is moved: nothing is owed for it, or a default is in it; then send it again or recompute it."
    ar = "لا شيء يُنقل من {window}: لا مستحقات فيها، أو فيها تخلّف عن الدفع؛ وعندها أعد إرسالها أو سوِّها دون المتخلّف."


class WindowNotSettled(Refusal):
    code = "window_not_settled"
    en = "The settlement window {window} is not settled yet; its files are made when it is."
    ar = "لم تتم تسوية النافذة {window} بعد؛ وتُصدر ملفاتها عند تسويتها."


class NetsDisagree(Refusal):
    code = "nets_disagree"
    en = "Window {window}: the ledger has {ledger} minor units on {account}, its payments give {payments}. Nothing was sent to the RTGS."
    ar = "النافذة {window}: في دفتر الأستاذ {ledger} وحدة صغرى في الحساب {account}، ومن دفعاتها {payments}. ولم يُرسل شيء إلى RTGS."


class SettlementOwnerMissing(Refusal):
    code = "settlement_owner_missing"
    en = "The directory has nobody of the kind {kind}, to whom fees of this window are owed."
    ar = "لا يوجد في الدليل مشارك من النوع {kind} تُستحق له رسوم هذه النافذة."


class FilesBeingIssued(Refusal):
    code = "files_being_issued"
    en = "Another process is issuing files just now; ask again shortly."
    ar = "تُصدر عملية أخرى الملفات الآن؛ أعد المحاولة بعد قليل."


class FileTotalsDisagree(Refusal):
    code = "file_totals_disagree"
    en = "The file {file} was not issued: its lines give {lines} minor units, the ledger {ledger}."
    ar = "لم يصدر الملف {file}: مجموع أسطره {lines} وحدة صغرى، وفي دفتر الأستاذ {ledger}."


class RtgsStatementMissing(Refusal):
    code = "rtgs_statement_missing"
    en = "There is no statement of the RTGS in {currency} for {day}."
    ar = "لا يوجد كشف من نظام التسوية الآنية RTGS بعملة {currency} ليوم {day}."
