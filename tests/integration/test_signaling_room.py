"""A reception through the room's socket: a real server and database, browsers as socket clients."""

import asyncio

import pytest

from bridge import commands as c
from bridge.control import (
    LineCounters,
    ParticipantLines,
    SpeakersChanged,
    TapChanged,
    TransportChanged,
)
from bridge.errors import Code
from bridge.events import SpeakersMoved
from bridge.ids import room_of
from bridge.linehistory import KeptLook
from bridge.model import Seat
from bridge.reception import Reception
from bridge.recorder_control import StoreChanged
from signaling import watching
from signaling.wire import DownlinkReply, Refused, UplinkRequest
from tests.support.fakes import SOURCES
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, KEEPER, SECRETARY
from tests.support.room_server import Browser, RoomServer

UPLINK = UplinkRequest("v=0", SOURCES)


async def live(server: RoomServer, reception: Reception, *seats: Seat) -> list[Browser]:
    """The chair and others in a live reception."""
    browsers = [await server.browser(reception.id, seat) for seat in (CHAIR, *seats)]
    await browsers[0].done(c.StartReception("on paper"))
    for browser in browsers:
        await browser.sees(lambda room: room.state == "live")
    return browsers


async def refused(browser: Browser, command: c.RoomCommand) -> str:
    answer = await browser.command(command)
    assert isinstance(answer, Refused)
    return answer.code


