"""Over bad lines: what arrives is what was sent, minus what the lines must have lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.core.repeats import ASKED_MOST, IN_HAND
from tests.support.bad_lines import PACE_S, Lines, Session
from tests.support.relay import GOOD, Line

_PACKETS = 150


@st.composite
def _line(draw: st.DrawFn) -> Line:
    return Line(
        loss=draw(st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.4])),
        delay=draw(st.sampled_from([0.0, 0.01, 0.1])),
        jitter=draw(st.sampled_from([0.0, 0.03])),
        reorder=draw(st.sampled_from([0.0, 0.2])),
        reorder_by=draw(st.sampled_from([0.015, 0.05])),
        duplicate=draw(st.sampled_from([0.0, 0.1])),
    )


@st.composite
def _lines(draw: st.DrawFn) -> Lines:
    begins = draw(st.integers(5, _PACKETS)) * PACE_S
    cut = (begins, begins + draw(st.sampled_from([0.0, 0.1, 0.6])))
    return Lines(draw(_line()), draw(_line()), draw(_line()), draw(_line()), cut)


def _ran(lines: Lines, seed: int, sound: bool = False, takes_repairs: bool = True) -> Session:
    session = Session(lines, seed, sound, takes_repairs)
    session.run(_PACKETS)
    return session


def _first(session: Session) -> int:
    """Nobody waits for what was sent before the first packet that came."""
    return session.reached[0]


@settings(max_examples=40, deadline=None)
@given(_lines(), st.integers(0, 1000), st.booleans())
def test_pictures(lines: Lines, seed: int, takes_repairs: bool) -> None:
    session = _ran(lines, seed, takes_repairs=takes_repairs)
    if not session.reached:
        return
    tapped = session.tapped()
    arrived = {n for n in session.reached if n >= _first(session)}
    assert tapped == {n: session.sent[n] for n in arrived}
    _check_receiver(session)
    assert {one[0] for one in session.left.values()} <= set(tapped.values())


@settings(max_examples=25, deadline=None)
@given(_lines(), st.integers(0, 1000))
def test_sound_with_one_copy(lines: Lines, seed: int) -> None:
    """A packet is lost only together with the one after it."""
    session = _ran(lines, seed, sound=True)
    if not session.reached:
        return
    came = {n for n in session.reached if n >= _first(session)}
    copied = {n - 1 for n in came if n > _first(session)}
    assert session.tapped() == {n: session.sent[n] for n in came | copied}
    _check_receiver(session)


def _check_receiver(session: Session) -> None:
    """It has all that survived, each sending of a number was the same, none went out too often, nor all together."""
    assert session.room.core.counts().get("repeated", 0) <= IN_HAND + len(session.left)
    assert set(session.got) == session.survived
    for sequence, sendings in session.left.items():
        assert len(set(sendings)) == 1
        assert len(sendings) <= 1 + 2 * ASKED_MOST
        assert session.got.get(sequence, sendings[0]) == sendings[0]


def test_good_lines_lose_nothing_and_ask_for_nothing() -> None:
    session = _ran(Lines(), 1)
    assert len(session.got) == len(session.tapped()) == _PACKETS
    counts = session.room.core.counts()
    assert (counts.get("nacked", 0), counts.get("repeated", 0)) == (0, 0)


def test_reordering_within_20_ms_asks_for_nothing() -> None:
    shaken = Line(reorder=0.3, reorder_by=0.03, duplicate=0.2)
    session = _ran(Lines(up=shaken, down=shaken), 3)
    assert len(session.got) == len(session.tapped()) == _PACKETS
    assert session.room.core.counts().get("nacked", 0) == 0


@pytest.mark.parametrize("loss", [0.05, 0.1, 0.2])
def test_what_is_asked_for_comes(loss: float) -> None:
    """Ten tries against the publisher's line, five against the receiver's."""
    lossy = Line(loss=loss, delay=0.02)
    session = _ran(Lines(lossy, lossy, lossy, lossy), 5)
    whole = max(session.reached) - _first(session) + 1
    assert len(session.tapped()) == whole, "but for the very last, which nobody misses"
    assert len(session.got) >= whole - 3, "likewise"


def test_redundancy_leaves_the_square_of_the_loss() -> None:
    """Where nothing is asked for again (its requests never arrive), one copy takes 20 % to about 4 %."""
    session = _ran(Lines(up=Line(loss=0.2), back=Line(loss=1.0)), 11, sound=True)
    assert 1 - len(set(session.reached)) / _PACKETS > 0.15
    assert 1 - len(session.tapped()) / _PACKETS < 0.07


def test_burst_is_asked_for() -> None:
    session = _ran(Lines(up=GOOD, cut=(1.0, 1.6)), 1)
    assert len(session.tapped()) == len(session.got) == _PACKETS
    assert session.room.core.counts()["nacked"] == 30
