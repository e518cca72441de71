"""The schedule: how often which use case is run. Each may be run anywhere, twice, beside itself: it changes things once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switch.application import Switch


@dataclass(frozen=True, slots=True)
class Job:
    """`run` says how much it did; after a run that did something the next one follows at once.

    What goes to counterparties is only started here: each has a queue of its own in the background.
    """

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]


def schedule(switch: Switch) -> tuple[Job, ...]:
    return (
        Job("refresh_directory", 1.0, switch.directory.refresh_if_changed),
        Job("pay_batches", 0.5, switch.pay_batches),
        Job("resolve_payments", 1.0, switch.resolve_payments.start),
        Job("conclude_overdue", 5.0, switch.conclude_overdue),
        Job("resolve_reversals", 1.0, switch.resolve_reversals.start),
        Job("check_truth", 30.0, switch.check_truth),
        Job("rerate_payments", 5.0, switch.rerate_payments),
        Job("finish_proposals", 5.0, switch.decide_proposal.finish),
        Job("deliver_advices", 0.5, switch.deliver_advices.start),
        Job("deliver_webhooks", 0.5, switch.deliver_webhooks.start),
        Job("push_files", 5.0, switch.push_files.start),
        Job("advance_windows", 1.0, switch.advance_windows),
        Job("settle_debts", 1.0, switch.settle_debts),
        Job("seal_log", 2.0, switch.seal_log),
        Job("watch_positions", 2.0, switch.watch_positions),
        Job("keep_incidents", 1.0, switch.keep_incidents),
        Job("keep_position_history", 30.0, switch.keep_position_history),
        Job("thin_position_history", 60.0, switch.thin_position_history),
        Job("take_received", 5.0, switch.take_received),
        Job("move_disputes", 5.0, switch.move_disputes),
        Job("chase_files", 60.0, switch.chase_files),
        Job("erase_expired", 60.0, switch.erase_expired),
        Job("archive_dates", 600.0, switch.archive_dates.nightly),
        Job("renew_personal_data", 10.0, switch.renew_personal_data),
    )
