"""Statements, breaks, and disputes about payments."""

from dataclasses import dataclass

from switch.usecases.import_statement import ImportStatement
from switch.usecases.move_disputes import MoveDisputes
from switch.usecases.open_dispute import OpenDispute
from switch.usecases.reconcile import Reconcile
from switch.usecases.reconcile_rtgs import ReconcileRtgs
from switch.usecases.set_statement_rule import SetStatementRule
from switch.usecases.take_received import TakeReceived
from switch.usecases.work_breaks import WorkBreaks
from switch.usecases.work_disputes import WorkDisputes


@dataclass(frozen=True)
class ReconciliationCases:
    import_statement: ImportStatement
    take_received: TakeReceived
    set_statement_rule: SetStatementRule
    reconcile: Reconcile
    reconcile_rtgs: ReconcileRtgs
    work_breaks: WorkBreaks
    open_dispute: OpenDispute
    work_disputes: WorkDisputes
    move_disputes: MoveDisputes
