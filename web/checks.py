"""Checking recordings on demand: one run at a time for each, in the background, telling how far it is.

What a run found is kept in the database (:class:`bridge.archive.FixityCheck`), this only knows what goes on here.
"""

import asyncio
import logging
from collections import OrderedDict
from functools import partial
from typing import NamedTuple

from bridge.errors import Code, Refusal
from bridge.ids import AccountId, RecordingId
from bridge.model import RecordingRow
from bridge.sealing import Sealing
from bridge.verification import Verification

log = logging.getLogger(__name__)

_KEPT = 100
"""Of so many recordings it is remembered why their last check did not end; who asks again learns it anew."""


class Progress(NamedTuple):
    """Bytes; ``total`` 0 until the manifest was read."""

    checked: int
    total: int

    @property
    def percent(self) -> int:
        """Whole ones, 100 only at the end."""
        return self.checked * 100 // self.total if self.total else 0


class Checks:
    """Runs checks."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing
        self._running: dict[RecordingId, asyncio.Task[Verification]] = {}
        self._progress: dict[RecordingId, Progress] = {}
        self._failed: OrderedDict[RecordingId, Code] = OrderedDict()

    def start(self, row: RecordingRow, by: AccountId) -> "asyncio.Task[Verification]":
        """The run, a new one when none is under way. Its task raises Unavailable when the store is away."""
        task = self._running.get(row.id)
        if task is None:
            self._failed.pop(row.id, None)
            self._progress[row.id] = Progress(0, 0)
            heard = partial(self._heard, row.id)
            task = asyncio.create_task(self._sealing.verify(row, by, heard), name=f"check of recording {row.id}")
            self._running[row.id] = task
            task.add_done_callback(partial(self._ended, row.id))
        return task

    def progress(self, recording: RecordingId) -> Progress | None:
        """How far the run is; None when none is under way."""
        return self._progress.get(recording)

    def failure(self, recording: RecordingId) -> Code | None:
        """Why the last run asked for here did not come to a result."""
        return self._failed.get(recording)

    async def close(self) -> None:
        """Ends what is under way. Idempotent."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _heard(self, recording: RecordingId, checked: int, total: int) -> None:
        self._progress[recording] = Progress(checked, total)

    def _ended(self, recording: RecordingId, task: "asyncio.Task[Verification]") -> None:
        self._running.pop(recording, None)
        self._progress.pop(recording, None)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.warning("check of recording %s did not end: %s", recording, error)
        self._failed[recording] = error.code if isinstance(error, Refusal) else Code.INTERNAL
        while len(self._failed) > _KEPT:
            self._failed.popitem(last=False)
