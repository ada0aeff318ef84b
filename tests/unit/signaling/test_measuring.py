"""Looks at a room's lines: shown to everybody in it, stored, and what waits for the database has an end."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import msgspec
import pytest

from bridge.board import KEPT, RoomSample, SeatSample
from bridge.errors import Code, Unavailable
from bridge.events import DoorsOpened, Event, ParticipantJoined, ReceptionScheduled, Recorded
from bridge.evolution import rebuilt
from bridge.ids import ParticipantId, ReceptionId
from bridge.linehistory import KeptLook
from bridge.model import AdmitRule, ReceptionKind
from bridge.quality import LineSpan
from bridge.repositories import UnitsOfWork
from signaling import measuring
from signaling.measuring import Measuring
from signaling.members import Member, Members
from tests.support.receptions import AGENCY, CHAIR, SEATS

ID, ME = ReceptionId("r"), ParticipantId("me")
FIRST = ReceptionScheduled(ID, "Title", AGENCY, "Office", ReceptionKind.REGULAR, 0, SEATS, (), AdmitRule.ON_JOIN)
STREAM: list[Event] = [FIRST, DoorsOpened(), ParticipantJoined(ME, CHAIR.id)]
PRESENT = rebuilt(Recorded(ID, number, number, "x", event) for number, event in enumerate(STREAM, 1))


class Shelf:
    """Units of work that keep looks or are away; ``away`` is set by the test. The database's own promise is in
    tests/contract/test_line_looks.py."""

    def __init__(self) -> None:
        self.away = False
        self.kept: list[KeptLook] = []
        self.line_looks = self
        self.written = asyncio.Event()

    def writing(self) -> "Shelf":
        return self

    async def __aenter__(self) -> "Shelf":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def add(self, reception: ReceptionId, looks: list[KeptLook]) -> None:
        assert reception == ID
        if self.away:
            raise Unavailable(Code.STORAGE_UNAVAILABLE, "away")
        self.kept += looks

    async def commit(self) -> None:
        self.written.set()


class Scene:
    def __init__(self) -> None:
        self.shelf = Shelf()
        self.members = Members({ME: Member()})
        self.shown = 0
        self.measuring = Measuring(cast(UnitsOfWork, self.shelf), lambda: PRESENT, self.members, self.show)

    def show(self) -> None:
        self.shown += 1

    def look(self, at: int, loss: float | None = 0.0) -> None:
        span = None if loss is None else LineSpan(loss, 5.0, 40.0, 100.0)
        self.measuring.take(RoomSample(at, {CHAIR.id: SeatSample(True, span)}, True, None, True, 0))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    task = asyncio.create_task(made.measuring.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_each_look_is_stored(scene: Scene) -> None:
    scene.look(1)
    await asyncio.wait_for(scene.shelf.written.wait(), 30)
    scene.look(2, None)
    assert [(look.at_utc_ns, look.missed) for look in scene.shelf.kept] == [(1, 0)]
    assert scene.shelf.kept[0].seats[CHAIR.id].up is not None


async def test_the_worse_of_node_and_browser_is_shown_and_only_changes_are(scene: Scene) -> None:
    scene.look(1)
    scene.look(2)
    assert (scene.members.lines[ME], scene.shown) == ("good", 1)
    assert not scene.members[ME].says("good")
    assert scene.members[ME].says("bad")
    scene.look(3, 0.1)
    assert (scene.members.lines[ME], scene.shown) == ("bad", 1)
    assert scene.members[ME].says("good")
    assert scene.members.lines[ME] == "poor"
    scene.look(4, None)
    assert scene.members.lines[ME] == "good", "not measured: their own word alone"


async def test_ten_minutes_wait_for_the_database_and_what_is_lost_is_counted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "AGAIN_S", 0)
    scene.shelf.away = True
    for at in range(KEPT + 5):
        scene.look(at)
        await asyncio.sleep(0)
    scene.shelf.away = False
    await asyncio.wait_for(scene.shelf.written.wait(), 30)
    assert [look.at_utc_ns for look in scene.shelf.kept] == list(range(5, KEPT + 5))
    assert [look.missed for look in scene.shelf.kept] == [5] + [0] * (KEPT - 1)
    assert msgspec.json.encode(scene.shelf.kept[0])


async def test_a_room_forgotten_open_fills_no_database(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MOST", 2)
    for at in range(4):
        scene.look(at)
    await asyncio.wait_for(scene.shelf.written.wait(), 30)
    assert len(scene.shelf.kept) == 2
