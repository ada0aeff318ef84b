"""The recorder: every recording it was armed for, each in its own task, and the tap server that feeds them."""

import asyncio
import logging
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from errno import ENOSPC
from pathlib import Path
from ssl import SSLContext
from typing import NamedTuple

from bridge.about import about_only
from bridge.errors import Code, Conflict, Invalid, MalformedInput, NotFound, Unavailable
from bridge.ids import NS_PER_S, RecorderId, RecordingId
from bridge.recorder_control import ArmOrder, RecorderHealth, RecordingStatus
from recorder.disks import disks
from recorder.intake import Intake
from recorder.metrics import Observed, exposition
from recorder.ports import Ports
from recorder.recording import Figures, Recording
from recorder.spool import RecordingState, Spool
from recorder.storecheck import StoreCheck

THREADS = 4
"""Disk and muxing; each recording uses at most two at a time, and the disk is shared anyway."""

FORGET_ARMED_S = 24 * 3600.0
FORGET_FINISHED_S = 90 * 24 * 3600.0
_TIDY_EVERY_S = 3600.0

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_PREFIX = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,99}/){1,8}")

_log = logging.getLogger(__name__)


class Folders(NamedTuple):
    """``store``: of a directory store; ``reserve_bytes`` must be free in the spool for a recording to be armed."""

    spool: Path
    store: Path | None
    reserve_bytes: int

    @property
    def by_name(self) -> dict[str, Path]:
        """Those whose disks are watched, the spool first."""
        return {"spool": self.spool} | ({"store": self.store} if self.store is not None else {})


