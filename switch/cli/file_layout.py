"""`switch files layout`: in which layout each bank and biller gets its files."""

from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table
from switch.cli.session import run
from switch.cli.staff import by_whom
from switch.domain.identifiers import participant_code
from switch.domain.participants import ParticipantKind
from switch.domain.statements import DEFAULT_LAYOUT


def layout(
    participant: Annotated[str | None, typer.Argument(help="National code; without it everybody's.")] = None,
    chosen: Annotated[str | None, typer.Argument(help="csv-1, fixed-1, xlsx-1 or camt-1.", metavar="[LAYOUT]")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the layouts of files, or choose one for a participant, from its next file on. What was issued stays as it is."""

    async def work(switch: Switch) -> list[tuple[str, str, str]]:
        code = None if participant is None else participant_code(participant)
        if code is not None and chosen is not None:
            await switch.choose_layout(code, chosen, by=by_whom())
        layouts, directory = await switch.files.layouts(), switch.directory.current()
        if code is not None:
            directory.participant(code)
        return [
            (known.code, known.name.en, layouts.get(known.code, DEFAULT_LAYOUT))
            for known in directory.participants.values()
            if (code is None or known.code == code) and (known.pays or known.kind is ParticipantKind.BILLER)
        ]

    found = run(work)
    if as_json:
        print_json([{"participant": code, "layout": layout_name} for code, _, layout_name in found])
    else:
        print_table("تنسيقات الملفات · Layouts of files", ("participant", "name", "layout"), found)
