"""A bag's payload as an object store that is only read: what the sealed record is verified from, wherever it lies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from bridge.errors import Code, Invalid, NotFound
from storage.bag.text import PAYLOAD
from storage.objects.keys import key_parts

CHUNK = 1 << 20
"""The port's limit for a chunk that is read."""


class BagObjects:
    """:class:`bridge.ports.ReadableObjects`. A bag holds one version of each object, the one that was
    copied by its version id: whichever is asked for is that one, and its hash says whether it is."""

    def __init__(self, bag: Path) -> None:
        self._payload = bag / PAYLOAD

    async def read(
        self, key: str, version: str | None = None, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """To the file's own end."""
        if start < 0 or (length is not None and length < 0):
            raise Invalid(Code.INVALID_FIELD, f"no such range: {start}, {length}", field="range")
        left = sys.maxsize if length is None else length
        while left:
            chunk = await asyncio.to_thread(self._read, key, start, min(CHUNK, left))
            if chunk:
                yield chunk
            if len(chunk) < min(CHUNK, left):
                return
            start, left = start + len(chunk), left - len(chunk)

    async def keys(self) -> list[str]:
        """Of everything in it, in order."""
        return await asyncio.to_thread(self._keys)

    def _keys(self) -> list[str]:
        files = (path for path in self._payload.rglob("*") if path.is_file())
        return sorted(path.relative_to(self._payload).as_posix() for path in files)

    def _path(self, key: str) -> Path:
        try:
            return self._payload.joinpath(*key_parts(key))
        except Invalid as refused:
            # Named by a manifest that nobody vouches for yet: it is not in here, whatever it is.
            raise NotFound(detail=key[:80]) from refused

    def _read(self, key: str, start: int, length: int) -> bytes:
        """What cannot be read is not there; the check of the bag itself says why."""
        try:
            # Whoever put a pipe in its place shall not have us wait for it.
            file = os.open(self._path(key), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                return os.pread(file, length, start)
            finally:
                os.close(file)
        except OSError as error:
            raise NotFound(Code.NOT_FOUND, f"{key}: {error.strerror}") from error
