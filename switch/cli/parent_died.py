"""When `switch serve` was killed, its processes go on for a while, so that payers are answered until others are there."""

import signal

PARENT_DIED = signal.SIGUSR1
GO_ON_SECONDS = 15.0
"""Longer than `switch serve` takes to be started again on a machine that does much else."""
