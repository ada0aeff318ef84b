"""What is asked of a publisher again, when, and when it is given up (RFC 4585 §6.2.1)."""

import pytest

from bridge.ids import NS_PER_MS, NS_PER_S
from bridge.media import Codec
from sfu.core.losses import AUDIO_AGE_NS, UNFILLED_NS, VIDEO_AGE_NS, Losses
from sfu.core.seam import PayloadFormat
from tests.support.sfu_core import EDGES, MICROPHONE, OPUS, RED, TICK, CoreRoom
from tests.support.sfu_peer import KEY, rtp

RTT_NS = 100 * NS_PER_MS


def asked(losses: Losses, at_ms: range, rtt_ns: int = RTT_NS) -> dict[int, list[int]]:
    """What is asked for at each of these times, where there is anything."""
    found = {at: losses.due(at * NS_PER_MS, rtt_ns).ask for at in at_ms}
    return {at: sequences for at, sequences in found.items() if sequences}


@pytest.mark.parametrize("first", EDGES)
def test_asks_after_20_ms_then_each_rtt_and_a_quarter_ten_times_said_twice(first: int) -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(first, first + 3, 0)
    times = [at for n in range(10) for at in (20 + 125 * n, 40 + 125 * n)]
    assert asked(losses, range(3000)) == {at: [first + 1, first + 2] for at in times}
    assert len(losses) == 0
    assert losses.given_up == 2


def test_waits_for_the_answer_to_the_last_try() -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(9, 11, 0)
    gave_up = [at for at in range(3000) if losses.due(at * NS_PER_MS, RTT_NS).gave_up]
    assert gave_up == [20 + 125 * 10]


@pytest.mark.parametrize(
    ("rtt_ns", "times"),
    [
        (0, [20, 40, 145, 165]),
        (4 * NS_PER_MS, [20, 40, 60, 80]),
        (32 * NS_PER_MS, [20, 60, 100, 140]),
        (300 * NS_PER_MS, [20, 40, 395, 415]),
    ],
)
def test_pause_follows_the_round_trip(rtt_ns: int, times: list[int]) -> None:
    """Of unknown lines 100 ms is assumed; never within what is waited for reordering. Said twice where asking anew
    takes longer than that."""
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(9, 11, 0)
    assert list(asked(losses, range(500), rtt_ns))[:4] == times


def test_what_came_after_the_first_word_is_not_asked_for_by_the_second() -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(9, 12, 0)
    assert losses.due(20 * NS_PER_MS, RTT_NS).ask == [10, 11]
    losses.came(10)
    assert losses.due(40 * NS_PER_MS, RTT_NS).ask == [11]


@pytest.mark.parametrize(("rtt_ms", "open_ms"), [(0, 600), (100, 600), (240, 600), (300, 750), (700, 1750)])
def test_the_answer_to_the_second_try_is_awaited(rtt_ms: int, open_ms: int) -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(9, 11, 0)
    assert not losses.unfilled(open_ms * NS_PER_MS, rtt_ms * NS_PER_MS)
    assert losses.unfilled(open_ms * NS_PER_MS + 1, rtt_ms * NS_PER_MS)


@pytest.mark.parametrize("age_ns", [VIDEO_AGE_NS, AUDIO_AGE_NS])
def test_age_limit(age_ns: int) -> None:
    losses = Losses(age_ns)
    losses.jumped(9, 11, 0)
    assert losses.due(age_ns, 10 * NS_PER_S).ask == [10]
    assert losses.due(age_ns + 1, 10 * NS_PER_S) == ([], True)
    assert len(losses) == 0


def test_sender_that_does_not_repeat_is_waited_for_only() -> None:
    losses = Losses(VIDEO_AGE_NS, tries=0)
    losses.jumped(9, 12, 0)
    assert losses.due(19 * NS_PER_MS, 0) == ([], False)
    losses.came(10)
    assert losses.due(20 * NS_PER_MS, 0) == ([], True)


def test_reordered_packet_is_never_asked_for() -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(9, 11, 0)
    losses.came(10)
    assert losses.due(NS_PER_S, RTT_NS) == ([], False)


@pytest.mark.parametrize("first", EDGES)
def test_too_many_missing_is_an_outage(first: int) -> None:
    losses = Losses(VIDEO_AGE_NS)
    assert losses.jumped(first, first + 900, 0)
    assert not losses.jumped(first + 900, first + 1100, 0)
    assert len(losses) == 0
    assert losses.given_up == 899


def test_at_most_200_at_once() -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(0, 501, 0)
    assert [len(losses.due(20 * NS_PER_MS, 0).ask) for _ in range(4)] == [200, 200, 100, 0]


def test_a_key_frame_makes_what_was_before_pointless() -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(10, 14, 0)
    losses.came(12)
    losses.settle_before(13, recorded=False)
    assert losses.due(NS_PER_S, 0).ask == [13]
    assert losses.unfilled(NS_PER_S, RTT_NS)
    losses.clear()
    assert not losses.unfilled(NS_PER_S, RTT_NS)


