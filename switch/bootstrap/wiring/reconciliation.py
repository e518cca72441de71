"""Statements, breaks, and disputes about payments."""

from switch.application.reconciliation import ReconciliationCases
from switch.bootstrap.wiring.parts import Parts
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.import_statement import ImportStatement
from switch.usecases.move_disputes import MoveDisputes
from switch.usecases.open_dispute import OpenDispute
from switch.usecases.reconcile import Reconcile
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from switch.usecases.set_statement_rule import SetStatementRule
from switch.usecases.take_received import TakeReceived
from switch.usecases.work_breaks import WorkBreaks
from switch.usecases.work_disputes import WorkDisputes


def reconciliation_cases(parts: Parts) -> ReconciliationCases:
    outside = parts.outside
    clock, adapters = outside.clock, outside.adapters
    database, propose, rtgs_comparison = parts.database, parts.propose, parts.rtgs_comparison
    current = parts.directory.current
    import_statement = ImportStatement(clock=clock, database=database, layouts=adapters.statement_layouts, kept_wrong=adapters.quarantine)
    keeping = DisputeKeeping(clock, current)
    return ReconciliationCases(
        import_statement=import_statement,
        take_received=TakeReceived(clock, database, current, adapters.inbox, import_statement),
        set_statement_rule=SetStatementRule(clock=clock, database=database, layouts=frozenset(adapters.statement_layouts)),
        reconcile=Reconcile(clock=clock, database=database),
        reconcile_rtgs=ReconcileRtgs(clock, database, rtgs_comparison),
        work_breaks=WorkBreaks(clock, database),
        open_dispute=OpenDispute(database, keeping),
        work_disputes=WorkDisputes(database, keeping, propose),
        move_disputes=MoveDisputes(database, keeping, propose),
    )
