"""Legs on several accounts of one biller: the same in every form of an instruction, as the RTGS reads it, and in its statement."""

from datetime import UTC, datetime

import pytest

from adapters.codecs.iso20022 import Messages
from adapters.settlement.iso20022.forms import FORMS
from adapters.settlement.iso20022.statements import read_statement
from adapters.settlement.json_rtgs import _leg
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.rtgs_statements import RtgsDifferenceKind, SettledInstruction, compare
from switch.domain.settlement import SettlementAccount, SettlementInstruction, SettlementLeg
from switch.simulators import rtgs, rtgs_messages
from switch.simulators.rtgs_books import Decision, Leg
from tests import message_definitions

BANK, OTHER, BILLER = ParticipantCode("100010"), ParticipantCode("100028"), ParticipantCode("200019")
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEGS = (
    SettlementLeg(BANK, 12_500),
    SettlementLeg(BILLER, -12_600, SettlementAccount(OTHER, "SYFUND01")),
    SettlementLeg(BILLER, 600, SettlementAccount(BANK, "SYMAIN02")),
    SettlementLeg(BILLER, -500),
)
INSTRUCTION = SettlementInstruction("SYP-20261124-01-1", WindowId("SYP-20261124-01"), "SYP", LEGS)
READ = (Leg(BANK, 12_500), Leg(BILLER, -12_600, OTHER, "SYFUND01"), Leg(BILLER, 600, BANK, "SYMAIN02"), Leg(BILLER, -500))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_iso_message_keeps_its_definition_and_says_which_account(name: str) -> None:
    form = FORMS[name]
    content = Messages().written(form.message, form.content(INSTRUCTION, AT))
    message_definitions.read(content)
    assert form.read(Messages().read(form.message, content)) == INSTRUCTION
    _, root = rtgs_messages.read_message(content)
    read = rtgs_messages.read_instruction if name == "pacs.029" else rtgs_messages.read_transfers
    assert read(root).legs == READ


def test_the_json_form_says_which_account() -> None:
    assert tuple(rtgs._leg(_leg(leg, "SYP"), "SYP") for leg in LEGS) == READ


def test_the_statement_is_compared_account_by_account() -> None:
    form = FORMS["pacs.029"]
    _, root = rtgs_messages.read_message(Messages().written(form.message, form.content(INSTRUCTION, AT)))
    decision = Decision(rtgs_messages.read_instruction(root), None, "R1", AT)
    content = rtgs_messages.statement(1, "SYP", "2026-11-24", [decision], "switch", AT)
    message_definitions.read(content)
    statement = read_statement(Messages(), content)
    assert compare(statement, [SettledInstruction(INSTRUCTION, "R1")]) == []
    swapped = SettlementInstruction(INSTRUCTION.instruction_id, INSTRUCTION.window_id, "SYP", (LEGS[0], LEGS[2], LEGS[3]))
    (found,) = compare(statement, [SettledInstruction(swapped, "R1")])
    assert (found.kind, found.participant, found.account) == (RtgsDifferenceKind.MISSING_AT_SWITCH, BILLER, "SYFUND01")
