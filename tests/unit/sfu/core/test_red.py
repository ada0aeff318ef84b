"""Redundant sound (RFC 2198): read, taken apart, made up for, and cut out for who does not take it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from bridge.media import Codec
from sfu.core.red import BLOCK_TYPE, Block, Redundant, pack_red, parse_red, without_redundancy
from sfu.core.ring import Kept
from sfu.core.rtcp import pack_nack
from sfu.core.seam import DownId, Spoke, UpStarted
from sfu.sdp import PAYLOAD_TYPES
from tests.support.sfu_core import EDGES, MICROPHONE, RED, CoreRoom
from tests.support.sfu_peer import header, rtp

LEVEL = b"\x10\x85\x00\x00"
_BYTES = st.binary(min_size=1, max_size=1023)


def test_rfc_2198_section_4() -> None:
    """Its example: DVI4 (5) as primary, one block of LPC (7) 1000 units older."""
    head = bytes([0x80 | 7, 1000 >> 6, (1000 & 0x3F) << 2 | 14 >> 8, 14]) + bytes([5])
    packet = head + bytes(14) + b"DVI4"
    assert parse_red(packet, 5) == Redundant([], b"DVI4"), "a copy in another coding is of no use"
    with pytest.raises(MalformedPacket):
        parse_red(packet, 7)
    same = bytes([0x80 | 5]) + packet[1:]
    assert parse_red(same, 5) == Redundant([Block(1, 1000, bytes(14))], b"DVI4")


@given(st.lists(st.tuples(st.integers(1, 0x3FFF), _BYTES), max_size=4), _BYTES)
def test_what_is_packed_is_read(older: list[tuple[int, bytes]], primary: bytes) -> None:
    blocks = [Block(len(older) - at, offset, body) for at, (offset, body) in enumerate(older)]
    redundant = Redundant(blocks, primary)
    packed = pack_red(redundant)
    assert parse_red(packed, BLOCK_TYPE) == redundant
    kept = Kept(7, 0, 0, bytes([0x80]) + bytes(11) + packed)
    assert without_redundancy(kept).template[12:] == primary
    assert without_redundancy(kept) == without_redundancy(kept)


@given(st.binary(max_size=60))
def test_rubbish_is_a_value_or_the_one_error(payload: bytes) -> None:
    try:
        parse_red(payload, 111)
    except MalformedPacket:
        return


@pytest.mark.parametrize(
    "cut", [b"", b"\xef", b"\xef\x00\x00", b"\xef\x00\x00\x05o", b"\x6f", b"\xef\x0f\x00\x05\x6fold"]
)
def test_cut_off(cut: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_red(cut, 111)


def test_block_type_is_that_of_the_downlinks() -> None:
    assert PAYLOAD_TYPES[Codec.OPUS] == BLOCK_TYPE


# ── in the core ──────────────────────────────────────────────────────────────────────────────────────────────────


def body(n: int) -> bytes:
    """What Ann says in packet ``n``."""
    return b"said" + (n & 0xFFFFFF).to_bytes(3, "big")


def red(n: int, copies: int = 1, inside: int = 111) -> bytes:
    """Packet ``n`` of 20 ms, with copies of those before it; the level in its extension."""
    older = [(960 * back, body(n - back)) for back in range(copies, 0, -1)]
    heads = [(0x80 | inside) << 24 | offset << 10 | len(copy) for offset, copy in older]
    said = b"".join(head.to_bytes(4, "big") for head in heads) + bytes([inside])
    return rtp(n, 960 * n, 1, 63, said + b"".join(copy for _, copy in older) + body(n), elements=LEVEL)


def listening(first: int = 500, takes_red: bool = True) -> CoreRoom:
    """Ann's microphone has begun with packet ``first``; Bob hears it from 1000 on."""
    room = CoreRoom()
    room.expect(MICROPHONE, RED, tapped=True)
    room.feed(red(first))
    room.down(MICROPHONE, payload_type=111, red=63 if takes_red else None)
    room.core.take_tapped()
    return room


def heard(room: CoreRoom, packet: bytes) -> list[tuple[int, int, bytes]]:
    """(payload type, sequence, payload) of what Bob gets for it."""
    out = room.bob.packets(room.feed(packet))
    return [(header(one)[0], header(one)[1], one[20:] if one[0] & 0x10 else one[12:]) for one in out]


def tapped(room: CoreRoom) -> list[tuple[int, int, int, bytes]]:
    """(payload type, sequence, timestamp, payload) of what the recorder gets."""
    taken = [one.packet for one in room.core.take_tapped()]
    return [(*header(one)[:3], one[20:] if one[0] & 0x10 else one[12:]) for one in taken]


def framed(n: int, copies: int = 1) -> bytes:
    """The RED payload of packet ``n``."""
    older = [Block(back, 960 * back, body(n - back)) for back in range(copies, 0, -1)]
    return pack_red(Redundant(older, body(n)))


def test_begins_as_plain_sound() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, RED)
    room.feed(red(5))
    assert room.core.take_events() == [UpStarted(MICROPHONE, Codec.OPUS, 111, Ssrc(1))]
    room.tick(NS_PER_S)
    assert room.core.take_events() == [Spoke(MICROPHONE, 1, 1, 5)], "the level is read as ever"


@pytest.mark.parametrize("first", EDGES)
def test_passed_on_to_who_takes_it(first: int) -> None:
    room = listening(first)
    assert heard(room, red(first + 1)) == [(63, 1000, framed(first + 1))]
    assert tapped(room) == [(111, (first + 1) % 65_536, 960 * (first + 1), body(first + 1))]


