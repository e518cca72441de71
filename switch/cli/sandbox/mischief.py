"""The script of a demo's mischief: a few billers are slow, silent or broken, and yet honest; a few lie, and reconciliation names them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from switch.domain.catalogue import Mode
from switch.simulators.charging import shipped_billers

HONEST_ONLINE: tuple[dict[str, Any], ...] = (
    {"does": "silent", "share": 0.06, "calls": ["pay", "reverse"]},
    {"does": "cut-after-booking", "share": 0.25, "calls": ["pay", "reverse"]},
    {"does": "garbage", "share": 0.2, "calls": ["pay", "reverse"]},
    {"does": "error500", "share": 0.15, "calls": ["pay", "reverse"]},
    {"does": "slow", "share": 0.5, "milliseconds": 400, "calls": ["inquire", "pay"]},
)
LYING_ONLINE: tuple[dict[str, Any], ...] = (
    {"does": "miswritten", "share": 0.2, "calls": ["pay"]},
    {"does": "twice-booked", "share": 0.2, "calls": ["pay"]},
    {"does": "refuse-though-booked", "share": 0.15, "calls": ["pay"]},
)
HONEST_UPLOADED: tuple[dict[str, Any], ...] = ({"does": "cut-before-booking", "share": 0.3, "calls": ["advise"]},)
LYING_UPLOADED: tuple[dict[str, Any], ...] = ({"does": "unbooked", "share": 0.25, "calls": ["advise"]},)
LIES = frozenset(str(rule["does"]) for rule in (*LYING_ONLINE, *LYING_UPLOADED))


def write_script(path: Path, seed: int) -> dict[str, str]:
    """What each misbehaving biller does, by its code; the file is for the simulator."""
    asked = _billers_of(lambda modes: Mode.ONLINE in modes)
    told = _billers_of(lambda modes: modes == {Mode.UPLOADED})
    rules = dict(zip(asked[1:], (*HONEST_ONLINE, *LYING_ONLINE), strict=False))
    rules |= dict(zip(told[1:], (*HONEST_UPLOADED, *LYING_UPLOADED), strict=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seed": seed, "rules": {code: [rule] for code, rule in rules.items()}}, indent=1), encoding="utf-8")
    return {code: str(rule["does"]) for code, rule in rules.items()}


def _billers_of(fitting: Callable[[set[Mode]], bool]) -> list[str]:
    """The first of them stays well-behaved."""
    return [code for code, biller in shipped_billers().items() if fitting({service.mode for service in biller.services.values()})]
