"""One receiver of ten stands still: the nine others get everything, and nothing is asked of the publisher for it."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from bridge.control import TrackPublished, TransportChanged
from bridge.media import Source
from tests.bench.descriptions import VIDEO_TYPE
from tests.soak.look import heap_bytes
from tests.support.light_peers import LightPeer, LightStage, light_stage
from tests.support.sfu_peer import KEY, header
from tests.support.waits import holds

OTHERS = 9
AT_ONCE = 20
"""Packets that certainly find room in a receiver's socket, so that what is missing was not sent."""
TURNS = 150
LAST = b"what comes before the first turn"
FILLING = bytes(1_000)
MOST_KEPT = 1_000_000
"""Bytes. What waits for a slow TCP receiver is a quarter of this at most, while three times as much is sent on."""


class Gathered:
    """Ann publishes, nine receive and read, one receives and does not. ``came``: (payload type, sequence) by reader."""

    def __init__(self, room: LightStage, ann: LightPeer, readers: list[LightPeer], frozen: LightPeer) -> None:
        self.room = room
        self.ann = ann
        self.readers = readers
        self.frozen = frozen
        self.came: dict[LightPeer, list[tuple[int, int]]] = {reader: [] for reader in readers}
        self.sent = 0

    def asked(self) -> int:
        """Key frames, of Ann."""
        return self.room.node.stats().get("key_frames_asked", 0)

    def read(self) -> None:
        """What came to the nine."""
        for reader, came in self.came.items():
            came.extend(header(packet)[:2] for packet in reader.received())

    async def turn(self) -> None:
        """Some pictures and sounds, and all nine have each of them before the next are sent."""
        for _ in range(AT_ONCE):
            self.ann.send(key=False, filling=FILLING)
        self.sent += AT_ONCE

        def everything() -> bool:
            self.read()
            return all(len(came) >= 2 * self.sent for came in self.came.values())

        await holds(everything)

    def keep_consent(self) -> None:
        for peer in (self.ann, *self.readers, self.frozen):
            peer.keep_consent()


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LightStage]:
    async with light_stage(monkeypatch, events_kept=256) as made:
        yield made


async def gathered(room: LightStage, by_tcp: bool) -> Gathered:
    """Everybody sees Ann."""
    ann = room.peer(1)
    receivers = [room.peer(2 + number, by_tcp=by_tcp and number == OTHERS) for number in range(OTHERS + 1)]
    await ann.join(receives=False)
    await ann.publish()
    await room.until(TrackPublished, source=Source.CAMERA)
    for receiver in receivers:
        await receiver.join()
        await room.until(TransportChanged, participant=receiver.id, direction="downlink", state="connected")
        await sees(ann, receiver)
    ann.send(key=False, filling=LAST)
    for receiver in receivers:
        await holds(partial(has_last, receiver))
    return Gathered(room, ann, receivers[:-1], receivers[-1])


def has_last(receiver: LightPeer) -> bool:
    return any(packet.endswith(LAST) for packet in receiver.received())


async def sees(ann: LightPeer, receiver: LightPeer) -> None:
    """A key frame of hers."""

    def picture() -> bool:
        ann.send()
        return any(header(packet)[0] == VIDEO_TYPE for packet in receiver.received())

    await holds(picture)


@pytest.mark.parametrize("by_tcp", [False, True], ids=["udp", "tcp"])
async def test_one_frozen_and_nine_get_everything(room: LightStage, by_tcp: bool) -> None:
    made = await gathered(room, by_tcp)
    asked, kept = made.asked(), 0
    for turn in range(TURNS):
        await made.turn()
        if turn % 10 == 0:
            made.keep_consent()
        if turn == TURNS // 3:
            kept = heap_bytes()
    assert made.asked() == asked, "a receiver that stands still costs its publisher nothing"
    assert heap_bytes() - kept < MOST_KEPT
    assert bool(room.node.stats().get("dropped_tcp_slow")) is by_tcp
    for came in made.came.values():
        assert len(came) == 2 * made.sent
        for kind in {payload_type for payload_type, _ in came}:
            sequences = [sequence for payload_type, sequence in came if payload_type == kind]
            assert sequences == [sequences[0] + index & 0xFFFF for index in range(made.sent)]
    await goes_on(made, by_tcp)


async def goes_on(made: Gathered, by_tcp: bool) -> None:
    """It reads again: what was kept for it, then a picture from its beginning; one key frame is asked for."""
    asked, seen = made.asked(), list[bytes]()

    def relieved() -> bool:
        """By TCP the node itself knows that there was a hole; by UDP the receiver says so."""
        seen.extend(packet for packet in made.frozen.received() if header(packet)[0] == VIDEO_TYPE)
        if not by_tcp and made.asked() == asked:
            made.frozen.ask_picture(header(seen[-1])[3])
        return made.asked() > asked

    await holds(relieved)
    before = len(seen)
    made.ann.send(key=True)

    def key_frame() -> bool:
        seen.extend(packet for packet in made.frozen.received() if header(packet)[0] == VIDEO_TYPE)
        return any(packet.endswith(KEY) for packet in seen[before:])

    await holds(key_frame)
    assert made.asked() == asked + 1
    if by_tcp:
        sequences = [header(packet)[1] for packet in seen]
        assert sequences == [sequences[0] + index & 0xFFFF for index in range(len(seen))], "no hole in the numbers"
