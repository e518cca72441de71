"""Received files: what a participant puts into its folder over SFTP, read once its signature lies beside it and fits."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from switch.domain.booked_statements import ImportedStatement
from switch.domain.errors import Refusal
from switch.domain.file_signatures import SUFFIX
from switch.domain.identifiers import ParticipantCode
from switch.domain.statement_faults import StatementMalformed

MOST_BYTES = 1 << 30
"""Of one file: about five million lines."""
MOST_SIGNATURE_BYTES = 4096
MOST_FILES = 100
"""That lie in one participant's folder at once, answers included."""
QUIET_SECONDS = 60
"""A file whose signature does not fit may still be growing: it is refused when nobody has written for so long."""
KEPT = timedelta(days=30)
"""How long an answer lies there, and a file that never got its signature."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_DAY = re.compile(r"(?<!\d)(20\d\d)-?(\d\d)-?(\d\d)(?!\d)")


class ReceivedOutcome(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"


ANSWERS = tuple(f".{outcome}.json" for outcome in ReceivedOutcome)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file with a signature beside it."""

    participant: ParticipantCode
    name: str
    size: int
    quiet: bool
    """Nobody has written to either for a while."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    participant: ParticipantCode
    name: str
    sha256: str
    size: int
    signature: str
    """The document beside it, as it came: who signed, and what."""
    outcome: ReceivedOutcome
    code: str | None
    """Why it was refused."""
    statement_id: str | None
    """As which it was taken in."""
    received_at: datetime


class ReceivedFileUnsigned(Refusal):
    code = "received_file_unsigned"
    en = "The file beside this one is not a signature as docs/file-formats.md describes it: {file}."
    ar = "الملف المرافق ليس توقيعاً كما هو موصوف في docs/file-formats.md: {file}."


class ReceivedFileAltered(Refusal):
    code = "received_file_altered"
    en = "The file is not the one that was signed: its name or its SHA-256 ({found}) is another. Put both there again."
    ar = "الملف ليس هو الذي وُقِّع: اسمه أو بصمته ({found}) مختلفة. أعد رفع الملف وتوقيعه."


class ReceivedFileSignatureWrong(Refusal):
    code = "received_file_signature_wrong"
    en = "The signature is not one of an active key of {participant}."
    ar = "التوقيع ليس بمفتاح فعّال مسجّل للمشارك {participant}."


class ReceivedFileTooLarge(Refusal):
    code = "received_file_too_large"
    en = "The file is larger than {maximum} bytes."
    ar = "الملف أكبر من {maximum} بايت."


def is_upload_name(name: str) -> bool:
    """Whether a participant may write a file of this name; answers are ours."""
    return _NAME.fullmatch(name) is not None and not name.endswith(ANSWERS)


def is_signature_name(name: str) -> bool:
    return name.endswith(SUFFIX)


def answer_name(name: str, outcome: ReceivedOutcome) -> str:
    return f"{name}.{outcome}.json"


def day_in_name(name: str) -> date | None:
    """The business date of a layout that does not say it: the first date in the name, such as `booked-2026-11-24.csv`."""
    for year, month, day in _DAY.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def taken_answer(name: str, imported: ImportedStatement) -> Mapping[str, Any]:
    return {
        "file": name,
        "outcome": ReceivedOutcome.TAKEN,
        "sha256": imported.sha256,
        "statement_id": imported.statement_id,
        "business_date": imported.business_date.isoformat(),
        "currency": imported.currency,
        "revision": imported.revision,
        "lines": imported.lines,
        "total": imported.total.text(),
        "taken_in_before": imported.replayed,
    }


def refused_answer(name: str, sha256: str, refusal: Refusal) -> Mapping[str, Any]:
    """What is wrong, in both languages; of a statement every wrong row, up to a hundred."""
    faults = refusal.faults if isinstance(refusal, StatementMalformed) else ()
    return {
        "file": name,
        "outcome": ReceivedOutcome.REFUSED,
        "sha256": sha256,
        "code": refusal.code,
        "ar": refusal.detail("ar"),
        "en": refusal.detail("en"),
        "faults": [
            {"row": its.row, "field": its.field, "code": its.code, "found": its.found, "ar": its.words("ar"), "en": its.words("en")}
            for its in faults
        ],
    }


def document(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, indent=2).encode() + b"\n"
