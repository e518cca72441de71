"""`python -m loadtests.bench`: measure, show the table, write loadtests/results/, and fail where the books do not verify."""

import argparse
import dataclasses
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from loadtests.bench import machine, outcome
from loadtests.bench.figures import Figure, Verdict, not_measured
from loadtests.bench.measurements import (
    answer_time,
    batch,
    files,
    hot_bank,
    hung_biller,
    inquiry,
    kept,
    online,
    overload,
    payment,
    reconciliation,
    start,
    storm,
    window_close,
)
from loadtests.bench.place import BooksDoNotVerify, Place
from loadtests.bench.proof import prove, server_settings
from loadtests.bench.sizes import FULL, QUICK, Sizes
from switch.telemetry import configure_logging

SEED = 20_261_124
Measure = Callable[[Place, Sizes], list[Figure]]
MEASUREMENTS: Mapping[str, Measure] = {
    "payment": payment.measure,
    "batch": batch.measure,
    "inquiry": inquiry.measure,
    "online": online.measure,
    "hung-biller": hung_biller.measure,
    "answer-time": answer_time.measure,
    "hot-bank": hot_bank.measure,
    "window-close": window_close.measure,
    "overload": overload.measure,
    "storm": storm.measure,
    "start": start.measure,
    "files": files.measure,
    "reconciliation": reconciliation.measure,
    "kept": kept.measure,
}
"""In the order in which they run: what needs an empty database comes first, what fills it last."""


def main(words: Sequence[str] | None = None) -> int:
    asked = _asked(words)
    configure_logging("warning", "bench")
    sizes = QUICK if asked.quick else FULL
    if asked.kept is not None:
        sizes = dataclasses.replace(sizes, kept=asked.kept)
    with tempfile.TemporaryDirectory(prefix="switch-bench-", dir=asked.folder) as folder:
        return _run(Path(folder), sizes, asked.only, asked.seed, asked.profile)


def _run(folder: Path, sizes: Sizes, only: Sequence[str], seed: int, profile: Path | None) -> int:
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {what}", file=sys.stderr, flush=True)

    figures: list[Figure] = []
    spoiled: list[str] = []
    with Place(folder, tell, seed, profile) as place:
        described = machine.describe(folder, server_settings(place))
        for name in only:
            tell(f"measuring: {name}")
            try:
                figures += MEASUREMENTS[name](place, sizes)
            except BooksDoNotVerify as why:
                spoiled.append(f"{name}: {why}")
            except Exception as fault:  # noqa: BLE001 - half an hour of figures is not thrown away with one that could not be had
                traceback.print_exc()
                figures.append(not_measured(name, f"{type(fault).__name__}: {fault}"))
        books = _proven(place, tell, spoiled)
    outcome.show(figures, described, books)
    about = {"size": dataclasses.asdict(sizes), "only": list(only), "seed": seed, "books": books, "seconds": time.monotonic() - began}
    print(f"written to {outcome.write(figures, described, about)}")
    return 1 if spoiled or any(figure.verdict is Verdict.FAILED for figure in figures) else 0


def _proven(place: Place, tell: Callable[[str], None], spoiled: list[str]) -> str:
    """What is to be said of the books; `spoiled` says of those that a measurement had for itself, and is added to."""
    tell("verifying the books")
    try:
        rows = prove(place)
    except BooksDoNotVerify as why:
        spoiled.append(str(why))
        rows = 0
    if spoiled:
        return f"FAILED RUN: the books do not verify. {' '.join(spoiled)}"
    return f"The books verify ({rows:,} rows); all {len(place.acknowledged):,} acknowledged payments are in them."


def _asked(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench", description="Measure every goal for speed beside its reference.")
    parser.add_argument("--quick", action="store_true", help="about four minutes, small numbers")
    parser.add_argument("--only", type=_names, default=list(MEASUREMENTS), help=f"some of {','.join(MEASUREMENTS)}")
    parser.add_argument("--kept", type=int, help="how many payments the big database keeps")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, help="where the database is made; a real disk")
    parser.add_argument("--profile", type=Path, help="run the API under a sampler and write there what its CPU time went into")
    return parser.parse_args(words)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(MEASUREMENTS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    return [name for name in MEASUREMENTS if name in names]


if __name__ == "__main__":
    sys.exit(main())
