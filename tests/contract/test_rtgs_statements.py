"""The statement of the RTGS, read from its camt.053 and compared leg by leg with what the switch holds for settled."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from adapters.codecs.iso20022 import Messages
from adapters.settlement.iso20022.statements import read_statement
from switch.domain.errors import FileMalformed
from switch.domain.rtgs_statements import RtgsDifferenceKind, RtgsStatement, SettledInstruction, compare
from switch.simulators import rtgs_messages
from tests import message_definitions
from tests.contract.test_iso20022_rtgs import DECISION
from tests.contract.test_settlement_banks import INSTRUCTION

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
OURS = SettledInstruction(INSTRUCTION, "RTGS261124ABCDEF01")


def written() -> bytes:
    content = rtgs_messages.statement(2, "SYP", "2026-11-24", [DECISION], "900025", NOW)
    message_definitions.read(content)
    return content


def read(content: bytes) -> RtgsStatement:
    return read_statement(Messages(), content)


def kinds(statement: RtgsStatement, *settled: SettledInstruction) -> list[tuple[RtgsDifferenceKind, str, str, str]]:
    return [(each.kind, each.participant, each.ours, each.theirs) for each in compare(statement, settled)]


def test_a_statement_that_agrees_has_no_differences() -> None:
    statement = read(written())
    assert (statement.day, statement.currency, statement.sequence) == (date(2026, 11, 24), "SYP", 2)
    assert [entry.minor for entry in statement.entries] == [12_500, -12_000, -500]
    assert kinds(statement, OURS) == []


def test_every_way_to_differ_has_its_name() -> None:
    statement = read(written())
    first, second, third = statement.entries
    assert {kind for kind, *_ in kinds(statement)} == {RtgsDifferenceKind.MISSING_AT_SWITCH}
    assert kinds(replace(statement, entries=(first, second)), OURS) == [
        (RtgsDifferenceKind.MISSING_AT_RTGS, third.participant, "-5.00", "")
    ]
    other = replace(first, minor=12_501)
    assert kinds(replace(statement, entries=(other, second, third)), OURS) == [
        (RtgsDifferenceKind.AMOUNT_DIFFERS, "100010", "125.00", "125.01")
    ]
    assert kinds(replace(statement, entries=(*statement.entries, first)), OURS) == [(RtgsDifferenceKind.TWICE_AT_RTGS, "100010", "1", "2")]
    renamed = replace(OURS, rtgs_reference="RTGS-2")
    assert [kind for kind, *_ in kinds(statement, renamed)] == [RtgsDifferenceKind.REFERENCE_DIFFERS] * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">125.00<", b">125.01<"), (b">DBIT<", b">BOTH<"), (b">BOOK<", b">PDNG<"), (b'<Amt Ccy="SYP">125.00', b'<Amt Ccy="USD">125.00'),
        (b"<Id>100010</Id>", b"<Id>100011</Id>"), (b"<ElctrncSeqNb>2<", b"<ElctrncSeqNb>two<"), (b"<Dt>2026-11-24<", b"<Dt>24.11.<"),
        (b"<AcctSvcrRef>RTGS261124ABCDEF01</AcctSvcrRef>", b""), (b"camt.053.001.08", b"camt.053.001.02"), (b"</Stmt>", b""),
    ],
    ids=str,
)  # fmt: skip
def test_a_statement_that_is_not_wholly_right_is_refused(old: bytes, new: bytes) -> None:
    content = written()
    assert old in content
    with pytest.raises(FileMalformed):
        read(content.replace(old, new, 1 if old != b"camt.053.001.08" else -1))
