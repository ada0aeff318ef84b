"""Retransmissions of a publisher (RFC 4588): restored, told apart, never a source of their own."""

import pytest

from bridge.ids import Ssrc
from sfu.core.seam import Datagram, Repairs, UpId
from tests.support.sfu_core import CAMERA, EDGES, VP8, CoreRoom
from tests.support.sfu_peer import KEY, header, rtp, rtx

BY_FID = Repairs({97: 96}, {Ssrc(9): Ssrc(1)})
BY_MID = Repairs({97: 96})
MID_0, MID_7 = b"\x40" + b"0" + b"\x00\x00", b"\x40" + b"7" + b"\x00\x00"


def flowing(first: int = 500, repairs: Repairs = BY_FID) -> CoreRoom:
    """A camera that retransmits; its key frame has reached Bob as packet 1000."""
    room = CoreRoom()
    room.expect(repairs=repairs, tapped=True)
    room.feed(rtp(first, 9000, payload=KEY))
    room.bob.packets(room.down())
    room.core.take_tapped()
    return room


@pytest.mark.parametrize("first", EDGES)
@pytest.mark.parametrize("repair", EDGES)
def test_restored_packet_is_forwarded_and_tapped_as_if_it_had_come(first: int, repair: int) -> None:
    """Both counters may turn, each for itself."""
    room = flowing(first)
    room.feed(rtp(first + 2, 12_000))
    body = b"\x10\x01lost"
    sent = rtp(repair, 10_500, 9, 97, ((first + 1) & 0xFFFF).to_bytes(2, "big") + body, marker=True, elements=MID_0)
    [packet] = room.bob.packets(room.feed(sent))
    assert header(packet) == (100, 1001, 15_500, 77, True)
    assert packet[12:] == body
    tapped = [one.packet for one in room.core.take_tapped()]
    assert tapped == [rtp(first + 2, 12_000), rtp(first + 1, 10_500, payload=body, marker=True, elements=MID_0)]
    assert room.core.counts()["restored"] == 1
    assert room.core.count(room.links[0]).lost == 0


def test_padding_of_the_retransmission_stays_outside_of_the_original() -> None:
    room = flowing()
    room.feed(rtp(502))
    [packet] = room.bob.packets(room.feed(rtp(1, 0, 9, 97, b"\x01\xf5\x10\x01lost", padding=7)))
    assert packet[12:] == b"\x10\x01lost"


def test_delayed_packet_and_its_repetition_are_one() -> None:
    room = flowing()
    room.feed(rtp(502))
    assert room.sequences(room.feed(rtx(501, 1))) == [1001]
    assert room.feed(rtp(501)) == []
    assert room.feed(rtx(501, 2)) == []
    assert len(room.core.take_tapped()) == 2
    assert room.core.counts()["dropped_duplicate"] == 2


@pytest.mark.parametrize("empty", [rtp(1, 0, 9, 97, b"", padding=200), rtp(1, 0, 9, 97, b"\x01", padding=3)])
def test_padding_that_probes_a_line_repeats_nothing(empty: bytes) -> None:
    room = flowing()
    assert room.feed(empty) == []
    assert room.core.take_tapped() == []
    assert room.core.counts()["dropped_padding"] == 1


def test_probe_that_repeats_what_is_here_counts_as_nothing() -> None:
    room = flowing()
    room.feed(rtp(501))
    for n in range(20):
        assert room.feed(rtx(501, n)) == []
    counts = room.core.count(room.links[0])
    assert (counts.packets, counts.lost) == (2, 0)


def test_repetition_behind_the_window_of_srtp_is_too_late() -> None:
    room = flowing()
    for n in range(502, 1600):
        room.feed(rtp(n))
    room.core.take_tapped()
    assert room.feed(rtx(501, 1)) == []
    assert room.core.take_tapped() == []


@pytest.mark.parametrize("repairs", [BY_FID, BY_MID])
def test_retransmission_is_never_a_source(repairs: Repairs) -> None:
    """Neither before its source has begun nor with the MID of one that has not."""
    room = CoreRoom()
    room.expect(repairs=repairs)
    room.expect(UpId(7), VP8, (), "7", BY_MID)
    assert room.feed(rtp(1, 0, 9, 97, b"\x01\xf4" + KEY)) == []
    assert room.feed(rtp(1, 0, 33, 97, b"\x01\xf4" + KEY, elements=MID_7)) == []
    assert room.core.take_events() == []
    assert room.core.counts()["dropped_unknown_ssrc"] == 2


def both(repairs: Repairs) -> CoreRoom:
    """Camera and screen of one payload type, both flowing and both with a hole at 501."""
    room = CoreRoom()
    room.expect(repairs=repairs)
    room.expect(UpId(7), VP8, (2,), "7", BY_MID)
    for ssrc in (1, 2):
        room.feed(rtp(500, 9000, ssrc, payload=KEY))
    room.down()
    room.down(UpId(7), 78)
    for ssrc in (1, 2):
        room.feed(rtp(502, 9000, ssrc))
    return room


def receivers(room: CoreRoom, out: list[Datagram]) -> list[int]:
    """SSRCs of what Bob gets."""
    return [header(packet)[3] for packet in room.bob.packets(out)]


def test_told_by_fid() -> None:
    room = both(BY_FID)
    assert receivers(room, room.feed(rtx(501, 1))) == [77]


def test_told_by_mid_and_then_by_ssrc() -> None:
    room = both(BY_MID)
    assert receivers(room, room.feed(rtx(501, 1))) == [], "it may be either"
    osn = b"\x01\xf5"
    assert receivers(room, room.feed(rtp(2, 0, 33, 97, osn + b"\x10\x01a", elements=MID_7))) == [78]
    room.feed(rtp(504, 9000, 2))
    assert receivers(room, room.feed(rtx(503, 3, ssrc=33))) == [78]


def test_only_source_is_the_one_repaired() -> None:
    room = flowing(repairs=BY_MID)
    room.feed(rtp(502))
    assert room.sequences(room.feed(rtx(501, 1, ssrc=1234))) == [1001]


def test_one_repairing_ssrc_is_remembered_for_each_source() -> None:
    """However many a peer makes up."""
    room = flowing(repairs=BY_MID)
    for ssrc in range(100, 200):
        room.feed(rtx(499, 1, ssrc=ssrc))
    link = room.core._links[room.links[0]]  # noqa: SLF001 - what it holds is not told outside
    assert list(link.repairs) == [199]
    room.core.remove_up(CAMERA)
    assert link.repairs == {}


def test_what_was_said_behind_a_closed_gate_stays_there() -> None:
    """The sender repeats, once the gate is open, a packet of the time it was closed."""
    room = flowing()
    room.core.set_open(CAMERA, False)
    for n in range(501, 510):
        if n != 505:
            room.feed(rtp(n))
    assert room.feed(rtx(505, 1)) == []
    room.core.set_open(CAMERA, True)
    room.feed(rtp(510, payload=KEY))
    room.core.take_tapped()
    assert room.feed(rtx(505, 2)) == []
    assert room.feed(rtp(505)) == []
    assert room.core.take_tapped() == []


@pytest.mark.parametrize("padding", [b"\x00", b"\xff"])
def test_malformed_padding_is_dropped(padding: bytes) -> None:
    room = flowing()
    room.feed(rtp(502))
    sent = rtp(1, 0, 9, 97, b"\x01\xf5lost" + padding)
    assert room.feed(bytes([sent[0] | 0x20]) + sent[1:]) == []
    assert room.core.counts()["dropped_malformed"] == 1
    assert room.sequences(room.feed(rtx(501, 2))) == [1001]
