"""The mux lane of a recording: cuts in, finished segment files out. Muxing blocks: it runs in a thread, in batches."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from errno import EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS
from pathlib import Path
from typing import NamedTuple, TypeAlias

import av

from recorder.muxer import SegmentFile
from recorder.segmenter import FrameWritten, SegmentBegun
from recorder.track import SegmentDone

BATCH_S = 0.25
"""Frames wait this long for others: a thread is woken four times a second, not for each frame."""

MAX_WAITING = 20_000
"""Cuts not muxed yet (20 participants, about 10 s). Beyond, the recording reads no more of its tap until it is less:
the node keeps what is not confirmed, and forwarding is never held up."""

_log = logging.getLogger(__name__)

_ENVIRONMENT = frozenset({ENOSPC, EDQUOT, EIO, EROFS, EMFILE, ENFILE, ENOMEM})

Key: TypeAlias = tuple[int, int]
"""(part, track number)."""


class Muxed(NamedTuple):
    """A finished file; ``sha256`` empty when it could not be muxed."""

    key: Key
    done: SegmentDone
    path: Path
    frames: int
    size: int
    sha256: str


class MuxLane:
    """``path_of`` names a segment's file; ``muxed`` is called in the loop, in order, for each finished one. ``run``
    raises OSError when the disk does not take what it should; then everything begins again from the spool."""

    def __init__(self, executor: Executor, path_of: Callable[[Key, int], Path], muxed: Callable[[Muxed], None]) -> None:
        self._executor = executor
        self._path_of = path_of
        self._muxed = muxed
        self._waiting: list[tuple[Key, SegmentBegun | FrameWritten | SegmentDone]] = []
        self._files: dict[Key, SegmentFile] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._room = asyncio.Event()
        self._room.set()

    def add(self, key: Key, cut: SegmentBegun | FrameWritten | SegmentDone) -> None:
        """In the order of the track."""
        self._waiting.append((key, cut))
        self._idle.clear()
        if len(self._waiting) > MAX_WAITING:
            self._room.clear()

    async def has_room(self) -> None:
        """Return when the lane is not behind."""
        await self._room.wait()

    async def drained(self) -> None:
        """Return when everything added is muxed and told."""
        await self._idle.wait()

    async def run(self) -> None:
        """Until cancelled; then what is open is abandoned (its packets are in the log)."""
        try:
            while True:
                await asyncio.sleep(BATCH_S)
                if self._waiting:
                    await self._batch()
        finally:
            for file in self._files.values():
                file.abandon()

    async def _batch(self) -> None:
        batch, self._waiting = self._waiting, []
        self._room.set()
        running = asyncio.get_running_loop().run_in_executor(self._executor, self._mux, batch)
        try:
            finished = await asyncio.shield(running)
        except asyncio.CancelledError:
            await running
            raise
        for muxed in finished:
            self._muxed(muxed)
        if not self._waiting:
            self._idle.set()

    def _mux(self, batch: list[tuple[Key, SegmentBegun | FrameWritten | SegmentDone]]) -> list[Muxed]:
        finished = []
        for key, cut in batch:
            if isinstance(cut, FrameWritten):
                self._write(key, cut)
            elif isinstance(cut, SegmentBegun):
                self._open(key, cut)
            else:
                finished.append(self._finish(key, cut))
        return finished

    def _open(self, key: Key, begun: SegmentBegun) -> None:
        try:
            self._files[key] = SegmentFile(self._path_of(key, begun.number), begun)
        except av.FFmpegError as error:
            _raise_when_not_the_streams_fault(error)
            _log.error("segment %s/%s cannot be begun: %s", key, begun.number, error)

    def _write(self, key: Key, frame: FrameWritten) -> None:
        file = self._files.get(key)
        if file is None:
            return
        try:
            file.write(frame)
        except av.FFmpegError as error:
            _raise_when_not_the_streams_fault(error)
            _log.error("segment %s/%s cannot be written on: %s", key, frame.number, error)
            self._files.pop(key).abandon()

    def _finish(self, key: Key, done: SegmentDone) -> Muxed:
        file = self._files.pop(key, None)
        path = self._path_of(key, done.ended.number)
        if file is None:
            return Muxed(key, done, path, 0, 0, "")
        try:
            size, sha256 = file.finish()
        except av.FFmpegError as error:
            _raise_when_not_the_streams_fault(error)
            _log.error("segment %s/%s cannot be finished: %s", key, done.ended.number, error)
            size, sha256 = 0, ""
        return Muxed(key, done, path, file.frames, size, sha256 if file.frames else "")


def _raise_when_not_the_streams_fault(error: av.FFmpegError) -> None:
    """A full disk is no reason to give a segment up: it is muxed again from its log. Raises OSError."""
    if error.errno in _ENVIRONMENT:
        raise OSError(error.errno, f"muxing: {error.strerror}") from error
