"""A browser that takes nothing any more, while its room goes on: what waits for it is bounded, its line ends whole, and
nobody waits for it."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
import pytest

from bridge import commands as c
from bridge.reception import Reception
from signaling.socket_line import AHEAD, WAITING, SocketLine
from signaling.wire import Renegotiate
from tests.bench.light_socket import LightSocket
from tests.support.receptions import CHAIR, CITIZEN
from tests.support.room_server import CONFIG, Browser, RoomServer
from tests.support.waits import holds

SMALL = 4_096
TEXT = "x" * 2_000
ENOUGH = 1_000
"""Messages: many times what connection, library and line hold together."""
TURNS = 20
"""Of the event loop, until a line has handed a message on to the library, if it means to."""
MOST = 300
"""What may wait for one browser, in the library's queue too: whatever the line's own numbers are."""


@pytest.fixture
def server_class() -> Callable[..., RoomServer]:
    """One that lets somebody talk faster than anybody can, and whose connections hold next to nothing."""

    def made(*arguments: object) -> RoomServer:
        fast = msgspec.structs.replace(CONFIG, messages_per_s=10_000, messages_burst=10_000, ping_timeout_s=5)
        server = partial(RoomServer, config=fast)(*arguments)  # type: ignore[arg-type]
        server.send_buffer = SMALL
        return server

    return made


@pytest.fixture
async def chair(server: RoomServer, reception: Reception) -> Browser:
    return await server.browser(reception.id, CHAIR)


UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
"""Of a browser's WebSocket, by hand: whoever has a library of them has its buffers too."""


class Stalled(NamedTuple):
    """Somebody who joined and reads nothing any more, and the server's end of the line."""

    browser: LightSocket
    line: SocketLine


def narrow() -> aiohttp.TCPConnector:
    """Of connections that take next to nothing unread."""

    def made(info: aiohttp.AddrInfoType) -> socket.socket:
        sock = socket.socket(*info[:3])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        return sock

    return aiohttp.TCPConnector(socket_factory=made)


@pytest.fixture
async def stalled(server: RoomServer, reception: Reception, chair: Browser) -> AsyncIterator[Stalled]:
    before = lines()
    async with aiohttp.ClientSession(connector=narrow()) as client:
        one = LightSocket()
        await one.enter(client, f"http://127.0.0.1:{server.port}", server.token(reception.id, CITIZEN))
        await one.stop_reading()
        [line] = [line for line in lines() if line not in before]
        yield Stalled(one, line)


def writers() -> int:
    """Connections that the library is sending on."""
    return sum("_websocket_handler.<locals>.writer" in repr(task.get_coro()) for task in asyncio.all_tasks())


def lines() -> list[SocketLine]:
    """All in this process."""
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, SocketLine)]


async def told(line: SocketLine, until: Callable[[], bool]) -> int:
    """As a room that changes all the time tells everybody, no faster than the line hands on. → the most that waited"""
    most = 0
    for _ in range(ENOUGH):
        if until():
            return most
        line.send("renegotiate", Renegotiate(TEXT))
        for _ in range(TURNS):
            await asyncio.sleep(0)
        most = max(most, line.waiting)
    return most


async def others_go_on(chair: Browser) -> None:
    """What the chair asks is done, and seen."""
    await chair.done(c.SetHand(True))
    await chair.sees(lambda room: any(one.hand_raised for one in room.participants))


async def ends_whole(chair: Browser) -> None:
    """Everybody sees that they are away, and nothing is left of the connection."""
    await chair.sees(lambda room: [one.state for one in room.participants] == ["connected", "away"])
    await holds(lambda: writers() == 1)


async def test_one_that_is_silent_too_is_gone_with_all_that_waited(chair: Browser, stalled: Stalled) -> None:
    await told(stalled.line, lambda: stalled.line.waiting > AHEAD)
    assert stalled.line.waiting > AHEAD
    await others_go_on(chair)
    await ends_whole(chair)


async def test_one_that_goes_on_asking_is_cut_before_much_waits(chair: Browser, stalled: Stalled) -> None:
    most = await told(stalled.line, lambda: False)
    assert WAITING <= most <= WAITING + AHEAD + 1 < MOST
    await others_go_on(chair)
    asking = asyncio.create_task(asks_on(stalled.browser))
    await ends_whole(chair)
    await asking


async def asks_on(browser: LightSocket) -> None:
    """As if it heard every ping, for as long as there is a connection."""
    while writers() > 1:
        with suppress(ConnectionError):
            await browser.answer_ping()
        await asyncio.sleep(0.2)


async def test_answers_that_nobody_reads_are_bounded_too(chair: Browser, stalled: Stalled) -> None:
    async with asyncio.timeout(30):
        while not stalled.line.is_cut:
            with suppress(ConnectionError):
                await stalled.browser.send("wants", {"shown": []})
            await asyncio.sleep(0)
    asking = asyncio.create_task(asks_on(stalled.browser))
    await others_go_on(chair)
    await ends_whole(chair)
    await asking


async def test_a_stranger_who_reads_nothing_is_gone_too(tmp_path: Path) -> None:
    """One who enters no room, asks for it in vain, and takes no answer."""
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, enter_s=4.0))
    server.send_buffer = SMALL
    await server.start()
    _, stranger = await asyncio.open_connection("127.0.0.1", server.port, limit=1)
    stranger.write(UPGRADE)
    asks = b'40/room,{"token":"none"}'
    with suppress(ConnectionError):
        for _ in range(4 * ENOUGH):
            stranger.write(b"\x81" + bytes([0x80 | len(asks)]) + b"\0\0\0\0" + asks)  # masked with nothing
            await stranger.drain()
    await holds(lambda: writers() == 1)
    await holds(lambda: writers() == 0)
    stranger.transport.abort()
    await server.close()
