"""The outcome of a bench: a table for people, a JSON file for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loadtests.bench.figures import Figure, Verdict

RESULTS = Path(__file__).parent.parent / "results"
WIDTH = 170
_COLOURS = {Verdict.MET: "green", Verdict.MISSED: "bold red", Verdict.FAILED: "bold red", Verdict.SHOWN: "dim"}


def show(figures: Sequence[Figure], machine: dict[str, Any], books: str) -> None:
    table = Table(title="Bench", width=WIDTH)
    for name in ("what", "goal", "figure", "reference in the same run", ""):
        table.add_column(name, overflow="fold")
    for figure in figures:
        colour = _COLOURS[figure.verdict]
        table.add_row(figure.what, figure.goal, figure.figure, figure.reference, f"[{colour}]{figure.verdict}[/{colour}]")
    console = Console(width=WIDTH)
    console.print(table)
    console.print(
        f"{machine['cores']} cores of {machine['cpu']}, {machine['memory_gib']} GiB, {machine['file_system']}; {machine['postgresql']}, "
        f"Python {machine['python']}; load average before the run {machine['load_average_before'][0]:.1f}; commit {machine['commit']}",
        highlight=False,
    )
    console.print(books, highlight=False)


def write(figures: Sequence[Figure], machine: dict[str, Any], about: dict[str, Any]) -> Path:
    """Returns where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    document = {**about, "machine": machine, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(document, indent=1, default=str) + "\n", encoding="utf-8")
    return path
