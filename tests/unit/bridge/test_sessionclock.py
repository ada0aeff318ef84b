"""A room's time is the recording's, whoever sets whatever clock."""

import pytest

from bridge.ids import NS_PER_S, MonoNs, RecordingId, UtcNs
from bridge.media import Moment
from bridge.sessionclock import SessionClock, TimeNote
from tests.support.fakes import HandClock

RECORDING = RecordingId("recording-1")
HOUR_NS = 3600 * NS_PER_S


class Settable(HandClock):
    """``set_s``: by how much somebody set its wall clock."""

    def __init__(self) -> None:
        super().__init__()
        self.set_s = 0.0

    def utc(self) -> UtcNs:
        return UtcNs(super().utc() + round(self.set_s * NS_PER_S))


def test_before_a_recording_it_is_the_wall_clock_both_ways() -> None:
    wall = Settable()
    clock = SessionClock(wall)
    for wall.set_s in (3600.0, -3600.0):
        assert (clock.utc(), clock.media_ns) == (wall.utc(), None)


def test_from_the_start_on_a_set_clock_changes_nothing() -> None:
    wall = Settable()
    clock = SessionClock(wall)
    asked = wall.mono()
    wall.pass_s(0.010)
    clock.begin(Moment(77, 1_000 * NS_PER_S), asked)
    for wall.set_s in (0.0, 3600.0, -3600.0):
        wall.pass_s(10)
    assert clock.utc() - 1_000 * NS_PER_S == clock.media_ns == 30 * NS_PER_S + 5_000_000


@pytest.mark.parametrize("set_s", [3600.0, 0.0, -3600.0])
def test_after_a_restart_it_counts_on_from_the_last_event_until_it_is_asked(set_s: float) -> None:
    wall = Settable()
    began = wall.utc()
    wall.pass_s(100)
    wall.set_s = set_s
    clock = SessionClock(wall, began, began + 90 * NS_PER_S)
    told = [clock.utc()]
    wall.pass_s(2)
    told.append(clock.utc())
    wall.set_s = -set_s
    told.append(clock.utc())
    assert [at - began for at in told] == [90 * NS_PER_S, 92 * NS_PER_S, 92 * NS_PER_S]
    clock.set(102 * NS_PER_S, wall.mono())
    wall.pass_s(1)
    assert clock.utc() == began + 103 * NS_PER_S


@pytest.mark.parametrize("set_s", [3600.0, 0.0, -3600.0])
def test_who_goes_on_by_a_note_has_the_same_time(set_s: float) -> None:
    wall = Settable()
    began = wall.utc()
    before = SessionClock(wall)
    before.begin(Moment(0, began), wall.mono())
    note = before.note("boot", RECORDING)
    assert note is not None
    wall.pass_s(100)
    wall.set_s = set_s
    after = SessionClock(wall, began, began + 10 * NS_PER_S)
    after.go_on(note)
    assert after.utc() == before.utc() == began + 100 * NS_PER_S
    again = after.note("boot", RECORDING)
    assert again is not None
    assert again.tells_as(note)
    after.set(101 * NS_PER_S, wall.mono())
    corrected = after.note("boot", RECORDING)
    assert corrected is not None
    assert not corrected.tells_as(note)
    assert not corrected.tells_as(None)


def test_a_note_of_what_is_to_come_is_no_note() -> None:
    wall = Settable()
    clock = SessionClock(wall, wall.utc(), wall.utc())
    clock.go_on(TimeNote("boot", RECORDING, wall.mono() + 1, 0))
    clock.go_on(TimeNote("boot", RECORDING, wall.mono(), -1))
    assert not clock.is_anchored
    assert clock.note("boot", RECORDING) is None


def test_it_never_goes_back_when_it_is_asked_again() -> None:
    wall = Settable()
    clock = SessionClock(wall)
    clock.begin(Moment(0, wall.utc()), wall.mono())
    wall.pass_s(60)
    before = clock.utc()
    clock.set(59 * NS_PER_S, wall.mono())
    assert clock.utc() == before
    wall.pass_s(2)
    assert clock.utc() == before + NS_PER_S


def test_a_start_that_is_taken_back_leaves_the_wall_clock() -> None:
    wall = Settable()
    clock = SessionClock(wall)
    clock.begin(Moment(0, wall.utc() + HOUR_NS), MonoNs(0))
    clock.forget()
    assert clock.utc() == wall.utc()
