"""Every refusal has one row in the problem table, and speaks both languages."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import switch
from switch.api.openapi_words import MEANING
from switch.api.problem_table import PROBLEMS
from switch.domain.errors import Refusal

_ARABIC = re.compile("[\u0621-\u064a]")
_FACT = re.compile(r"\{([a-z_]+)\}")


def _refusals() -> Iterator[type[Refusal]]:
    for module in pkgutil.walk_packages(switch.__path__, "switch."):
        if module.name.rpartition(".")[2].endswith(("errors", "refusals")):
            importlib.import_module(module.name)
    waiting = Refusal.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "code" in vars(kind) and not kind.__module__.startswith("switch.simulators"):  # the other side has words of its own
            yield kind


REFUSALS = {kind.code: kind for kind in _refusals()}


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in _refusals()]

    assert sorted(codes) == sorted(set(codes))


def test_every_refusal_has_a_row_and_every_row_a_refusal() -> None:
    assert PROBLEMS.keys() == REFUSALS.keys()


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_says_the_same_in_arabic_and_english(code: str) -> None:
    kind = REFUSALS[code]

    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", code)
    assert _ARABIC.search(kind.ar)
    assert not _ARABIC.search(kind.en)
    facts, facts_ar = (
        sorted({fact.removesuffix("_ar").removesuffix("_en") for fact in _FACT.findall(text)}) for text in (kind.en, kind.ar)
    )
    assert facts == facts_ar


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_a_row_has_a_status_that_the_contract_explains(code: str) -> None:
    kind = PROBLEMS[code]

    assert kind.status == 405 or kind.status in MEANING
    assert _ARABIC.search(kind.title_ar)
    assert kind.title
