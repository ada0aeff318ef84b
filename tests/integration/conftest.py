"""What the tests of rooms begin with: real sockets of signalling, and a reception of today that they are about. And the
pages with administrators, where a file does not say otherwise, with a program that uses their API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.policy import Action
from bridge.reception import Reception
from tests.support import soaking
from tests.support.api_client import client_of, program
from tests.support.pages import Pages, Reader, serving
from tests.support.province import with_administrators
from tests.support.receptions import CHAIR, CITIZEN, scheduled
from tests.support.room_server import Browser, RoomServer
from tests.support.tap_sink import Sink


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    soaking.put_last(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    soaking.begin(session.config, session.items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    soaking.end(session.config)


@pytest.fixture
def server_class() -> type[RoomServer]:
    """What a file may replace by one with more in it."""
    return RoomServer


@pytest.fixture
async def server(tmp_path: Path, server_class: type[RoomServer]) -> AsyncIterator[RoomServer]:
    server = server_class(tmp_path)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def reception(server: RoomServer) -> Reception:
    return await scheduled(server.receptions, server.clock.utc())


@pytest.fixture
async def pair(server: RoomServer, reception: Reception) -> tuple[Browser, Browser]:
    """Chair and citizen, live."""
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception("on paper"))
    return chair, citizen


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        await with_administrators(running)
        yield running


@pytest.fixture
async def client(pages: Pages) -> AsyncIterator[Reader]:
    """A program that plans and sets up."""
    handed = await client_of(pages, [Action.SCHEDULE, Action.SEE_RECEPTION, Action.SET_UP])
    async with program(pages, handed.secret) as reader:
        yield reader


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    """A recorder that listens, by hand."""
    made = Sink(tmp_path / "tap.sock")
    await made.open()
    yield made
    await made.close()
