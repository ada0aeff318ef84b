"""What the tests of rooms begin with: real sockets of signalling, and a reception of today that they are about."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.reception import Reception
from tests.support.receptions import scheduled
from tests.support.room_server import RoomServer


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RoomServer]:
    server = RoomServer(tmp_path)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def reception(server: RoomServer) -> Reception:
    return await scheduled(server.receptions, server.clock.utc())
