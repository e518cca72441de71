"""`switch catalogue`: the national catalogue is loaded, and listed."""

from pathlib import Path
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, money, print_json, print_table, say
from switch.cli.second_person import At, Why, do_or_propose
from switch.cli.session import run
from switch.cli.staff import By, by_whom
from switch.domain.catalogue import Mode, OverdueRule, RefundFees, RefundRule, ReversalRule, Service
from switch.domain.catalogue_document import NationalCatalogue
from switch.domain.identifiers import ParticipantCode, participant_code, service_code
from switch.domain.money import Money
from switch.domain.proposals import ProposalKind
from switch.domain.stand_in import StandInRule
from switch.usecases.agree_on_calendar import calendar_content
from switch.usecases.agree_on_service import with_rules
from switch.usecases.load_catalogue import LoadedCatalogue
from switch.usecases.shipped_catalogue import catalogue_content, read_catalogue

app = typer.Typer(help="Billers and services: load, list, their rules.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--from", exists=True, file_okay=False, help="A folder with the four documents; the shipped ones otherwise.")
]

Calendar = Annotated[bool, typer.Option("--calendar", help="Set cut-offs and holidays, too, in place of those that staff keep.")]


@app.command()
def load(folder: Folder = None, calendar: Calendar = False, reason: Why = None, by: By = None, as_json: AsJson = False) -> None:
    """Load participants, services and tariff, all or nothing; once more changes only what is new.

    The first load is one person's; into a directory that is in use it takes two. The calendar is set at once, with the first load.
    """

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.LOAD_CATALOGUE, "shipped" if folder is None else folder.name, catalogue_content(folder)

    def empty(switch: Switch) -> bool:
        return not switch.directory.current().participants

    async def work(switch: Switch) -> LoadedCatalogue:
        catalogue = read_catalogue(folder)
        loaded = await switch.load_catalogue(catalogue, by=by_whom(by))
        if calendar:
            await switch.set_calendar(catalogue.currency, catalogue.cut_offs, catalogue.holidays, by=by_whom(by))
        return loaded

    if (loaded := do_or_propose(reason, asked, work, alone=empty, as_json=as_json, by=by)) is None:
        return
    if as_json:
        print_json(loaded)
    else:
        listed = f"{loaded.participants} participants, {loaded.services} services, {loaded.tariffs} tariff lines"
        say(f"{listed}; {loaded.changed or 'none'} new or changed.")


@app.command("calendar")
def set_calendar(folder: Folder = None, reason: Why = None, at: At = None, by: By = None, as_json: AsJson = False) -> None:
    """Set the cut-offs and the holidays of a folder's documents in place of those that hold, by two people."""

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        catalogue = read_catalogue(folder)
        return ProposalKind.SET_CALENDAR, catalogue.currency, calendar_content(catalogue.cut_offs, catalogue.holidays)

    async def work(switch: Switch) -> NationalCatalogue:
        catalogue = read_catalogue(folder)
        await switch.set_calendar(catalogue.currency, catalogue.cut_offs, catalogue.holidays, by=by_whom(by))
        return catalogue

    if (found := do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by)) is None:
        return
    document = {"currency": found.currency, "cut_offs": [f"{one:%H:%M}" for one in found.cut_offs], "holidays": len(found.holidays)}
    if as_json:
        print_json(document)
    else:
        say(f"{found.currency}: {' '.join(f'{one:%H:%M}' for one in found.cut_offs)}, {len(found.holidays)} holidays")


@app.command("list")
def list_services(
    biller: Annotated[str | None, typer.Option(help="Only those of this biller.")] = None,
    mode: Annotated[Mode | None, typer.Option(help="Only this mode.")] = None,
    as_json: AsJson = False,
) -> None:
    """The services that may be paid, by code."""

    async def work(switch: Switch) -> tuple[list[Service], dict[ParticipantCode, str]]:
        directory = switch.directory.current()
        owner = None if biller is None else directory.participant(participant_code(biller)).code
        found = [one for one in directory.services.values() if owner in (None, one.biller) and mode in (None, one.mode)]
        return found, {code: participant.name.en for code, participant in directory.participants.items()}

    found, names = run(work)
    if as_json:
        print_json(found)
        return
    print_table(
        f"Services ({len(found)})",
        ("code", "biller", "service", "service in Arabic", "mode", "reference", "amount", "open"),
        (
            (
                *(one.code, names[one.biller], one.name.en, one.name.ar, one.mode),
                *(f"{one.reference.label.en} {one.reference.example}", _amount(one), "yes" if one.open else "no"),
            )
            for one in found
        ),
    )


