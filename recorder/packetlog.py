"""The packet log: tap frames as they came, appended per track, synced, only then confirmed to the node.

The loop side (``append``, ``rotate``, ``forget``, ``take``) only touches memory; ``write`` does the disk's work and
runs in a thread, one at a time. A track's log is cut into chunks where its segments are cut, so that what is stored for
good can be deleted. A killed writer leaves at most one torn frame at the end of a chunk, which is not read.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from bridge.errors import MalformedPacket
from bridge.tap import Frame, unpack_frame


class _Chunk:
    """One file of a track's log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.last = 0
        self.waiting: list[bytes] = []


class _TrackLog:
    def __init__(self, folder: Path, next_index: int, done: list[_Chunk]) -> None:
        self.folder = folder
        self.next_index = next_index
        self.chunks = done
        self.open: _Chunk | None = None
        self.last = self.told = max((chunk.last for chunk in done), default=0)
        """The last tap number appended, and the last that ``take`` said will be durable."""

    def begin(self) -> _Chunk:
        chunk = _Chunk(self.folder / f"{self.next_index:06d}.log")
        self.next_index += 1
        self.chunks.append(chunk)
        self.open = chunk
        return chunk


class Append(tuple[Path, bytes]):
    """Bytes for the end of a file."""

    __slots__ = ()


Work: TypeAlias = Append | Path
"""What ``write`` is to do, in order: append, or delete a file."""


class PacketLog:
    """The logs of one part of one recording, in ``folder``: one folder per track number."""

    def __init__(self, folder: Path) -> None:
        self.waiting_bytes = 0
        self._folder = folder
        self._tracks: dict[int, _TrackLog] = {}
        self._deletions: list[Path] = []
        self._files: dict[Path, tuple[int, int]] = {}
        self._unsynced: set[Path] = set()
        self._adopt()

    def append(self, track: int, number: int, frame: bytes) -> None:
        """A frame's own bytes."""
        log = self._tracks.get(track)
        if log is None:
            log = self._tracks[track] = _TrackLog(self._folder / f"{track:06d}", 1, [])
        chunk = log.open or log.begin()
        chunk.waiting.append(frame)
        chunk.last = max(chunk.last, number)
        log.last = max(log.last, number)
        self.waiting_bytes += len(frame)

    def rotate(self, track: int) -> None:
        """What comes next belongs to another segment."""
        if track in self._tracks:
            self._tracks[track].open = None

    def forget(self, track: int, floor: int) -> None:
        """Frames below this tap number are needed no more: delete the chunks that hold nothing else."""
        log = self._tracks.get(track)
        if log is None:
            return
        for chunk in list(log.chunks):
            if chunk is not log.open and chunk.last < floor and not chunk.waiting:
                log.chunks.remove(chunk)
                self._deletions.append(chunk.path)

    def drop(self, track: int) -> None:
        """Nothing of this track so far is needed, written or not."""
        log = self._tracks.get(track)
        if log is None:
            return
        self._deletions += [chunk.path for chunk in log.chunks]
        log.chunks.clear()
        log.open = None

    def take(self) -> tuple[list[Work], dict[int, int]]:
        """What is to be written now, and the last tap number per track once it is."""
        work: list[Work] = []
        reached: dict[int, int] = {}
        for track, log in self._tracks.items():
            for chunk in log.chunks:
                if chunk.waiting:
                    work.append(Append((chunk.path, b"".join(chunk.waiting))))
                    chunk.waiting = []
            if log.last > log.told:
                reached[track] = log.told = log.last
        work += self._deletions
        self._deletions = []
        self.waiting_bytes = 0
        return work, reached

    def write(self, work: list[Work]) -> None:
        """Append and sync, then delete. Blocks. Raises OSError; what is left in ``work`` then is still to be done
        by another call, and no file holds a part of it."""
        while work and isinstance(item := work[0], Append):
            path, content = item
            self._append(path, content)
            self._unsynced.add(path)
            del work[0]
        for path in self._unsynced:
            os.fdatasync(self._files[path][0])
        for item in work:
            if not isinstance(item, Append):
                self._delete(item)
        work.clear()
        self._close_idle()

    def close(self) -> None:
        """Close the files; what waits is not written."""
        for descriptor, _ in self._files.values():
            os.close(descriptor)
        self._files.clear()

    def durable(self) -> dict[int, int]:
        """The last tap number per track found on disk when this log was opened."""
        return {track: log.last for track, log in self._tracks.items()}

    def _append(self, path: Path, content: bytes) -> None:
        descriptor, size = self._files.get(path) or self._open(path)
        try:
            _write_all(descriptor, content)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        self._files[path] = (descriptor, size + len(content))

    def _open(self, path: Path) -> tuple[int, int]:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        sync_folder(path.parent)
        size = os.fstat(descriptor).st_size
        self._files[path] = (descriptor, size)
        return descriptor, size

    def _delete(self, path: Path) -> None:
        opened = self._files.pop(path, None)
        if opened is not None:
            os.close(opened[0])
        path.unlink(missing_ok=True)

    def _close_idle(self) -> None:
        """Keep open only what was just written: a track that rotated or fell silent holds no descriptor."""
        for path in [path for path in self._files if path not in self._unsynced]:
            os.close(self._files.pop(path)[0])
        self._unsynced.clear()

    def _adopt(self) -> None:
        """Take over what an earlier run left on disk."""
        for folder in sorted(self._folder.glob("[0-9]*")):
            chunks = []
            for path in sorted(folder.glob("*.log")):
                chunk = _Chunk(path)
                chunk.last = max((frame.number for frame in read_chunk(path)), default=0)
                chunks.append(chunk)
            index = int(chunks[-1].path.stem) + 1 if chunks else 1
            self._tracks[int(folder.name)] = _TrackLog(folder, index, chunks)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Make new and deleted names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_chunk(path: Path) -> Iterator[Frame]:
    """Every whole frame; a torn one at the end is what a kill left."""
    content = path.read_bytes()
    start = 0
    while True:
        try:
            found = unpack_frame(content, start)
        except MalformedPacket:
            return
        if found is None:
            return
        frame, start = found
        yield frame


def read_track(folder: Path, track: int) -> Iterator[Frame]:
    """A track's frames in the order they were logged."""
    for path in sorted((folder / f"{track:06d}").glob("*.log")):
        yield from read_chunk(path)
