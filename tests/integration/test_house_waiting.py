"""Two citizens, an agency and the chair in the real house: who waits sends and gets nothing, also over a restart of the
rooms, and the sealed record has nobody in it before they were let in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.manifest import Manifest
from bridge.media import Source
from bridge.model import Seat
from bridge.reception import Reception
from bridge.verification import load_manifest
from deploy.points import Downlink, Point
from tests.support.house import House, whole_house
from tests.support.receptions import AGENCY_SEAT, CHAIR
from tests.support.room_server import WITHIN_S, eventually
from tests.support.waiting import FIRST, SECOND, scheduled_to_wait


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with whole_house(tmp_path) as house:
        yield house


class Waits:
    """A point whose join is over only when it is let in."""

    def __init__(self, house: House, reception: Reception, seat: Seat, code: int) -> None:
        self.point: Point = house.point(reception, seat, code)
        self.joining = asyncio.create_task(self.point.join())

    async def let_in(self) -> Point:
        """Once it sees the room."""
        await asyncio.wait_for(self.joining, 30)
        return self.point

    async def close(self) -> None:
        self.joining.cancel()
        await asyncio.gather(self.joining, return_exceptions=True)
        await self.point.close()


def sees(point: Point, count: int) -> bool:
    """Whether pictures of that many others come."""
    seen = point.downlink.seen if point.downlink else {}
    return sum(one.frames >= 3 for one in seen.values()) >= count


async def restarted(house: House, *people: Point) -> None:
    """The rooms' process; node and recorder went on."""
    await house.server.stop()
    await house.server.start()
    for one in people:
        await one.resume()


async def test_one_after_another_over_a_restart_to_the_sealed_record(house: House) -> None:
    reception = await scheduled_to_wait(house.server.receptions, house.server.clock.utc())
    chair = house.point(reception, CHAIR, 1, Source.CAMERA, Source.MICROPHONE)
    await chair.join()
    agency, first = Waits(house, reception, AGENCY_SEAT, 2), Waits(house, reception, FIRST, 3)
    second = Waits(house, reception, SECOND, 4)
    people = [agency, first, second]
    try:
        await chair.until(lambda room: len(room.waiting) == 3)
        await chair.command(c.StartReception("trial"))
        await chair.command(c.AdmitSeat(AGENCY_SEAT.id))
        await chair.command(c.AdmitSeat(FIRST.id))
        inside = [await agency.let_in(), await first.let_in()]
        await eventually(lambda: all(sees(one, 2) for one in (chair, *inside)))
        assert second.point.downlink is None or not second.point.downlink.seen

        await restarted(house, chair, *inside)
        room = await chair.until(lambda room: len(room.participants) == 3)
        assert [one.name for one in room.waiting] == [SECOND.name]
        back = Waits(house, reception, SECOND, 4)
        people.append(back)
        await chair.until(lambda room: [one.state for one in room.waiting] == ["connected"])

        await chair.command(c.CallNextCase())
        await eventually(lambda: inside[1].ended is not None)
        assert inside[1].ended is not None
        assert inside[1].ended.how == "case_over"
        called = await back.let_in()
        await eventually(lambda: sees(called, 2))
        room = await chair.until(lambda room: room.case_number == 2)
        assert {one.name for one in room.participants} == {CHAIR.name, AGENCY_SEAT.name, SECOND.name}
        await chair.command(c.CloseReception())
    finally:
        for one in people:
            await one.close()
        await chair.close()
    _check_record(await record_of(house, reception))


async def record_of(house: House, reception: Reception) -> Manifest:
    row = await house.sealed(reception)
    return await load_manifest(house.objects, row.manifest_key, row.manifest_version)


def _check_record(manifest: Manifest) -> None:
    record = {person.name: person for person in manifest.participants}
    assert set(record) == {CHAIR.name, AGENCY_SEAT.name, FIRST.name, SECOND.name}
    assert record[FIRST.name].left_ns <= record[SECOND.name].joined_ns
    for track in manifest.tracks:
        person = next(one for one in manifest.participants if one.id == track.participant)
        assert person.joined_ns <= track.start_ns


async def at_rest(*downlinks: Downlink) -> None:
    """Until no picture comes to any of them for half a second; what was on its way is still decoded."""
    before = -1
    async with asyncio.timeout(WITHIN_S):
        while (now := sum(one.frames for down in downlinks for one in down.seen.values())) != before:
            before = now
            await asyncio.sleep(0.5)


async def test_who_is_sent_back_is_in_the_record_and_seen_no_more(house: House) -> None:
    reception = await scheduled_to_wait(house.server.receptions, house.server.clock.utc())
    chair = house.point(reception, CHAIR, 1, Source.CAMERA)
    await chair.join()
    citizen = Waits(house, reception, FIRST, 2)
    try:
        await chair.until(lambda room: len(room.waiting) == 1)
        await chair.command(c.StartReception("trial"))
        await chair.command(c.AdmitSeat(FIRST.id))
        point = await citizen.let_in()
        await eventually(lambda: sees(chair, 1) and sees(point, 1))
        await chair.command(c.SendBack(FIRST.id))
        assert chair.downlink
        assert point.downlink
        await at_rest(chair.downlink, point.downlink)
        await chair.command(c.CloseReception())
    finally:
        await citizen.close()
        await chair.close()
    manifest = await record_of(house, reception)
    sent_back = next(one for one in manifest.participants if one.name == FIRST.name)
    assert sent_back.left_ns < manifest.duration_ns
