"""Files that people attach: few kinds, small, and known by what they begin with, not by what they are called."""

ATTACHMENT_BYTES = 1_000_000
TEXT = "text/plain"
MEDIA_TYPES = ("application/pdf", "image/png", "image/jpeg", TEXT)
_BEGINNINGS = ((b"%PDF-", MEDIA_TYPES[0]), (b"\x89PNG\r\n\x1a\n", MEDIA_TYPES[1]), (b"\xff\xd8\xff", MEDIA_TYPES[2]))


def media_type_of(content: bytes) -> str | None:
    if known := next((kind for beginning, kind in _BEGINNINGS if content.startswith(beginning)), None):
        return known
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if any(ord(character) < 32 and character not in "\t\r\n" for character in text) else TEXT