class Recorder:
    """``start`` takes up what the spool holds. ``close`` leaves it there: what is unfinished goes on next time."""

    def __init__(
        self,
        recorder: RecorderId,
        version: str,
        folders: "Folders",
        tap_address: str,
        ports: Ports,
        answering: SSLContext | None = None,
    ) -> None:
        self.events = ports.events
        self._recorder = recorder
        self._version = version
        self._folders = folders
        self._spool = folders.spool
        self._ports = ports
        self._recordings: dict[RecordingId, Recording] = {}
        self._tasks: dict[RecordingId, asyncio.Task[None]] = {}
        self._store = StoreCheck(ports.objects)
        self._intake = Intake(tap_address, self._recordings.get, answering)
        self._tidying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises OSError when the spool or the tap address cannot be used."""
        for state in await asyncio.to_thread(self._found):
            self._add(state)
        await self._intake.start()
        self._tidying = asyncio.create_task(self._keep_tidy(), name="old recordings")

    async def close(self) -> None:
        """Idempotent."""
        await self._intake.close()
        await self._store.close()
        tasks = [*self._tasks.values(), *([self._tidying] if self._tidying is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def tap_address(self) -> str:
        """What a TapOrder names."""
        return self._intake.address

    async def health(self) -> RecorderHealth:
        """Answers as long as the loop turns."""
        try:
            found = await asyncio.to_thread(disks, self._folders.by_name)
        except OSError as error:
            raise Unavailable(Code.RECORDER_NOT_WRITING, str(error)) from error
        return RecorderHealth(
            recorder=self._recorder,
            run=self.events.run,
            tap_address=self.tap_address,
            recordings=sum(recording.state.journal is None for recording in self._recordings.values()),
            spool_free_bytes=found[0].free_bytes,
            version=self._version,
            disks=found,
            bits_per_s=self._ports.rate.bits_per_s(self._ports.clock.mono()),
            store_answers=await self._store.answers(),
        )

    def figures(self) -> list[Figures]:
        """Of every recording known here that is not finished."""
        return [one.figures for one in self._recordings.values() if one.state.journal is None]

    async def metrics(self) -> bytes:
        """In Prometheus' text format."""
        ports = self._ports
        observed = Observed(
            await self.health(), self.figures(), ports.rate.total, ports.events.published, ports.lateness
        )
        return exposition(observed)

    def find(self, recording: RecordingId) -> Recording:
        """Raises NotFound(unknown_recording)."""
        found = self._recordings.get(recording)
        if found is None:
            raise NotFound(Code.UNKNOWN_RECORDING, recording)
        return found

    async def arm(self, recording: RecordingId, order: ArmOrder) -> RecordingStatus:
        """Make ready; the same order again changes nothing.

        Raises Invalid, Conflict for another order, Unavailable(recorder_not_writing) when the spool cannot be written.
        """
        if not _ID.fullmatch(recording):
            raise Invalid(Code.INVALID_FIELD, recording, field="recording")
        if not _PREFIX.fullmatch(order.prefix):
            raise Invalid(Code.INVALID_FIELD, order.prefix, field="prefix")
        known = self._recordings.get(recording)
        if known is not None:
            if known.state.order != order:
                raise Conflict(Code.CONFLICT, "armed with another order")
            return known.status
        state = RecordingState(recording, order)
        try:
            await asyncio.to_thread(self._prepare, state)
        except OSError as error:
            raise Unavailable(Code.RECORDER_NOT_WRITING, str(error)) from error
        if recording not in self._recordings:
            self._add(state)
        return self._recordings[recording].status

    async def disarm(self, recording: RecordingId) -> None:
        """Forget an armed recording that never started, or whose start was taken back. Raises NotFound, Conflict."""
        found = self.find(recording)
        await found.taken_up()
        found.check_forgettable()
        if self._recordings.get(recording) is found:
            await self._forget(recording)

    async def tidy(self) -> None:
        """Forget what was stored so long ago that nobody asks for it any more; a recorder runs for months."""
        for recording, found in list(self._recordings.items()):
            try:
                if found.state.journal is not None and await asyncio.to_thread(self._is_forgotten, found.state):
                    await self._forget(recording)
            except OSError as error:
                _log.error("old recording %s cannot be removed from the spool: %s", recording, error)

    async def _keep_tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_EVERY_S)
            await self.tidy()

    async def _forget(self, recording: RecordingId) -> None:
        del self._recordings[recording]
        task = self._tasks.pop(recording)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(self._spool_of(recording).remove)

    def _add(self, state: RecordingState) -> None:
        recording = Recording(state, self._spool_of(state.recording), self._ports)
        self._recordings[state.recording] = recording
        with about_only(recording=state.recording, room=state.order.room):
            self._tasks[state.recording] = asyncio.create_task(recording.run(), name=f"recording {state.recording}")

    def _spool_of(self, recording: RecordingId) -> Spool:
        return Spool(self._spool / recording)

    def _prepare(self, state: RecordingState) -> None:
        free = shutil.disk_usage(self._spool).free
        if free < self._folders.reserve_bytes:
            raise OSError(ENOSPC, f"{free} bytes free in the spool, {self._folders.reserve_bytes} wanted")
        spool = self._spool_of(state.recording)
        spool.prepare()
        spool.save(state)

    def _found(self) -> list[RecordingState]:
        """What an earlier run left. A folder that cannot be read is left alone, for a person to look at."""
        self._spool.mkdir(parents=True, exist_ok=True)
        states = []
        for folder in sorted(path for path in self._spool.iterdir() if path.is_dir()):
            try:
                state = Spool(folder).load()
                if self._is_forgotten(state):
                    Spool(folder).remove()
                else:
                    states.append(state)
            except (OSError, MalformedInput) as error:
                _log.error("spool folder %s cannot be taken up: %s", folder.name, error)
        return states

    def _is_forgotten(self, state: RecordingState) -> bool:
        """Armed and never begun, or stored long ago: nobody will ask any more. Blocks. Raises OSError."""
        idle_s = self._ports.clock.utc() / NS_PER_S - self._spool_of(state.recording).changed_s()
        if state.journal is not None:
            return idle_s > FORGET_FINISHED_S
        return idle_s > FORGET_ARMED_S and not any(part.opened for part in state.parts)


def new_executor() -> ThreadPoolExecutor:
    """Threads for disk and muxing."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="recorder")
