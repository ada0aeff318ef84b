"""Transport-wide feedback, read back by a parser of the test's own that follows the draft's words."""

import struct

import pytest
from aiortc.rtp import RtcpPsfbPacket
from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import NS_PER_MS, Ssrc
from sfu.core.arrivals import EVERY_NS, Arrivals
from sfu.core.seam import Datagram, Repairs
from sfu.core.transportcc import MAX_RECEIVED, TICK_NS, TICKS_PER_REFERENCE, pack_feedback
from tests.support.sfu_core import CAMERA, CoreRoom
from tests.support.sfu_peer import KEY, rtp

EDGES = [0, 1, 127, 128, 32767, 32768, 65534, 65535]


def symbols_of(chunk: int) -> list[int]:
    """§3.1.3 and §3.1.4."""
    if not chunk & 0x8000:
        return [chunk >> 13 & 3] * (chunk & 0x1FFF)
    if chunk & 0x4000:
        return [chunk >> shift & 3 for shift in range(12, -1, -2)]
    return [chunk >> shift & 1 for shift in range(13, -1, -1)]


def read(packet: bytes) -> tuple[int, int, dict[int, int], int]:
    """(statuses, reference time in 64 ms, {16-bit number: tick of arrival}, feedback count)."""
    first, kind, words, _, _, base, statuses = struct.unpack_from("!BBHIIHH", packet)
    assert (first, kind) == (0x8F, 205)
    assert (words + 1) * 4 == len(packet)
    reference = int.from_bytes(packet[16:19], "big", signed=True)
    at, symbols = 20, list[int]()
    while len(symbols) < statuses:
        symbols += symbols_of(int.from_bytes(packet[at : at + 2], "big"))
        at += 2
    assert not any(symbols[statuses:]), "nothing is told beyond the count"
    ticks, tick = {}, reference * TICKS_PER_REFERENCE
    for offset, symbol in enumerate(symbols[:statuses]):
        if symbol == 1:
            tick, at = tick + packet[at], at + 1
        elif symbol == 2:
            tick, at = tick + int.from_bytes(packet[at : at + 2], "big", signed=True), at + 2
        if symbol:
            ticks[base + offset & 0xFFFF] = tick
    assert packet[at:] == bytes(-at % 4), "as many deltas as were told, then zeros up to a whole word"
    return statuses, reference, ticks, packet[19]


def test_the_tests_parser_reads_the_drafts_examples() -> None:
    assert symbols_of(0b0_00_0000011011101) == [0] * 221
    assert symbols_of(0b0_11_0000000011000) == [3] * 24
    assert symbols_of(0b1_0_01111100011100) == [0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0]
    assert symbols_of(0b1_1_00_11_01_01_01_00_00) == [0, 3, 1, 1, 1, 0, 0]


def chunks_of(missing: str) -> bytes:
    """Chunks and deltas of statuses written as letters: ``r`` received, ``l`` received late, ``.`` missing."""
    came, tick = [], 0
    for sequence, letter in enumerate(missing):
        if letter != ".":
            tick += 4 if letter == "r" else 400
            came.append((sequence, tick))
    return pack_feedback(1, 2, 0, came, 0)[0][20:]


def test_a_vector_of_bits_as_in_the_draft() -> None:
    assert chunks_of(".rrrrr...rrr..r").startswith(bytes.fromhex("9f1c"))


def test_a_run_of_missing_ones_as_in_the_draft() -> None:
    assert chunks_of("." * 221 + "r").startswith(bytes.fromhex("00dd2001"))


def test_a_vector_of_two_bits_where_a_delta_is_large() -> None:
    packed = chunks_of(".rlrr..rl")
    assert packed.startswith(struct.pack("!H", 0b1_1_00_01_10_01_01_00_00))


def test_ordinary_traffic_costs_an_octet_a_packet_and_a_run() -> None:
    assert len(chunks_of("r" * 60)) == 2 + 60 + 2


@pytest.mark.parametrize("base", EDGES)
def test_numbers_turn(base: int) -> None:
    came = [(base + step, 1_000 + 4 * step) for step in range(10)]
    packed, told = pack_feedback(1, 2, base, came, 0)
    assert told == 10
    assert read(packed)[2] == {(base + step) & 0xFFFF: 1_000 + 4 * step for step in range(10)}


