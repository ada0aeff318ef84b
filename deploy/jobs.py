"""What runs by itself: a table of name, period and bridge service. Each row runs alone and never overlaps itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from bridge.about import about
from bridge.errors import MalformedInput, Refusal

_log = logging.getLogger(__name__)


class Job(msgspec.Struct, frozen=True):
    """``service`` is called every ``period_s`` seconds, first at once; its result is logged unless ``quiet``."""

    name: str
    period_s: float
    service: Callable[[], Awaitable[object]]
    quiet: bool = False


async def run_jobs(jobs: Sequence[Job], stopping: asyncio.Event) -> None:
    """Until ``stopping`` is set; a job under way is finished."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_run(job, stopping), name=job.name)


async def _run(job: Job, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        await _once(job)
        try:
            await asyncio.wait_for(stopping.wait(), job.period_s)
        except TimeoutError:
            continue


async def _once(job: Job) -> None:
    with about(job=job.name):
        await _served(job)


async def _served(job: Job) -> None:
    try:
        result = await job.service()
    except (Refusal, MalformedInput) as fault:
        # told again each period until it is mended: nothing was half done, the next period tries again
        _log.error("job %s: %s", job.name, fault)
        return
    if result and not job.quiet:
        _log.info("job %s: %s", job.name, result)
