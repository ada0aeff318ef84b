"""What the site's pages show of rooms: one that is live and has alarms, and guests who are on their way in."""

from bridge.board import BoardAlarm, RoomSample, SeatSample, WatchedRoom
from bridge.commands import AcknowledgeNotice, Command, ConfirmSeat, NoteDevices
from bridge.decisions import decide_join
from bridge.events import ReceptionStarted
from bridge.guests import NOTICE_VERSION
from bridge.ids import NS_PER_S, AgencyId, ParticipantId, RecordingId, SeatId, guest_of
from bridge.linehistory import KeptLook
from bridge.media import Moment
from bridge.model import OWN_DEVICE, Level, Role, Seat, SeatPerson
from bridge.policy import SYSTEM, Actor
from bridge.quality import LineSpan
from bridge.reception import Reception
from tests.support.pages import Pages
from tests.support.waiting import invited

_ALARMS = (BoardAlarm("disk_short", {"free": 1.2, "wanted": 3.4}),)


def guest(key: str, name: str) -> Seat:
    """A citizen with a code, at home."""
    seat = SeatId(f"seat-{key}")
    people = (SeatPerson(name, Role.CITIZEN), SeatPerson("Luật sư Đỗ Văn E", Role.LAWYER))
    return Seat(seat, guest_of(seat), Role.CITIZEN, name, OWN_DEVICE, "Thiết bị riêng", Level.COMMUNE, people)


async def live(pages: Pages, opened: Reception) -> None:
    """The chair is in the room and the recorder confirms late; nobody is at the other points."""
    chair = opened.seat(SeatId("seat-chair"))
    service, now = pages.ports.receptions, pages.clock.utc()
    joined = decide_join(opened, chair.id, ParticipantId("p-chair"))
    reception = await service.append(SYSTEM, "JoinRoom", opened, joined)
    started = ReceptionStarted(RecordingId(f"rec-{opened.id}"), Moment(0, now), "on paper")
    reception = await service.append(SYSTEM, "StartReception", reception, [started])
    line = LineSpan(0.04, 12, 80, 512)
    seats = {chair.id: SeatSample(True, line, line)}
    samples = [RoomSample(now, seats, True, late, late < 3000, 2_000_000) for late in (20, 2_500, 21_000)]
    pages.rooms.rooms[opened.id] = WatchedRoom(reception, _ALARMS, samples, recorder_free=50_000_000_000)
    await _looked_at(pages, reception, chair.id)


async def _looked_at(pages: Pages, reception: Reception, seat: SeatId) -> None:
    """A quarter of an hour in which the line became worse, with a minute in which the database was away."""
    looks = []
    for step in range(90):
        up, down = LineSpan(step / 1000, 5, 40, 512, step / 1000), LineSpan(0, 5, 40, 900, 0.0)
        at_utc_ns = pages.clock.utc() - (90 - step) * 10 * NS_PER_S
        looks.append(KeptLook(at_utc_ns, 6 if step == 50 else 0, {seat: SeatSample(True, up, down)}))
    async with pages.storage.units.writing() as unit:
        await unit.line_looks.add(reception.id, looks)
        await unit.commit()


async def code_of(pages: Pages, reception: Reception, seat: SeatId) -> str:
    """Of the seat's invitation, made anew."""
    ports = pages.ports
    return await invited(ports.units, ports.secrets, ports.clock, ports.entropy, reception, reception.seat(seat))


async def prepared(pages: Pages, reception: Reception, wanted: SeatId, *commands: Command) -> None:
    """As somebody who went the way in so far; their seat is confirmed in any case."""
    seat = reception.seat(wanted)
    actor = Actor(seat.account, seat.name, frozenset(), AgencyId("office-central"), seat.id, seat.role)
    for command in (ConfirmSeat(), *commands):
        await pages.ports.receptions.execute(actor, reception.id, command)


ALL_DONE = (NoteDevices(True, True), AcknowledgeNotice(NOTICE_VERSION))
