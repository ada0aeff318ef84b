"""What the node is told: gates, who receives, and in which order."""

import asyncio

import pytest

from bridge.control import Gates, ParticipantOrder, RoomOrder
from bridge.errors import Unavailable
from bridge.events import (
    CameraMoved,
    Cause,
    Departure,
    DoorsOpened,
    Event,
    FloorGiven,
    MicrophoneMoved,
    ParticipantJoined,
    ParticipantLeft,
    ReceptionInterrupted,
    ReceptionScheduled,
    ReceptionStarted,
    Recorded,
    ScreenMoved,
)
from bridge.evolution import rebuilt
from bridge.ids import ParticipantId, ReceptionId, RecordingId, RoomId
from bridge.media import Moment
from bridge.model import AdmitRule, ReceptionKind
from bridge.node_room import NodeRoom
from bridge.reception import Reception
from bridge.rules import gates, participant_order, room_order
from tests.support.fakes import FakeNode, HandClock
from tests.support.receptions import AGENCY, AGENCY_SEAT, CHAIR, CITIZEN, SEATS

ID, ROOM = ReceptionId("reception-1"), RoomId("reception-1")
C, A, Z = ParticipantId("chair"), ParticipantId("agency"), ParticipantId("citizen")
LIVE = ReceptionStarted(RecordingId("recording-1"), Moment(0, 0), None)
PAUSED = ReceptionInterrupted(Cause.CHAIR, "")


def room(*events: Event) -> Reception:
    first = ReceptionScheduled(ID, "Title", AGENCY, "Office", ReceptionKind.REGULAR, 0, SEATS, (), AdmitRule.ON_JOIN)
    joined = (ParticipantJoined(C, CHAIR.id), ParticipantJoined(A, AGENCY_SEAT.id), ParticipantJoined(Z, CITIZEN.id))
    stream = [first, DoorsOpened(), *joined, *events]
    return rebuilt(Recorded(ID, number, number, "x", event) for number, event in enumerate(stream, 1))


def test_before_the_start_staff_see_each_other_and_citizens_nothing() -> None:
    lobby = room(MicrophoneMoved(A, True))
    assert participant_order(lobby, A) == ParticipantOrder(True, Gates(True, True, False))
    assert participant_order(lobby, Z) == ParticipantOrder(False, Gates(False, False, False))


def test_while_live_each_source_is_open_when_its_owner_opened_it() -> None:
    live = room(LIVE, MicrophoneMoved(Z, True), CameraMoved(C, False), ScreenMoved(A, True))
    assert gates(live, Z) == Gates(microphone=True, camera=True, screen=False)
    assert gates(live, C) == Gates(microphone=False, camera=False, screen=False)
    assert gates(live, A) == Gates(microphone=False, camera=True, screen=True)
    assert room_order(live) == RoomOrder(False)


def test_an_interrupted_room_is_held_but_for_the_chairs_notice() -> None:
    assert room_order(room(LIVE, PAUSED)) == RoomOrder(True)
    assert room_order(room(LIVE, PAUSED, MicrophoneMoved(C, True))) == RoomOrder(True, C)
    assert participant_order(room(LIVE, PAUSED), Z).receives


@pytest.fixture
def node() -> FakeNode:
    return FakeNode(HandClock())


@pytest.fixture
def image(node: FakeNode) -> NodeRoom:
    return NodeRoom(node, ROOM, asyncio.Lock())


async def test_only_what_differs_is_ordered(node: FakeNode, image: NodeRoom) -> None:
    await image.settle(room())
    node.orders.clear()
    await image.settle(room(LIVE))
    assert node.orders == ["participant citizen"]
    await image.settle(room(LIVE))
    assert node.orders == ["participant citizen"]


async def test_gates_that_close_go_first(node: FakeNode, image: NodeRoom) -> None:
    await image.settle(room(LIVE, MicrophoneMoved(Z, True)))
    node.orders.clear()
    await image.settle(room(LIVE, MicrophoneMoved(C, True), CameraMoved(Z, False)))
    assert node.orders == ["participant citizen", "participant chair"]


async def test_who_left_is_removed(node: FakeNode, image: NodeRoom) -> None:
    await image.settle(room())
    await image.settle(room(ParticipantLeft(Z, Departure.LEFT)))
    assert set(node.rooms[ROOM].participants) == {C, A}


async def test_a_failed_order_is_given_again(node: FakeNode, image: NodeRoom) -> None:
    await image.settle(room())
    node.down = True
    with pytest.raises(Unavailable):
        await image.settle(room(LIVE))
    node.down = False
    await image.settle(room(LIVE))
    assert node.gates(ROOM, Z).camera


async def test_a_node_that_forgot_is_told_everything(node: FakeNode, image: NodeRoom) -> None:
    await image.settle(room())
    node.restart()
    await image.settle(room(LIVE))
    assert set(node.rooms[ROOM].participants) == {C, A, Z}


async def test_a_hold_outlasts_what_settles_beside_it(node: FakeNode, image: NodeRoom) -> None:
    await image.settle(room(LIVE))
    await image.hold()
    await image.settle(room(LIVE, MicrophoneMoved(C, True)))
    assert node.rooms[ROOM].order.held
    image.release()
    await image.settle(room(LIVE))
    assert not node.rooms[ROOM].order.held


def test_the_loudest_are_chosen_among_those_who_are_neither_chair_nor_have_the_floor() -> None:
    assert room_order(room(MicrophoneMoved(A, True)), 2) == RoomOrder(False, None, 2, (C,))
    assert room_order(room(LIVE, FloorGiven(Z)), 2).always == (C, Z)
    assert room_order(room(LIVE, FloorGiven(Z)), 0) == RoomOrder(False)
