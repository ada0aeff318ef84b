"""Writes a bag: aside, hashed while it is copied, synced, then renamed into its place. Everything here is one writer's.

::

    PARENT/.NAME.diemcau-XXXX/   the bag in the making, held by its writer; a dead one's is removed by the next
    PARENT/NAME/                 the bag, whole; it was not there before, or was empty
"""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bridge.errors import NotExported
from bridge.ports import BagFile
from storage.bag.text import (
    DECLARATION,
    DECLARATION_NAME,
    INFO_NAME,
    PAYLOAD,
    PAYLOAD_NAME,
    TAGS_NAME,
    serialise_hashes,
    serialise_info,
)
from storage.durable import make_folders, sync_folder
from storage.hashed import HashedFile, pieces_of
from storage.lock import hold

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class FolderBag:
    """:class:`bridge.ports.Bag` in a folder."""

    def __init__(self, place: Path) -> None:
        self._place = place.absolute()
        self._aside = Path()
        self._held = -1
        self._payload: dict[str, BagFile] = {}

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._end)

    async def expect(self, size: int) -> None:
        """Against the free space of the disk, before hours go into copying."""
        with self._told():
            free = (await asyncio.to_thread(shutil.disk_usage, self._aside)).free
        if free < size:
            raise NotExported(f"no room for {self._place}: it takes {size:,} bytes, {free:,} are free")

    async def add(self, path: str, body: AsyncIterator[bytes] | bytes) -> BagFile:
        """Below ``data/``, on the disk when it returns."""
        with self._told():
            file = await asyncio.to_thread(self._open, self._aside / PAYLOAD / path)
            try:
                async for chunk in pieces_of(body):
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(file.sync)
            except BaseException:
                (self._aside / PAYLOAD / path).unlink(missing_ok=True)  # no half of it, should the bag go on without it
                raise
            finally:
                file.close()
        self._payload[path] = BagFile(path, file.bytes, file.sha256)
        return self._payload[path]

    async def finish(self, tags: Mapping[str, bytes], info: Sequence[tuple[str, str]]) -> Sequence[BagFile]:
        """Tag files, their manifest, every folder synced, the rename."""
        with self._told():
            await asyncio.to_thread(self._finish, tags, info)
        return list(self._payload.values())

    # ── the disk ───────────────────────────────────────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        with self._told():
            if os.path.lexists(self._place) and not self._is_empty():
                raise NotExported(f"{self._place} is not an empty folder; nothing was exported")
            prefix = f".{self._place.name}.diemcau-"
            for left in self._place.parent.glob(f"{prefix}*"):
                _remove_if_left(left)
            self._aside = Path(tempfile.mkdtemp(prefix=prefix, dir=self._place.parent))
            self._held = os.open(self._aside, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            hold(self._held)

    def _is_empty(self) -> bool:
        return self._place.is_dir() and not self._place.is_symlink() and not any(self._place.iterdir())

    def _open(self, path: Path) -> "_NewFile":
        make_folders(path.parent, self._aside)
        return _NewFile(path)

    def _finish(self, tags: Mapping[str, bytes], info: Sequence[tuple[str, str]]) -> None:
        files = self._payload.values()
        oxum = ("Payload-Oxum", f"{sum(file.bytes for file in files)}.{len(files)}")
        own = {
            DECLARATION_NAME: DECLARATION,
            INFO_NAME: serialise_info([*info, oxum]),
            PAYLOAD_NAME: serialise_hashes({PAYLOAD + file.path: file.sha256 for file in files}),
        }
        written = {**tags, **own}
        hashes = {name: _store(self._aside / name, body) for name, body in written.items()}
        _store(self._aside / TAGS_NAME, serialise_hashes(hashes))
        for folder, _, _ in os.walk(self._aside, topdown=False):
            sync_folder(Path(folder))
        self._aside.rename(self._place)
        sync_folder(self._place.parent)

    def _end(self) -> None:
        """What did not reach its place goes. Idempotent."""
        if self._held < 0:
            return
        if self._aside.exists():
            shutil.rmtree(self._aside)
        os.close(self._held)
        self._held = -1

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The disk's refusals in one line."""
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise NotExported(f"no room left for {self._place}; nothing was exported") from error
            raise NotExported(f"{self._place} cannot be written: {error.strerror}; nothing was exported") from error


class _NewFile(HashedFile):
    """One that was not there before."""

    def __init__(self, path: Path) -> None:
        self._opened = path.open("xb", buffering=0)
        super().__init__(self._opened.fileno())

    def sync(self) -> None:
        """On the disk."""
        os.fsync(self._opened.fileno())

    def close(self) -> None:
        """Idempotent."""
        self._opened.close()


def _store(path: Path, body: bytes) -> str:
    """A small file at once; its sha256."""
    file = _NewFile(path)
    try:
        file.write(body)
        file.sync()
    finally:
        file.close()
    return file.sha256


def _remove_if_left(folder: Path) -> None:
    """A dead writer's; a living one holds its folder."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if hold(file):
            shutil.rmtree(folder)
    finally:
        os.close(file)
