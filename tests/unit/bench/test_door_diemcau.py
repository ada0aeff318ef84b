"""The bench's light clients get into a real node, and what one sends the other reads."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.control import RoomOrder
from bridge.ids import NodeId
from deploy.time import SystemClock, SystemEntropy
from recorder.places import listen, way_to
from sfu.build import build
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig
from tests.bench.door_diemcau import ROOM, DiemcauDoor
from tests.bench.line import Line
from tests.bench.marks import read_mark
from tests.bench.media import Clip, VideoPayload
from tests.bench.orders import WorkOrder
from tests.bench.sending import streams

KEY_FRAMES = Clip([VideoPayload(3000 * index, True, b"\x10\x00" + bytes(98)) for index in range(8)], [bytes(80)])
WITHIN_S = 20.0


@pytest.fixture
async def order(tmp_path: Path) -> AsyncIterator[WorkOrder]:
    control = f"unix:{tmp_path / 'sfu.sock'}"
    server = build(SfuConfig(node=NodeId("node"), control=control), SystemClock(), SystemEntropy(), listen)
    await server.start()
    node = HttpMediaNode(way_to(control))
    await node.put_room(ROOM, RoomOrder(held=False))
    yield WorkOrder(
        role="publishers",
        door="diemcau",
        publishers=1,
        receivers=1,
        address="127.0.0.1",
        server="127.0.0.1",
        control=control,
        clip="",
        seconds=WITHIN_S,
    )
    await node.close()
    await server.close()


async def send(line: Line) -> None:
    """Sound and picture, until cancelled."""
    made = streams([line], KEY_FRAMES)
    while True:
        for stream in made:
            line.socket.send(line.sending.protect(stream.packet(time.time_ns())))
        await asyncio.sleep(0.01)


async def marks_of_both_tracks(line: Line) -> set[bool]:
    """Until a marked packet of sound and one of picture came. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    seen: set[bool] = set()
    async with asyncio.timeout(WITHIN_S):
        while len(seen) < 2:
            datagram = await loop.sock_recv(line.socket, 2048)
            if datagram[0] >> 6 == 2 and not 192 <= datagram[1] <= 223:
                mark = read_mark(line.receiving.unprotect(datagram))
                assert mark is not None
                assert mark.publisher == 0
                seen.add(mark.is_video)
    return seen


async def test_what_a_publisher_sends_a_receiver_reads(order: WorkOrder) -> None:
    door = DiemcauDoor(order)
    publisher = await door.publish(0)
    sending = asyncio.create_task(send(publisher))
    try:
        [receiver] = await door.receive(0)
        assert await marks_of_both_tracks(receiver) == {False, True}
        assert receiver.profile == publisher.profile
        await receiver.close()
    finally:
        sending.cancel()
        await asyncio.wait([sending])
        await publisher.close()
        await door.close()
        await asyncio.sleep(0)
