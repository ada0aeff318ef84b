"""The cache of one track: what it keeps, and how many."""

import pytest
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from bridge.ids import NS_PER_MS, NS_PER_S
from bridge.media import Codec
from sfu.core.ring import Kept, Ring, Sizes, needed, sizes
from sfu.core.srtp import WINDOW
from tests.support.sfu_core import CAMERA, CoreRoom
from tests.support.sfu_peer import KEY, rtp


def kept(number: int) -> Kept:
    """Told apart by its number alone."""
    return Kept(number, 0, 0, b"")


def test_gives_runs_only_whole_and_short() -> None:
    ring = Ring(Sizes(64, 64, 64))
    for number in range(100):
        if number != 70:
            ring.put(kept(number))
    assert [packet.number for packet in ring.run(90, 99) or ()] == list(range(90, 100))
    assert ring.run(69, 75) is None
    assert ring.run(59, 99) is None
    assert ring.get(35) is None
    ring.put(kept(35))
    assert ring.get(99) is not None, "a very late one takes no newer one's place"
    assert ring.run(99, 98) is None


@pytest.mark.parametrize(
    ("rtt_ms", "jitter_ms", "pace", "packets"),
    [(0, 0, 150, 0), (20, 10, 150, 36), (300, 40, 150, 276), (50, 5, 50, 14), (300, 100, 900, 2520)],
)
def test_needed_is_four_times_what_a_repetition_takes(rtt_ms: int, jitter_ms: int, pace: int, packets: int) -> None:
    assert needed(rtt_ms * NS_PER_MS, jitter_ms * NS_PER_MS, pace) == packets


def test_grows_at_once_and_shrinks_slowly_within_what_is_allowed() -> None:
    ring = Ring(Sizes(128, 64, 256))
    seen = []
    for packets in (128, 129, 5000, 65, 64, 0, 0):
        ring.fit(packets)
        seen.append(ring.size)
    assert seen == [128, 256, 256, 256, 128, 64, 64]


def test_what_it_keeps_has_its_place_again_when_it_was_fitted() -> None:
    ring = Ring(Sizes(16, 8, 32))
    for number in range(40):
        ring.put(kept(number))
    ring.fit(32)
    ring.put(kept(40))
    assert [number for number in range(41) if ring.get(number) is not None] == list(range(24, 41))
    ring.fit(0)
    ring.fit(0)
    assert [number for number in range(41) if ring.get(number) is not None] == list(range(33, 41))


@pytest.mark.parametrize("codec", Codec)
def test_nothing_is_kept_that_srtp_would_not_send_again(codec: Codec) -> None:
    allowed = sizes(codec)
    assert allowed.least <= allowed.first <= allowed.most <= WINDOW
    assert all(size & (size - 1) == 0 for size in allowed)


def test_core_fits_it_to_the_farthest_receiver() -> None:
    room = CoreRoom()
    room.expect()
    room.feed(rtp(0, payload=KEY))
    room.down()
    ring = room.core._ups[CAMERA].ring  # noqa: SLF001 - its size is not told outside
    sequence = 0

    def second(rtt_ms: int, jitter: int) -> int:
        nonlocal sequence
        room.core.set_rtt(room.links[1], rtt_ms * NS_PER_MS)
        block = RtcpReceiverInfo(77, 0, 0, 1000, jitter, 0, 0)
        room.tell(room.bob, bytes(RtcpRrPacket(ssrc=12, reports=[block])))
        for _ in range(50):
            for _ in range(8):
                sequence += 1
                room.feed(rtp(sequence))
            room.tick(NS_PER_S // 50)
        return ring.size

    assert second(10, 0) == 256, "the first report only begins to count"
    assert second(10, 0) == 128, "400 packets a second, 10 ms: 16 packets"
    room.core._links[room.links[1]].newest_rtt_ns = 0  # noqa: SLF001 - measured anew
    assert second(300, 90_000 // 25) == 1024, "4 × (300 + 4 × 40) ms of 400 a second: 736"