@pytest.mark.parametrize("reference", [0, 1, 0x7FFFFF, 0x800000, 0xFFFFFF, 0x1000000, 0x1000001])
def test_the_reference_time_turns_at_24_bits(reference: int) -> None:
    tick = reference * TICKS_PER_REFERENCE + 77
    _, said, ticks, _ = read(pack_feedback(1, 2, 5, [(5, tick), (6, tick + 3)], 0)[0])
    assert said & 0xFFFFFF == reference & 0xFFFFFF
    assert ticks[6] - ticks[5] == 3
    assert (ticks[5] - tick) % (TICKS_PER_REFERENCE << 24) == 0


def test_the_feedback_count_turns_at_8_bits() -> None:
    assert [read(pack_feedback(1, 2, 0, [(0, 0)], count)[0])[3] for count in (0, 255, 256)] == [0, 255, 0]


@pytest.mark.parametrize("delta", [0, 255, 256, 32767, -1, -32767])
def test_deltas_of_all_sizes(delta: int) -> None:
    ticks = read(pack_feedback(1, 2, 0, [(0, 100_000), (1, 100_000 + delta)], 0)[0])[2]
    assert ticks[1] - ticks[0] == delta


@pytest.mark.parametrize("delta", [32768, -32768 - 1])
def test_a_delta_too_large_waits_for_the_next_packet(delta: int) -> None:
    assert pack_feedback(1, 2, 0, [(0, 100_000), (1, 100_000 + delta)], 0)[1] == 1


@given(
    base=st.integers(0, 70_000),
    first=st.integers(0, 1 << 34),
    steps=st.lists(st.tuples(st.integers(1, 9_000) | st.just(1), st.integers(-40_000, 40_000)), max_size=400),
)
def test_what_is_packed_is_read(base: int, first: int, steps: list[tuple[int, int]]) -> None:
    came = [(base + 3, first)]
    for gap, delta in steps:
        came.append((came[-1][0] + gap, max(0, came[-1][1] + delta)))
    rest, begin = came, base
    while rest:
        packed, told = pack_feedback(1, 2, begin, rest, 0)
        statuses, _, ticks, _ = read(packed)
        assert 0 < told <= MAX_RECEIVED
        assert len(packed) <= 1_100
        assert statuses == rest[told - 1][0] - begin + 1
        turn = TICKS_PER_REFERENCE << 24
        said = {number: tick % turn for number, tick in ticks.items()}
        assert said == {number & 0xFFFF: tick % turn for number, tick in rest[:told]}
        begin, rest = rest[told - 1][0] + 1, rest[told:]


# ── what is remembered of a transport ────────────────────────────────────────────────────────────────────────────


def told(arrivals: Arrivals, now_ns: int) -> list[dict[int, int]]:
    return [read(packet)[2] for packet in arrivals.feedback(1, 2, now_ns)]


