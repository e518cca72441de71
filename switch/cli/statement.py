"""`switch statement`: what banks and billers have booked, handed in for reconciliation."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.arguments import DAY, BusinessDate, Limit, as_day
from switch.cli.output import AsJson, language, money, print_json, print_table, progress, say
from switch.cli.received_files import received, sign
from switch.cli.second_person import Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.booked_statements import ImportedStatement
from switch.domain.identifiers import participant_code
from switch.domain.money import Money, parse_amount
from switch.domain.proposals import ProposalKind
from switch.domain.quarantine import QuarantinedStatement
from switch.domain.reconciliation import Grouping, MatchingRule
from switch.domain.statement_errors import MappingRefused
from switch.domain.statement_mapping import StatementMapping, mapping_of
from switch.usecases.agree_on_statement_rule import statement_rule_content

LISTED = 100

app = typer.Typer(help="Statements of banks and billers: hand in, list, quarantine, rules.", no_args_is_help=True)
app.command("sign")(sign)
app.command("received")(received)


@app.command("import")
def import_statement(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The statement.")],
    participant: Annotated[str, typer.Option(help="The national code of the bank or biller that hands it in.")],
    layout: Annotated[str | None, typer.Option(help="csv-1, csv, fixed-width, xlsx, camt or mt940; recognised where left out.")] = None,
    business_date: Annotated[
        date | None, typer.Option(parser=as_day, metavar=DAY, help="Of the statement, where the file does not say it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a statement in, whole or not at all. The same file again changes nothing; another one for its date is a new revision."""

    async def work(switch: Switch) -> ImportedStatement:
        owner = switch.directory.current().participant(participant_code(participant))
        day = business_date
        with file.open("rb") as opened:
            return await switch.import_statement(owner, opened, layout=layout, business_date=day, tell=steps)

    with progress(f"Taking in {file.name}", hidden=as_json) as steps:
        imported = run(work)
    if as_json:
        print_json(imported)
    elif imported.replayed:
        say(f"{imported.statement_id}: taken in before, at {imported.received_at:%Y-%m-%d %H:%M:%S} UTC; nothing was done.")
    else:
        say(f"{imported.statement_id}: {imported.lines:,} lines, {money(imported.total.minor, imported.currency)} {imported.currency}.")


@app.command("list")
def list_statements(
    participant: Annotated[str | None, typer.Option(help="Only those of this bank or biller.")] = None,
    business_date: BusinessDate = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """What was handed in, newest first. For each participant, date and currency the highest revision counts."""

    async def work(switch: Switch) -> list[ImportedStatement]:
        owner = None if participant is None else participant_code(participant)
        return await switch.statements.taken_in(owner, business_date, limit)

    found = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        "الكشوف · Statements",
        ("statement", "side", "business date", "revision", "layout", "lines", "total", "currency", "received (UTC)"),
        (
            (
                its.statement_id,
                its.side,
                its.business_date,
                its.revision,
                its.layout,
                f"{its.lines:,}",
                money(its.total.minor, its.currency),
                its.currency,
                f"{its.received_at:%Y-%m-%d %H:%M:%S}",
            )
            for its in found
        ),
        right=("revision", "lines", "total"),
    )


