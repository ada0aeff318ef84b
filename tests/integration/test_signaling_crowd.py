"""A process that ends under a crowd: it is done within its time, and everybody's place is kept."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import AgencyId
from bridge.model import AdmitRule, Level, ReceptionKind, Role, Seat
from bridge.reception import Reception
from tests.bench.light_socket import LightSocket
from tests.support.receptions import AGENCY, CHAIR, KEEPER, seat
from tests.support.room_server import RoomServer

ROOMS, WAITING = 3, 20


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def people() -> tuple[Seat, ...]:
    citizens = (seat(f"Citizen-{number}", Role.CITIZEN, Level.COMMUNE) for number in range(WAITING))
    return CHAIR, *citizens


async def crowded(server: RoomServer, client: aiohttp.ClientSession) -> tuple[Reception, list[LightSocket]]:
    """The chair in the room, everybody else before it."""
    seats = people()
    command = ScheduleReception(
        "Crowd", AgencyId(AGENCY), "Office", ReceptionKind.REGULAR, server.clock.utc(), seats, admit=AdmitRule.BY_OFFICE
    )
    planned = await server.receptions.schedule(KEEPER, command)
    await server.receptions.execute(KEEPER, planned.id, OpenDoors())
    sockets = [LightSocket() for _ in seats]
    for socket, one in zip(sockets, seats, strict=True):
        await socket.enter(client, f"http://127.0.0.1:{server.port}", server.token(planned.id, one))
    return planned, sockets


async def test_a_process_ends_with_one_note_for_each_room(server: RoomServer, client: aiohttp.ClientSession) -> None:
    rooms = [await crowded(server, client) for _ in range(ROOMS)]
    assert [socket.waits for _, sockets in rooms for socket in sockets] == [False, *[True] * WAITING] * ROOMS
    before = server.units.written
    await server.stop()
    # a note for each room, and the lease that a tick may renew meanwhile
    assert server.units.written - before <= 4 * ROOMS
    for planned, _ in rooms:
        stored = await server.receptions.present(planned.id)
        assert (len(stored.participants), len(stored.waiting)) == (1, WAITING)
        assert not [one for one in stored.participants.values() if one.connected]
        assert not [one for one in stored.waiting.values() if one.connected]
    # without a last word: a browser that was not told to stay away comes back
    async with asyncio.timeout(30):
        await asyncio.gather(*(socket.ended() for _, sockets in rooms for socket in sockets))
    for _, sockets in rooms:
        await asyncio.gather(*(socket.close() for socket in sockets))
