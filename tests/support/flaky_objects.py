"""A real object store with a line that can be cut."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from bridge.errors import Code, Unavailable
from bridge.ports import ObjectStore, ObjectVersion, StoredObject

ANSWER_S = 0.02
"""From being stored to being answered: where a kill hurts most."""


class FlakyObjects:
    """:class:`bridge.ports.ObjectStore` in front of another one. ``away``: nothing goes through; so it is also while a
    file ``store-away`` lies in ``folder``, where ``puts`` names what was put: for a store of another process."""

    def __init__(self, behind: ObjectStore, folder: Path | None = None) -> None:
        self.away = False
        self._folder = folder
        self.puts: list[str] = []
        """Keys that were put, in order."""
        self._behind = behind

    async def answers(self) -> None:
        self._check()
        await self._behind.answers()

    async def put(self, key: str, body: AsyncIterator[bytes] | bytes, retain_until_utc_ns: int) -> StoredObject:
        self._check()
        stored = await self._behind.put(key, body, retain_until_utc_ns)
        self.puts.append(key)
        if self._folder is not None:
            with (self._folder / "puts").open("a") as puts:
                puts.write(key + "\n")
            await asyncio.sleep(ANSWER_S)
        return stored

    async def read(
        self, key: str, version: str | None = None, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        self._check()
        async for chunk in self._behind.read(key, version, start, length):
            yield chunk

    async def stat(self, key: str, version: str | None = None) -> StoredObject:
        self._check()
        return await self._behind.stat(key, version)

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        self._check()
        async for stored in self._behind.list(prefix):
            yield stored

    async def extend_retention(self, key: str, version: str, retain_until_utc_ns: int) -> StoredObject:
        self._check()
        return await self._behind.extend_retention(key, version, retain_until_utc_ns)

    async def retain_all(self, wanted: Iterable[ObjectVersion], until_utc_ns: int) -> None:
        self._check()
        await self._behind.retain_all(wanted, until_utc_ns)

    async def delete(self, key: str, version: str) -> None:
        self._check()
        await self._behind.delete(key, version)

    def _check(self) -> None:
        if self.away or (self._folder is not None and (self._folder / "store-away").exists()):
            raise Unavailable(Code.OBJECTS_UNAVAILABLE, "cut off by the test")
