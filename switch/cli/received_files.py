"""`switch statement sign` and `switch statement received`: statements that come over SFTP, each with its signature beside it."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import Limit
from switch.cli.key_files import load_sandbox_key
from switch.cli.output import AsJson, print_json, print_table, say
from switch.cli.participant_client import As, keys_needed
from switch.cli.session import run
from switch.domain.file_signatures import SUFFIX, FileSignature, signed_line
from switch.domain.identifiers import participant_code
from switch.domain.received_files import ReceivedFile, is_upload_name
from switch.settings import load_settings

LISTED = 100


def sign(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The statement.")],
    as_: As,
    as_json: AsJson = False,
) -> None:
    """Write the signature of a statement beside it, `FILE.sig`, to be put into the folder `in` after it."""
    if not is_upload_name(file.name):
        raise typer.BadParameter("its name has up to 120 letters, digits, dots, hyphens and underscores", param_hint="FILE")
    with keys_needed():
        key = load_sandbox_key(load_settings(), as_)
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    signature = FileSignature(key.keyid, key.algorithm, file.name, sha256, key.sign(signed_line(file.name, sha256)))
    beside = file.with_name(f"{file.name}{SUFFIX}")
    beside.write_bytes(signature.document())
    if as_json:
        print_json({"file": str(file), "signature": str(beside), "sha256": sha256, "keyid": key.keyid})
    else:
        say(f"{beside}: {sha256}, {key.keyid}")


def received(
    participant: Annotated[str | None, typer.Option(help="Only those of this bank or biller.")] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """What came over SFTP and what became of it, newest first."""

    async def work(switch: Switch) -> list[ReceivedFile]:
        return await switch.statements.received(None if participant is None else participant_code(participant), limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "ما ورد عبر SFTP · Received over SFTP",
        ("participant", "file", "bytes", "outcome", "taken in as", "why not", "received (UTC)"),
        (
            (*(its.participant, its.name, f"{its.size:,}", its.outcome, its.statement_id, its.code), f"{its.received_at:%Y-%m-%d %H:%M:%S}")
            for its in found
        ),
        right=("bytes",),
    )
