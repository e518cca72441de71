"""Refusals about issued files."""

from switch.domain.errors import Refusal


class LayoutUnknown(Refusal):
    code = "layout_unknown"
    en = "There is no layout “{layout}”, or the file is in none that is known; there are {known}."
    ar = "لا يوجد تنسيق باسم «{layout}»، أو أن الملف ليس بتنسيق معروف؛ والمتاح {known}."


class GetsNoFiles(Refusal):
    code = "gets_no_files"
    en = "{participant} is neither bank nor biller: there are no settlement files for it."
    ar = "{participant} ليس مصرفاً ولا جهة مفوترة: لا تصدر له ملفات تسوية."


class FileTakenAlready(Refusal):
    code = "file_taken_already"
    en = "The file {file} was acknowledged as taken; that stands. What is wrong with it now goes to the switch's staff."
    ar = "سبق أن أكدتم استلام الملف {file} واعتماده، والتأكيد نهائي؛ وما يظهر فيه بعد ذلك يُراجَع مع موظفي المحوّل."


class FileWasDifferent(Refusal):
    code = "file_was_different"
    en = "The SHA-256 is not that of the file {file}: what you have taken is another content. Fetch it again, or refuse it."
    ar = "بصمة SHA-256 ليست بصمة الملف {file}: ما استلمتموه محتوى آخر. أعيدوا تنزيله أو ارفضوه."


class RefusalReasonMissing(Refusal):
    code = "refusal_reason_missing"
    en = "A file is refused with 1 to {most} reasons, and taken without any."
    ar = "يُرفض الملف بسبب واحد على الأقل وبما لا يزيد على {most} سبباً، ويُعتمد بلا أسباب."


class RevisionReasonMissing(Refusal):
    code = "revision_reason_missing"
    en = "A revision of a file needs a reason."
    ar = "لا يصدر إصدار جديد من ملف بلا سبب."


class FileRevised(Refusal):
    code = "file_revised"
    en = "{file} was revised already; its last revision is {last}."
    ar = "صدر للملف {file} إصدار أحدث؛ وآخر إصدار هو {last}."


class NothingToRevise(Refusal):
    code = "nothing_to_revise"
    en = "A revision of {file} would say the same; what is lost is issued again, byte for byte, with: switch files reissue."
    ar = "لا جديد في إصدار آخر من {file}؛ والملف المفقود يُعاد إصداره كما كان تماماً بالأمر: switch files reissue."


class FileDiffers(Refusal):
    code = "file_differs"
    en = "The file {file} is there already, with another content; it was left as it is."
    ar = "الملف {file} موجود سابقاً بمحتوى مختلف؛ وقد تُرك كما هو."
