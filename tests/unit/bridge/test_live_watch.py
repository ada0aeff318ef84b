"""A reception without an official: interrupted after five minutes, closed after an hour more."""

import pytest

from bridge.commands import CloseReception, InterruptReception
from bridge.events import (
    Cause,
    DoorsOpened,
    Event,
    ParticipantJoined,
    ParticipantLost,
    ReceptionInterrupted,
    ReceptionScheduled,
    ReceptionStarted,
    Recorded,
)
from bridge.evolution import rebuilt
from bridge.ids import MonoNs, ParticipantId, ReceptionId, RecordingId
from bridge.media import Moment
from bridge.model import AdmitRule, ReceptionKind
from bridge.reception import Reception
from bridge.watch import NO_OFFICIAL, Watch, WatchTimes, due, observed, resumed_watch
from tests.support.receptions import AGENCY, CHAIR, CITIZEN, SEATS

ID = ReceptionId("reception-1")
LIVE = ReceptionStarted(RecordingId("recording-1"), Moment(0, 0), None)
GONE = ParticipantLost(ParticipantId("chair"))
TIMES = WatchTimes()


def s(seconds: float) -> MonoNs:
    return MonoNs(int(seconds * 1e9))


def room(*events: Event) -> Reception:
    first = ReceptionScheduled(ID, "Title", AGENCY, "Office", ReceptionKind.REGULAR, 0, SEATS, (), AdmitRule.ON_JOIN)
    joined = (ParticipantJoined(ParticipantId("chair"), CHAIR.id), ParticipantJoined(ParticipantId("z"), CITIZEN.id))
    stream = [first, DoorsOpened(), *joined, *events]
    return rebuilt(Recorded(ID, number, 0, "x", event) for number, event in enumerate(stream, 1))


def test_nothing_is_due_while_an_official_is_there_or_before_the_start() -> None:
    for reception in (room(LIVE), room(GONE)):
        assert observed(Watch(), reception, s(1)) == Watch()


def test_absence_counts_from_its_first_look_and_ends_with_a_return() -> None:
    watch = observed(observed(Watch(), room(LIVE, GONE), s(10)), room(LIVE, GONE), s(20))
    assert watch == Watch(s(10))
    assert observed(watch, room(LIVE), s(30)) == Watch()


@pytest.mark.parametrize(
    ("interrupted", "absent_s", "command"),
    [
        (False, 299, None),
        (False, 300, InterruptReception(NO_OFFICIAL)),
        (True, 300, None),
        (True, 3899, None),
        (True, 3900, CloseReception(NO_OFFICIAL)),
    ],
)
def test_what_is_due(interrupted: bool, absent_s: float, command: InterruptReception | CloseReception | None) -> None:
    more = (ReceptionInterrupted(Cause.SYSTEM, NO_OFFICIAL),) if interrupted else ()
    assert due(Watch(s(0)), TIMES, room(LIVE, GONE, *more), s(absent_s)) == command


def test_a_restart_keeps_counting_but_leaves_a_minute_to_come_back() -> None:
    paused = room(LIVE, GONE, ReceptionInterrupted(Cause.SYSTEM, NO_OFFICIAL))
    after_half_an_hour = resumed_watch(paused, TIMES, s(7), s(1800))
    assert due(after_half_an_hour, TIMES, paused, s(7 + 1799)) is None
    assert due(after_half_an_hour, TIMES, paused, s(7 + 1800)) is not None
    after_a_day = resumed_watch(paused, TIMES, s(7), s(86_400))
    assert due(after_a_day, TIMES, paused, s(7 + 59)) is None
    assert due(after_a_day, TIMES, paused, s(7 + 60)) is not None


def test_a_pause_by_the_chair_is_no_absence() -> None:
    paused = room(LIVE, ReceptionInterrupted(Cause.CHAIR, ""))
    assert resumed_watch(paused, TIMES, s(0), s(86_400)) == Watch()
