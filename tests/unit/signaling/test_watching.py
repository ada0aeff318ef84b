"""Ten minutes of a room's lines in memory: measured between two looks, by seat, honest about what does not answer."""

from typing import cast

import pytest

from bridge.board import KEPT, RoomSample
from bridge.control import LineCounters, ParticipantLines, RoomOrder
from bridge.events import DoorsOpened, Event, ParticipantJoined, ReceptionScheduled, Recorded
from bridge.evolution import rebuilt
from bridge.ids import ParticipantId, ReceptionId, RoomId
from bridge.model import AdmitRule, ReceptionKind
from signaling.alarms import Alarms
from signaling.hearing import Hearing
from signaling.overseer import Overseer
from signaling.watching import Watching
from tests.support.fakes import FakeNode, FakeRoom, HandClock
from tests.support.receptions import AGENCY, CHAIR, SEATS

ID, ME = ReceptionId("r"), ParticipantId("me")
FIRST = ReceptionScheduled(ID, "Title", AGENCY, "Office", ReceptionKind.REGULAR, 0, SEATS, (), AdmitRule.ON_JOIN)


class Quiet:
    """What a room's other parts say when nothing is wrong."""

    present = ()
    answers = True
    free_bytes = 7
    store_available = True
    waiting_bytes = 0


class Scene:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.node = FakeNode(self.clock)
        stream: list[Event] = [FIRST, DoorsOpened(), ParticipantJoined(ME, CHAIR.id)]
        self.present = rebuilt(Recorded(ID, number, number, "x", event) for number, event in enumerate(stream, 1))
        quiet = Quiet()
        self.taken: list[RoomSample] = []
        self.watching = Watching(
            self.node,
            lambda: self.present,
            cast(Hearing, quiet),
            cast(Alarms, quiet),
            cast(Overseer, quiet),
            self.clock,
            self.taken.append,
        )

    async def look(self, packets: int, lost: int) -> None:
        """Ten seconds later the node has counted so much."""
        self.node.rooms[RoomId("r")] = FakeRoom(RoomOrder(False), {ME: None})  # type: ignore[dict-item]  # no order counts
        up = LineCounters(packets, lost, packets * 1000, 4.0, 30.0)
        self.node.lines = ParticipantLines(ME, up, None)
        self.clock.pass_s(10)
        await self.watching.look()


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_a_line_is_measured_between_two_looks(scene: Scene) -> None:
    await scene.look(1000, 0)
    await scene.look(2000, 50)
    first, second = scene.watching.room.samples
    assert first.seats[CHAIR.id].up is None
    span = second.seats[CHAIR.id].up
    assert span is not None
    assert (span.loss, span.rtt_ms, span.kbps) == (0.05, 30.0, 800.0)
    assert second.seats[CHAIR.id].down is None
    assert scene.watching.room.recorder_free == 7
    assert scene.taken == [first, second]


async def test_a_node_that_does_not_answer_is_a_sample_too_and_what_follows_is_measured_anew(scene: Scene) -> None:
    await scene.look(1000, 0)
    scene.node.down = True
    await scene.watching.look()
    assert not scene.watching.room.samples[-1].node_answers
    assert scene.watching.room.samples[-1].seats[CHAIR.id].rating is None
    scene.node.down = False
    await scene.look(3000, 0)
    assert scene.watching.room.samples[-1].seats[CHAIR.id].up is None
    await scene.look(4000, 0)
    assert scene.watching.room.samples[-1].seats[CHAIR.id].up is not None


async def test_a_room_the_node_does_not_know_yet_is_no_alarm(scene: Scene) -> None:
    await scene.watching.look()
    sample = scene.watching.room.samples[-1]
    assert (sample.node_answers, sample.behind_ms) == (True, None)


async def test_ten_minutes_are_kept_and_no_more(scene: Scene) -> None:
    for number in range(KEPT + 5):
        await scene.look(number * 10, 0)
    samples = scene.watching.room.samples
    assert len(samples) == KEPT
    assert samples[0].at_utc_ns < samples[-1].at_utc_ns
