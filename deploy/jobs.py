"""What runs by itself: a table of name, period and bridge service. Each row runs alone and never overlaps itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from bridge.about import about
from bridge.errors import MalformedInput, Refusal
from deploy.jobcounts import JobCounts

_log = logging.getLogger(__name__)


class Job(msgspec.Struct, frozen=True):
    """``service`` is called every ``period_s`` seconds, first at once; its result is logged unless ``quiet``."""

    name: str
    period_s: float
    service: Callable[[], Awaitable[object]]
    quiet: bool = False


async def run_jobs(jobs: Sequence[Job], stopping: asyncio.Event, counts: JobCounts) -> None:
    """Until ``stopping`` is set; a job under way is finished."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            counts.known(job.name)
            group.create_task(_run(job, stopping, counts), name=job.name)


async def _run(job: Job, stopping: asyncio.Event, counts: JobCounts) -> None:
    loop = asyncio.get_running_loop()
    while not stopping.is_set():
        began = loop.time()
        well = await _once(job)
        counts.ended(job.name, loop.time() - began, well=well)
        try:
            await asyncio.wait_for(stopping.wait(), job.period_s)
        except TimeoutError:
            continue


async def _once(job: Job) -> bool:
    with about(job=job.name):
        return await _served(job)


async def _served(job: Job) -> bool:
    """Whether it ended well."""
    try:
        result = await job.service()
    except (Refusal, MalformedInput) as fault:
        # told again each period until it is mended: nothing was half done, the next period tries again
        _log.error("job %s: %s", job.name, fault)
        return False
    if result and not job.quiet:
        _log.info("job %s: %s", job.name, result)
    return True
