"""Values of the hot path: changed as `dataclasses.replace` does it, and digests made as ever."""

import json
from dataclasses import replace

import pytest

from switch.domain.identifiers import ParticipantCode
from switch.domain.positions import Position
from switch.domain.values import as_json, changed

POSITION = Position(ParticipantCode("100010"), "SYP", cap=100, held=5)


def test_a_changed_value_is_the_one_that_replace_makes_and_the_former_stays() -> None:
    assert changed(POSITION, held=7) == replace(POSITION, held=7) != POSITION
    assert POSITION.held == 5


def test_nothing_is_changed_that_the_value_does_not_have() -> None:
    with pytest.raises(AttributeError):
        changed(POSITION, helt=7)  # type: ignore[call-arg]


def test_digests_are_made_of_the_same_text_as_before() -> None:
    content = ("فاتورة", 1, None, True, ["\n", '"'])
    assert as_json(content) == json.dumps(content, ensure_ascii=False, separators=(",", ":"))
