"""The figures of the process ``jobs`` as web asks for them, over its socket, with a table of two jobs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bridge.errors import Code, Refusal
from bridge.figures import Lateness
from bridge.repositories import UnitsOfWork
from deploy.jobcounts import JobCounts, figures_of
from deploy.jobs import Job, run_jobs
from deploy.jobsapi import HttpJobs, JobsApi
from deploy.time import SystemClock

SECRET = "a-secret-of-the-jobs-process"
COPIES = {"ready": 1, "failed": 0}


@asynccontextmanager
async def jobs_running(units: UnitsOfWork, socket: Path) -> AsyncIterator[HttpJobs]:
    """One that does well and one that never does have ended once each."""
    counts, late, ended, stopping = JobCounts(SystemClock()), Lateness(), asyncio.Event(), asyncio.Event()
    late.observe(0.001)

    async def well() -> int:
        return 3

    async def badly() -> int:
        ended.set()
        raise Refusal(Code.OBJECT_DAMAGED, "key")

    jobs = [Job("seal", 3600, well), Job("verify", 3600, badly)]
    running = asyncio.create_task(run_jobs(jobs, stopping, counts))
    api = JobsApi(f"unix:{socket}", SECRET, partial(figures_of, "1.2", counts, COPIES, units, late))
    await api.start()
    try:
        async with asyncio.timeout(30):
            await ended.wait()
        yield HttpJobs(f"unix:{socket}", SECRET)
    finally:
        await api.close()
        stopping.set()
        await running
