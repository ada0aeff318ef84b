"""The waiting area over real sockets: who waits learns of nobody, is let in, sent back, dismissed; all of it stored."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bridge import commands as c
from bridge.events import NoticeAcknowledged, ParticipantJoined, SeatDismissed, WaitingBegun
from bridge.ids import room_of
from bridge.model import Seat
from bridge.ports import JoinGrant
from bridge.reception import Reception
from bridge.states import AttendanceState
from signaling.wire import Refused, UplinkRequest
from tests.support.fakes import SOURCES
from tests.support.receptions import AGENCY_SEAT, CHAIR, actor
from tests.support.room_server import Browser, RoomServer, eventually
from tests.support.waiting import FIRST, SEATS, SECOND, scheduled_to_wait, waits

UPLINK = UplinkRequest("v=0", SOURCES)


@pytest.fixture
async def reception(server: RoomServer) -> Reception:
    return await scheduled_to_wait(server.receptions, server.clock.utc())


@pytest.fixture
async def chair(server: RoomServer, reception: Reception) -> AsyncIterator[Browser]:
    """In the room at once: nobody lets the chair in."""
    browser = await server.browser(reception.id, CHAIR)
    yield browser
    await browser.close()


async def comes(server: RoomServer, reception: Reception, seat: Seat, device: str = "") -> Browser:
    """Connected, and greeted in the waiting area."""
    assert server.signaling is not None
    browser = Browser(server.port)
    token = server.signaling.tokens.mint(JoinGrant(reception.id, seat.id, seat.account, device=device))
    await browser.connect({"token": token})
    await browser.until(lambda: waits(browser) is not None)
    return browser


async def comes_back(server: RoomServer, told: Any) -> Browser:
    """By the secret of the welcome before."""
    browser = Browser(server.port)
    await browser.connect({"participant": told["participant"], "secret": told["secret"]})
    await browser.until(lambda: waits(browser) is not None)
    return browser


def known_to_node(server: RoomServer, reception: Reception) -> set[str]:
    return set(server.node.rooms[room_of(reception.id)].participants)


async def test_who_waits_is_told_of_nobody_and_the_node_is_not_told_of_them(
    server: RoomServer, reception: Reception, chair: Browser
) -> None:
    first = await comes(server, reception, FIRST)
    second = await comes(server, reception, SECOND)
    agency = await comes(server, reception, AGENCY_SEAT)
    await chair.sees(lambda room: [one.name for one in room.waiting] == [FIRST.name, SECOND.name, AGENCY_SEAT.name])
    await chair.done(c.StartReception("on paper"))
    await first.until(lambda: (view := waits(first)) is not None and view.begun)
    view = waits(second)
    assert view is not None
    assert (view.name, view.number, view.before, view.staff) == (SECOND.name, 2, 1, None)
    facts = waits(agency)
    assert facts is not None
    assert facts.staff is not None
    assert (facts.staff.cases, facts.number) == (2, None)
    others = {seat.id: [one for one in SEATS if one.id != seat.id] for seat in (FIRST, SECOND, AGENCY_SEAT)}
    for browser, seat in ((first, FIRST), (second, SECOND), (agency, AGENCY_SEAT)):
        heard = json.dumps(browser.heard)
        assert {name for name, _ in browser.heard} <= {"waiting", "waiting_welcome"}
        assert not [one.name for one in others[seat.id] if f'"{one.name}"' in heard or one.id in heard]
        assert chair.id not in heard
        assert "Land at" not in heard
        assert "A road" not in heard
    assert known_to_node(server, reception) == {chair.id}


async def test_who_waits_can_do_nothing_in_the_room(server: RoomServer, reception: Reception, chair: Browser) -> None:
    first = await comes(server, reception, FIRST)
    orders = len(server.node.orders)
    for event, body in (("uplink", UPLINK), ("restart_downlink", None)):
        assert (await first.ask(event, body))["code"] == "unknown_participant"
    for command in (c.SetMicrophone(True), c.AdmitSeat(FIRST.id), c.CallNextCase(), c.SetHand(True)):
        answer = await first.command(command)
        assert isinstance(answer, Refused)
        assert answer.code in ("unknown_participant", "not_permitted")
    assert len(server.node.orders) == orders
    assert (await server.receptions.present(reception.id)).at_seat(FIRST.id) is None


async def test_admitted_sent_back_and_admitted_again(server: RoomServer, reception: Reception, chair: Browser) -> None:
    await chair.done(c.StartReception("on paper"))
    first = await comes(server, reception, FIRST)
    await chair.done(c.MessageWaiting(FIRST.id, "Xin chờ năm phút"))
    await first.until(lambda: (view := waits(first)) is not None and view.message == "Xin chờ năm phút")
    await chair.done(c.AdmitSeat(FIRST.id))
    await first.until(lambda: first.welcome is not None)
    assert known_to_node(server, reception) == {chair.id, first.id}
    assert (await first.ask("uplink", UPLINK)) == {"sdp": "v=0 answer"}
    room = await first.sees(lambda room: len(room.participants) == 2)
    assert (room.waiting, room.absent, room.expected, len(room.cases)) == ((), (), (), 1)
    await chair.done(c.SendBack(FIRST.id))
    assert known_to_node(server, reception) == {chair.id}
    await first.until(lambda: waits(first) is not None)
    assert (await first.ask("uplink", UPLINK))["code"] == "unknown_participant"
    await chair.done(c.AdmitSeat(FIRST.id))
    await first.sees(lambda room: len(room.participants) == 2)
    assert first.heard[-1][0] in ("welcome", "offer", "room", "speakers")
    assert (await first.ask("uplink", UPLINK)) == {"sdp": "v=0 answer"}


async def test_the_next_case_brings_its_people_and_can_be_taken_back(
    server: RoomServer, reception: Reception, chair: Browser
) -> None:
    await chair.done(c.StartReception("on paper"))
    first, second = await comes(server, reception, FIRST), await comes(server, reception, SECOND)
    await chair.done(c.AdmitSeat(FIRST.id))
    await first.until(lambda: first.welcome is not None)
    await chair.done(c.CallNextCase())
    await first.until(lambda: first.last("ended") == {"how": "case_over", "reason": ""})
    await second.until(lambda: second.welcome is not None)

    assert FIRST.name not in json.dumps(second.heard)

    await chair.sees(lambda room: room.case_number == 2 and not room.absent)
    again = await comes(server, reception, FIRST)
    await chair.done(c.RecallCase())
    await again.until(lambda: again.welcome is not None)
    await second.until(lambda: waits(second) is not None)
    await second.close()
    await chair.sees(lambda room: room.waiting[0].state == "away")
    answer = await chair.command(c.AdmitSeat(SECOND.id))
    assert isinstance(answer, Refused)
    assert answer.code == "unknown_participant"


async def test_dismissed_is_final_and_needs_a_reason(server: RoomServer, reception: Reception, chair: Browser) -> None:
    first = await comes(server, reception, FIRST)
    answer = await chair.command(c.DismissSeat(FIRST.id, " "))
    assert isinstance(answer, Refused)
    assert answer.code == "reason_required"
    await chair.done(c.DismissSeat(FIRST.id, "Gây mất trật tự"))
    await first.until(lambda: first.last("ended") == {"how": "dismissed", "reason": "Gây mất trật tự"})
    refused = await Browser(server.port).refusal({"token": server.token(reception.id, FIRST)})
    assert refused["code"] == "not_permitted"
    stored = [one.event for one in await server.receptions.history(reception.id)]
    assert SeatDismissed(FIRST.id, "Gây mất trật tự") in stored


async def test_the_waiting_list_survives_a_restart(server: RoomServer, reception: Reception) -> None:
    first, second = await comes(server, reception, FIRST), await comes(server, reception, SECOND)
    chair = await server.browser(reception.id, CHAIR)
    before = await chair.sees(lambda room: len(room.waiting) == 2)
    secrets = [browser.last("waiting_welcome") for browser in (first, second)]
    await server.stop()
    await server.start()
    back = [await comes_back(server, told) for told in secrets]
    again = await server.browser(reception.id, CHAIR)
    after = await again.sees(lambda room: all(one.state == "connected" for one in room.waiting))
    assert [(one.name, one.since_ms) for one in after.waiting] == [(one.name, one.since_ms) for one in before.waiting]
    await again.done(c.StartReception("on paper"))
    await again.done(c.AdmitSeat(FIRST.id))
    await back[0].until(lambda: back[0].welcome is not None)


async def test_a_second_device_takes_the_place_and_the_first_is_told_where_it_went(
    server: RoomServer, reception: Reception, chair: Browser
) -> None:
    first = await comes(server, reception, FIRST)
    since = (await chair.sees(lambda room: len(room.waiting) == 1)).waiting[0].since_ms
    other = await comes(server, reception, FIRST, "Firefox · Android")
    await first.until(lambda: first.last("ended") == {"how": "replaced", "reason": "Firefox · Android"})
    row = (await chair.sees(lambda room: bool(room.waiting) and room.waiting[0].moved)).waiting[0]
    assert (row.since_ms, row.state) == (since, "connected")
    await other.ask("leave")
    await chair.sees(lambda room: not room.waiting)


async def test_each_step_is_a_stored_event(server: RoomServer, reception: Reception, chair: Browser) -> None:
    own = actor(FIRST)
    for command in (c.ConfirmSeat(), c.NoteDevices(True, False), c.AcknowledgeNotice("1")):
        await server.receptions.execute(own, reception.id, command)
    first = await comes(server, reception, FIRST)
    row = (await chair.sees(lambda room: len(room.waiting) == 1)).waiting[0]
    assert (row.camera, row.microphone, row.moved) == (True, False, False)
    await first.close()
    stored = [one.event for one in await server.receptions.history(reception.id)]
    assert NoticeAcknowledged(FIRST.id, "1") in stored
    assert [type(event) for event in stored].count(WaitingBegun) == 1
    present = await server.receptions.present(reception.id)
    assert present.attendance_of(FIRST.id) is AttendanceState.WAITING


async def test_a_node_that_is_away_keeps_nobody_from_waiting(
    server: RoomServer, reception: Reception, chair: Browser
) -> None:
    server.node.down = True
    first = await comes(server, reception, FIRST)
    stored = [one.event for one in await server.receptions.history(reception.id)]
    assert [event.seat for event in stored if isinstance(event, ParticipantJoined)] == [CHAIR.id]
    answer = await chair.command(c.AdmitSeat(FIRST.id))
    assert isinstance(answer, Refused)
    assert answer.code == "node_unavailable"
    server.node.down = False
    await first.until(lambda: first.welcome is not None)
    await eventually(lambda: known_to_node(server, reception) == {chair.id, first.id})
