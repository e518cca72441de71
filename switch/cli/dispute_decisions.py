"""`switch dispute decide`, `refund` and `terms`: what two people decide about disputes."""

from collections.abc import Mapping
from typing import Annotated

import typer

from switch.application import Switch
from switch.cli.output import AsJson, print_json, print_table
from switch.cli.proposal import show
from switch.cli.session import run
from switch.cli.staff import By
from switch.cli.staff_session import proposed
from switch.domain.dispute_terms import RULES, DisputeReason, DisputeTerm, Party, Remedy, Silence
from switch.domain.dispute_words import REASON_WORDS
from switch.domain.proposals import Proposal, ProposalKind
from switch.usecases.decide_dispute import AMOUNT, REMEDY, UPHELD
from switch.usecases.set_dispute_term import write

terms = typer.Typer(help="The codes: who answers first, within how many business hours, and what silence means.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="DISPUTE", help="Its id, from `switch dispute list`.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stands in the history.")]


def decide(
    dispute: Id,
    upheld: Annotated[bool, typer.Option("--uphold/--dismiss", help="For whoever opened it, or against.")],
    reason: Why,
    remedy: Annotated[Remedy | None, typer.Option(help="With --uphold: what puts it right.")] = None,
    amount: Annotated[str | None, typer.Option(metavar="DIGITS", help="Of a refund or adjustment; left out, what was claimed.")] = None,
    by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Propose a decision on an escalated dispute; another person approves it, and a refund is made with it."""
    content = {UPHELD: "yes" if upheld else "no"}
    content |= {REMEDY: (remedy or Remedy.REFUND).value} if upheld else {}
    content |= {AMOUNT: amount} if amount else {}
    _propose(ProposalKind.DECIDE_DISPUTE, dispute, content, reason, by, as_json)


def refund(dispute: Id, reason: Why, by: By = None, as_json: AsJson = False) -> None:
    """Propose the refund of one that was accepted or upheld, where the first proposal was refused or is over."""
    _propose(ProposalKind.REFUND_DISPUTE, dispute, {}, reason, by, as_json)


@terms.command("list")
def list_terms(as_json: AsJson = False) -> None:
    """As they count for disputes opened now."""
    found = run(lambda switch: switch.disputes.terms())
    if as_json:
        print_json(list(found.values()))
        return
    print_table(
        "الرموز والمهل · Codes and terms",
        ("code", "", "", "opened by", "answers", "hours", "silence", "review h", "silence then", "decision h", "days", "ends in"),
        (
            (
                code, REASON_WORDS[code].ar, REASON_WORDS[code].en, RULES[code].opens, its.first, its.answer_hours, its.answer_silence,
                its.review_hours, its.review_silence, its.decide_hours, its.open_days, ", ".join(RULES[code].remedies),
            )
            for code in DisputeReason
            for its in (found[code],)
        ),
        right=("hours", "review h", "decision h", "days"),
    )  # fmt: skip


@terms.command("set")
def set_term(
    code: Annotated[DisputeReason, typer.Option(help="Of which code.", metavar="CODE")],
    reason: Why,
    first: Annotated[Party | None, typer.Option(help="Who answers first.")] = None,
    answer_hours: Annotated[int | None, typer.Option(help="Business hours to answer.")] = None,
    answer_silence: Annotated[Silence | None, typer.Option(help="What silence of whoever is to answer means.")] = None,
    review_hours: Annotated[int | None, typer.Option(help="Business hours for whoever opened it, to look at an answer.")] = None,
    review_silence: Annotated[Silence | None, typer.Option(help="What their silence means: closes or escalates.")] = None,
    decide_hours: Annotated[int | None, typer.Option(help="Business hours for a decision, and for a remedy to arrive.")] = None,
    open_days: Annotated[int | None, typer.Option(help="Within how many days of the payment it is opened.")] = None,
    by: By = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Propose a term; what is left out stays as it is. It counts for disputes opened after another person has approved it."""

    async def work(switch: Switch) -> Proposal:
        its = (await switch.disputes.terms())[code]
        term = DisputeTerm(
            code,
            first or its.first,
            its.answer_hours if answer_hours is None else answer_hours,
            answer_silence or its.answer_silence,
            its.review_hours if review_hours is None else review_hours,
            review_silence or its.review_silence,
            its.decide_hours if decide_hours is None else decide_hours,
            its.open_days if open_days is None else open_days,
        )
        return await proposed(switch, ProposalKind.SET_DISPUTE_TERM, code, write(term), reason=reason, by=by)

    show(run(work), as_json)


def _propose(kind: ProposalKind, dispute: str, content: Mapping[str, str], reason: str, by: str | None, as_json: bool) -> None:
    show(run(lambda switch: proposed(switch, kind, dispute, content, reason=reason, by=by)), as_json)
