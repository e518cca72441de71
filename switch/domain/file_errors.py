"""Refusals about issued files."""

from switch.domain.errors import Refusal


class LayoutUnknown(Refusal):
    code = "layout_unknown"
    en = "There is no layout “{layout}” of files; there are {known}."
    ar = "لا يوجد تنسيق ملفات باسم «{layout}»؛ والمتاح {known}."


class GetsNoFiles(Refusal):
    code = "gets_no_files"
    en = "{participant} is neither bank nor biller: there are no settlement files for it."
    ar = "{participant} ليس مصرفاً ولا جهة مفوترة: لا تصدر له ملفات تسوية."


class FileDiffers(Refusal):
    code = "file_differs"
    en = "The file {file} is there already, with another content; it was left as it is."
    ar = "الملف {file} موجود سابقاً بمحتوى مختلف؛ وقد تُرك كما هو."
