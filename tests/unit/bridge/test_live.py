"""Start, interrupt, resume, close: what node, recorder and storage have afterwards, also after every refusal."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bridge.commands import CloseReception, InterruptReception, ResumeReception, SetMicrophone, StartReception
from bridge.control import TapOrder
from bridge.decisions import decide, decide_join
from bridge.errors import Code, Conflict, IllegalTransition, NotPermitted, Refusal, Unavailable
from bridge.events import Event
from bridge.ids import NodeId, ParticipantId, RecorderId, RecordingId, room_of
from bridge.live import LiveReception, LiveSettings
from bridge.model import RecordingRow, Seat
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from bridge.recorder_control import RecordingStatus
from bridge.sessionclock import SessionClock
from bridge.states import ReceptionState
from signaling.notices import InProcessNotices
from storage.engine import Database
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.fakes import CountingEntropy, FakeNode, FakeRecorder, HandClock
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, SECRETARY, actor, scheduled

ON_PAPER = StartReception("on paper")


class Ledger:
    """:class:`bridge.live.Commits` straight on the service. ``fails``: the database goes away."""

    def __init__(self, service: ReceptionService, reception: Reception) -> None:
        self._service = service
        self.present = reception
        self.fails = False
        self.intents: list[RecordingId] = []

    async def ready(self) -> None:
        if self.fails:
            raise Unavailable

    async def commit(
        self,
        actor: Actor,
        action: str,
        events: Sequence[Event],
        at_utc_ns: int | None = None,
        recording: RecordingRow | None = None,
    ) -> None:
        await self.ready()
        self.present = await self._service.append(actor, action, self.present, events, at_utc_ns, recording)

    async def commit_or_keep(
        self, actor: Actor, action: str, events: Sequence[Event], at_utc_ns: int, recording: RecordingRow | None
    ) -> None:
        await self.commit(actor, action, events, at_utc_ns, recording)

    async def intend(self, actor: Actor, recording: RecordingRow) -> None:
        self.intents.append(recording.id)

    async def intend_close(
        self, actor: Actor, closing: Sequence[Event], at_utc_ns: int, recording: RecordingRow | None
    ) -> None:
        assert recording is not None
        self.intents.append(recording.id)

    async def intent_ended(self) -> None:
        self.intents.clear()


class House:
    """A placed room with people in it."""

    def __init__(self, units: SqlUnits, service: ReceptionService, reception: Reception, clock: HandClock) -> None:
        self.units = units
        self.clock = clock
        self.time = SessionClock(clock)
        self.ledger = Ledger(service, reception)
        self.node = FakeNode(clock)
        self.recorder = FakeRecorder()
        self.live = LiveReception(
            self.ledger, self.node, self.recorder, self.time, CountingEntropy(), LiveSettings(), asyncio.Lock()
        )
        self.room = room_of(reception.id)

    async def enter(self, *seats: Seat) -> None:
        for seat in seats:
            events = decide_join(self.ledger.present, seat.id, ParticipantId(seat.id))
            await self.ledger.commit(actor(seat), "JoinRoom", events)
        await self.live.room.settle(self.ledger.present)

    def chair(self) -> Actor:
        return actor(CHAIR, ParticipantId(CHAIR.id))

    async def recordings(self) -> list[RecordingRow]:
        async with self.units.reading() as unit:
            return await unit.recordings.all()

    @property
    def tap(self) -> bool:
        return self.node.rooms[self.room].tap is not None


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    database = Database(migrated(tmp_path / "live.db"))
    clock, units = HandClock(), SqlUnits(database)
    service = ReceptionService(units, clock, CountingEntropy(), InProcessNotices())
    house = House(units, service, await scheduled(service, clock.utc()), clock)
    await house.live.place(NodeId("node-1"), RecorderId("recorder-1"))
    await house.enter(CHAIR, AGENCY_SEAT, CITIZEN)
    yield house
    await database.close()


async def test_a_start_proves_the_recorder_before_it_records(house: House) -> None:
    before = len(house.node.orders)
    house.clock.pass_s(60)
    await house.live.start(house.chair(), ON_PAPER)
    assert house.node.orders[before:] == ["tap recording=False", "tap recording=True"]
    present = house.ledger.present
    assert present.state is ReceptionState.LIVE
    assert present.began is not None
    [row] = await house.recordings()
    assert (row.id, row.state, row.began_utc_ns, row.points) == (present.recording, "writing", present.began.utc_ns, 3)
    assert row.prefix == f"recordings/{row.id}/"
    assert house.recorder.recordings == {row.id: "writing"}


async def test_the_event_is_as_old_as_the_moment_it_names(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    history = await house.ledger._service.history(house.ledger.present.id)  # noqa: SLF001  a test's own class
    assert house.ledger.present.began is not None
    assert history[-1].at_utc_ns == house.ledger.present.began.utc_ns


async def test_the_probe_is_the_central_point_unless_the_chair_starts_without(house: House) -> None:
    probes: list[tuple[ParticipantId, ...]] = []
    ask = house.node.put_tap

    async def listen(room, order):  # type: ignore[no-untyped-def]  # as the node's
        probes.append(order.probe)
        return await ask(room, order)

    house.node.put_tap = listen  # type: ignore[method-assign]
    house.recorder.refuses = Code.CENTRAL_POINT_SILENT
    with pytest.raises(Refusal, match="central_point_silent"):
        await house.live.start(house.chair(), ON_PAPER)
    house.recorder.refuses = None
    await house.live.start(house.chair(), StartReception("their camera is broken", without_centre=True))
    assert probes == [("chair",), ("agency", "citizen"), ()]


@pytest.mark.parametrize("code", [Code.CENTRAL_POINT_SILENT, Code.RECORDER_NOT_WRITING])
async def test_a_recorder_that_does_not_prove_itself_leaves_everything_as_it_was(house: House, code: Code) -> None:
    house.recorder.refuses = code
    with pytest.raises(Refusal) as caught:
        await house.live.start(house.chair(), ON_PAPER)
    assert caught.value.code is code
    assert house.ledger.present.state is ReceptionState.PLANNED
    assert (house.tap, house.recorder.recordings, await house.recordings()) == (False, {}, [])


async def test_a_database_that_goes_away_leaves_everything_as_it_was(house: House) -> None:
    started = house.recorder.started

    async def then_fail(recording):  # type: ignore[no-untyped-def]  # as the recorder's
        house.ledger.fails = True
        return await started(recording)

    house.recorder.started = then_fail  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="storage_unavailable"):
        await house.live.start(house.chair(), ON_PAPER)
    assert (house.tap, house.recorder.recordings) == (False, {})


@pytest.mark.parametrize(("part", "code"), [("node", Code.NODE_UNAVAILABLE), ("recorder", Code.RECORDER_UNAVAILABLE)])
async def test_a_part_that_does_not_answer_refuses_the_start(house: House, part: str, code: Code) -> None:
    getattr(house, part).down = True
    with pytest.raises(Unavailable) as caught:
        await house.live.start(house.chair(), ON_PAPER)
    assert caught.value.code is code
    getattr(house, part).down = False
    await house.live.start(house.chair(), ON_PAPER)
    assert house.ledger.present.state is ReceptionState.LIVE


async def test_a_recorder_that_goes_away_over_a_start_is_told_later_to_forget_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def goes_away(_: RecordingId) -> RecordingStatus:
        house.recorder.down = True
        raise Unavailable(Code.RECORDER_UNAVAILABLE)

    monkeypatch.setattr(house.recorder, "started", goes_away)
    with pytest.raises(Unavailable) as refused:
        await house.live.start(house.chair(), ON_PAPER)
    (recording,) = house.recorder.recordings
    assert "not taken back" in refused.value.__notes__[0]
    assert (house.tap, house.ledger.intents) == (True, [recording])  # after STOP it would be stored
    with pytest.raises(Unavailable):
        await house.live.take_back()
    house.recorder.down = False
    await house.live.take_back()
    assert (house.tap, house.ledger.intents, house.recorder.recordings) == (False, [], {})


async def test_a_recording_that_cannot_be_forgotten_any_more_is_named(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_late(_: RecordingId) -> None:
        raise Conflict(Code.ILLEGAL_TRANSITION, "the recording has begun")

    monkeypatch.setattr(house.recorder, "disarm", too_late)
    await house.node.put_tap(house.room, TapOrder(RecordingId("half"), "unix:tap", True))
    house.live.was_begun(RecordingId("half"))
    with pytest.raises(Conflict, match="recording half stays without a reception"):
        await house.live.take_back()
    assert not house.tap
    await house.live.take_back()  # said once


async def test_only_the_chair_starts_and_only_with_a_reason(house: House) -> None:
    with pytest.raises(NotPermitted):
        await house.live.start(actor(SECRETARY), ON_PAPER)
    with pytest.raises(Refusal, match="reason_required"):
        await house.live.start(house.chair(), StartReception())
    assert not house.tap


async def test_microphones_tried_before_the_start_are_closed_by_it(house: House) -> None:
    agency = actor(AGENCY_SEAT, ParticipantId(AGENCY_SEAT.id))
    present = house.ledger.present
    await house.ledger.commit(agency, "SetMicrophone", decide(present, agency, SetMicrophone(True)))
    await house.live.start(house.chair(), ON_PAPER)
    assert not house.ledger.present.participants[ParticipantId("agency")].microphone_open


async def test_an_interruption_holds_the_room_until_resumed(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    await house.live.interrupt(house.chair(), InterruptReception("pause"))
    await house.live.room.settle(house.ledger.present)
    assert house.node.rooms[house.room].order.held
    await house.live.resume(house.chair(), ResumeReception())
    await house.live.room.settle(house.ledger.present)
    assert not house.node.rooms[house.room].order.held


async def test_an_interruption_that_is_not_stored_lets_media_flow_again(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    commit = house.ledger.commit

    async def fail(*_: object) -> None:
        raise Unavailable

    house.ledger.commit = fail  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        await house.live.interrupt(house.chair(), InterruptReception())
    house.ledger.commit = commit  # type: ignore[method-assign]
    await house.live.room.settle(house.ledger.present)
    assert not house.node.rooms[house.room].order.held


async def test_a_reception_is_interrupted_and_closed_also_without_its_node(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    house.node.down = True
    await house.live.interrupt(house.chair(), InterruptReception())
    house.clock.pass_s(90)
    await house.live.close(house.chair(), CloseReception())
    present = house.ledger.present
    assert present.began is not None
    assert present.ended is not None
    assert present.ended.mono_ns - present.began.mono_ns == 90_000_000_000


async def test_a_close_ends_at_the_recordings_stop(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    house.clock.pass_s(30)
    recording = await house.live.close(house.chair(), CloseReception("done"))
    assert not house.tap
    assert house.ledger.present.ended is not None
    [row] = await house.recordings()
    assert (row.id, row.ended_utc_ns) == (recording, house.ledger.present.ended.utc_ns)
    assert house.ledger.present.participants == {}
    assert recording is not None
    await house.live.finish(recording)
    await house.live.remove()
    assert house.recorder.recordings == {recording: "finished"}
    assert house.node.rooms == {}


async def test_a_close_that_is_not_stored_is_closed_at_its_first_stop(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    stop = house.node.delete_tap

    async def then_fail(room):  # type: ignore[no-untyped-def]  # as the node's
        house.ledger.fails = True
        return await stop(room)

    house.node.delete_tap = then_fail  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await house.live.close(house.chair(), CloseReception())
    stopped = house.clock.utc()
    house.clock.pass_s(10)
    house.ledger.fails = False
    await house.live.close(house.chair(), CloseReception())
    assert house.ledger.present.ended is not None
    assert house.ledger.present.ended.utc_ns == stopped


async def test_a_close_without_a_database_stops_no_recording(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    house.ledger.fails = True
    with pytest.raises(Unavailable):
        await house.live.close(house.chair(), CloseReception())
    assert house.tap


async def test_a_planned_reception_cannot_be_closed(house: House) -> None:
    with pytest.raises(IllegalTransition):
        await house.live.close(house.chair(), CloseReception())


async def test_a_restarted_node_gets_room_people_and_recording_again(house: House) -> None:
    await house.live.start(house.chair(), ON_PAPER)
    house.node.restart()
    house.live.room.forget()
    await house.live.room.settle(house.ledger.present)
    await house.live.record_again()
    assert set(house.node.rooms[house.room].participants) == {"chair", "agency", "citizen"}
    tap = house.node.rooms[house.room].tap
    assert tap is not None
    assert (tap.recording, tap.recording_id) == (True, house.ledger.present.recording)


async def test_a_start_that_a_killed_process_left_half_done_is_taken_back(house: House) -> None:
    await house.node.put_tap(house.room, TapOrder(RecordingId("half"), "unix:tap", True))
    await house.live.place(NodeId("node-1"), RecorderId("recorder-1"))
    assert not house.tap
