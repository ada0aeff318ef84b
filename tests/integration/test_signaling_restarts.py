"""Parts that end and begin anew: the session goes on, and everybody is told what is recorded."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bridge import commands as c
from bridge.events import SpeakersMoved
from bridge.ids import room_of
from bridge.kept import Batch, KeptBatch, serialise_kept
from bridge.policy import SYSTEM
from bridge.reception import Reception
from bridge.recorder_control import SpoolChanged, StoreChanged
from signaling.wire import UplinkRequest
from tests.support.fakes import SOURCES
from tests.support.receptions import CHAIR, scheduled
from tests.support.room_server import Browser, RoomServer, eventually

UPLINK = UplinkRequest("v=0", SOURCES)


async def test_a_restarted_node_is_told_everything_and_browsers_begin_anew(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    server.node.restart()
    await citizen.until(lambda: citizen.last("renegotiate") == {"reason": "node_restarted"})
    room = server.node.rooms[room_of(reception.id)]
    assert set(room.participants) == {chair.id, citizen.id}
    assert room.tap is not None
    assert room.tap.recording
    assert await citizen.ask("uplink", UPLINK) == {"sdp": "v=0 answer"}


async def test_a_node_that_is_back_before_the_recorder_is_said_not_to_be_recorded(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    server.recorder.down = True
    server.node.restart()
    await pair[1].sees(lambda room: room.recording == "not_recording")
    server.recorder.down = False
    room = room_of(reception.id)
    await eventually(lambda: room in server.node.rooms and server.node.rooms[room].tap is not None)
    await pair[1].sees(lambda room: room.recording == "writing")


async def test_a_node_that_is_away_is_said_not_to_be_recorded(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    server.node.down = True
    server.node.drop()
    await pair[1].sees(lambda room: room.recording == "not_recording")
    server.node.down = False  # the same run: it had only stood still
    await pair[1].sees(lambda room: room.recording == "writing")
    assert pair[1].last("renegotiate") is None


async def test_what_a_killed_recorder_said_last_is_forgotten_with_it(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    recording = (await server.receptions.present(reception.id)).recording
    assert recording is not None
    server.recorder.say(StoreChanged(recording, False, 1))
    await pair[0].sees(lambda room: room.recording == "degraded")
    server.recorder.say(SpoolChanged(recording, "full"))
    await pair[1].sees(lambda room: room.recording == "not_recording")
    server.recorder.restart()  # store and disk were mended before it was back: it finds nothing to tell
    await pair[1].sees(lambda room: room.recording == "writing")
    server.recorder.say(StoreChanged(recording, False, 1))
    await pair[0].sees(lambda room: room.recording == "degraded")


async def test_web_and_node_that_both_began_anew_go_on_recording(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    before = server.node.rooms[room_of(reception.id)].tap
    assert before is not None
    await server.stop()
    server.node.restart()
    await server.start()
    await eventually(lambda: room_of(reception.id) in server.node.rooms)
    await eventually(lambda: server.node.rooms[room_of(reception.id)].tap is not None)
    tap = server.node.rooms[room_of(reception.id)].tap
    assert tap is not None
    assert (tap.recording_id, tap.recording) == (before.recording_id, True)


async def test_a_reception_that_cannot_be_read_keeps_no_other_from_coming_back(
    tmp_path: Path, server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    other = await scheduled(server.receptions, server.clock.utc())
    await server.browser(other.id, CHAIR)
    await server.stop()
    with closing(sqlite3.connect(tmp_path / "rooms.db")) as file, file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f'DROP TRIGGER "{name}"')
        file.execute("UPDATE reception_events SET event = '{' WHERE reception = ? AND version = 2", (reception.id,))
    batch = Batch(SYSTEM, "NoteSpeakers", (SpeakersMoved(()),), server.clock.utc())
    kept = serialise_kept(KeptBatch(2, batch))
    await server.journal.append(reception.id, [kept])
    server.node.rooms.clear()
    await server.start()
    again = await server.browser(other.id, CHAIR)
    await again.done(c.StartReception("on paper"))
    refused = await Browser(server.port).refusal({"token": server.token(reception.id, CHAIR)})
    assert refused["code"] == "internal"
    assert await server.journal.read(reception.id) == kept
