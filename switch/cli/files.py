"""`switch files`: the settlement files of billers and the statements of banks: issue, look at, take out, verify."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.file_layout import layout
from switch.cli.file_receipts import acknowledge, overdue
from switch.cli.key_files import NoKey, load_switch_public_key
from switch.cli.output import AsJson, money, print_json, print_table, progress, say
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.errors import FileUnknown
from switch.domain.file_receipts import FileCare
from switch.domain.file_signatures import SUFFIX, read_signature
from switch.domain.identifiers import ParticipantCode
from switch.domain.statements import IssuedFile
from switch.settings import load_settings
from switch.signatures import VerifyingKey

WRONG_EXIT_CODE = 3
WRONG_USAGE_EXIT_CODE = 2

app = typer.Typer(
    help="Files of settled windows: one to each biller and each bank, numbered, with control totals, SHA-256 and signature.",
    no_args_is_help=True,
)

app.command("layout")(layout)
app.command("overdue")(overdue)
app.command("acknowledge")(acknowledge)

WindowName = Annotated[str, typer.Argument(help="A settled window, such as SYP-20261124-01.", metavar="WINDOW")]
FileName = Annotated[str, typer.Argument(help="Such as 200019-settlement-SYP-20261124-01-r0.", metavar="FILE")]


@app.command()
def issue(window: WindowName, as_json: AsJson = False) -> None:
    """Make the files of a settled window. Again it makes only what is missing, byte for byte; what was changed is named and left."""
    with progress(f"ملفات · Files of {window}", hidden=as_json) as steps:
        files = run(lambda switch: switch.issue_files(window, steps))
    _print(files, f"ملفات · Files of {window}", as_json)


@app.command()
def reissue(file: FileName, as_json: AsJson = False) -> None:
    """Make one file again, byte for byte, where it is gone; any revision. What lies there with another content is named and left."""
    _print([run(lambda switch: switch.reissue_file(file))], "Issued again", as_json)


@app.command()
def revise(
    file: FileName,
    reason: Annotated[str, typer.Option(help="Why; it stands in the file.")],
    as_json: AsJson = False,
) -> None:
    """Make a new revision that says why and what has changed: another layout, or lines that were wrong. The former one stays."""
    revised = run(lambda switch: switch.revise_file(file, reason, by=by_whom()))
    _print([revised], "Revised", as_json)
    if not as_json:
        for change in revised.header.changes:
            say(change)


@app.command("list")
def list_files(
    participant: Annotated[str | None, typer.Option(help="National code: only files to this bank or biller.")] = None,
    window: Annotated[str | None, typer.Option(help="Only this window's.")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Files that were issued, newest first."""

    async def work(switch: Switch) -> list[FileCare]:
        code = None if participant is None else switch.directory.current().participant(ParticipantCode(participant)).code
        if window is None:
            return await switch.files.care(await switch.files.of_participant(code, None, limit))
        await switch.windows.one(window)
        files = [file for file in await switch.files.of_window(window) if code in (None, file.header.participant)]
        return await switch.files.care(files[:limit])

    found = run(work)
    if as_json:
        print_json([{**asdict(care.file), "receipt": care.receipt, "chased": care.chased} for care in found])
    else:
        _print([care.file for care in found], "الملفات · Files", as_json=False, receivers=[_receiver(care) for care in found])


