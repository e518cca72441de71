"""The table of docs/staff.md that says what takes one person and what takes two: of every command and every staff route, and true."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from switch.api.app import ROUTERS
from switch.api.openapi import api_routes, staff_roles
from switch.cli.commands import COMMANDS, _imported
from switch.domain.proposals import ProposalKind

DOCUMENT = Path(__file__).parents[2] / "docs" / "staff.md"
_ROW = re.compile(r"\| (`[^|]+`) \| (one|two) \| ([^|]*)\| [^|]+ \|")

LOOKS = frozenset(
    {
        "advice list", "archive list", "archive show", "archive status", "archive verify",
        "breaks attachment", "breaks list", "breaks rules list", "breaks show", "breaks terms list", "ca list",
        "cap forecast", "cap history", "cap metrics", "cap show", "cap warnings", "catalogue list",
        "dispute attachment", "dispute list", "dispute show", "dispute terms list", "files export", "files list",
        "files overdue", "files show", "files verify", "keys show", "log export", "log heads", "migrate check", "openapi",
        "debt list", "participant key list", "participant limits show", "participant list",
        "participant show", "participant outage list", "payment evidence",
        "payment overdue", "payment proof", "payment story", "privacy looks", "privacy status", "proposal list", "proposal show",
        "push list", "push places", "receipt show", "receipt verify", "rtgs compare", "settle simulate", "split list", "staff audit",
        "staff list", "staff token list", "statement list", "statement quarantine", "statement received", "statement sign",
        "suspense list", "tariff list", "tariff try", "trial-balance", "verify", "webhook deliveries",
        "webhook list", "window list", "window show",
    }
)  # fmt: skip
"""Commands that change nothing."""
OUTSIDE = frozenset({"run", "demo", "bank", "sign", "serve", "worker", "sftp", "simulate", "report"})
"""Programs that run, the other side's tools, and reports: with all that is under them."""


class Row(NamedTuple):
    what: str
    people: str
    kinds: str


def rows() -> list[Row]:
    found = [Row(*match.groups()) for match in _ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))]
    return [Row(what, row.people, row.kinds) for row in found for what in re.findall(r"`([^`]+)`", row.what)]


def commands() -> Iterator[tuple[str, Any]]:
    for name, place in COMMANDS.items():
        if name not in OUTSIDE:
            yield from _under(name, _imported(name, place))


def _under(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for each, under in below.items():
        yield from _under(f"{name} {each}", under)


def test_every_command_only_looks_or_is_in_the_table() -> None:
    known = {row.what.removeprefix("switch ") for row in rows() if row.what.startswith("switch ")}
    there = {name for name, _ in commands()}

    assert known | LOOKS == there, "a new command: into LOOKS, or into the table of docs/staff.md with one person or two, and why"
    assert not known & LOOKS


def test_a_command_that_takes_two_people_asks_for_a_reason_and_proposes_that_kind() -> None:
    by_name = dict(commands())
    for row in rows():
        if row.people != "two" or not row.what.startswith("switch "):
            continue
        command = by_name[row.what.removeprefix("switch ")]
        assert any("--reason" in parameter.opts for parameter in command.params), row
        kinds = [ProposalKind(kind) for kind in re.findall(r"`([^`]+)`", row.kinds)]
        if kinds != [ProposalKind.ADMIT_STAFF]:  # whose account it is is never who was named, but the machine's user
            assert any("--by" in parameter.opts for parameter in command.params), row
        source = inspect.getsource(inspect.getmodule(command.callback))  # type: ignore[arg-type]
        assert kinds, row
        assert any(f"ProposalKind.{kind.name}" in source for kind in kinds), row


def test_every_kind_of_proposal_is_in_the_table() -> None:
    told = {kind for row in rows() for kind in re.findall(r"`([^`]+)`", row.kinds)}
    assert told == set(ProposalKind)


def test_every_route_by_which_staff_change_something_is_in_the_table() -> None:
    known = {row.what for row in rows() if row.what.startswith(("POST", "DELETE", "PUT"))}
    there = {
        f"{method} {route.path}"
        for route in api_routes(ROUTERS)
        for method in sorted((route.methods or set()) - {"GET", "HEAD"})
        if staff_roles(route)
    }
    assert known == there