def test_cut_out_for_who_does_not() -> None:
    room = listening(takes_red=False)
    assert heard(room, red(501)) == [(111, 1000, body(501))]
    [packet] = room.bob.packets(room.feed(red(502)))
    assert packet[12:20] == b"\xbe\xde\x00\x01" + bytes([0x20, 0x85, 0, 0])


def test_payload_type_inside_is_that_of_the_downlinks() -> None:
    """Firefox would say 109."""
    room = CoreRoom()
    room.expect(MICROPHONE, {63: RED[63]._replace(inside=109), 109: RED[111]})
    room.feed(red(1, inside=109))
    room.down(MICROPHONE, payload_type=111, red=63)
    assert heard(room, red(2, inside=109)) == [(63, 1000, framed(2))]


def test_plain_packet_between_is_framed_alike() -> None:
    room = listening()
    assert heard(room, rtp(501, 960 * 501, 1, 111, body(501))) == [(63, 1000, b"\x6f" + body(501))]
    assert tapped(room) == [(111, 501, 960 * 501, body(501))]


@pytest.mark.parametrize("first", EDGES)
@pytest.mark.parametrize("takes_red", [True, False])
def test_lost_packet_is_made_up_for(first: int, takes_red: bool) -> None:
    """Tap and receivers get it in order, nobody asks for it; it has no level of its own."""
    room = listening(first, takes_red)
    said = heard(room, red(first + 2))
    if takes_red:
        assert said == [(63, 1000, b"\x6f" + body(first + 1)), (63, 1001, framed(first + 2))]
    else:
        assert said == [(111, 1000, body(first + 1)), (111, 1001, body(first + 2))]
    assert tapped(room) == [(111, (first + n) % 65_536, 960 * (first + n), body(first + n)) for n in (1, 2)]
    assert room.nacks(room.tick(NS_PER_S)) == []
    assert room.core.counts()["recovered"] == 1


def test_two_lost_with_one_copy_leave_one_hole() -> None:
    room = listening()
    assert [sequence for _, sequence, _ in heard(room, red(503))] == [1001, 1002]
    assert room.nacks(room.tick(20 * NS_PER_MS)) == [501]
    assert [sequence for _, sequence, _ in heard(room, red(501))] == [1000], "asked for, it comes"


def test_two_lost_with_two_copies_leave_none() -> None:
    room = listening()
    assert [sequence for _, sequence, _ in heard(room, red(503, copies=2))] == [1000, 1001, 1002]


def test_lost_packet_that_comes_after_its_copy_is_one() -> None:
    """Two different packets under one number would give the AES-GCM key away."""
    room = listening()
    heard(room, red(502))
    tapped(room)
    assert heard(room, red(501)) == []
    assert tapped(room) == []
    assert room.core.counts()["dropped_duplicate"] == 1


def test_copy_of_another_time_is_not_taken_for_the_packet_before() -> None:
    """A sender that copies only every second packet: 20 ms before this one something else was said."""
    room = listening()
    said = (0xEF << 24 | 1920 << 10 | 7).to_bytes(4, "big") + b"\x6f" + body(500) + body(502)
    assert [sequence for _, sequence, _ in heard(room, rtp(502, 960 * 502, 1, 63, said))] == [1001]


@pytest.mark.parametrize("takes_red", [True, False])
def test_repeated_as_it_was(takes_red: bool) -> None:
    room = listening(takes_red=takes_red)
    [(first, _)] = room.feed(red(501))
    room.feed(red(502))
    [(again, _)] = room.tell(room.bob, pack_nack(12, 77, [1000]))
    assert bytes(again) == bytes(first)


def test_what_was_said_behind_a_closed_gate_is_in_no_copy() -> None:
    room = listening()
    room.core.set_open(MICROPHONE, False)
    assert room.feed(red(501)) == []
    assert room.feed(red(503)) == []
    room.core.set_open(MICROPHONE, True)
    assert heard(room, red(504)) == [(63, 1000, b"\x6f" + body(504))]
    assert tapped(room) == [(111, 504, 960 * 504, body(504))]
    assert heard(room, red(505)) == [(63, 1001, framed(505))]


def test_padding_and_rubbish() -> None:
    room = listening()
    assert room.feed(rtp(501, 0, 1, 63, b"", padding=100)) == []
    assert room.core.counts()["dropped_padding"] == 1
    assert room.feed(rtp(502, 0, 1, 63, b"\xef\x00")) == []
    assert room.core.counts()["dropped_malformed"] == 1
    assert [kind for kind, _, _ in heard(room, red(503))] == [63, 63]


def test_each_receiver_gets_its_own_form_from_its_first_packet_on() -> None:
    room = listening(takes_red=False)
    room.feed(red(505))
    room.down(MICROPHONE, 88, payload_type=111)
    room.down(MICROPHONE, 99, payload_type=111, red=63)
    ssrcs = [header(one)[3] for one in room.bob.packets(room.feed(red(503)))]
    assert ssrcs == [77, 77], "502 is made up for and 503 late: both before the newcomers"
    forms = {header(one)[3]: header(one)[0] for one in room.bob.packets(room.feed(red(506)))}
    assert forms == {77: 111, 88: 111, 99: 63}
    room.core.remove_down(DownId(88))
    assert {header(one)[3] for one in room.bob.packets(room.feed(red(507)))} == {77, 99}
