"""A journal on this machine's disk for what the database does not take: a file per room, appended and synced."""

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import TypeVar

from bridge.errors import Code, Unavailable
from bridge.ids import ReceptionId
from storage.durable import sync_folder

MOST_BYTES = 16 * 1024 * 1024
"""Of one room: some 40 000 decisions, days of talk without a database. The room's own queue is full before that."""

SUFFIX = ".jsonl"
NOTE = ".note"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
_REST = 64 * 1024
"""A line is shorter: the longest has a reason of 500 characters and the leaving of fifty people."""

Answer = TypeVar("Answer")


class FileJournal:
    """:class:`bridge.ports.LocalJournal` in ``folder``, which one process writes; it is made at the first line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def append(self, reception: ReceptionId, lines: Sequence[bytes]) -> None:
        """Synced when it returns."""
        await self._do(lambda: self._append(self._file(reception), b"".join(lines)))

    async def read(self, reception: ReceptionId) -> bytes:
        """Everything; empty when there is nothing."""
        return await self._do(lambda: _read(self._file(reception)))

    async def clear(self, reception: ReceptionId) -> None:
        """All of it is stored."""
        await self._do(lambda: _remove(self._file(reception)))

    async def set_aside(self, reception: ReceptionId) -> str:
        """Under another name, which is given back."""
        return await self._do(lambda: _set_aside(self._file(reception)))

    async def receptions(self) -> list[ReceptionId]:
        """Of which there are lines."""
        return await self._do(lambda: [ReceptionId(path.stem) for path in sorted(self._folder.glob(f"*{SUFFIX}"))])

    async def note(self, reception: ReceptionId, text: bytes) -> None:
        """Not synced: what it says is of this run of the machine."""
        await self._do(lambda: self._note(self._file(reception, NOTE), text))

    async def noted(self, reception: ReceptionId) -> bytes:
        """Empty when there is none."""
        return await self._do(lambda: _read(self._file(reception, NOTE)))

    async def _do(self, step: Callable[[], Answer]) -> Answer:
        try:
            return await asyncio.to_thread(step)
        except OSError as error:
            raise Unavailable(Code.STORAGE_UNAVAILABLE, f"local journal: {error}") from error

    def _file(self, reception: ReceptionId, suffix: str = SUFFIX) -> Path:
        if not _ID.fullmatch(reception):
            raise OSError(f"{reception!r} names no file")
        return self._folder / f"{reception}{suffix}"

    def _make_folder(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True)
            sync_folder(self._folder.parent)

    def _note(self, path: Path, text: bytes) -> None:
        if not text:
            path.unlink(missing_ok=True)
            return
        self._make_folder()
        aside = path.with_suffix(f"{NOTE}-new")
        aside.write_bytes(text)
        aside.replace(path)

    def _append(self, path: Path, content: bytes) -> None:
        self._make_folder()
        is_new = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = _whole_lines(descriptor)
            if size + len(content) > MOST_BYTES:
                raise OSError(f"{path.name} has {size} bytes, no more is kept")
            _write(descriptor, size, content)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(self._folder)


def _whole_lines(descriptor: int) -> int:
    """Bytes up to the last newline: a torn line behind it was never said to be kept."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - _REST)
    rest = os.pread(descriptor, size - start, start)
    return start + rest.rfind(b"\n") + 1


def _write(descriptor: int, size: int, content: bytes) -> None:
    """Whole and synced, or as it was."""
    try:
        os.ftruncate(descriptor, size)
        view = memoryview(content)
        while view:
            written = os.pwrite(descriptor, view, size + len(content) - len(view))
            view = view[written:]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _remove(path: Path) -> None:
    if path.exists():
        path.unlink()
        sync_folder(path.parent)


def _set_aside(path: Path) -> str:
    for number in count(1):
        aside = path.with_name(f"{path.stem}.aside-{number}")
        if not aside.exists():
            path.rename(aside)
            sync_folder(path.parent)
            return str(aside)
    raise OSError("count ends")
