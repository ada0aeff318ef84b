"""Killed at any moment: what was acknowledged is there and whole, what was not is not half there."""

import asyncio
import hashlib
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.audit import audit_faults
from storage.build import Storage, StorageConfig, build
from tests.contract.conftest import HandClock

ROOT = Path(__file__).parents[3]

WRITER = """
import asyncio, sys
from pathlib import Path
from bridge.repositories import AuditEntry
from storage.build import StorageConfig, build
from tests.contract.conftest import HandClock

async def main(url, objects, begin):
    storage = build(StorageConfig(url, Path(objects)), HandClock())
    await storage.prepare()
    for number in range(int(begin), 100_000):
        async with storage.units.writing() as unit:
            await unit.audit.append(AuditEntry(number, "a", "b", "c", "done"))
            await unit.outbox.add("kind", str(number), "", number)
            await unit.commit()
        await storage.objects.put(f"number/{number:06}", str(number).encode() * 50_000, 0)
        print(number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    """Migrated; the reader's side."""
    storage = build(StorageConfig(f"sqlite:///{tmp_path}/x.db", tmp_path / "objects"), HandClock())
    await storage.migrate()
    yield storage
    await storage.close()


async def killed_after(folder: Path, begin: int, acknowledged: int, pause_s: float) -> int:
    """The last number that a writer acknowledged before it was killed, ``pause_s`` after so many."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, f"sqlite:///{folder}/x.db", str(folder / "objects"), str(begin),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert writer.stdout is not None
    async with asyncio.timeout(30):
        for _ in range(acknowledged):
            await writer.stdout.readline()
    # The moment of the kill is the point here: there is nothing to wait for.
    await asyncio.sleep(pause_s)
    writer.kill()
    rest = await writer.stdout.read()
    await writer.wait()
    return begin + acknowledged - 1 + rest.count(b"\n")


async def test_what_was_acknowledged_is_there(storage: Storage, tmp_path: Path) -> None:
    moments = random.Random(459)
    begin = 0
    for _ in range(6):
        last = await killed_after(tmp_path, begin, 3, moments.random() / 50)
        await storage.prepare()
        async with storage.units.reading() as unit:
            chain = await unit.audit.entries(0, 100_000)
            told = await unit.outbox.pending(100_000)
        assert audit_faults(chain) == []
        numbers = [link.entry.at_utc_ns for link in chain]
        assert [row.made_utc_ns for row in told] == numbers, "one transaction: both or neither"
        assert len(numbers) - 1 in (last, last + 1)
        stored = [one async for one in storage.objects.list("number/")]
        assert len(stored) - 1 in (last, last + 1)
        for number, one in enumerate(stored):
            assert one.sha256 == hashlib.sha256(str(number).encode() * 50_000).hexdigest()
        # An object that was stored but not acknowledged is put again with the same bytes, an entry is not.
        begin = len(numbers)
        if len(stored) < begin:
            await storage.objects.put(f"number/{begin - 1:06}", str(begin - 1).encode() * 50_000, 0)
