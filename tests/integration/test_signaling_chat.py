"""What is written and who conducts, through the room's socket; it is all there again after a restart."""

import msgspec

from bridge import commands as c
from bridge.ids import NS_PER_S
from bridge.model import Seat
from bridge.reception import Reception
from signaling.members import WRITES_AT_ONCE, WRITES_PER_S
from signaling.wire import LineReport, Messages, ParticipantView, Refused, ResumeAuth, RoomView
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, SECRETARY
from tests.support.room_server import Browser, RoomServer


def texts(browser: Browser, *, earlier: bool | None = None) -> list[str]:
    """What this browser was told, in order."""
    told = [msgspec.convert(body, Messages) for event, body in browser.heard if event == "messages"]
    return [one.text for each in told if earlier in (None, each.earlier) for one in each.messages]


def seated(room: RoomView, seat: Seat) -> ParticipantView:
    return next(one for one in room.participants if one.seat == seat.id)


async def gathered(server: RoomServer, reception: Reception, *seats: Seat) -> list[Browser]:
    """The chair and others, live."""
    browsers = [await server.browser(reception.id, seat) for seat in (CHAIR, *seats)]
    await browsers[0].done(c.StartReception("on paper"))
    return browsers


async def test_messages_reach_whom_they_are_for_also_those_who_come_late(
    server: RoomServer, reception: Reception
) -> None:
    chair, citizen = await gathered(server, reception, CITIZEN)
    await chair.done(c.SendToOfficials("hồ sơ thiếu bản đồ"))
    await chair.done(c.SendToAll("mời ông/bà trình bày"))
    await citizen.done(c.SendToAll("شكرا — cảm ơn"))
    await chair.until(lambda: len(texts(chair)) == 3)
    await citizen.until(lambda: len(texts(citizen)) == 2)
    assert texts(citizen) == ["mời ông/bà trình bày", "شكرا — cảm ơn"]
    refused = await citizen.command(c.SendToOfficials("x"))
    assert isinstance(refused, Refused)
    assert refused.code == "not_permitted"

    agency = await server.browser(reception.id, AGENCY_SEAT)
    await agency.until(lambda: len(texts(agency)) == 3)
    assert texts(agency, earlier=True) == texts(chair)
    assert "hồ sơ" not in str(citizen.heard)


async def test_who_writes_faster_than_anybody_reads_is_held_back(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await gathered(server, reception, CITIZEN)
    began, written = server.clock.mono(), 0
    while not isinstance(answer := await citizen.command(c.SendToAll("once more")), Refused):
        written += 1
    took_s = (server.clock.mono() - began) / NS_PER_S
    assert (answer.code, answer.params) == ("too_many_requests", {"seconds": "2"})
    assert WRITES_AT_ONCE <= written <= WRITES_AT_ONCE + took_s * WRITES_PER_S
    await chair.done(c.SendToAll("the others write on"))


async def test_how_each_finds_their_line_is_told(server: RoomServer, reception: Reception) -> None:
    chair, citizen = await gathered(server, reception, CITIZEN)
    await citizen.ask("line", LineReport("poor"))
    await chair.sees(lambda room: seated(room, CITIZEN).quality == "poor")
    assert (await citizen.ask("line", {"quality": "excellent"}))["code"] == "malformed_message"


async def test_a_deputy_takes_the_chair_ends_the_pause_and_gives_it_back(
    server: RoomServer, reception: Reception
) -> None:
    chair, secretary, citizen = await gathered(server, reception, SECRETARY, CITIZEN)
    refused = await secretary.command(c.TakeChair())
    assert isinstance(refused, Refused)
    assert refused.code == "chair_present"
    assert chair.welcome is not None
    resume = ResumeAuth(chair.id, chair.welcome.secret)
    await chair.close()
    await secretary.sees(lambda room: seated(room, CHAIR).state == "away")
    await secretary.done(c.TakeChair())
    await citizen.sees(lambda room: seated(room, SECRETARY).role == "chair")
    await secretary.done(c.InterruptReception("line"))
    await secretary.done(c.SetMicrophone(True))
    await secretary.done(c.ResumeReception())

    back = Browser(server.port)
    await back.connect(msgspec.to_builtins(resume))
    view = await back.sees(lambda room: seated(room, CHAIR).role == "advisor")
    assert "close" not in view.may
    assert isinstance(await back.command(c.CloseReception()), Refused)
    assert isinstance(await back.command(c.TakeChair()), Refused)
    await secretary.done(c.ReturnChair())
    assert not server.gates(reception.id, secretary.id).microphone
    await back.sees(lambda room: seated(room, CHAIR).role == "chair" and "close" in room.may)
    await back.done(c.CloseReception())
    await citizen.until(citizen.gone.is_set)


async def test_a_restart_gives_back_agenda_floor_times_messages_and_who_conducts(
    server: RoomServer, reception: Reception
) -> None:
    chair, secretary, citizen = await gathered(server, reception, SECRETARY, CITIZEN)
    await chair.done(c.CallNextCase())
    await chair.done(c.GiveFloor(citizen.id))
    await chair.done(c.SendToOfficials("among us"))
    await citizen.done(c.SendToAll("to all"))
    await chair.ask("leave")
    await secretary.done(c.TakeChair())
    before = await secretary.sees(lambda room: seated(room, SECRETARY).role == "chair")
    assert secretary.welcome is not None
    resume = ResumeAuth(secretary.id, secretary.welcome.secret)
    await server.stop()
    await server.start()

    again = Browser(server.port)
    await again.connect(msgspec.to_builtins(resume))
    after = await again.sees(lambda room: room.state == "live")
    assert (after.case_number, after.case_began_ms, after.began_ms) == (2, before.case_began_ms, before.began_ms)
    assert after.case_began_ms is not None
    assert seated(after, CITIZEN).floor
    assert (seated(after, SECRETARY).role, seated(after, SECRETARY).floor) == ("chair", True)
    await again.until(lambda: texts(again, earlier=True) == ["among us", "to all"])
    await again.done(c.CloseReception("thank you"))
