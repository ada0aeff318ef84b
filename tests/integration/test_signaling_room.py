"""A reception through the room's socket: a real server and database, browsers as socket clients."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.reception import Reception
from signaling.wire import Refused, UplinkRequest
from tests.support.fakes import SOURCES
from tests.support.receptions import CHAIR, CITIZEN, scheduled
from tests.support.room_server import Browser, RoomServer


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RoomServer]:
    server = RoomServer(tmp_path)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def reception(server: RoomServer) -> Reception:
    return await scheduled(server.receptions, server.clock.utc())


async def started(server: RoomServer, reception: Reception) -> tuple[Browser, Browser]:
    """Chair and citizen in a live reception."""
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception("on paper"))
    return chair, citizen


async def test_two_join_and_one_reception_goes_from_doors_to_close(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.sees(lambda room: len(room.participants) == 2)
    held = await citizen.sees(lambda room: room.held)
    assert held.recording == "not_yet"
    assert "start" not in held.may

    answer = await citizen.ask("uplink", UplinkRequest("v=0", SOURCES))  # type: ignore[arg-type]
    assert answer == {"sdp": "v=0 answer"}
    assert not server.gates(reception.id, citizen.id).camera
    await chair.until(lambda: chair.last("offer") is not None)

    await chair.done(c.StartReception("on paper"))
    await citizen.sees(lambda room: room.state == "live" and room.recording == "writing" and not room.held)
    assert server.gates(reception.id, citizen.id).camera
    assert isinstance(await citizen.command(c.SetMicrophone(True)), Refused)

    await chair.done(c.GiveFloor(citizen.id))
    await citizen.done(c.SetMicrophone(True))
    assert server.gates(reception.id, citizen.id).microphone
    await chair.done(c.TakeFloor(citizen.id))
    assert not server.gates(reception.id, citizen.id).microphone

    await chair.done(c.CloseReception())
    await citizen.until(lambda: citizen.gone.is_set())
    assert citizen.last("ended") == {"how": "closed", "reason": ""}
    await chair.until(lambda: chair.gone.is_set())
    assert (await server.receptions.present(reception.id)).state == "closed"
