"""From commands to events: who may what, when, and what it means."""

import pytest

from bridge import commands as c
from bridge import events as e
from bridge.decisions import (
    check_start,
    decide,
    decide_close,
    decide_join,
    decide_left,
    decide_lost,
    decide_returned,
    decide_start,
)
from bridge.errors import Code, IllegalTransition, Invalid, NotFound, NotPermitted, Refusal
from bridge.events import Departure
from bridge.ids import ParticipantId, SeatId
from bridge.policy import SYSTEM
from bridge.reception import Reception
from bridge.states import AttendanceState, ReceptionState
from tests.unit.bridge.receptions import MOMENT, RECORDING, actor, after, joined, planned

EVERYBODY = ("chair", "secretary", "agency", "citizen")


def opened() -> Reception:
    return after(planned(), [e.DoorsOpened()])


def live() -> Reception:
    return after(joined(opened(), *EVERYBODY), [e.ReceptionStarted(RECORDING, MOMENT, "trial")])


def states(reception: Reception, name: str) -> set[AttendanceState]:
    return {person.state for person in reception.attendances if person.seat == f"seat-{name}"}


def test_join_walks_the_seats_people_in() -> None:
    state = joined(opened(), "citizen")
    assert states(state, "citizen") == {AttendanceState.ADMITTED}
    assert state.participants[ParticipantId("p-citizen")].microphone_open is False


def test_join_needs_open_doors_and_a_seat() -> None:
    with pytest.raises(Refusal) as refused:
        decide_join(planned(), SeatId("seat-chair"), ParticipantId("p"))
    assert refused.value.code is Code.DOORS_CLOSED
    with pytest.raises(NotFound):
        decide_join(opened(), SeatId("nobody's"), ParticipantId("p"))


def test_second_device_replaces_the_first() -> None:
    state = joined(opened(), "agency")
    state = after(state, decide_join(state, SeatId("seat-agency"), ParticipantId("p2")))
    assert list(state.participants) == ["p2"]
    assert states(state, "agency") == {AttendanceState.ADMITTED}


def test_second_device_replaces_one_whose_line_is_down() -> None:
    state = joined(opened(), "agency")
    state = after(state, decide_lost(state, ParticipantId("p-agency")))
    assert states(state, "agency") == {AttendanceState.AWAY}
    state = after(state, decide_join(state, SeatId("seat-agency"), ParticipantId("p2")))
    assert states(state, "agency") == {AttendanceState.ADMITTED}


def test_who_left_may_join_again_but_not_who_was_dismissed() -> None:
    state = joined(opened(), "citizen")
    left = after(state, decide_left(state, ParticipantId("p-citizen"), Departure.LEFT))
    assert joined(left, "citizen").participants
    dismissed = after(state, decide_left(state, ParticipantId("p-citizen"), Departure.DISMISSED))
    with pytest.raises(NotPermitted):
        joined(dismissed, "citizen")


def test_start_is_the_chairs_and_asks_a_reason_without_readiness() -> None:
    state = joined(opened(), "chair")
    with pytest.raises(NotPermitted):
        check_start(state, actor("secretary"), c.StartReception("r"))
    with pytest.raises(Invalid) as refused:
        check_start(state, actor("chair"), c.StartReception("  "))
    assert refused.value.code is Code.REASON_REQUIRED
    events = decide_start(state, actor("chair"), c.StartReception("trial"), RECORDING, MOMENT)
    assert after(state, events).state is ReceptionState.LIVE


def test_start_needs_open_doors_and_happens_once() -> None:
    with pytest.raises(Refusal) as refused:
        check_start(planned(), actor("chair"), c.StartReception("r"))
    assert refused.value.code is Code.DOORS_CLOSED
    with pytest.raises(IllegalTransition):
        check_start(live(), actor("chair"), c.StartReception("r"))
    paused = after(live(), [e.ReceptionInterrupted(e.Cause.CHAIR, "")])
    with pytest.raises(IllegalTransition):
        check_start(paused, actor("chair"), c.StartReception("r"))


def test_microphone_opens_only_with_the_floor() -> None:
    state = live()
    citizen = actor("citizen", state)
    with pytest.raises(Refusal) as refused:
        decide(state, citizen, c.SetMicrophone(True))
    assert refused.value.code is Code.NO_FLOOR
    state = after(state, decide(state, actor("chair", state), c.GiveFloor(ParticipantId("p-citizen"))))
    assert not state.participants[ParticipantId("p-citizen")].microphone_open
    state = after(state, decide(state, citizen, c.SetMicrophone(True)))
    assert state.participants[ParticipantId("p-citizen")].microphone_open