def test_a_recording_still_wants_what_was_before_a_key_frame() -> None:
    losses = Losses(VIDEO_AGE_NS)
    losses.jumped(10, 12, 0)
    losses.settle_before(12, recorded=True)
    assert not losses.unfilled(NS_PER_S, RTT_NS)
    assert list(asked(losses, range(2000)))[::2] == [20 + 125 * n for n in range(10)]
    assert (losses.given_up, len(losses)) == (1, 0)


def test_given_up_before_a_key_frame_asks_for_no_other() -> None:
    losses = Losses(VIDEO_AGE_NS, tries=0)
    losses.jumped(10, 12, 0)
    losses.settle_before(12, recorded=True)
    assert losses.due(NS_PER_S, 0) == ([], False)


# ── in the core ──────────────────────────────────────────────────────────────────────────────────────────────────


def camera(first: int, repeats: bool = True, rtt_ns: int = 20 * NS_PER_MS) -> CoreRoom:
    """Ann's camera flows; a second later nobody waits for a key frame."""
    room = CoreRoom()
    room.expect(formats={96: PayloadFormat(Codec.VP8, 90_000, repeats)})
    room.feed(rtp(first, 9000, payload=KEY))
    room.down()
    room.core.set_rtt(room.links[0], rtt_ns)
    room.tick(NS_PER_S)
    return room


@pytest.mark.parametrize("first", EDGES)
def test_missing_packets_are_asked_for_by_their_own_numbers(first: int) -> None:
    room = camera(first)
    room.feed(rtp(first + 4))
    assert room.nacks(room.tick(19 * NS_PER_MS)) == []
    assert sorted(room.nacks(room.tick(NS_PER_MS))) == sorted((first + n) % 65_536 for n in (1, 2, 3))


@pytest.mark.parametrize("first", EDGES)
def test_hole_that_stays_asks_for_a_key_frame_at_once(first: int) -> None:
    """Ten tries at 20 ms of RTT are over after 20 + 10 × 25 ms, long before anybody's PLI."""
    room = camera(first)
    room.feed(rtp(first + 2))
    out = [room.tick(5 * NS_PER_MS) for _ in range(UNFILLED_NS // (5 * NS_PER_MS))]
    plis = [5 * (at + 1) for at, sent in enumerate(out) if room.plis(sent)]
    assert plis == [20 + 10 * 25]


def test_hole_of_a_far_publisher_asks_when_it_has_been_open_for_long() -> None:
    room = camera(500, rtt_ns=300 * NS_PER_MS)
    room.feed(rtp(502))
    out = [room.plis(room.tick()) for _ in range(40)]
    assert out.index(1) * TICK == 740 * NS_PER_MS, "the tick after it was open for 2.5 round trips"


@pytest.mark.parametrize("first", EDGES)
def test_publisher_that_does_not_repeat_is_asked_for_a_key_frame_after_reordering(first: int) -> None:
    room = camera(first, repeats=False)
    room.feed(rtp(first + 2))
    room.feed(rtp(first + 1))
    assert [room.plis(room.tick()) for _ in range(3)] == [0, 0, 0], "it was only late"
    room.feed(rtp(first + 4))
    assert [room.asked(room.tick()) for _ in range(3)] == [([], 1), ([], 0), ([], 0)]


@pytest.mark.parametrize("first", EDGES)
def test_outage_asks_for_a_key_frame_instead(first: int) -> None:
    room = camera(first)
    room.feed(rtp(first + 1200))
    assert room.asked(room.tick()) == ([], 1)


def test_missing_sound_is_asked_for_for_a_second() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS)
    room.feed(rtp(65_534, payload_type=111))
    room.core.set_rtt(room.links[0], 200 * NS_PER_MS)
    room.feed(rtp(65_536, payload_type=111))
    out = [room.asked(room.tick()) for _ in range(100)]
    assert [20 * (at + 1) for at, sent in enumerate(out) if sent == ([65_535], 0)][::2] == [20, 280, 540, 800]
    assert sum(plis for _, plis in out) == 0


def test_sound_that_no_copy_makes_up_for_is_asked_for_at_once() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, RED)
    room.feed(rtp(5, payload_type=63, payload=b"\x6f" + bytes(9)))
    room.feed(rtp(7, payload_type=63, payload=b"\x6f" + bytes(9)))
    assert room.nacks(room.tick(1)) == [6]


def test_sound_that_comes_when_the_cache_has_gone_on_is_still_forwarded_and_recorded() -> None:
    """Asked for for a second, and the hole itself was long: the recorder waits for it."""
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS, tapped=True)
    room.feed(rtp(0, payload_type=111))
    room.down(MICROPHONE)
    ring = room.core._ups[MICROPHONE].ring  # noqa: SLF001 - as small as it gets
    ring.fit(0)
    ring.fit(0)
    for n in range(2, 200):
        room.feed(rtp(n, payload_type=111))
    room.core.take_tapped()
    assert room.sequences(room.feed(rtp(1, payload_type=111))) == [1000]
    assert len(room.core.take_tapped()) == 1
    assert ring.size == 64
