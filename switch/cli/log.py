"""`switch log`: the proof log: its signed heads, sealing what waits, and all of it as a file for an auditor."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import orjson
import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.output import AsJson, language, print_json, print_table, progress, say
from switch.cli.session import run
from switch.domain.tree_heads import read_tree_head
from switch.reports.proof_log import ExportedLeaf, SignedHead, Waiting

WRONG_USAGE_EXIT_CODE = 2
EXPORT = "bill-payment-switch/log-export@1"

app = typer.Typer(
    help="The proof log: everything that was booked or changed, sealed under signed heads, so that no edit goes unseen (docs/proofs.md).",
    no_args_is_help=True,
)

_BEHIND = {
    "en": "{rows:,} rows are not sealed yet; the oldest has been waiting since {since:%Y-%m-%d %H:%M:%S} UTC.",
    "ar": "{rows:,} من السجلات لم تُختم بعد؛ أقدمها ينتظر منذ {since:%Y-%m-%d %H:%M:%S} بالتوقيت العالمي.",
}
_WHOLE = {"en": "Everything is sealed.", "ar": "كل شيء مختوم."}
_SEALED = {"en": "{leaves:,} rows were sealed.", "ar": "خُتم {leaves:,} من السجلات."}
_EXPORTED = {"en": "{leaves:,} leaves and {heads:,} heads: {path}", "ar": "{leaves:,} ورقة و{heads:,} رأساً: {path}"}


@app.command()
def heads(
    before: Annotated[int | None, typer.Option(min=0, help="Only heads of fewer leaves than this.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """The newest signed heads, and whether anything waits. With --json the signed notes, to be kept by whoever checks later."""

    async def work(switch: Switch) -> tuple[str, list[SignedHead], Waiting]:
        return switch.proof_log.origin, await switch.proof_log.heads(before, limit), await switch.proof_log.waiting()

    origin, found, waiting = run(work, examined=True)
    if as_json:
        items = [{"size": head.size, "signed_at": head.signed_at, "note": head.note} for head in found]
        print_json({"origin": origin, "waiting": waiting, "items": items})
        return
    rows = ((f"{head.size:,}", f"{head.signed_at:%Y-%m-%d %H:%M:%S}", _root(head)) for head in found)
    print_table(origin, ("leaves", "signed (UTC)", "root"), rows, right=("leaves",))
    say(_WHOLE[language.get()] if waiting.since is None else _BEHIND[language.get()].format(**waiting._asdict()))


@app.command()
def seal() -> None:
    """Seal now what is committed and waits; the worker does it by itself every few seconds."""
    sealed = run(lambda switch: switch.seal_log.whole())
    say(_SEALED[language.get()].format(leaves=sealed))


@app.command()
def export(file: Annotated[Path, typer.Argument(dir_okay=False, help="Is not written over; - is the standard output.")]) -> None:
    """Write the whole log, one JSON document a line: each leaf as it was sealed and as its row stands now, and every signed head.

    An auditor checks it away from here: python verify_proof.py log FILE --key switch.pub --heads KEPT.
    """
    counts = {"leaves": 0, "heads": 0}
    try:
        with _opened(file) as out, progress("Export", hidden=file == Path("-")) as steps:

            async def work(switch: Switch) -> None:
                newest = await switch.proof_log.heads(None, 1)
                _write(out, {"format": EXPORT, "origin": switch.proof_log.origin})
                async for found in switch.proof_log.export():
                    counts["heads" if isinstance(found, SignedHead) else "leaves"] += 1
                    _write(out, exported(found))
                    steps(counts["leaves"], newest[0].size if newest else 0)

            run(work, examined=True)
    except FileExistsError:
        print(f"{file} is there already", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE) from None
    if file != Path("-"):
        say(_EXPORTED[language.get()].format(**counts, path=file))


def _root(head: SignedHead) -> str:
    said = read_tree_head(head.note.partition("\n\n")[0] + "\n")
    return "?" if said is None else said.root.hex()


def exported(found: ExportedLeaf | SignedHead) -> dict[str, Any]:
    """One line of an export."""
    if isinstance(found, SignedHead):
        return {"head": found.size, "note": found.note}
    sealed = None if found.hash is None else found.hash.hex()
    return {"leaf": found.position, "kind": found.kind, "name": found.name, "hash": sealed, "content": found.content} | (
        {"archived": True} if found.archived else {}
    )


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    if file == Path("-"):
        yield sys.stdout
        return
    with file.open("x", encoding="utf-8") as out:
        yield out


def _write(out: TextIO, document: dict[str, Any]) -> None:
    out.write(orjson.dumps(document).decode() + "\n")
