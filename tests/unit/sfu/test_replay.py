"""The tap's memory: order, confirmation, resume, and what is dropped and declared."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import NS_PER_S
from bridge.tap import FrameKind, FrameReader, Lost, unpack_declaration
from sfu.replay import Replay, durable_of

RTP, TRACK, TICK, LOST = FrameKind.RTP, FrameKind.TRACK, FrameKind.TICK, FrameKind.LOST


def taken(replay: Replay) -> list[tuple[FrameKind, int, int]]:
    """(kind, track, number) of all that is to be sent now."""
    frames = FrameReader().feed(b"".join(replay.take(1 << 30)))
    return [(frame.kind, frame.track, frame.number) for frame in frames]


def lost(replay: Replay) -> list[tuple[int, int, int]]:
    """(track, first, last) of the LOST frames among what is to be sent now."""
    frames = FrameReader().feed(b"".join(replay.take(1 << 30)))
    found = [(frame.track, unpack_declaration(frame.body, Lost)) for frame in frames if frame.kind is LOST]
    return [(track, body.first, body.last) for track, body in found]


def filled() -> Replay:
    """Track 1: declared, then a packet a second from 1 s on; 20 s are kept."""
    replay = Replay(20 * NS_PER_S, 1 << 20)
    replay.add(TRACK, 1, 0)
    for second in range(1, 6):
        replay.add(RTP, 1, second * NS_PER_S, b"x" * 100)
    return replay


def test_each_track_has_its_own_numbers() -> None:
    replay = Replay(NS_PER_S, 1 << 20)
    for track in (1, 2, 1, 0):
        replay.add(RTP, track, 0)
    assert taken(replay) == [(RTP, 1, 1), (RTP, 2, 1), (RTP, 1, 2), (RTP, 0, 1)]
    assert taken(replay) == []


def test_resume_sends_what_is_not_durable() -> None:
    replay = filled()
    taken(replay)
    replay.confirm(1, 2)
    replay.add(RTP, 1, 6 * NS_PER_S)
    replay.resume({1: 4}, 7 * NS_PER_S)
    assert taken(replay) == [(RTP, 1, 5), (RTP, 1, 6), (RTP, 1, 7)]


def test_resume_of_a_recorder_that_knows_nothing() -> None:
    replay = filled()
    before = taken(replay)
    replay.resume({}, 7 * NS_PER_S)
    assert taken(replay) == before


def test_behind_is_the_age_of_the_oldest_unconfirmed() -> None:
    replay = filled()
    taken(replay)
    assert replay.behind_ns(6 * NS_PER_S) == 6 * NS_PER_S
    replay.confirm(1, 4)
    assert replay.behind_ns(6 * NS_PER_S) == 2 * NS_PER_S
    replay.confirm(1, 99)
    assert replay.behind_ns(6 * NS_PER_S) == 0


def test_too_old_is_dropped_and_declared_but_never_declarations() -> None:
    replay = filled()
    assert replay.expire(23 * NS_PER_S)
    assert not replay.expire(23 * NS_PER_S)
    replay.resume({}, 23 * NS_PER_S)
    assert taken(replay) == [(TRACK, 1, 1), (RTP, 1, 4), (RTP, 1, 5), (RTP, 1, 6), (LOST, 1, 7)]


def test_lost_names_only_what_was_not_durable() -> None:
    replay = filled()
    taken(replay)
    replay.expire(25 * NS_PER_S)
    replay.resume({1: 4}, 25 * NS_PER_S)
    assert lost(replay) == [(1, 5, 5)]
    everything = filled()
    everything.expire(25 * NS_PER_S)
    everything.resume({1: 6}, 25 * NS_PER_S)
    assert lost(everything) == []


def test_confirmed_is_not_lost() -> None:
    replay = filled()
    taken(replay)
    replay.confirm(1, 6)
    assert not replay.expire(99 * NS_PER_S)


def test_bytes_are_bounded() -> None:
    replay = Replay(3600 * NS_PER_S, 1000)
    for n in range(100):
        replay.add(RTP, 1, n, bytes(100))
        replay.expire(n)
    assert len(taken(replay)) <= 8
    replay.declare_lost(100)
    [(track, first, last)] = lost(replay)
    assert (track, first) == (1, 1)
    assert last >= 92


def test_resume_of_odd_numbers() -> None:
    assert durable_of({"1": 5, "x": 3, "²": 1, "-1": 2, "": 0}) == {1: 5}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.sampled_from([RTP, TRACK, TICK]), st.integers(0, 2)),
            st.tuples(st.just("take"), st.integers(1, 300), st.just(0)),
            st.tuples(st.just("confirm"), st.integers(0, 2), st.integers(0, 40)),
            st.tuples(st.just("resume"), st.integers(0, 20), st.integers(0, 20)),
            st.tuples(st.just("expire"), st.just(0), st.just(0)),
        ),
        max_size=60,
    ),
    st.booleans(),
)
def test_nothing_disappears_unsaid(steps: list[tuple[str, int, int]], anew: bool) -> None:
    """Whatever happens, on a new connection or on the one that there is: behind what is durable comes
    every number, or a LOST that names it."""
    replay, now = Replay(5, 2000), 0
    sent: list[bytes] = []
    counted: dict[int, int] = {}
    durable: dict[int, int] = {}
    for what, first, second in steps:
        now += 1
        if what == "add":
            replay.add(FrameKind(first), second, now, b"x" * 50)
            counted[second] = counted.get(second, 0) + 1
        elif what == "take":
            sent += replay.take(first)
        elif what == "confirm":
            # Of what this test counts: a LOST that was added meanwhile has a number too.
            number = min(second, counted.get(first, 0))
            durable[first] = max(durable.get(first, 0), number)
            replay.confirm(first, number)
        elif what == "resume":
            replay.resume(durable, now)
            sent = []
        else:
            replay.expire(now)
    if anew:
        replay.resume(durable, now)
        sent = []
    replay.declare_lost(now)
    frames = FrameReader().feed(b"".join(sent + replay.take(1 << 30)))
    for track, last in counted.items():
        said = {int(frame.number) for frame in frames if frame.track == track}
        for frame in frames:
            if frame.track == track and frame.kind is LOST:
                body = unpack_declaration(frame.body, Lost)
                said.update(range(body.first, body.last + 1))
        assert said >= set(range(durable.get(track, 0) + 1, last + 1))


def test_what_is_never_dropped_is_sent_although_the_line_stood_still_for_long() -> None:
    """Connected, but nothing was taken: what a track is and whether it is closed goes before what is left of it."""
    replay = Replay(20 * NS_PER_S, 1 << 30)
    replay.resume({}, 0)
    replay.add(FrameKind.TRACK, 1, 0)
    replay.add(FrameKind.RTP, 1, 1)
    replay.add(FrameKind.GATE, 1, 2)
    replay.add(FrameKind.RTP, 1, 30 * NS_PER_S)
    replay.expire(31 * NS_PER_S)
    assert replay.is_pending
    replay.declare_lost(31 * NS_PER_S)
    frames = FrameReader().feed(b"".join(replay.take(1 << 20)))
    assert [(frame.kind, int(frame.number)) for frame in frames] == [
        (FrameKind.TRACK, 1), (FrameKind.GATE, 3), (FrameKind.RTP, 4), (FrameKind.LOST, 5),
    ]  # fmt: skip
    assert not replay.is_pending
    replay.confirm(1, 5)
    assert (replay.behind_ns(31 * NS_PER_S), replay.held_bytes) == (0, 0)
