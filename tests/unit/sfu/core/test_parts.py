"""The small parts of the core, each alone: numbering, reports, requests, clocks, estimate, SRTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from bridge.ids import NS_PER_MS, NS_PER_S
from bridge.media import Kind
from sfu.core.estimate import START, LineEstimate
from sfu.core.numbering import Numbering
from sfu.core.reception import Reception
from sfu.core.requests import KeyFrameRequests
from sfu.core.senderclock import SenderClock, ntp_from_ns, ntp_from_span
from sfu.core.srtp import LONGEST, SrtpContext
from sfu.core.up import LEVEL_EXTENSION
from sfu.sdp import AUDIO_LEVEL_URI, DOWNLINK_EXTENSIONS
from tests.support.sfu_peer import CM, GCM, Peer, keys, rtp

EDGES = (0, 1, 127, 128, 32_767, 32_768, 65_534, 65_535)


# ── numbering ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", EDGES)
def test_numbers_have_holes_only_where_packets_miss(first: int) -> None:
    numbering = Numbering(0)
    assert numbering.forward(first) == 0
    assert numbering.forward(first + 3) == 3
    assert numbering.late(first + 1) == 1
    numbering.drop(first + 4)
    assert numbering.forward(first + 5) == 4
    assert numbering.late(first + 4) is None
    assert numbering.late(first + 2) == 2
    numbering.interrupt(first + 6)
    numbering.interrupt(first + 7)
    assert numbering.forward(first + 100) == 5
    assert numbering.late(first + 50) is None
    assert numbering.late(first - 1) is None


@pytest.mark.parametrize("first", EDGES)
@pytest.mark.parametrize("then", ["forward", "drop", "interrupt"])
def test_what_was_never_given_is_lacked_until_it_is(first: int, then: str) -> None:
    """Whatever came after the hole: a packet, one that is dropped alone, or the end of everything."""
    numbering = Numbering(0)
    numbering.forward(first)
    getattr(numbering, then)(first + 3)
    assert [numbering.lacks(number) for number in (0, 1, 2)] == [False, True, True]
    numbering.fill(1)
    assert [numbering.lacks(number) for number in (1, 2)] == [False, True]


def test_what_is_lacked_is_bounded() -> None:
    numbering = Numbering(0)
    numbering.forward(0)
    assert numbering.forward(30_000) == 1025, "a larger hole is no hole that anybody could fill"
    assert [numbering.lacks(number) for number in (1, 2, 1024, 1025, 1026)] == [False, True, True, False, False]
    assert numbering.late(29_999) is None
    numbers = [numbering.forward(sequence) for sequence in range(30_002, 40_000, 2)]
    assert numbers[-1] == 1025 + 9_998
    assert not numbering.lacks(1024)
    assert numbering.lacks(numbers[-1] - 1)


@given(st.lists(st.sampled_from(["forward", "drop", "interrupt", "miss"]), max_size=80))
def test_numbers_only_grow_and_late_ones_agree(steps: list[str]) -> None:
    numbering, last = Numbering(0), -1
    given_numbers: dict[int, int] = {}
    missing: list[int] = []
    for sequence, step in enumerate(steps, start=1000):
        if step == "forward":
            number = numbering.forward(sequence)
            assert number > last
            last = given_numbers[sequence] = number
        elif step == "drop":
            numbering.drop(sequence)
        elif step == "interrupt":
            numbering.interrupt(sequence)
        else:
            missing.append(sequence)
    assert all(numbering.late(sequence) == number for sequence, number in given_numbers.items())
    newest = max((1000 + at for at, step in enumerate(steps) if step != "miss"), default=0)
    late = [sequence for sequence in missing if sequence < newest]
    found = [found for sequence in late if (found := numbering.late(sequence)) is not None]
    assert len(set(found)) == len(found)
    assert not set(found) & set(given_numbers.values()), "no number twice: the key stream depends on it"


# ── reports ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", EDGES)
def test_report_counts_across_the_turn(first: int) -> None:
    reception = Reception(first, 90_000)
    for n in range(100):
        if n % 10 != 5:
            reception.came(first + n, n * 3000, n * NS_PER_S // 30)
    block = reception.block(1, 0)
    assert (block.lost, block.fraction, block.highest) == (10, 25, first + 99)
    assert reception.block(1, 0).fraction == 0


def test_jitter_of_an_even_stream_is_nothing() -> None:
    even, shaky = Reception(0, 90_000), Reception(0, 90_000)
    for n in range(200):
        even.came(n, n * 3000, n * NS_PER_S // 30)
        shaky.came(n, n * 3000, n * NS_PER_S // 30 + (n % 2) * 10 * NS_PER_MS)
    assert even.block(1, 0).jitter <= 1
    assert 800 < shaky.block(1, 0).jitter < 1000


def test_report_says_when_the_senders_came() -> None:
    reception = Reception(0, 90_000)
    assert reception.block(1, NS_PER_S).lsr == 0
    reception.sender_report(0x1122_3344_5566_7788, NS_PER_S)
    block = reception.block(1, 3 * NS_PER_S)
    assert (block.lsr, block.dlsr) == (0x3344_5566, 2 * 65_536)


# ── key frame requests ──────────────────────────────────────────────────────────────────────────────────────────


def test_requests_are_throttled() -> None:
    requests = KeyFrameRequests()
    assert not requests.due(0)
    requests.want()
    assert [requests.due(at * NS_PER_MS) for at in (0, 100, 499, 500, 900)] == [True, False, False, True, False]
    requests.came()
    assert not requests.due(2 * NS_PER_S)


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ntp() -> None:
    assert ntp_from_ns(0) == 2_208_988_800 << 32
    assert ntp_from_ns(NS_PER_S * 3 // 2) - ntp_from_ns(0) == 3 << 31
    assert ntp_from_span(NS_PER_S) == 1 << 32


def test_sender_clock_keeps_the_least_of_30_s() -> None:
    clock = SenderClock()
    assert clock.least(100) == 100
    clock.heard(100, 0)
    clock.heard(50, NS_PER_S)
    clock.heard(80, 2 * NS_PER_S)
    assert clock.least(80) == 50
    clock.heard(80, 32 * NS_PER_S)
    assert clock.least(80) == 80
    clock.heard(80 + (5 << 32), 33 * NS_PER_S)
    assert clock.least(80 + (5 << 32)) == 80 + (5 << 32), "the sender's clock was set"
    assert clock.least(90) == 90, "of a report from before"


# ── estimate ─────────────────────────────────────────────────────────────────────────────────────────────────────


def paced(seconds: int, size: int, rate: int | None) -> LineEstimate:
    """30 frames a second of ``size`` bytes over a line of ``rate`` bit/s (None: no limit)."""
    estimate, free = LineEstimate(1, 0), 0
    for frame in range(seconds * 30):
        sent = frame * NS_PER_S // 30
        free = max(free, sent) + (0 if rate is None else size * 8 * NS_PER_S // rate)
        estimate.came(frame * 3000, size, free)
    return estimate


def test_a_simple_picture_keeps_its_promise() -> None:
    assert paced(10, 1000, None).bitrate > START


def test_a_full_line_lowers_it() -> None:
    """1 Mb/s sent into 300 kbit/s."""
    assert paced(5, 4166, 300_000).bitrate < 320_000


# ── SRTP ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("profile", [GCM, CM])
def test_same_bytes_as_pylibsrtp(profile: int) -> None:
    """An upgrade that changes the binding under our feet fails here."""
    context = SrtpContext(keys(5, profile))
    policy = Policy(key=keys(5, profile).send, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
    policy.allow_repeat_tx = True
    session = Session(policy)
    for sequence in (*EDGES, 65_535):
        packet = rtp(sequence, payload=bytes(range(200)))
        assert context.protect(packet) == session.protect(packet)


@pytest.mark.parametrize("profile", [GCM, CM])
def test_replays_forgeries_and_giants_are_refused(profile: int) -> None:
    context, peer = SrtpContext(keys(5, profile)), Peer(5, ("127.0.0.1", 1), profile)
    datagram = peer.rtp(rtp(1))
    assert context.unprotect(datagram) == rtp(1)
    assert context.unprotect(datagram) is None
    assert context.unprotect(peer.rtp(rtp(2))[:-1] + b"\x00") is None
    assert context.unprotect(bytes(LONGEST + 1)) is None
    assert context.unprotect(b"") is None
    assert context.unprotect_rtcp(b"\x80\xc9") is None


def test_level_extension_is_what_sdp_offers() -> None:
    assert DOWNLINK_EXTENSIONS[Kind.AUDIO][AUDIO_LEVEL_URI] == LEVEL_EXTENSION
