"""What commands print: tables for people, one JSON document for programs, refusals in Arabic or English."""

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from switch.domain.errors import Language, Refusal
from switch.domain.money import Money
from switch.domain.texts import made_plain

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document for programs instead of a table for people.")]
"""The type of every command's `as_json` parameter."""

NARROWEST_COLUMNS = 160
"""Into a file or a pipe, a table is not cut to the 80 columns that rich would assume."""

REFUSED_EXIT_CODE = 1

language: ContextVar[Language] = ContextVar("language", default="en")
"""Set by `switch --arabic`."""


def print_json(document: object) -> None:
    """The document alone on standard output: dataclasses as objects, money as on the wire."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS
    sys.stdout.buffer.write(orjson.dumps(document, default=_plain, option=options) + b"\n")
    sys.stdout.buffer.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()) -> None:
    """`right` names the columns of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    numbers = set(right)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*("–" if cell is None else str(cell) for cell in row))
    _out().print(table)


def say(text: str) -> None:
    _out().print(text, markup=False, highlight=False, soft_wrap=True)


def tell_refusal(refusal: Refusal) -> None:
    """Why not, on standard error; what a stranger wrote into it does not steer the terminal."""
    print(f"{made_plain(refusal.detail(language.get()))} ({refusal.code})", file=sys.stderr)


@contextmanager
def progress(title: str, *, hidden: bool = False) -> Iterator["Steps"]:
    """A bar on standard error for what takes long; nothing where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=hidden or not console.is_terminal, transient=True) as bar:
        yield Steps(bar, title)


class Steps:
    """Called with (done, all), and the name of what is under way where there are several, by whatever takes long."""

    def __init__(self, bar: Progress, title: str) -> None:
        self._bar = bar
        self._task = bar.add_task(title, total=None)

    def __call__(self, done: int, total: int, title: str | None = None) -> None:
        self._bar.update(self._task, completed=done, total=total, description=title)


def money(minor: int, currency: str) -> str:
    """For people: thousands set apart, `1,234,567.50`."""
    whole, point, decimals = Money(minor, currency).text().partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{point}{decimals}"


def _out() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=max(console.width, NARROWEST_COLUMNS))


def _plain(value: Any) -> Any:
    match value:
        case Money():
            return {"amount": value.text(), "currency": value.currency}
        case bytes():
            return value.hex()
        case Mapping():
            return dict(value)
        case _ if dataclasses.is_dataclass(value):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        case tuple() if hasattr(value, "_asdict"):
            return value._asdict()
        case frozenset() | set():
            return sorted(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a document")
