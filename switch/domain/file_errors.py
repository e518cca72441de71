"""Refusals about issued files."""

from switch.domain.errors import Refusal


class FileDiffers(Refusal):
    code = "file_differs"
    en = "The file {file} is there already, with another content; it was left as it is."
    ar = "الملف {file} موجود سابقاً بمحتوى مختلف؛ وقد تُرك كما هو."
