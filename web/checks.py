"""Checking recordings on demand: one run at a time for each, in the background, with its last result at hand."""

import asyncio
import logging
from collections import OrderedDict
from typing import NamedTuple

from bridge.ids import RecordingId
from bridge.model import RecordingRow
from bridge.ports import Clock
from bridge.sealing import Sealing
from bridge.verification import Verification

log = logging.getLogger(__name__)

_KEPT = 100
"""Results object by object of the last recordings checked here; the row keeps time and number of faults for all."""


class Check(NamedTuple):
    """A whole check: what it found and when it ended."""

    result: Verification
    at_utc_ns: int


class Checks:
    """Runs and remembers checks."""

    def __init__(self, sealing: Sealing, clock: Clock) -> None:
        self._sealing = sealing
        self._clock = clock
        self._running: dict[RecordingId, asyncio.Task[Check]] = {}
        self._done: OrderedDict[RecordingId, Check] = OrderedDict()

    def start(self, row: RecordingRow) -> "asyncio.Task[Check]":
        """The run, a new one when none is under way. Its task raises Unavailable when the store is away."""
        task = self._running.get(row.id)
        if task is None:
            task = asyncio.create_task(self._check(row), name=f"check of recording {row.id}")
            self._running[row.id] = task
            task.add_done_callback(lambda done: self._ended(row.id, done))
        return task

    def running(self, recording: RecordingId) -> bool:
        """Whether a run is under way."""
        return recording in self._running

    def last(self, recording: RecordingId) -> Check | None:
        """The last result, if this process still has it."""
        return self._done.get(recording)

    async def close(self) -> None:
        """Ends what is under way. Idempotent."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _check(self, row: RecordingRow) -> Check:
        check = Check(await self._sealing.verify(row), self._clock.utc())
        self._done[row.id] = check
        self._done.move_to_end(row.id)
        while len(self._done) > _KEPT:
            self._done.popitem(last=False)
        return check

    def _ended(self, recording: RecordingId, task: "asyncio.Task[Check]") -> None:
        self._running.pop(recording, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("check of recording %s did not end: %s", recording, error)