async def test_two_join_and_a_reception_goes_from_doors_to_close(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.sees(lambda room: len(room.participants) == 2 and room.expected == ("Point province",))
    held = await citizen.sees(lambda room: room.held)
    assert held.recording == "not_yet"
    assert await citizen.ask("uplink", UPLINK) == {"sdp": "v=0 answer"}
    assert not server.gates(reception.id, citizen.id).camera

    await chair.done(c.StartReception("on paper"))
    await citizen.sees(lambda room: room.state == "live" and room.recording == "writing" and not room.held)
    assert server.gates(reception.id, citizen.id).camera

    await chair.done(c.CloseReception("thank you"))
    await citizen.until(citizen.gone.is_set)
    assert citizen.last("ended") == {"how": "closed", "reason": "thank you"}
    await chair.until(chair.gone.is_set)
    closed = await server.receptions.present(reception.id)
    assert closed.state == "closed"
    async with server.units.reading() as unit:
        [row] = await unit.recordings.all()
    assert closed.ended is not None
    assert (row.id, row.ended_utc_ns) == (closed.recording, closed.ended.utc_ns)


async def test_a_microphone_opens_only_with_the_floor_and_closes_at_once(
    server: RoomServer, reception: Reception
) -> None:
    chair, citizen = await live(server, reception, CITIZEN)
    assert await refused(citizen, c.SetMicrophone(True)) == "no_floor"
    assert await refused(citizen, c.GiveFloor(citizen.id)) == "not_permitted"
    await citizen.done(c.SetHand(True))
    await chair.sees(lambda room: room.participants[1].hand_raised)
    await chair.done(c.GiveFloor(citizen.id))
    assert not server.gates(reception.id, citizen.id).microphone
    await citizen.done(c.SetMicrophone(True))
    assert server.gates(reception.id, citizen.id).microphone
    await chair.done(c.MuteParticipant(citizen.id))
    assert not server.gates(reception.id, citizen.id).microphone
    await citizen.done(c.SetMicrophone(True))
    await chair.done(c.TakeFloor(citizen.id))
    assert not server.gates(reception.id, citizen.id).microphone
    await citizen.sees(lambda room: not room.participants[1].floor and not room.participants[1].microphone_open)


async def test_one_screen_at_a_time(server: RoomServer, reception: Reception) -> None:
    chair, agency = await live(server, reception, AGENCY_SEAT)
    await agency.done(c.SetScreen(True))
    assert server.gates(reception.id, agency.id).screen
    assert await refused(chair, c.SetScreen(True)) == "screen_taken"
    await agency.done(c.SetScreen(False))
    await chair.done(c.SetScreen(True))


async def test_offers_and_answers_are_carried_between_browser_and_node(
    server: RoomServer, reception: Reception
) -> None:
    chair = await server.browser(reception.id, CHAIR)
    agency = await server.browser(reception.id, AGENCY_SEAT)
    await agency.ask("uplink", UPLINK)
    await chair.until(lambda: chair.last("offer") is not None)
    await chair.sees(lambda room: len(room.participants[1].tracks) == 2)
    number = chair.last("offer")["offer"]
    assert "revision" in await chair.ask("downlink", DownlinkReply(number, "v=0"))
    assert server.node.answered == [(chair.id, number)]
    assert (await chair.ask("downlink", DownlinkReply(number + 7, "v=0")))["code"] == "stale_offer"
    await chair.ask("restart_downlink")
    await chair.until(lambda: chair.last("offer")["offer"] > number)
    assert (await agency.ask("uplink", UplinkRequest("x=0", SOURCES)))["code"] == "malformed_sdp"


async def test_a_pause_holds_the_room(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await live(server, reception, CITIZEN)
    await chair.done(c.InterruptReception("a break"))
    seen = await citizen.sees(lambda room: room.state == "interrupted")
    assert (seen.recording, seen.interrupted_by) == ("paused", "chair")
    assert server.node.rooms[room_of(reception.id)].order.held
    await chair.done(c.SetMicrophone(True))
    assert server.node.rooms[room_of(reception.id)].order.notice_from == chair.id
    await chair.done(c.ResumeReception())
    await citizen.sees(lambda room: room.state == "live")
    assert not server.node.rooms[room_of(reception.id)].order.held


@pytest.mark.parametrize("code", [Code.CENTRAL_POINT_SILENT, Code.RECORDER_NOT_WRITING])
async def test_a_start_without_proof_is_refused_and_may_be_tried_again(
    server: RoomServer, reception: Reception, code: Code
) -> None:
    chair = await server.browser(reception.id, CHAIR)
    server.recorder.refuses = code
    assert await refused(chair, c.StartReception("on paper")) == code
    server.recorder.refuses = None
    await chair.done(c.StartReception("on paper"))


async def test_late_writing_is_told_to_officials_and_lost_writing_to_all(
    server: RoomServer, reception: Reception
) -> None:
    chair, secretary, citizen = await live(server, reception, SECRETARY, CITIZEN)
    recording = (await server.receptions.present(reception.id)).recording
    assert recording is not None
    room = room_of(reception.id)
    server.node.say(TapChanged(room, recording, "degraded", 2500))
    await chair.sees(lambda view: view.recording == "degraded")
    assert (await citizen.sees(lambda _: True)).recording == "writing"
    server.node.say(TapChanged(room, recording, "writing", 0))
    server.recorder.say(StoreChanged(recording, False, 10))
    await secretary.sees(lambda view: view.recording == "degraded")
    server.node.say(TapChanged(room, recording, "not_recording", 21_000))
    await citizen.sees(lambda view: view.recording == "not_recording")


async def test_who_speaks_is_told_and_kept(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await live(server, reception, CITIZEN)
    server.node.say(SpeakersChanged(room_of(reception.id), (chair.id,)))
    await citizen.until(lambda: citizen.last("speakers") == {"participants": [chair.id]})
    await chair.done(c.CallNextCase())  # stored after everything before it
    names = [type(one.event).__name__ for one in await server.receptions.history(reception.id)]
    assert "SpeakersMoved" in names


async def test_a_lost_transport_makes_away_and_mutes_until_it_is_back(server: RoomServer, reception: Reception) -> None:
    chair, agency = await live(server, reception, AGENCY_SEAT)
    await chair.done(c.GiveFloor(agency.id))
    await agency.done(c.SetMicrophone(True))
    server.node.say(TransportChanged(room_of(reception.id), agency.id, "uplink", "lost"))
    away = await chair.sees(lambda room: room.participants[1].state == "away")
    assert not away.participants[1].microphone_open
    server.node.say(TransportChanged(room_of(reception.id), agency.id, "uplink", "connected"))
    await chair.sees(lambda room: room.participants[1].state == "connected")


async def test_leaving_frees_the_seat_and_one_may_come_again(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await citizen.ask("leave")
    await citizen.until(citizen.gone.is_set)
    assert citizen.last("ended")["how"] == "left"
    await chair.sees(lambda room: len(room.participants) == 1)
    assert citizen.id not in server.node.rooms[room_of(reception.id)].participants
    await server.browser(reception.id, CITIZEN)
    await chair.sees(lambda room: len(room.participants) == 2)


async def test_a_reception_cancelled_from_a_page_ends_the_room(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    await server.receptions.execute(KEEPER, reception.id, c.CancelReception("moved to Monday"))
    await chair.until(chair.gone.is_set)
    assert chair.last("ended") == {"how": "cancelled", "reason": "moved to Monday"}


async def test_what_is_acknowledged_is_stored(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await live(server, reception, CITIZEN)
    for command in (c.SetHand(True), c.SetCamera(False)):
        await citizen.done(command)
        last = (await server.receptions.history(reception.id))[-1]
        assert (type(last.event).__name__, last.actor) == (
            type(command).__name__.removeprefix("Set") + "Moved",
            CITIZEN.account,
        )
    await chair.done(c.MuteAll())


async def test_revisions_only_grow(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await live(server, reception, CITIZEN)
    for raised in (True, False, True):
        await citizen.done(c.SetHand(raised))
    await chair.sees(lambda room: room.participants[1].hand_raised)
    revisions = [body["revision"] for event, body in chair.heard if event == "room"]
    assert revisions == sorted(set(revisions))


async def test_a_node_that_restarts_ends_who_spoke(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await live(server, reception, CITIZEN)
    server.node.say(SpeakersChanged(room_of(reception.id), (chair.id,), chair.id))
    await citizen.until(lambda: citizen.last("speakers") == {"participants": [chair.id]})
    server.node.restart()
    await citizen.until(lambda: citizen.last("speakers") == {"participants": []})
    await chair.done(c.CallNextCase())
    said = [one.event for one in await server.receptions.history(reception.id) if isinstance(one.event, SpeakersMoved)]
    assert said == [SpeakersMoved((chair.id,), chair.id), SpeakersMoved((), None)]


async def test_lines_are_shown_in_the_room_and_stored(
    server: RoomServer, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_FIRST_S", 0.05)
    monkeypatch.setattr(watching, "EVERY_S", 0.05)
    chair = await server.browser(reception.id, CHAIR)
    packets, looks = 0, list[KeptLook]()
    async with asyncio.timeout(30):
        while not looks:
            packets += 100
            counted = LineCounters(packets, packets // 2, packets * 100, 5.0, 40.0, packets, packets // 2)
            server.node.lines = ParticipantLines(chair.id, counted, None)
            await asyncio.sleep(0.05)
            async with server.units.reading() as unit:
                looks = await unit.line_looks.of_reception(reception.id, 0, 10)
    up = looks[0].seats[CHAIR.id].up
    assert up is not None
    assert (up.loss, up.sound_loss) == (0.5, 0.5)
    await chair.sees(lambda room: room.participants[0].quality == "bad")