@app.command("quarantine")
def list_quarantined(
    quarantine_id: Annotated[str | None, typer.Argument(help="One of them, with everything that is wrong with it.")] = None,
    participant: Annotated[str | None, typer.Option(help="Only those of this bank or biller.")] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """Statements that were wrong: kept as they came, nothing of them taken in."""

    async def work(switch: Switch) -> list[QuarantinedStatement]:
        owner = None if participant is None else participant_code(participant)
        if quarantine_id is not None:
            return [await switch.statements.one_quarantined(owner, quarantine_id)]
        return await switch.statements.quarantined(owner, None, limit)

    found = run(work)
    if as_json:
        print_json([_document(its) for its in found])
    elif quarantine_id is not None:
        _print_faults(found[0])
    else:
        print_table(
            "الحجر · Quarantine",
            ("entry", "participant", "layout", "bytes", "faults", "first of them", "received (UTC)", "taken in since as"),
            (
                (
                    *(its.quarantine_id, its.participant, its.layout, f"{its.size:,}", f"{len(its.faults)}{'' if its.complete else '+'}"),
                    *(its.faults[0].words(language.get()), f"{its.received_at:%Y-%m-%d %H:%M}", its.taken_in_as),
                )
                for its in found
            ),
            right=("bytes", "faults"),
        )


@app.command("rule")
def statement_rule(
    participant: Annotated[str, typer.Argument(help="The national code of a bank or biller.")],
    carry_forward_days: Annotated[int | None, typer.Option(help="How many days before and after a payment is looked for.")] = None,
    tolerance: Annotated[str | None, typer.Option(help="By how much an amount may be off, such as 0.01.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A JSON file that says how its own files are read; see the docs.")
    ] = None,
    grouping: Annotated[
        str | None, typer.Option(help="Each line is the sum of a day, counterparty, service or own_reference; none: one payment.")
    ] = None,
    without_mapping: Annotated[bool, typer.Option("--without-mapping", help="Its files are of our own layouts again.")] = False,
    reason: Why = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """How a participant's statements are read and compared; with options, two people change it from the next statement on."""

    async def present(switch: Switch) -> tuple[MatchingRule, StatementMapping | None]:
        return await switch.statements.rule(switch.directory.current().participant(participant_code(participant)).code)

    rule, known = run(present)
    if without_mapping or any(change is not None for change in (carry_forward_days, tolerance, grouping, mapping)):

        def wanted() -> tuple[MatchingRule, StatementMapping | None]:
            days = rule.carry_forward_days if carry_forward_days is None else carry_forward_days
            minor = rule.tolerance_minor if tolerance is None else _minor(tolerance)
            matching = MatchingRule(days, minor, rule.grouping if grouping is None else _grouping(grouping))
            return matching, _mapping(mapping) if mapping is not None else None if without_mapping else known

        def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
            return ProposalKind.SET_STATEMENT_RULE, participant, statement_rule_content(*wanted())

        async def work(switch: Switch) -> tuple[MatchingRule, StatementMapping | None]:
            owner = switch.directory.current().participant(participant_code(participant))
            await switch.set_statement_rule(owner, *wanted(), by=by_whom(by))
            return await switch.statements.rule(owner.code)

        if (changed := do_or_propose(reason, asked, work, as_json=as_json, by=by)) is None:
            return
        rule, known = changed
    document = {
        "participant": participant,
        "carry_forward_days": rule.carry_forward_days,
        "tolerance": Money(rule.tolerance_minor, "SYP").text(),
        "grouping": rule.grouping,
        "mapping": None if known is None else known.document(),
    }
    if as_json:
        print_json(document)
        return
    said = "–" if known is None else json.dumps(known.document(), ensure_ascii=False, indent=1)
    sums = f"sums by {rule.grouping}" if rule.grouping else "payments one by one"
    say(f"{participant}: {sums}, carried {rule.carry_forward_days} days, tolerance {document['tolerance']}, mapping {said}")


def _grouping(text: str) -> Grouping | None:
    if text not in {*Grouping, "none"}:
        raise typer.BadParameter(f"one of {', '.join(Grouping)}, none", param_hint="--grouping")
    return None if text == "none" else Grouping(text)


def _minor(text: str) -> int:
    return 0 if not text.replace("0", "").strip(".") else parse_amount(text, "SYP").minor


def _mapping(path: Path) -> StatementMapping:
    try:
        return mapping_of(json.loads(path.read_text(encoding="utf-8-sig")))
    except (ValueError, RecursionError):
        raise MappingRefused(why="the file is not JSON in UTF-8", why_ar="الملف ليس JSON بترميز UTF-8") from None


def _print_faults(its: QuarantinedStatement) -> None:
    print_table(
        f"{its.quarantine_id}: {len(its.faults)}{'' if its.complete else '+'} faults, read as {its.layout}",
        ("row", "field", "code", "there stands", "what is wrong", "ما الخطأ"),
        ((each.row or "–", each.field, each.code, each.found, each.words("en"), each.words("ar")) for each in its.faults),
        right=("row",),
    )


def _document(its: QuarantinedStatement) -> dict[str, object]:
    return {
        **{name: getattr(its, name) for name in ("quarantine_id", "participant", "layout", "size", "sha256", "received_at", "complete")},
        "taken_in_as": its.taken_in_as,
        "faults": [
            {"row": each.row, "field": each.field, "code": each.code, "found": each.found, "en": each.words("en"), "ar": each.words("ar")}
            for each in its.faults
        ],
    }
