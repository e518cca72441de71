"""Wiring: a database, a directory and what is outside become one Switch, by hand, a chapter a file."""

from typing import Any

from switch.application import Switch
from switch.bootstrap.undertakings import undertakings_of
from switch.bootstrap.wiring.participants import participant_cases
from switch.bootstrap.wiring.parts import LOG_ORIGIN, Outside, Parts
from switch.bootstrap.wiring.payments import payment_cases
from switch.bootstrap.wiring.reconciliation import reconciliation_cases
from switch.bootstrap.wiring.records import record_cases
from switch.bootstrap.wiring.reports import reports
from switch.bootstrap.wiring.settlement import settlement_cases
from switch.bootstrap.wiring.staff import staff_cases
from switch.bootstrap.wiring.webhooks import webhook_cases
from switch.domain.proposals import ProposalKind
from switch.posting.lane import PostingLane
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.reports.rtgs_comparison import RtgsComparison
from switch.signatures.notes import LogIdentity, verifying_key_of
from switch.store.database import Database
from switch.usecases.biller_lines import BillerLines
from switch.usecases.breakers import Breakers
from switch.usecases.propose import Propose, Undertaking

__all__ = ["Outside", "make_switch"]

CHAPTERS = (payment_cases, staff_cases, webhook_cases, participant_cases, settlement_cases, reconciliation_cases, record_cases, reports)


def make_switch(database: Database, directory: CurrentDirectory, outside: Outside) -> Switch:
    clock, current = outside.clock, directory.current
    undertakings: dict[ProposalKind, Undertaking] = {}
    parts = Parts(
        outside=outside,
        database=database,
        directory=directory,
        lane=PostingLane(database, clock, listening=lambda: current().listening),
        billers=BillerLines(current, outside.adapters.billers, Breakers(clock)),
        webhook_breakers=Breakers(clock),
        reversal_posting=ReversalPosting(database, current),
        propose=Propose(clock, database, undertakings),
        undertakings=undertakings,
        rtgs_comparison=RtgsComparison(database, outside.adapters.rtgs_statement),
        log=LogIdentity(LOG_ORIGIN, (verifying_key_of(outside.signer), *outside.former_keys)),
    )
    fields: dict[str, Any] = {name: part for chapter in CHAPTERS for name, part in vars(chapter(parts)).items()}
    switch = Switch(clock=clock, signer=outside.signer, lane=parts.lane, directory=directory, **fields)
    undertakings |= undertakings_of(switch, database, parts.billers, parts.reversal_posting)
    return switch
