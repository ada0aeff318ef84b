"""A real database and store with signing keys, in which recordings are sealed without any media."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bridge.model import RecordingRow
from bridge.sealing import Sealing, SigningPorts
from bridge.signing import Trust
from bridge.verification import Judge, Remembered, Verification, remembered_of, verify_recording
from deploy.time import SystemClock
from storage.build import Storage, StorageConfig, build
from storage.objects.address import S3Address
from storage.signing.checker import Signatures
from storage.signing.installation import InstallationKeys
from tests.support.databases import migrated
from tests.support.premade import Shape, premade
from tests.support.signing import own_keys


class Archive:
    """``objects``: the folder of the directory store."""

    def __init__(self, folder: Path, storage: Storage, keys: InstallationKeys) -> None:
        self.folder = folder
        self.objects = folder / "objects"
        self.storage = storage
        self.keys = keys

    def sealing(self, signing: SigningPorts | None = None) -> Sealing:
        """As jobs would run it."""
        ports = signing or SigningPorts(Signatures(), self.keys, self.keys)
        return Sealing(self.storage.units, self.storage.objects, SystemClock(), ports, "test", 1)

    async def recorded(self, name: str = "recording1", shape: Shape | None = None) -> RecordingRow:
        """Written, not sealed."""
        return await premade(self.storage.units, self.storage.objects, SystemClock(), name, shape)

    async def row(self, name: str = "recording1") -> RecordingRow:
        """As the archive lists it."""
        async with self.storage.units.reading() as unit:
            return next(row for row in await unit.recordings.all() if row.id == name)

    async def sealed(self, name: str = "recording1") -> RecordingRow:
        """Written and sealed."""
        row = await self.recorded(name)
        assert await self.sealing().seal(row)
        return await self.row(name)

    async def verified(self, row: RecordingRow, *, trust: Trust | None, remembered: bool = True) -> Verification:
        """By somebody with this trust; ``remembered``: who has the database as well."""
        known = remembered_of(row) if remembered else Remembered()
        return await verify_recording(self.storage.objects, row.manifest_key, Judge(Signatures(), trust), known)

    def file(self, key: str) -> Path:
        """Where the directory store has it, made writable."""
        path = self.objects / key
        path.chmod(0o600)
        return path


@asynccontextmanager
async def archive(folder: Path, bucket: S3Address | None = None) -> AsyncIterator[Archive]:
    """Empty; closed at the end."""
    storage = build(StorageConfig(migrated(folder / "archive.db"), bucket or folder / "objects"), SystemClock())
    await storage.prepare()
    try:
        yield Archive(folder, storage, own_keys(folder / "signing", SystemClock()))
    finally:
        await storage.close()
