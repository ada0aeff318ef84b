"""Who waits, who is let in, sent back and dismissed, and what the next case brings."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import commands as c
from bridge import events as e
from bridge.decisions import decide, decide_close, decide_join, decide_start
from bridge.errors import IllegalTransition, Invalid, NotFound, NotPermitted, Refusal
from bridge.events import Departure
from bridge.evolution import rebuilt
from bridge.ids import CaseId, ParticipantId, SeatId, guest_of
from bridge.model import AdmitRule, AgendaItem, Level, Role, Seat
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.rules import participant_order
from bridge.states import AttendanceState
from bridge.waiting import absent, before, decide_waiting_ended, number_of
from tests.unit.bridge.receptions import MOMENT, RECORDING, actor, after, recorded, scheduled_event, seat

CHAIR = actor("chair")


def guest(name: str) -> Seat:
    made = seat(name, Role.CITIZEN, Level.COMMUNE)
    return msgspec.structs.replace(made, account=guest_of(made.id))


AN, BINH, CUC = guest("an"), guest("binh"), guest("cuc")


def opened() -> Reception:
    """Three cases, of An, of An and Binh, of Cuc."""
    agenda = (
        AgendaItem(1, CaseId("1"), "first", (AN.id,)),
        AgendaItem(2, CaseId("2"), "second", (AN.id, BINH.id)),
        AgendaItem(3, CaseId("3"), "third", (CUC.id,)),
    )
    first = scheduled_event()
    first = msgspec.structs.replace(
        first, seats=(*first.seats, AN, BINH, CUC), agenda=agenda, admit=AdmitRule.BY_OFFICE
    )
    return rebuilt(recorded([first, e.DoorsOpened()]))


def come(state: Reception, *seats: Seat) -> Reception:
    for one in seats:
        state = after(state, decide_join(state, one.id, ParticipantId(f"p-{one.name}")), at=100)
    return state


def live(state: Reception) -> Reception:
    chair = seat("chair", Role.CHAIR, Level.CENTRAL)
    state = come(state, chair)
    return after(state, decide_start(state, CHAIR, c.StartReception("on paper"), RECORDING, MOMENT))


def does(state: Reception, command: c.RoomCommand, who: Actor = CHAIR) -> Reception:
    return after(state, decide(state, who, command))


def test_a_join_leads_to_waiting_but_for_who_conducts() -> None:
    state = come(
        opened(), AN, seat("agency", Role.AGENCY, Level.PROVINCE), seat("secretary", Role.SECRETARY, Level.CENTRAL)
    )
    assert {one.seat for one in state.waiting.values()} == {AN.id, SeatId("seat-agency")}
    assert [one.seat for one in state.participants.values()] == [SeatId("seat-secretary")]
    assert state.attendance_of(AN.id) is AttendanceState.WAITING


def test_whoever_waits_is_no_participant_so_no_order_names_them() -> None:
    state = live(come(opened(), AN))
    with pytest.raises(NotFound):
        participant_order(state, ParticipantId("p-an"))
    state = does(state, c.AdmitSeat(AN.id))
    assert participant_order(state, ParticipantId("p-an")).gates.camera
    state = does(state, c.SendBack(AN.id))
    assert (state.at_seat(AN.id), state.attendance_of(AN.id)) == (None, AttendanceState.WAITING)
    assert state.waiting_at(AN.id) is not None


def test_only_chair_and_secretary_let_in_and_only_who_is_there() -> None:
    state = live(come(opened(), AN))
    guest_actor = Actor(AN.account, "an", frozenset(), state.agency, AN.id, AN.role)
    for who in (actor("agency"), guest_actor):
        for command in (c.AdmitSeat(AN.id), c.SendBack(AN.id), c.DismissSeat(AN.id, "x"), c.MessageWaiting(AN.id, "x")):
            with pytest.raises(NotPermitted):
                decide(state, who, command)
    assert does(state, c.AdmitSeat(AN.id), actor("secretary")).at_seat(AN.id)
    lost = after(state, [e.WaitingLost(ParticipantId("p-an"))])
    for refused, command in ((lost, c.AdmitSeat(AN.id)), (state, c.AdmitSeat(BINH.id)), (state, c.SendBack(AN.id))):
        with pytest.raises(NotFound):
            decide(refused, CHAIR, command)


def test_who_conducts_is_neither_sent_back_nor_dismissed() -> None:
    state = live(opened())
    for command in (c.SendBack(SeatId("seat-chair")), c.DismissSeat(SeatId("seat-chair"), "x")):
        with pytest.raises(NotPermitted):
            decide(state, CHAIR, command)


def test_dismissed_is_final_with_a_reason() -> None:
    state = live(come(opened(), AN))
    for reason in ("", " ", "x" * 501):
        with pytest.raises(Invalid):
            decide(state, CHAIR, c.DismissSeat(AN.id, reason))
    for present in (state, does(state, c.AdmitSeat(AN.id))):
        gone = does(present, c.DismissSeat(AN.id, "Gây rối"))
        assert gone.attendance_of(AN.id) is AttendanceState.DISMISSED
        with pytest.raises(NotPermitted):
            decide_join(gone, AN.id, ParticipantId("again"))


def test_the_next_case_sees_the_one_before_out_first() -> None:
    state = does(live(come(opened(), AN, BINH)), c.AdmitSeat(AN.id))
    events = decide(state, CHAIR, c.CallNextCase())
    assert [type(event) for event in events] == [e.AgendaMoved, e.AttendanceMoved, e.ParticipantJoined]
    state = after(state, events)
    assert {one.seat for one in state.participants.values()} == {SeatId("seat-chair"), AN.id, BINH.id}
    events = decide(state, CHAIR, c.CallNextCase())
    leaving = [event for event in events if isinstance(event, e.ParticipantLeft)]
    assert [event.how for event in leaving] == [Departure.CASE_OVER] * 2
    assert events.index(leaving[-1]) < events.index(e.AgendaMoved(3))
    state = after(state, events)
    assert absent(state) == [CUC.id]
    assert len(state.participants) == 1


def test_the_next_case_can_be_taken_back() -> None:
    state = does(live(come(opened(), AN, CUC)), c.AdmitSeat(AN.id))
    state = does(does(state, c.CallNextCase()), c.CallNextCase())
    assert state.at_seat(CUC.id) is not None
    state = does(come(state, AN), c.RecallCase())
    assert (state.case_number, state.waiting_at(CUC.id) is not None, state.at_seat(AN.id) is not None) == (
        2,
        True,
        True,
    )
    state = does(state, c.RecallCase())
    with pytest.raises(Refusal):
        decide(state, CHAIR, c.RecallCase())


def test_number_and_how_many_are_before() -> None:
    state = opened()
    assert [(number_of(state, one.id), before(state, one.id)) for one in (AN, BINH, CUC)] == [(1, 0), (2, 1), (3, 2)]
    state = does(live(state), c.CallNextCase())
    assert [(number_of(state, one.id), before(state, one.id)) for one in (AN, BINH, CUC)] == [(2, 0), (2, 0), (3, 1)]
    assert number_of(state, SeatId("seat-agency")) is None


def test_the_time_of_waiting_goes_on_over_devices_and_begins_anew_after_leaving() -> None:
    state = come(opened(), AN)
    state = after(state, decide_join(state, AN.id, ParticipantId("second")), at=900)
    waiting = state.waiting_at(AN.id)
    assert waiting is not None
    assert (waiting.id, waiting.since_utc_ns, state.moved) == ("second", 100, frozenset({AN.id}))
    state = after(state, decide_waiting_ended(state, waiting.id, Departure.LEFT))
    assert state.attendance_of(AN.id) is AttendanceState.LEFT
    state = after(state, decide_join(state, AN.id, ParticipantId("third")), at=950)
    again = state.waiting_at(AN.id)
    assert again is not None
    assert again.since_utc_ns == 950


def test_the_end_is_everybody_s() -> None:
    state = live(come(opened(), AN))
    state = after(state, decide_close(state, CHAIR, c.CloseReception(), MOMENT))
    assert (state.waiting, state.participants) == ({}, {})
    assert state.attendance_of(AN.id) is AttendanceState.LEFT


def test_a_new_arrival_at_the_door_checks_its_devices_anew() -> None:
    state = opened()
    own = Actor(AN.account, "an", frozenset(), state.agency, AN.id, AN.role)
    for command in (c.ConfirmSeat(), c.NoteDevices(True, True), c.AcknowledgeNotice("1")):
        state = after(state, decide(state, own, command))
    assert (state.prepared[AN.id].camera, state.prepared[AN.id].notice) == (True, "1")
    assert state.attendance_of(AN.id) is AttendanceState.DEVICE_CHECKED
    assert decide(state, own, c.AcknowledgeNotice("1")) == []
    state = after(state, decide(state, own, c.ConfirmSeat()))
    assert (state.prepared[AN.id].camera, state.prepared[AN.id].notice) == (None, "1")
    assert decide(state, own, c.ConfirmSeat()) == []


STEPS = st.sampled_from(("come", "admit", "back", "next", "recall", "lost", "returned", "left", "dismiss", "message"))


@given(st.lists(st.tuples(STEPS, st.sampled_from((AN, BINH, CUC))), max_size=40))
def test_nobody_is_in_two_places_and_no_walk_leaves_the_tables(walk: list[tuple[str, Seat]]) -> None:
    state = live(opened())
    for number, (step, who) in enumerate(walk):
        try:
            state = after(state, _stepped(state, step, who, number))
        except IllegalTransition:
            raise
        except Refusal:
            continue
        inside_at = [one.seat for one in state.participants.values()]
        seats = [*inside_at, *(one.seat for one in state.waiting.values())]
        assert len(seats) == len(set(seats))
        for one in (AN, BINH, CUC):
            inside, waits = state.at_seat(one.id), state.waiting_at(one.id)
            attendance = state.attendance_of(one.id)
            assert (inside is not None) == (attendance is AttendanceState.ADMITTED)
            assert (waits is not None) == (attendance is AttendanceState.WAITING)


def _stepped(state: Reception, step: str, who: Seat, number: int) -> list[e.Event]:
    waits = state.waiting_at(who.id)
    commands: dict[str, c.RoomCommand] = {
        "admit": c.AdmitSeat(who.id),
        "back": c.SendBack(who.id),
        "next": c.CallNextCase(),
        "recall": c.RecallCase(),
        "dismiss": c.DismissSeat(who.id, "reason"),
        "message": c.MessageWaiting(who.id, "text"),
    }
    if step == "come":
        return decide_join(state, who.id, ParticipantId(f"p{number}"))
    if step in commands:
        return decide(state, CHAIR, commands[step])
    if waits is None:
        return []
    lines: dict[str, list[e.Event]] = {
        "lost": [e.WaitingLost(waits.id)],
        "returned": [e.WaitingReturned(waits.id)],
        "left": decide_waiting_ended(state, waits.id, Departure.LEFT),
    }
    return lines[step]
