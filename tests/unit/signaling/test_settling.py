"""The node follows the room's state; who waits for it is told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.errors import Code, Unavailable
from bridge.events import DoorsOpened, Event, MicrophoneMoved, ParticipantJoined, ReceptionScheduled, Recorded
from bridge.evolution import rebuilt
from bridge.ids import ParticipantId, ReceptionId, RoomId
from bridge.model import AdmitRule, ReceptionKind
from bridge.node_room import NodeRoom
from bridge.reception import Reception
from signaling.settling import Settling
from tests.support.fakes import FakeNode, HandClock
from tests.support.receptions import AGENCY, CHAIR, SEATS

ID, ROOM, ME = ReceptionId("r"), RoomId("r"), ParticipantId("me")


def room(*events: Event) -> Reception:
    first = ReceptionScheduled(ID, "Title", AGENCY, "Office", ReceptionKind.REGULAR, 0, SEATS, (), AdmitRule.ON_JOIN)
    stream = [first, DoorsOpened(), ParticipantJoined(ME, CHAIR.id), *events]
    return rebuilt(Recorded(ID, number, number, "x", event) for number, event in enumerate(stream, 1))


class Scene:
    def __init__(self) -> None:
        self.node = FakeNode(HandClock())
        self.present = room()
        self.settling = Settling(NodeRoom(self.node, ROOM, asyncio.Lock()), lambda: self.present)


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr("signaling.settling.AGAIN_S", 0.02)
    scene = Scene()
    task = asyncio.create_task(scene.settling.run())
    yield scene
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_done_means_that_the_node_has_it(scene: Scene) -> None:
    scene.present = room(MicrophoneMoved(ME, True))
    await scene.settling.done()
    assert scene.node.gates(ROOM, ME).microphone
    scene.present = room()
    await asyncio.gather(scene.settling.done(), scene.settling.done())
    assert not scene.node.gates(ROOM, ME).microphone


async def test_a_node_that_is_away_is_said_and_followed_up(scene: Scene) -> None:
    scene.node.down = True
    with pytest.raises(Unavailable) as caught:
        await scene.settling.done()
    assert caught.value.code is Code.NODE_UNAVAILABLE
    scene.node.down = False
    async with asyncio.timeout(30):
        while ROOM not in scene.node.rooms:  # noqa: ASYNC110  nobody is told when it is made good
            await asyncio.sleep(0.01)
    await scene.settling.done()


async def test_an_end_leaves_nobody_waiting() -> None:
    scene = Scene()
    task = asyncio.create_task(scene.settling.run())
    await scene.settling.done()
    async with asyncio.timeout(30):
        block = asyncio.Event()

        async def hangs(*_: object) -> None:
            await block.wait()

        scene.node.put_participant = hangs  # type: ignore[method-assign,assignment]
        scene.present = room(MicrophoneMoved(ME, True))
        waiting = asyncio.create_task(scene.settling.done())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(Unavailable):
            await waiting
