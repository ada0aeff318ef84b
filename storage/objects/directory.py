"""The object store in a folder of this machine: one host's stand-in for a locked bucket, under the same contract."""

import sys
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from pathlib import Path

from bridge.errors import Code, Invalid
from bridge.ports import Clock, ObjectVersion, StoredObject
from storage.objects.arrival import Arrival
from storage.objects.folder import ObjectFolder
from storage.objects.keys import key_parts
from storage.objects.retaining import retain_all
from storage.objects.threads import StoreThreads

CHUNK = 1 << 20
"""The port's limit for a chunk that is read; also what is written at a time."""

BATCH = 200
"""Objects listed per visit to the disk."""


class DirectoryObjects:
    """:class:`bridge.ports.ObjectStore` on a file system. ``prepare`` comes first, ``close`` last."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._folder = ObjectFolder(root)
        self._clock = clock
        self._threads = StoreThreads()

    async def prepare(self) -> None:
        """Make the folder and clear what killed writers left. Raises Unavailable."""
        await self._threads.run(self._folder.prepare)

    async def answers(self) -> None:
        """For whoever asks whether the store is there. Raises Unavailable."""
        await self._threads.run(lambda: next(self._folder.walk("none/"), None))

    async def put(self, key: str, body: AsyncIterator[bytes] | bytes, retain_until_utc_ns: int) -> StoredObject:
        """A caller that is cancelled may find it stored: look before repeating, or just repeat."""
        key_parts(key)
        arrival = Arrival()
        try:
            await self._threads.run(self._folder.receive, arrival)
            async for chunk in _even(body):
                await self._threads.run(arrival.write, chunk)
            return await self._threads.run(self._folder.accept, key, arrival, retain_until_utc_ns)
        finally:
            await self._threads.run(arrival.close)

    async def read(
        self, key: str, version: str | None = None, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """To the file's own end, whatever was recorded: a verification must see what was cut off or put on.

        No file stays open between two chunks, so a reader that stops half-way leaves nothing behind."""
        if start < 0 or (length is not None and length < 0):
            raise Invalid(Code.INVALID_FIELD, f"no such range: {start}, {length}", field="range")
        if version:
            await self._threads.run(self._folder.stat, key, version)
        left = sys.maxsize if length is None else length
        while True:
            asked = min(CHUNK, left)
            chunk = await self._threads.run(self._folder.read, key, start, asked)
            if chunk:
                yield chunk
            start, left = start + asked, left - asked
            if len(chunk) < asked or not left:
                return

    async def stat(self, key: str, version: str | None = None) -> StoredObject:
        """The hash is the recorded one; only a verification reads the bytes."""
        return await self._threads.run(self._folder.stat, key, version)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """In order of key; an object that comes or goes meanwhile may be in it or not."""
        found = self._folder.walk(prefix)
        while batch := await self._threads.run(lambda: list(islice(found, BATCH))):
            for stored in batch:
                yield stored

    async def extend_retention(self, key: str, version: str, retain_until_utc_ns: int) -> StoredObject:
        """Only ever lengthens."""
        return await self._threads.run(self._folder.lengthen, key, version, retain_until_utc_ns)

    async def retain_all(self, wanted: Iterable[ObjectVersion], until_utc_ns: int) -> None:
        """As many at a time as it has threads for, or nearly."""
        await retain_all(self, wanted, until_utc_ns)

    async def delete(self, key: str, version: str) -> None:
        """By this machine's wall clock."""
        await self._threads.run(self._folder.remove, key, version, self._clock.utc())

    def close(self) -> None:
        """Wait for what is being written. Idempotent."""
        self._threads.close()


async def _even(body: AsyncIterator[bytes] | bytes) -> AsyncIterator[bytes]:
    """The same bytes in pieces of CHUNK: a visit to a thread costs as much as hashing some tens of kilobytes."""
    if isinstance(body, bytes):
        for start in range(0, len(body), CHUNK):
            yield body[start : start + CHUNK]
        return
    waiting = bytearray()
    async for piece in body:
        waiting += piece
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    if waiting:
        yield bytes(waiting)
