"""Figures: what was measured, beside its goal and its reference of the same run."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    MET = "met"
    MISSED = "MISSED"
    FAILED = "NOT MEASURED"
    """Something broke: a run with such a row is a failed run."""
    SHOWN = "-"
    """No goal: shown because it explains another figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    goal: str
    figure: str
    reference: str
    verdict: Verdict
    numbers: dict[str, Any] = field(default_factory=dict)
    """The same, for programs."""


def judged(met: bool) -> Verdict:
    return Verdict.MET if met else Verdict.MISSED


def judged_at(size: int, goal_size: int, met: bool) -> Verdict:
    """A goal for so many is neither met nor missed by a run with fewer: its figure is only shown."""
    return judged(met) if size >= goal_size else Verdict.SHOWN


def not_measured(what: str, why: str) -> Figure:
    return Figure(what, "-", why, "-", Verdict.FAILED)


def percentile(values: Iterable[float], percent: float) -> float:
    """Of the sorted values, the one that so many percent do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] if ordered else 0.0
