"""A room's time is the recording's, whoever sets whatever clock."""

from bridge.ids import NS_PER_S, MonoNs, UtcNs
from bridge.media import Moment
from bridge.sessionclock import SessionClock
from tests.support.fakes import HandClock

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


def test_after_a_restart_it_is_the_wall_clock_but_not_before_the_last_event_until_it_is_asked() -> None:
    wall = Settable()
    began = wall.utc()
    wall.pass_s(100)
    wall.set_s = -3600.0
    clock = SessionClock(wall, began, began + 90 * NS_PER_S)
    assert clock.utc() == began + 90 * NS_PER_S
    clock.set(100 * NS_PER_S, wall.mono())
    wall.pass_s(1)
    assert clock.utc() == began + 101 * NS_PER_S


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