@app.command()
def show(file: FileName, as_json: AsJson = False) -> None:
    """One file: header, control totals, digest, and where it lies."""

    async def work(switch: Switch) -> FileCare:
        (care,) = await switch.files.care([await switch.files.one(None, file)])
        return care

    care = run(work)
    found, receipt = care.file, care.receipt
    if as_json:
        print_json({**asdict(found), "acknowledge_by": care.acknowledge_by, "chased": care.chased, "receipt": receipt})
        return
    header, totals = found.header, found.totals
    say(f"{load_settings().files / header.participant / found.name}")
    print_table(
        found.file_id,
        ("what", "value"),
        (
            ("layout", found.layout),
            ("sequence", header.sequence),
            ("business date", header.business_date),
            ("settled at", header.settled_at.isoformat()),
            ("RTGS reference", header.rtgs_reference),
            ("lines", f"{totals.lines:,}"),
            ("amount", money(totals.amount, header.currency)),
            ("fee", money(totals.fee, header.currency)),
            ("net", money(totals.net, header.currency)),
            ("bytes", f"{found.size:,}"),
            ("SHA-256", found.sha256),
            ("SHA-256 of the file before", header.previous_sha256),
            ("to be acknowledged by", care.acknowledge_by.isoformat()),
            ("its receiver has", "said nothing" if receipt is None else f"{receipt.outcome} it at {receipt.received_at.isoformat()}"),
        ),
    )


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="A window or one file.", metavar="WINDOW|FILE")],
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Made where it is not there.")],
) -> None:
    """Copy files with their signatures into FOLDER/<participant>/. Nothing is written over."""

    async def work(switch: Switch) -> list[tuple[IssuedFile, bytes, bytes]]:
        files = await _named(switch, name)
        return [(file, await switch.files.content(None, file.file_id), await switch.files.signature(None, file.file_id)) for file in files]

    for file, content, signature in run(work):
        place = folder / file.header.participant
        place.mkdir(parents=True, exist_ok=True)
        for path, part in ((place / file.name, content), (place / (file.name + SUFFIX), signature)):
            _put(path, part)
        say(str(place / file.name))


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="A window or one file; without it every file.", metavar="[WINDOW|FILE]")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that files are whole and ours: bytes, digest, signature, and the chain of sequence numbers. Exit code 3 where one is not."""
    try:
        key = load_switch_public_key(load_settings())
    except NoKey as missing:
        print(f"There is no key at {missing.path}; make it with: switch keys init", file=sys.stderr)
        raise typer.Exit(WRONG_USAGE_EXIT_CODE) from None
    with progress("Verifying files", hidden=as_json) as steps:

        async def work(switch: Switch) -> list[tuple[str, str | None]]:
            files = await _named(switch, name)
            found = []
            for done, file in enumerate(files, 1):
                found.append((file.file_id, await _wrong(switch, file, key)))
                steps(done, len(files))
            return found

        found = run(work)
    wrong = [(file, why) for file, why in found if why is not None]
    if as_json:
        print_json({"verified": len(found), "wrong": [{"file": file, "why": why} for file, why in wrong]})
    elif wrong:
        print_table("ملفات ليست كما صدرت · Files that are not as they were issued", ("file", "why"), wrong)
    else:
        say(f"{len(found)} files are whole and ours.")
    if wrong:
        raise typer.Exit(WRONG_EXIT_CODE)


async def _named(switch: Switch, name: str | None) -> list[IssuedFile]:
    """Raises FileUnknown where it is neither a window with files nor a file."""
    if name is None:
        return await _everything(switch)
    return await switch.files.of_window(name) or [await switch.files.one(None, name)]


async def _everything(switch: Switch) -> list[IssuedFile]:
    files: list[IssuedFile] = []
    while part := await switch.files.of_participant(None, files[-1].file_id if files else None, 1_000):
        files += part
    return files


async def _wrong(switch: Switch, file: IssuedFile, key: VerifyingKey) -> str | None:
    """What is wrong with it, or None."""
    try:
        content = await switch.files.content(None, file.file_id)
        signature = read_signature(await switch.files.signature(None, file.file_id))
    except FileUnknown:
        return "the file or its signature is gone"
    if (len(content), hashlib.sha256(content).hexdigest()) != (file.size, file.sha256):
        return "its bytes are not those that were issued"
    if signature is None or (signature.name, signature.sha256) != (file.name, file.sha256):
        return "its signature is for another file"
    if signature.keyid == key.keyid and not key.verify(signature.signature, signature.line()):
        return "its signature is wrong"
    if signature.keyid != key.keyid:
        return f"it was signed with the key {signature.keyid}, which is not the one here"
    return await _chain(switch, file)


async def _chain(switch: Switch, file: IssuedFile) -> str | None:
    header = file.header
    if header.sequence == 1:
        return None if header.previous_sha256 is None else "it is the first and names one before it"
    before = await switch.files.before(file)
    if before is None:
        return f"the file with the number {header.sequence - 1} is missing"
    return None if before.sha256 == header.previous_sha256 else f"it does not name the digest of {before.file_id}"


def _put(path: Path, content: bytes) -> None:
    if path.exists():
        if path.read_bytes() != content:
            print(f"{path} is there with another content", file=sys.stderr)
            raise typer.Exit(WRONG_USAGE_EXIT_CODE)
        return
    path.write_bytes(content)


def _receiver(care: FileCare) -> str | None:
    """What its receiver has said, or how often it was reminded."""
    if care.receipt is not None:
        return care.receipt.outcome.value
    return f"reminded {care.chased} times" if care.chased else None


def _print(files: list[IssuedFile], title: str, as_json: bool, receivers: Sequence[str | None] | None = None) -> None:
    if as_json:
        print_json(files)
        return
    print_table(
        title,
        ("file", "layout", "sequence", "lines", "amount", "fee", "net", "bytes", *(() if receivers is None else ("receiver",))),
        (
            (
                *(file.file_id, file.layout, file.header.sequence, f"{file.totals.lines:,}"),
                *(money(minor, file.header.currency) for minor in (file.totals.amount, file.totals.fee, file.totals.net)),
                f"{file.size:,}",
                *(() if receivers is None else (receivers[place],)),
            )
            for place, file in enumerate(files)
        ),
        right=("sequence", "lines", "amount", "fee", "net", "bytes"),
    )
