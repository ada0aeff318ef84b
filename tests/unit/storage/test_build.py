"""The room put together as deploy does it."""

import os
from pathlib import Path

import pytest

from bridge.repositories import AuditEntry
from storage.build import StorageConfig, build
from storage.schema import SchemaRefused
from tests.contract.conftest import HandClock


async def test_from_nothing_to_use(tmp_path: Path) -> None:
    storage = build(StorageConfig(f"sqlite:///{tmp_path}/data/x.db", tmp_path / "data" / "objects"), HandClock())
    with pytest.raises(SchemaRefused):
        await storage.check()
    await storage.migrate()
    await storage.check()
    await storage.prepare()
    async with storage.units.writing() as unit:
        await unit.audit.append(AuditEntry(1, "a", "b", "c", "done"))
        await unit.commit()
    await storage.objects.put("key", b"x", 0)
    await storage.close()
    await storage.close()


async def test_building_touches_nothing(tmp_path: Path) -> None:
    storage = build(StorageConfig(f"sqlite:///{tmp_path}/x.db", tmp_path / "objects"), HandClock())
    await storage.close()
    assert os.listdir(tmp_path) == []