def test_nothing_is_told_when_nothing_came() -> None:
    arrivals = Arrivals()
    assert arrivals.feedback(1, 2, 10**9) == []
    arrivals.came(7, 10**9)
    assert told(arrivals, 10**9) == [{7: 10**9 // TICK_NS}]
    assert arrivals.feedback(1, 2, 2 * 10**9) == []


def test_feedback_waits_its_time_and_tells_of_holes() -> None:
    arrivals = Arrivals()
    arrivals.came(65534, 0)
    assert len(told(arrivals, 0)) == 1
    arrivals.came(1, NS_PER_MS)
    assert arrivals.feedback(1, 2, EVERY_NS - 1) == []
    (packet,) = arrivals.feedback(1, 2, EVERY_NS)
    assert read(packet)[0] == 3, "65535 and 0 are missing"
    assert read(packet)[2] == {1: 4}


def test_a_late_packet_makes_the_span_be_told_again_as_it_was() -> None:
    arrivals = Arrivals()
    for number in (10, 11, 13):
        arrivals.came(number, number * NS_PER_MS)
    told(arrivals, 20 * NS_PER_MS)
    arrivals.came(12, 60 * NS_PER_MS)
    arrivals.came(14, 61 * NS_PER_MS)
    assert told(arrivals, 200 * NS_PER_MS) == [{12: 240, 13: 52, 14: 244}]


def test_a_second_arrival_of_a_number_is_not_told() -> None:
    arrivals = Arrivals()
    arrivals.came(5, 0)
    told(arrivals, 0)
    arrivals.came(5, 50 * NS_PER_MS)
    assert told(arrivals, 200 * NS_PER_MS) == []


def test_a_jump_forgets_what_was_before() -> None:
    arrivals = Arrivals()
    arrivals.came(5, 0)
    arrivals.came(20_000, NS_PER_MS)
    assert told(arrivals, NS_PER_MS) == [{20_000: 4}]


@given(st.lists(st.integers(0, 0xFFFF), max_size=600))
def test_a_sender_that_counts_wildly_costs_a_bounded_answer(numbers: list[int]) -> None:
    arrivals = Arrivals()
    for at, number in enumerate(numbers):
        arrivals.came(number, at * NS_PER_MS)
    packets = arrivals.feedback(1, 2, 10**9)
    assert sum(map(len, packets)) <= 24 * len(numbers)


# ── what the core makes of it ────────────────────────────────────────────────────────────────────────────────────


def numbered(number: int, extra: bytes = b"\x00") -> bytes:
    """The element of the transport-wide number under identifier 3."""
    return b"\x31" + number.to_bytes(2, "big") + extra


def feedbacks(room: CoreRoom, out: list[Datagram]) -> list[bytes]:
    """Those among what is sent to Ann."""
    found = []
    for compound in room.ann.compounds(out):
        while compound:
            size = (int.from_bytes(compound[2:4], "big") + 1) * 4
            if compound[0] & 0x1F == 15 and compound[1] == 205:
                found.append(compound[:size])
            compound = compound[size:]
    return found


@pytest.fixture
def room() -> CoreRoom:
    made = CoreRoom()
    made.expect(number_extension=3, repairs=Repairs({97: 96}, {Ssrc(9): Ssrc(1)}))
    return made


def test_a_publisher_whose_packets_are_numbered_is_told_when_each_came(room: CoreRoom) -> None:
    for step in range(4):
        room.feed(rtp(100 + step, payload=KEY, elements=numbered(65534 + step & 0xFFFF)))
        room.now += 5 * NS_PER_MS
    out = room.tick(100 * NS_PER_MS)
    (feedback,) = feedbacks(room, out)
    assert struct.unpack_from("!II", feedback, 4) == (11, 1), "from the node's own SSRC about the publisher's"
    ticks = read(feedback)[2]
    assert list(ticks) == [65534, 65535, 0, 1]
    assert [ticks[number] - ticks[65534] for number in ticks] == [0, 20, 40, 60]
    assert feedbacks(room, room.tick(100 * NS_PER_MS)) == []


def test_retransmissions_and_muted_packets_are_told_of_too(room: CoreRoom) -> None:
    room.feed(rtp(100, payload=KEY, elements=numbered(1)))
    room.core.set_open(CAMERA, False)
    room.feed(rtp(101, elements=numbered(2)))
    room.feed(rtp(5, ssrc=9, payload_type=97, payload=b"\x00\x63again", elements=numbered(3)))
    room.feed(rtp(102, payload=b"", padding=100, elements=numbered(4)))
    (feedback,) = feedbacks(room, room.tick(100 * NS_PER_MS))
    assert list(read(feedback)[2]) == [1, 2, 3, 4]


def rembs(room: CoreRoom, out: list[Datagram]) -> list[object]:
    return [one for one in room.ann.controls(out) if isinstance(one, RtcpPsfbPacket) and one.fmt == 15]


def test_who_controls_the_rate_by_itself_is_promised_none(room: CoreRoom) -> None:
    room.feed(rtp(100, payload=KEY, elements=numbered(1)))
    assert not any(rembs(room, room.tick(100 * NS_PER_MS)) for _ in range(10))
    plain = CoreRoom()
    plain.expect()
    plain.feed(rtp(100, payload=KEY))
    assert any(rembs(plain, plain.tick(100 * NS_PER_MS)) for _ in range(10))


def test_a_number_cut_short_is_no_number(room: CoreRoom) -> None:
    room.feed(rtp(100, payload=KEY, elements=b"\x30\x07\x00\x00"))
    assert feedbacks(room, room.tick(100 * NS_PER_MS)) == []