@app.command()
def rules(
    service: Annotated[str, typer.Argument(help="The service's national code.")],
    answer_seconds: Annotated[int | None, typer.Option(help="How long the biller may take to answer.")] = None,
    certain_seconds: Annotated[int | None, typer.Option(help="Within how long the outcome of a payment is certain.")] = None,
    overdue: Annotated[
        OverdueRule | None, typer.Option(help="What becomes of a payment still in doubt then: decided by staff, given back, or forced.")
    ] = None,
    reversal: Annotated[
        ReversalRule | None, typer.Option(help="Whether a payment can be taken back, and whether its biller is asked or told.")
    ] = None,
    reversal_seconds: Annotated[int | None, typer.Option(help="How long after its completion a payment can be taken back.")] = None,
    refunds: Annotated[RefundRule | None, typer.Option(help="Whether it is taken back as a whole only, or in parts, too.")] = None,
    refund_fees: Annotated[
        RefundFees | None, typer.Option(help="Where a part is taken back: the fees are kept, or a share of them is given back.")
    ] = None,
    stand_in_limit: Annotated[
        str | None, typer.Option(metavar="DIGITS", help="The most of one payment that is accepted while its biller is out; 0 for none.")
    ] = None,
    stand_in_total: Annotated[
        str | None, typer.Option(metavar="DIGITS", help="The most of all of them together that the biller has not taken yet.")
    ] = None,
    opened: Annotated[bool | None, typer.Option("--open/--closed", help="Whether payments are taken.")] = None,
    reason: Why = None,
    at: At = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Show by which rules a service's payments go; those that are given are changed, by two people."""
    given = {
        "answer_seconds": answer_seconds, "certain_seconds": certain_seconds, "overdue": overdue, "reversal": reversal,
        "reversal_seconds": reversal_seconds, "refunds": refunds, "refund_fees": refund_fees,
        "open": None if opened is None else "yes" if opened else "no",
        "stand_in_limit": stand_in_limit, "stand_in_total": stand_in_total,
    }  # fmt: skip
    changes = {name: str(value) for name, value in given.items() if value is not None}

    def asked(_: Switch) -> tuple[ProposalKind, str, dict[str, str]]:
        return ProposalKind.CHANGE_SERVICE, service, changes

    async def work(switch: Switch) -> Service:
        known = switch.directory.current().service(service_code(service))
        if changes:
            await switch.offer_service(with_rules(known, changes), by=by_whom(by))
        return switch.directory.current().service(known.code)

    found = do_or_propose(reason, asked, work, as_json=as_json, effective_at=at, by=by) if changes else run(work)
    if found is None:
        return
    if as_json:
        print_json(found)
        return
    print_table(
        f"قواعد الخدمة · Rules of {found.code}",
        ("", ""),
        [
            ("الاسم · name", f"{found.name.ar} · {found.name.en}"),
            ("مفتوحة · open", "نعم · yes" if found.open else "لا · no"),
            ("مهلة الجواب · answer within", f"{found.answer_seconds} s"),
            ("مهلة التأكد · certain within", f"{found.certain_seconds} s"),
            ("بعد المهلة · when overdue", found.overdue),
            ("العكس · reversal", f"{found.reversal}, {found.reversal_seconds} s"),
            ("القبول نيابةً · stand-in", _stand_in_text(found.stand_in)),
            ("الإعادة الجزئية · refunds", f"{found.refunds}, fees {found.refund_fees}"),
        ],
    )


def _stand_in_text(rule: StandInRule | None) -> str:
    return "لا · no" if rule is None else f"{_text(rule.limit)} a payment, {_text(rule.total)} outstanding"


def _amount(service: Service) -> str:
    if service.fixed_amount is not None:
        return _text(service.fixed_amount)
    if service.rule.minimum is not None and service.rule.maximum is not None:
        return f"{_text(service.rule.minimum)} – {_text(service.rule.maximum)}"
    return str(service.rule.kind)


def _text(amount: Money) -> str:
    return money(amount.minor, amount.currency)
