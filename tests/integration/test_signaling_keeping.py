"""A database that is away, or answers too late: what took effect is kept, stored in order and once, and said so."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge import commands as c
from bridge.disk import Disk
from bridge.errors import Code, Unavailable
from bridge.ids import RecorderId, room_of
from bridge.kept import parse_kept
from bridge.reception import Reception
from bridge.recorder_control import RecorderHealth
from bridge.repositories import UnitOfWork
from signaling.wire import Refused
from storage.unit import SqlUnit
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, KEEPER, scheduled
from tests.support.room_server import CONFIG, HANGING, WITHIN_S, Browser, RoomServer, eventually


@pytest.fixture
async def pair(server: RoomServer, reception: Reception) -> tuple[Browser, Browser]:
    """Chair and citizen, both in the lobby."""
    return await server.browser(reception.id, CHAIR), await server.browser(reception.id, CITIZEN)


async def names(server: RoomServer, reception: Reception, after: str) -> list[str]:
    """Kinds of the stored events that follow the first of this kind."""
    found = [type(one.event).__name__ for one in await server.receptions.history(reception.id)]
    return found[found.index(after) + 1 :]


def answers_late(server: RoomServer, monkeypatch: pytest.MonkeyPatch, when: Callable[[], bool]) -> None:
    """From then on the database stores, goes away, and its answer is lost."""
    writing = server.units.writing

    def late() -> UnitOfWork:
        unit = writing()
        assert isinstance(unit, SqlUnit)
        commit = unit.commit

        async def lost() -> None:
            await commit()
            if when():
                server.units.away = True
                raise Unavailable(Code.STORAGE_UNAVAILABLE, "the line broke under the answer")

        monkeypatch.setattr(unit, "commit", lost)
        return unit

    monkeypatch.setattr(server.units, "writing", late)


async def test_what_is_acknowledged_while_the_database_is_away_outlives_the_process(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    await chair.done(c.StartReception("on paper"))
    server.units.away = True
    await citizen.done(c.SetHand(True))
    await chair.done(c.GiveFloor(citizen.id))
    kept = parse_kept(await server.journal.read(reception.id))
    assert [one.batch.action for one in kept.batches] == ["SetHand", "GiveFloor"]
    seen = await chair.sees(lambda room: bool(room.alarms))
    assert [alarm.code for alarm in seen.alarms] == ["database_away"]
    assert citizen.room is not None
    assert citizen.room.alarms == ()
    await server.stop()
    server.units.away = False
    await server.start()
    assert (await names(server, reception, "ReceptionStarted"))[:2] == ["HandMoved", "FloorGiven"]
    assert await server.journal.read(reception.id) == b""


async def test_an_alarm_ends_when_everything_is_stored(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    server.units.away = True
    await citizen.done(c.SetHand(True))
    await chair.sees(lambda room: bool(room.alarms))
    server.units.away = False
    await chair.sees(lambda room: not room.alarms)
    await chair.done(c.MuteAll())
    assert await server.journal.read(reception.id) == b""
    assert (await names(server, reception, "ParticipantJoined")).count("HandMoved") == 1


async def test_a_disk_that_does_not_keep_is_said_and_what_acted_stays(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, citizen = pair

    async def full(*_: object) -> None:
        raise Unavailable(Code.STORAGE_UNAVAILABLE, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(server.journal, "append", full)
        server.units.away = True
        answer = await citizen.command(c.SetHand(True))
        assert isinstance(answer, Refused)
        assert answer.code == "storage_unavailable"
        seen = await chair.sees(lambda room: bool(room.alarms) and room.alarms[0].code == "decisions_not_kept")
        assert seen.participants[1].hand_raised
    await chair.sees(lambda room: [alarm.code for alarm in room.alarms] == ["database_away"])
    server.units.away = False
    await chair.sees(lambda room: not room.alarms)
    assert "HandMoved" in await names(server, reception, "ParticipantJoined")


async def test_a_database_that_goes_away_after_start_takes_no_start_back(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, _ = pair
    started = server.recorder.started

    async def then_away(recording: Any) -> Any:
        server.units.away = True
        return await started(recording)

    monkeypatch.setattr(server.recorder, "started", then_away)
    await chair.done(c.StartReception("on paper"))
    await chair.sees(lambda room: room.state == "live")
    tap = server.node.rooms[room_of(reception.id)].tap
    assert tap is not None
    await server.stop()  # and the process does not live to see it back
    server.units.away = False
    await server.start()
    present = await server.receptions.present(reception.id)
    assert (present.state, present.recording) == ("live", tap.recording_id)
    async with server.units.reading() as unit:
        assert [row.id for row in await unit.recordings.all()] == [tap.recording_id]
    assert list(server.recorder.recordings.values()) == ["writing"]


async def test_a_database_that_goes_away_after_stop_takes_no_end_back(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, citizen = pair
    await chair.done(c.StartReception("on paper"))
    stop = server.node.delete_tap

    async def then_away(room: Any) -> Any:
        server.units.away = True
        return await stop(room)

    monkeypatch.setattr(server.node, "delete_tap", then_away)
    asking = asyncio.ensure_future(chair.command(c.CloseReception("done")))
    await citizen.until(citizen.gone.is_set)
    assert citizen.last("ended") == {"how": "closed", "reason": "done"}
    asking.cancel()
    await eventually(lambda: not server.node.rooms)
    await server.stop()
    server.units.away = False
    await server.start()
    present = await server.receptions.present(reception.id)
    assert (present.state, present.closing_reason) == ("closed", "done")
    async with server.units.reading() as unit:
        (row,) = await unit.recordings.all()
    assert row.ended_utc_ns is not None
    assert await server.journal.receptions() == []


async def test_a_start_that_was_stored_though_its_answer_was_lost_is_one_start(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, _ = pair
    started, begun = server.recorder.started, []

    async def begin(recording: Any) -> Any:
        begun.append(recording)
        return await started(recording)

    monkeypatch.setattr(server.recorder, "started", begin)
    answers_late(server, monkeypatch, lambda: bool(begun) and not server.units.away)
    await chair.done(c.StartReception("on paper"))
    await chair.done(c.MuteAll())
    begun.clear()
    server.units.away = False
    await chair.persists(c.InterruptReception())
    assert (await names(server, reception, "ReceptionStarted")).count("ReceptionStarted") == 0
    assert (await server.receptions.present(reception.id)).state == "interrupted"
    assert await server.journal.read(reception.id) == b""


@pytest.mark.parametrize("server_class", [HANGING], ids=["hanging"])
@pytest.mark.parametrize("recorder_away", [False, True])
async def test_a_process_killed_between_start_and_storing_leaves_no_recording(
    server: RoomServer,
    reception: Reception,
    pair: tuple[Browser, Browser],
    monkeypatch: pytest.MonkeyPatch,
    recorder_away: bool,
) -> None:
    reached = asyncio.Event()

    async def hangs(_: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(server.recorder, "started", hangs)
        asking = asyncio.ensure_future(pair[0].command(c.StartReception("on paper")))
        async with asyncio.timeout(WITHIN_S):
            await reached.wait()
        begun, kept = dict(server.recorder.recordings), await server.journal.read(reception.id)
        tap = server.node.rooms[room_of(reception.id)].tap
        await server.stop()
        asking.cancel()
    assert begun
    assert await server.journal.read(reception.id) == b""  # an end in order takes it back itself; a kill does not
    server.recorder.recordings = dict(begun)
    server.node.rooms[room_of(reception.id)].tap = tap
    await server.journal.append(reception.id, [kept])
    server.recorder.down = recorder_away
    await server.start()
    if recorder_away:
        assert server.node.rooms[room_of(reception.id)].tap is not None  # after STOP it would be stored
        server.recorder.down = False
    await eventually(lambda: not server.recorder.recordings)
    await eventually(lambda: server.node.rooms[room_of(reception.id)].tap is None)
    assert (await server.receptions.present(reception.id)).state == "planned"
    again = await server.browser(reception.id, CHAIR)
    await again.done(c.StartReception("on paper"))
    assert await server.journal.read(reception.id) == b""


async def test_a_start_that_a_page_overtook_leaves_no_recording(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, _ = pair
    started = server.recorder.started

    async def cancelled_meanwhile(recording: Any) -> Any:
        await server.receptions.execute(KEEPER, reception.id, c.CancelReception("moved"))
        return await started(recording)

    monkeypatch.setattr(server.recorder, "started", cancelled_meanwhile)
    asking = asyncio.ensure_future(chair.command(c.StartReception("on paper")))
    await chair.until(chair.gone.is_set)
    assert chair.last("ended")["how"] == "cancelled"
    await eventually(lambda: "delete tap" in server.node.orders[-3:] and not server.recorder.recordings)
    assert (await server.receptions.present(reception.id)).state == "cancelled"
    asking.cancel()


async def test_a_join_that_was_stored_though_it_was_refused_does_not_sit_there_for_ever(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, _ = pair
    stored: list[bool] = []

    def just_joined() -> bool:
        stored.append(True)
        return len(stored) == 2  # the token's use was the first

    token = server.token(reception.id, AGENCY_SEAT)
    answers_late(server, monkeypatch, just_joined)
    answer = await Browser(server.port).refusal({"token": token})
    assert answer["code"] == "storage_unavailable"
    server.units.away = False
    seen = await chair.sees(lambda room: len(room.participants) == 3)
    assert seen.participants[2].state in ("connected", "away")
    await chair.sees(lambda room: room.participants[2].state == "away")


async def test_disks_that_are_too_small_refuse_the_start_and_are_said_before(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, citizen = pair
    free = 10_000_000

    async def health() -> RecorderHealth:
        return RecorderHealth(RecorderId("recorder-1"), "run-1", "unix:tap", 0, free, "f", (Disk("spool", free),), 0.0)

    monkeypatch.setattr("signaling.overseer.LOOK_S", 0.05)
    monkeypatch.setattr(server.recorder, "health", health)
    answer = await chair.command(c.StartReception("on paper"))
    assert isinstance(answer, Refused)
    assert (answer.code, answer.params) == ("disk_short", {"free": 0.1, "wanted": 0.1, "minutes": "1"})
    assert server.recorder.recordings == {}
    free = 100_000_000
    await chair.done(c.StartReception("on paper"))
    assert citizen.room is not None
    assert citizen.room.alarms == ()


async def test_after_a_kill_nothing_is_stored_twice(server: RoomServer, reception: Reception) -> None:
    """Killed after the database took what the journal still has."""
    chair = await server.browser(reception.id, CHAIR)
    server.units.away = True
    await chair.done(c.SetHand(True))
    lines = await server.journal.read(reception.id)
    await chair.sees(lambda room: bool(room.alarms))
    server.units.away = False
    await chair.sees(lambda room: not room.alarms)
    await chair.done(c.SetHand(False))
    await server.stop()
    await server.journal.append(reception.id, [lines])
    before = await names(server, reception, "ParticipantJoined")
    await server.start()
    after = await names(server, reception, "ParticipantJoined")
    assert after.count("HandMoved") == before.count("HandMoved") == 2
    assert await server.journal.read(reception.id) == b""


async def test_a_database_that_is_away_is_said_also_while_nothing_is_decided(tmp_path: Path) -> None:
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, lease_s=0.3))
    await server.start()
    try:
        reception = await scheduled(server.receptions, server.clock.utc())
        chair = await server.browser(reception.id, CHAIR)
        server.units.away = True
        await chair.sees(lambda room: [alarm.code for alarm in room.alarms] == ["database_away"])
        server.units.away = False
        await chair.sees(lambda room: room.alarms == ())
    finally:
        await server.close()
