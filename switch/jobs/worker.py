"""The worker: runs the schedule, each job in a loop of its own, until it is told to stop."""

import asyncio

import structlog

from switch.application import Switch
from switch.jobs.schedule import Job, schedule
from switch.posting.within import within

LONGEST_PAUSE_SECONDS = 30.0
LONGEST_RUN_SECONDS = 900.0
"""A run that takes longer is on a line that says nothing any more; the next one gets another."""

_log = structlog.get_logger("switch.jobs")


async def run_worker(switch: Switch, stop: asyncio.Event) -> None:
    """Ends after the runs that are under way."""
    async with asyncio.TaskGroup() as group:
        for job in schedule(switch):
            group.create_task(_repeat(job, stop), name=job.name)


async def _repeat(job: Job, stop: asyncio.Event) -> None:
    failures = 0
    while not stop.is_set():
        pause_seconds = job.every_seconds
        try:
            done = await within(LONGEST_RUN_SECONDS, job.run())
        except Exception as fault:  # noqa: BLE001 - a job that fails is tried again, and never takes the others with it
            failures += 1
            pause_seconds = min(job.every_seconds * 2**failures, LONGEST_PAUSE_SECONDS)
            _log.error("job.failed", job=job.name, fault=type(fault).__name__, failures=failures, again_in_seconds=pause_seconds)
        else:
            failures = 0
            if isinstance(done, int) and done:
                _log.info("job.done", job=job.name, done=done)
                continue
        await _pause(stop, pause_seconds)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
