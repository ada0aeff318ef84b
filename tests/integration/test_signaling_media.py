"""A reception with nothing faked: socket, database, media node, recorder and synthetic points in one process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.errors import Code, Refusal
from bridge.ids import ParticipantId
from bridge.media import Source
from bridge.model import Seat
from bridge.reception import Reception
from deploy.points.point import Invitation, Point, PointPlan
from tests.support.house import whole_house
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.room_server import RoomServer, eventually


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RoomServer]:
    """Signaling over a real node and recorder."""
    async with whole_house(tmp_path) as house:
        yield house.server


@pytest.fixture
async def reception(server: RoomServer) -> Reception:
    return await scheduled(server.receptions, server.clock.utc())


Enter = Callable[..., Awaitable[Point]]


@pytest.fixture
async def enter(server: RoomServer, reception: Reception) -> AsyncIterator[Enter]:
    """Joins a point at a seat; all are closed at the end."""
    points: list[Point] = []

    async def join(seat: Seat, *publishes: Source) -> Point:
        async def invite() -> Invitation:
            return Invitation(f"http://127.0.0.1:{server.port}", server.token(reception.id, seat))

        plan = PointPlan(len(points) + 1, seat.name, publishes=publishes or (Source.MICROPHONE, Source.CAMERA))
        point = Point(plan, invite, server.clock)
        points.append(point)
        await point.join()
        return point

    yield join
    for point in points:
        await point.close()


def own_id(point: Point) -> ParticipantId:
    assert point.room is not None
    return point.room.you


def frames(point: Point, of: Point) -> int:
    """Frames of the other's camera that reached this point."""
    if point.downlink is None:
        return 0
    got = point.downlink.seen.get((own_id(of), Source.CAMERA))
    return 0 if got is None else got.frames


async def test_three_points_are_live_recorded_and_closed(
    server: RoomServer, reception: Reception, enter: Enter
) -> None:
    chair, agency, citizen = await enter(CHAIR), await enter(AGENCY_SEAT), await enter(CITIZEN)
    await eventually(lambda: frames(agency, chair) > 5)
    assert frames(citizen, chair) == 0

    await chair.command(c.StartReception("on paper"))
    await citizen.until(lambda room: room.state == "live" and room.recording == "writing")
    seen = frames(chair, citizen)  # in the lobby already
    await eventually(lambda: frames(citizen, chair) > 5 and frames(chair, citizen) > seen + 5)
    await chair.command(c.GiveFloor(own_id(citizen)))
    await citizen.open(Source.MICROPHONE)
    await chair.command(c.InterruptReception("a break"))
    await chair.command(c.ResumeReception())
    await asyncio.sleep(2)  # something to be recorded

    await chair.command(c.CloseReception())
    closed = await server.receptions.present(reception.id)
    assert closed.began is not None
    assert closed.ended is not None
    assert closed.ended.mono_ns - closed.began.mono_ns > 2_000_000_000
    await eventually(lambda: all(point.ended is not None for point in (chair, agency, citizen)))


async def test_a_silent_centre_is_said_before_the_start(server: RoomServer, reception: Reception, enter: Enter) -> None:
    chair = await enter(CHAIR, Source.MICROPHONE)  # muted: nothing reaches the tap
    await enter(AGENCY_SEAT)
    with pytest.raises(Refusal) as caught:
        await chair.command(c.StartReception("on paper"))
    assert caught.value.code is Code.CENTRAL_POINT_SILENT
    await chair.command(c.StartReception("their camera is broken", without_centre=True))
    await chair.until(lambda room: room.state == "live")


async def test_a_point_that_lost_its_line_resumes_with_its_media_flowing(
    server: RoomServer, reception: Reception, enter: Enter
) -> None:
    chair, agency = await enter(CHAIR), await enter(AGENCY_SEAT)
    await eventually(lambda: frames(chair, agency) > 5)
    await agency.drop_line()
    await chair.until(lambda room: room.participants[1].state == "away")
    await agency.resume()
    await chair.until(lambda room: room.participants[1].state == "connected")
    seen = frames(chair, agency)
    await eventually(lambda: frames(chair, agency) > seen + 5)
