"""A recorder and a control client that stop reading: what is kept for them is bounded, and nobody else is slowed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.control import RoomGone, TapOrder, TrackPublished, TransportChanged
from bridge.ids import RecordingId, RoomId
from bridge.media import Source
from bridge.tap import FrameKind, Lost, unpack_declaration
from tests.bench.descriptions import VIDEO_TYPE
from tests.support.light_peers import ROOM, LightPeer, LightStage, light_stage
from tests.support.sfu_clients import Stage, stage
from tests.support.sfu_peer import header
from tests.support.tap_sink import Sink
from tests.support.waits import holds

KEPT_BYTES = 300_000
EVENTS_KEPT = 64


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LightStage]:
    async with light_stage(monkeypatch, replay_bytes=KEPT_BYTES) as made:
        yield made


async def pair(room: LightStage) -> tuple[LightPeer, LightPeer]:
    """Ann publishes, Bob sees her."""
    ann, bob = room.peer(1), room.peer(2)
    await ann.join(receives=False)
    await ann.publish()
    await room.until(TrackPublished, source=Source.CAMERA)
    await bob.join()
    await room.until(TransportChanged, participant=bob.id, direction="downlink", state="connected")
    await sent(ann, bob, 1, key=True)
    return ann, bob


async def sent(ann: LightPeer, bob: LightPeer, pictures: int, key: bool = False) -> list[int]:
    """So many of Ann's, each with Bob before the next; their numbers."""
    came: list[int] = []
    for count in range(1, pictures + 1):
        ann.send(key=key, filling=bytes(1_000))

        def seen(wanted: int = count) -> bool:
            found = [header(packet) for packet in bob.received()]
            came.extend(sequence for kind, sequence, *_ in found if kind == VIDEO_TYPE)
            return len(came) >= wanted

        await holds(seen)
    return came


async def test_a_recorder_that_stops_reading_slows_nobody_and_its_gap_is_declared(room: LightStage, sink: Sink) -> None:
    ann, bob = await pair(room)
    await room.node.put_tap(ROOM, TapOrder(RecordingId("rec1"), f"unix:{sink.path}", True, ()))
    await sent(ann, bob, 20)
    await sink.until(FrameKind.RTP, 40)
    sink.reads.clear()
    came = await sent(ann, bob, 2_000)
    assert came == [came[0] + index & 0xFFFF for index in range(len(came))], "Bob has them all"

    async with asyncio.timeout(30):
        while await held(room) > KEPT_BYTES:  # noqa: ASYNC110  it has to be asked
            await asyncio.sleep(0.1)
    sink.reads.set()
    await sent(ann, bob, 20)
    await sink.until(FrameKind.LOST)
    await holds(lambda: has_all(sink))


async def held(room: LightStage) -> int:
    """Bytes that the tap keeps."""
    [figures] = [one.tap for one in (await room.node.figures()).rooms if one.tap is not None]
    return figures.backlog_bytes


def has_all(sink: Sink) -> bool:
    """Each number of each track came or is declared lost, and some are lost."""
    numbers: dict[int, set[int]] = {}
    for frame in sink.frames:
        numbers.setdefault(frame.track, set()).add(frame.number)
    lost = [(frame.track, unpack_declaration(frame.body, Lost)) for frame in sink.of(FrameKind.LOST)]
    for track, span in lost:
        numbers[track] |= set(range(span.first, span.last + 1))
    tracks = [known for track, known in numbers.items() if track]
    return bool(lost) and all(known == set(range(1, max(known) + 1)) for known in tracks) and max(tracks[0]) >= 2_040


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, events_kept=EVENTS_KEPT) as made:
        yield made


def sending() -> int:
    """Readers of events whom the node is serving."""
    return sum("_send_events" in repr(task.get_coro()) for task in asyncio.all_tasks())


@pytest.mark.slow
async def test_a_control_client_that_stops_reading_is_cut_and_the_others_are_not(node: Stage) -> None:
    path = node.server.node.config.control.removeprefix("unix:")
    await holds(lambda: sending() == 1)
    stalled = socket.socket(socket.AF_UNIX)
    stalled.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(stalled, path)
    asked = (
        "GET /events HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await loop.sock_sendall(stalled, asked.encode())
    await holds(lambda: sending() == 2)
    for number in range(200):
        node.server.node.events_kept.publish(RoomGone(RoomId(f"{number:05}" + "x" * 10_000)))
        await node.saw(RoomGone, room=RoomId(f"{number:05}" + "x" * 10_000))
    assert (await node.node.health()).rooms == 1, "orders are answered"
    await holds(lambda: sending() == 1)
    stalled.close()
