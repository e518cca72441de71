"""Sizes: how much a quick and a full run do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    name: str
    rounds: int
    payments: int
    """Of one round of one measurement."""
    online_payments: int
    inquiries: int
    reference_seconds: int
    steady_seconds: float
    overload_seconds: float
    window_closes: int
    kept: int
    file_lines: int
    reconciled: int
    batch_lines: int
    starts: int


QUICK = Sizes(
    name="quick", rounds=1, payments=3_000, online_payments=1_000, inquiries=3_000, reference_seconds=2, steady_seconds=4.0,
    overload_seconds=5.0, window_closes=2, kept=20_000, file_lines=20_000, reconciled=20_000, batch_lines=10_000, starts=2,
)  # fmt: skip
FULL = Sizes(
    name="full", rounds=3, payments=12_000, online_payments=4_000, inquiries=12_000, reference_seconds=8, steady_seconds=20.0,
    overload_seconds=20.0, window_closes=8, kept=1_000_000, file_lines=1_000_000, reconciled=1_000_000, batch_lines=10_000, starts=5,
)  # fmt: skip
