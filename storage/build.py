"""The room's way in: what ``deploy`` makes of a configuration."""

import asyncio
from pathlib import Path

import msgspec

from bridge.ports import Clock
from storage import schema
from storage.engine import Database
from storage.objects.address import S3Address
from storage.objects.build import build_objects
from storage.unit import SqlUnits


class StorageConfig(msgspec.Struct, frozen=True):
    """``database_url``: ``sqlite:////absolute/path.db`` or ``postgresql://…``; ``objects``: the folder of the directory
    store, or where the bucket is."""

    database_url: str
    objects: Path | S3Address


class Storage:
    """``units`` and ``objects`` are what the other rooms get. Order: ``migrate`` or ``check``, ``prepare``, use,
    ``close``."""

    def __init__(self, config: StorageConfig, clock: Clock) -> None:
        self._url = config.database_url
        self._database = Database(config.database_url)
        self.units = SqlUnits(self._database)
        self.objects = build_objects(config.objects, clock)

    async def migrate(self) -> str:
        """Bring the database to this program's version, which is returned. Raises schema.SchemaRefused, Unavailable."""
        return await asyncio.to_thread(schema.migrate, self._url)

    async def check(self) -> None:
        """Raises schema.SchemaRefused, in one clear line, unless the database has this program's version."""
        await asyncio.to_thread(schema.check, self._url)

    async def prepare(self) -> None:
        """Make the objects' folder and clear what killed writers left. Raises Unavailable."""
        await self.objects.prepare()

    async def close(self) -> None:
        """End connections and threads. Idempotent."""
        await self._database.close()
        self.objects.close()


def build(config: StorageConfig, clock: Clock) -> Storage:
    """Touches neither disk nor network yet."""
    return Storage(config, clock)
