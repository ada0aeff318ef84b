"""The points offered by the archive's form: kept for a minute, and for nobody but who may see the same agencies."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.ids import AgencyId, BridgePointId
from bridge.search import RecordingPerson
from storage.engine import Database
from storage.unit import SqlUnits
from tests.contract.samples import PROVINCE, recording
from tests.support.databases import migrated
from tests.support.pages import HandClock
from web import archive_points
from web.archive_points import ArchivePoints

OWN = frozenset({PROVINCE.id})


@pytest.fixture
async def units(tmp_path: Path) -> AsyncIterator[SqlUnits]:
    database = Database(migrated(tmp_path / "points.db"))
    yield SqlUnits(database)
    await database.close()


async def record(units: SqlUnits, number: int, point: str) -> None:
    """Somebody was recorded at that point."""
    kept = recording(number, began_utc_ns=number)
    async with units.writing() as unit:
        await unit.recordings.put(kept)
        person = RecordingPerson(kept.id, "Nguyễn An", BridgePointId(point), f"Point {point}", "citizen")
        await unit.recordings.name_people(kept.id, [person])
        await unit.commit()


async def names(units: SqlUnits, known: ArchivePoints, agencies: frozenset[AgencyId] | None) -> list[str]:
    """As they are offered."""
    async with units.reading() as unit:
        return [one.name for one in await known.of(unit, agencies)]


async def test_a_new_point_is_offered_within_a_minute(units: SqlUnits) -> None:
    clock = HandClock()
    known = ArchivePoints(clock)
    await record(units, 1, "a")
    assert await names(units, known, OWN) == ["Point a"]
    await record(units, 2, "b")
    clock.forward(59)
    assert await names(units, known, OWN) == ["Point a"]
    clock.forward(1)
    assert await names(units, known, OWN) == ["Point a", "Point b"]


async def test_nobody_is_offered_the_points_of_another(units: SqlUnits) -> None:
    known = ArchivePoints(HandClock())
    await record(units, 1, "a")
    assert await names(units, known, None) == ["Point a"]
    assert await names(units, known, frozenset({AgencyId("another")})) == []
    assert await names(units, known, frozenset()) == []
    assert await names(units, known, OWN | {AgencyId("another")}) == ["Point a"]


async def test_what_is_kept_is_bounded(units: SqlUnits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_points, "MOST", 2)
    known = ArchivePoints(HandClock())
    await record(units, 1, "a")
    assert await names(units, known, OWN) == ["Point a"]
    await record(units, 2, "b")
    for other in ("x", "y"):
        await names(units, known, frozenset({AgencyId(other)}))
    assert await names(units, known, OWN) == ["Point a", "Point b"]  # asked anew: two others came after it
