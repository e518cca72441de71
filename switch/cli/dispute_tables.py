"""Disputes as tables for people."""

from collections.abc import Iterable
from datetime import datetime

from switch.cli.output import money, print_table
from switch.domain.dispute_words import OUTCOME_WORDS, REASON_WORDS, STATE_WORDS
from switch.domain.disputes import Dispute, DisputeHistory


def print_disputes(found: Iterable[Dispute], now: datetime) -> None:
    print_table(
        "الشكاوى · Disputes",
        ("dispute", "payment", "code", "", "bank", "biller", "claimed", "state", "with", "due (UTC)", "outcome", "opened"),
        (
            (
                its.dispute_id, its.payment_id, its.reason, REASON_WORDS[its.reason].ar, its.bank, its.biller,
                money(its.claimed_minor, its.currency), f"{its.state} {STATE_WORDS[its.state].ar}", its.holder, _due(its, now),
                None if its.outcome is None else f"{its.outcome} {OUTCOME_WORDS[its.outcome].ar}", f"{its.opened_at:%Y-%m-%d}",
            )
            for its in found
        ),
        right=("claimed",),
    )  # fmt: skip


def print_history(history: DisputeHistory, now: datetime) -> None:
    print_disputes([history.dispute], now)
    print_table(
        "السجل · History",
        ("", "at (UTC)", "by", "what", "note", "contact", "facts"),
        (
            (
                event.number, f"{event.at:%Y-%m-%d %H:%M:%S}", event.by, event.kind,
                "مُحيت · erased" if event.note is None else event.note or None, event.contact or None,
                ", ".join(f"{name} {value}" for name, value in (event.facts or {}).items()) or None,
            )
            for event in history.events
        ),
    )  # fmt: skip
    if history.attachments:
        print_table(
            "المرفقات · Attachments",
            ("name", "kind", "bytes", "by", "at (UTC)", "sha256"),
            ((each.name, each.media_type, each.size, each.by, f"{each.at:%Y-%m-%d %H:%M:%S}", each.sha256) for each in history.attachments),
            right=("bytes",),
        )


def _due(its: Dispute, now: datetime) -> str | None:
    if its.deadline is None:
        return "late" if its.late else None
    return f"{its.deadline:%Y-%m-%d %H:%M}{' !' if its.late or its.deadline < now else ''}"
