"""The room's way into storage: in order, also over a database that goes away and pages that write between."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge import commands as c
from bridge.errors import NotFound, Unavailable
from bridge.events import Event, HandMoved, ParticipantJoined, Recorded, RoomPlaced
from bridge.ids import NodeId, ParticipantId, ReceptionId, RecorderId
from bridge.kept import Batch
from bridge.policy import SYSTEM
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from bridge.stream import Stream
from signaling.notices import InProcessNotices
from signaling.writer import Writer
from storage.engine import Database
from storage.localjournal import FileJournal
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.fakes import CountingEntropy, HandClock
from tests.support.receptions import CHAIR, KEEPER, scheduled
from tests.support.room_server import FallibleUnits

ME = ParticipantId("me")
JOINED = ParticipantJoined(ME, CHAIR.id)


class Desk:
    """A writer at work on one reception."""

    def __init__(self, units: FallibleUnits, service: ReceptionService, folder: Path) -> None:
        self.units = units
        self.journal = FileJournal(folder / "journal")
        self.service = service
        self.told: list[Recorded] = []
        self.reception = ReceptionId("")
        self.writer: Writer

    async def open(self, capacity: int = 10) -> None:
        stored = await scheduled(self.service, 0)
        self.reception = stored.id
        self.writer = Writer(Stream(self.service, stored, self.told.append), capacity, self.journal)

    async def names(self) -> list[str]:
        return [type(one.event).__name__ for one in (await self.service.history(self.reception))[2:]]


def batch(*events: Event, at: int = 5) -> Batch:
    return Batch(SYSTEM, "Test", events, at)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr("signaling.writer.AGAIN_S", 0.01)
    database = Database(migrated(tmp_path / "writer.db"))
    units = FallibleUnits(SqlUnits(database))
    desk = Desk(units, ReceptionService(units, HandClock(), CountingEntropy(), InProcessNotices()), tmp_path)
    await desk.open()
    task = asyncio.create_task(desk.writer.run())
    yield desk
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.close()


async def test_what_must_be_stored_waits_for_what_was_decided_before(desk: Desk) -> None:
    desk.writer.add(batch(JOINED))
    desk.writer.add(batch(HandMoved(ME, True), at=7))
    await desk.writer.store(batch(HandMoved(ME, False)))
    assert await desk.names() == ["ParticipantJoined", "HandMoved", "HandMoved"]
    assert [one.at_utc_ns for one in (await desk.service.history(desk.reception))[2:]] == [5, 7, 5]


async def test_a_page_that_writes_between_is_taken_in(desk: Desk) -> None:
    await desk.writer.store(batch(JOINED))
    await desk.service.append(
        SYSTEM, "Page", await desk.service.present(desk.reception), [RoomPlaced(NodeId("n"), RecorderId("r"))]
    )
    await desk.writer.store(batch(HandMoved(ME, True)))
    assert [type(one.event) for one in desk.told] == [RoomPlaced]
    assert await desk.names() == ["ParticipantJoined", "RoomPlaced", "HandMoved"]


async def test_notices_make_it_catch_up(desk: Desk) -> None:
    await desk.service.execute(KEEPER, desk.reception, c.CancelReception("moved"))
    await desk.writer.catch_up()
    assert [type(one.event).__name__ for one in desk.told] == ["ReceptionCancelled"]


async def test_what_a_page_writes_between_storing_and_knowing_it_is_taken_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = desk.service.append

    async def with_a_page_right_behind(*asked: Any) -> Reception:
        stored = await append(*asked)
        await append(SYSTEM, "Page", stored, [RoomPlaced(NodeId("n"), RecorderId("r"))])
        await desk.writer.catch_up()  # the page's notice; there is no other
        return stored

    monkeypatch.setattr(desk.service, "append", with_a_page_right_behind)
    await desk.writer.store(batch(JOINED))
    async with asyncio.timeout(20):
        while not desk.told:  # noqa: ASYNC110  it is told in a turn of its own
            await asyncio.sleep(0.01)
    assert [type(one.event) for one in desk.told] == [RoomPlaced]


async def test_without_the_database_what_acted_waits_and_what_must_be_first_is_refused(desk: Desk) -> None:
    await desk.writer.store(batch(JOINED))
    desk.units.away = True
    desk.writer.add(batch(HandMoved(ME, True)))
    for _ in range(2):
        with pytest.raises(Unavailable):
            await desk.writer.store(batch(HandMoved(ME, False)))
    with pytest.raises(Unavailable):
        await desk.writer.drained()
    assert desk.writer.away is not None
    desk.units.away = False
    await desk.writer.finish(5)
    assert await desk.names() == ["ParticipantJoined", "HandMoved"]
    await desk.writer.store(batch(HandMoved(ME, False)))
    assert desk.writer.away is None


async def test_a_full_queue_refuses_by_worth_and_says_so(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.units.away = True
    await asyncio.sleep(0)
    kept = [desk.writer.add(batch(JOINED), room=0.5) for _ in range(7)]
    assert kept == [True] * 5 + [False] * 2
    assert [desk.writer.add(batch(JOINED)) for _ in range(6)] == [True] * 5 + [False]
    assert desk.writer.add(batch(JOINED), room=2.0)
    assert "not kept, 3 in all" in caplog.text


async def test_what_no_longer_fits_is_refused_or_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(NotFound):
        await desk.writer.store(batch(HandMoved(ME, True)))
    desk.writer.add(batch(HandMoved(ME, True)))
    await desk.writer.finish(5)
    assert "came too late for the record" in caplog.text
    await desk.writer.store(batch(JOINED))


async def test_of_a_batch_that_no_longer_fits_the_rest_is_kept(desk: Desk) -> None:
    await desk.writer.store(batch(JOINED))
    gone = HandMoved(ParticipantId("gone"), True)
    desk.writer.add(batch(HandMoved(ME, True), gone, HandMoved(ME, False)))
    await desk.writer.finish(5)
    assert await desk.names() == ["ParticipantJoined", "HandMoved", "HandMoved"]


async def test_an_end_leaves_nobody_waiting(tmp_path: Path, desk: Desk) -> None:
    await desk.open()
    asked = asyncio.create_task(desk.writer.store(batch(JOINED)))  # this writer does not work yet
    await asyncio.sleep(0)
    working = asyncio.create_task(desk.writer.run())
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    working = asyncio.create_task(desk.writer.run())
    await asyncio.wait_for(asked, 30)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
