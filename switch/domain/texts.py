"""Texts: which characters people's words may hold."""

import re
import unicodedata

from switch.domain.errors import FileNameForbidden, TextForbidden
from switch.domain.text_errors import TextBlank

FORBIDDEN_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f"  # direction marks, embeddings, overrides, isolates and unseen operators
    "\U000e0000-\U000e007f"  # tags: whole words that nobody sees
    "\u2028\u2029\ufeff\ud800-\udfff\ufff9-\uffff]"  # separators, byte order mark, lone surrogates, non-characters
)


UNSEEN_CHARACTERS = (
    " \u00a0\u00ad\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u202f"
    "\u2800\u3000\u3164\uffa0" + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
"""Blanks of any width, joiners, fillers, selectors: of use between letters, and alone nothing that anybody could see."""


def require_plain(text: str, field: str, longest: int) -> None:
    """Refuses control and direction characters, too long a text and one of blanks alone, by the name of its field."""
    if len(text) > longest or FORBIDDEN_CHARACTERS.search(text) is not None:
        raise TextForbidden(field=field)
    if text and is_blank(text):
        raise TextBlank(field=field)


def is_blank(text: str) -> bool:
    """Whether nobody could see anything of it."""
    return not text.strip(UNSEEN_CHARACTERS)


def made_plain(text: str) -> str:
    """What a stranger wrote, fit to be shown: it moves no cursor, and turns no line around."""
    return FORBIDDEN_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)


def require_file_name(name: str, longest: int) -> str:
    """A name that means nothing to whoever keeps a file under it but its name. Raises FileNameForbidden, TextForbidden."""
    require_plain(name, "name", longest)
    if (stripped := name.strip()) in ("", ".", "..") or "/" in name or "\\" in name:
        raise FileNameForbidden()
    return stripped


_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f"))


def without_direction_marks(text: str) -> str:
    """Spreadsheets and Arabic forms set them around dates, digits and references; alone they move nothing and mean nothing."""
    return text if text.isascii() else text.translate(_DIRECTION_MARKS)


ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
_LATIN_DIGITS = "0123456789" * 2
LETTERS_WRITTEN = "أإآٱىیئؤةک"
LETTERS_MEANT = "ااااييي" + "وهك"
NOT_HEARD = "ءـ\u200c\u200d" + "".join(map(chr, (*range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6DD))))
"""Lone hamza, tatweel, joiners and diacritics."""
_SPACES = re.compile(" +")
_DIGITS = str.maketrans(ARABIC_DIGITS, _LATIN_DIGITS)
_MEANT = str.maketrans(ARABIC_DIGITS + LETTERS_WRITTEN, _LATIN_DIGITS + LETTERS_MEANT, NOT_HEARD)


def latin_digits(text: str) -> str:
    """Arabic-Indic and extended Arabic-Indic digits as 0 to 9; all else as it is."""
    return text if text.isascii() else text.translate(_DIGITS)


def for_matching(text: str) -> str:
    """What two ways of writing the same have in common; the database's `for_matching` does the same. Only compared, never kept."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text).translate(_MEANT)).strip(" ")