def test_taking_the_floor_closes_the_microphone_muting_leaves_the_floor() -> None:
    state = live()
    chair, citizen = actor("chair", state), actor("citizen", state)
    state = after(state, decide(state, chair, c.GiveFloor(ParticipantId("p-citizen"))))
    state = after(state, decide(state, citizen, c.SetMicrophone(True)))
    muted = after(state, decide(state, chair, c.MuteParticipant(ParticipantId("p-citizen"))))
    assert muted.participants[ParticipantId("p-citizen")].floor
    assert not muted.participants[ParticipantId("p-citizen")].microphone_open
    taken = after(state, decide(state, chair, c.TakeFloor(ParticipantId("p-citizen"))))
    assert not taken.participants[ParticipantId("p-citizen")].floor
    assert not taken.participants[ParticipantId("p-citizen")].microphone_open


def test_mute_all_spares_who_asks() -> None:
    state = live()
    for name in ("chair", "citizen"):
        state = after(
            state, [e.FloorGiven(ParticipantId(f"p-{name}")), e.MicrophoneMoved(ParticipantId(f"p-{name}"), True)]
        )
    events = decide(state, actor("chair", state), c.MuteAll())
    assert events == [e.MicrophoneMoved(ParticipantId("p-citizen"), False)]


def test_a_citizen_may_not_conduct() -> None:
    state = live()
    citizen = actor("citizen", state)
    for command in (
        c.InterruptReception(),
        c.GiveFloor(ParticipantId("p-citizen")),
        c.MuteParticipant(ParticipantId("p-chair")),
        c.MuteAll(),
        c.CallNextCase(),
    ):
        with pytest.raises(NotPermitted):
            decide(state, citizen, command)


def test_one_shared_screen_at_a_time() -> None:
    state = live()
    state = after(state, decide(state, actor("agency", state), c.SetScreen(True)))
    with pytest.raises(Refusal) as refused:
        decide(state, actor("chair", state), c.SetScreen(True))
    assert refused.value.code is Code.SCREEN_TAKEN


def test_losing_the_line_closes_the_microphone() -> None:
    state = live()
    state = after(state, decide(state, actor("chair", state), c.SetMicrophone(True)))
    state = after(state, decide_lost(state, ParticipantId("p-chair")))
    chair = state.participants[ParticipantId("p-chair")]
    assert not chair.connected
    assert not chair.microphone_open
    assert decide_lost(state, ParticipantId("p-chair")) == []
    back = after(state, decide_returned(state, ParticipantId("p-chair")))
    assert states(back, "chair") == {AttendanceState.ADMITTED}


def test_interrupt_names_its_cause_and_resume_needs_one() -> None:
    by_system = decide(live(), SYSTEM, c.InterruptReception("nobody"))
    assert by_system == [e.ReceptionInterrupted(e.Cause.SYSTEM, "nobody")]
    with pytest.raises(IllegalTransition):
        decide(live(), actor("chair"), c.ResumeReception())


def test_close_takes_everybody_out_also_from_a_pause() -> None:
    state = after(live(), [e.ReceptionInterrupted(e.Cause.CHAIR, "")])
    state = after(state, decide_lost(state, ParticipantId("p-citizen")))
    closed = after(state, decide_close(state, actor("chair"), c.CloseReception(), MOMENT))
    assert closed.state is ReceptionState.CLOSED
    assert not closed.participants
    assert {person.state for person in closed.attendances} == {AttendanceState.LEFT}
    assert not closed.doors_open


def test_agenda_moves_forward_to_its_end() -> None:
    state = live()
    state = after(state, decide(state, actor("secretary", state), c.CallNextCase()))
    assert state.case() == "c2"
    with pytest.raises(Refusal):
        decide(state, actor("secretary", state), c.CallNextCase())


def test_cancel_asks_a_reason_and_is_refused_once_live() -> None:
    with pytest.raises(Invalid):
        decide(planned(), actor("secretary"), c.CancelReception(""))
    assert after(planned(), decide(planned(), actor("secretary"), c.CancelReception("flood"))).closing_reason == "flood"
    with pytest.raises(IllegalTransition):
        decide(live(), actor("chair"), c.CancelReception("late"))


def test_a_reason_has_a_bound() -> None:
    with pytest.raises(Invalid):
        decide(live(), actor("chair"), c.InterruptReception("x" * 501))
