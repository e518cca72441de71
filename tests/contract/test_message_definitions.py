"""The checks of our ISO 20022 messages are tried: the classes, which are all there is for some, find what official schemas find."""

import re
from pathlib import Path

import pytest

from tests import message_definitions

GOLDEN = Path(__file__).parent / "golden"
MESSAGES = {name: (GOLDEN / f"camt-1-{name}.xml").read_bytes() for name in ("settlement", "statement")}
SPOILT = {
    "order": (rb"(<MsgId>[^<]*</MsgId>)(<CreDtTm>[^<]*</CreDtTm>)", rb"\2\1"),
    "missing": (rb"<MsgId>[^<]*</MsgId>", b""),
    "twice": (rb"(<MsgId>[^<]*</MsgId>)", rb"\1\1"),
    "unknown element": (rb"<MsgId>", b"<Odd>1</Odd><MsgId>"),
    "too long": (rb"<MsgId>[^<]*</MsgId>", b"<MsgId>" + b"1" * 36 + b"</MsgId>"),
    "empty": (rb"<MsgId>[^<]*</MsgId>", b"<MsgId></MsgId>"),
    "code": (rb"<CdtDbtInd>[A-Z]*</CdtDbtInd>", b"<CdtDbtInd>BOTH</CdtDbtInd>"),
    "digits": (rb'(<Amt Ccy="SYP">)', rb"\g<1>0.000001"),
    "negative": (rb'(<Amt Ccy="SYP">)', rb"\g<1>-1"),
    "currency": (rb'<Amt Ccy="SYP">', b'<Amt Ccy="S1">'),
    "attribute": (rb'<Amt Ccy="SYP">', b"<Amt>"),
    "moment": (rb"<CreDtTm>[^<]*</CreDtTm>", b"<CreDtTm>yesterday</CreDtTm>"),
    "choice": (rb"(<Sts>)(<Cd>[^<]*</Cd>)", rb"\1\2<Prtry>X</Prtry>"),
}


@pytest.mark.parametrize("message", MESSAGES)
def test_both_take_what_we_make(message: str) -> None:
    message_definitions.read(MESSAGES[message])


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("message", MESSAGES)
def test_both_find_what_is_wrong(message: str, spoilt: str) -> None:
    content, times = re.subn(*SPOILT[spoilt], MESSAGES[message], count=1)
    assert times == 1
    assert message_definitions.by_official_schema(content) != []
    with pytest.raises(AssertionError):
        message_definitions.by_classes(content)


def test_the_official_schemas_of_the_files_to_participants_are_at_hand() -> None:
    assert {"camt.053.001.08", "camt.054.001.08"} == message_definitions.WITH_SCHEMAS
