"""A plan and its changes: what may be changed when, what becomes of seats and cases, what others are told."""

from typing import Any

import msgspec
import pytest

from bridge import commands as c
from bridge import events as e
from bridge.decisions import decide, decide_join, decide_left
from bridge.errors import Conflict, IllegalTransition, Invalid, NotFound, NotPermitted
from bridge.events import Departure, Event, ReceptionChanged
from bridge.evolution import rebuilt
from bridge.ids import AccountId, CaseId, ParticipantId, SeatId, guest_of
from bridge.ledger import line_of
from bridge.model import OWN_DEVICE, AgendaItem, Plan, ReceptionKind, Role, Seat, SeatPerson
from bridge.plans import MAX_CASES, MAX_SEATS, What, change_between, check_plan, differences, received
from bridge.reception import Reception
from bridge.states import AttendanceState, ReceptionState
from tests.unit.bridge.receptions import MOMENT, RECORDING, actor, after, joined, planned, recorded, scheduled_event


def with_plan(state: Reception, **changes: Any) -> c.ChangeReception:
    """The command that changes these fields of the plan as it is."""
    return c.ChangeReception(state.edition, msgspec.structs.replace(state.plan, **changes))


def changed(state: Reception, **changes: Any) -> Reception:
    return after(state, decide(state, actor("secretary"), with_plan(state, **changes)))


def guest(name: str, role: Role = Role.CITIZEN) -> Seat:
    seat = SeatId(f"seat-{name}")
    people = (SeatPerson(name, role),)
    return Seat(
        seat, guest_of(seat), role, name, OWN_DEVICE, "own", planned().seats[SeatId("seat-citizen")].level, people
    )


def opened() -> Reception:
    return after(planned(), [e.DoorsOpened()])


def live() -> Reception:
    return after(joined(opened(), "chair", "citizen"), [e.ReceptionStarted(RECORDING, MOMENT, "trial")])


def without(state: Reception, name: str) -> tuple[Seat, ...]:
    return tuple(seat for seat in state.seats.values() if seat.id != f"seat-{name}")


# ── what is stored ─────────────────────────────────────────────────────────────────────────────────────────────


def test_an_event_says_what_is_another_and_nothing_else() -> None:
    state = planned()
    seats = (*without(state, "agency"), guest("new"))
    (event,) = decide(state, actor("chair"), with_plan(state, title="T", seats=seats))
    assert event == ReceptionChanged(title="T", seats=(guest("new"),), removed=(SeatId("seat-agency"),))
    assert decide(state, actor("chair"), with_plan(state)) == []


def test_it_is_rebuilt_as_it_was_planned() -> None:
    state = planned()
    plan = Plan(
        "New title", ReceptionKind.AD_HOC, 77, (*without(state, "agency"), guest("new")),
        (AgendaItem(1, CaseId("c2"), "second", ()), AgendaItem(2, CaseId("c9"), "third", (SeatId("seat-new"),))),
        True, "note",
    )  # fmt: skip
    done = after(state, [change_between(state.plan, plan)])
    assert done.plan == plan
    assert (done.version, done.edition, done.case_number) == (2, 2, 1)
    assert (done.row.title, done.row.kind, done.row.public) == ("New title", ReceptionKind.AD_HOC, True)
    assert done.row.points == ("central", "commune")  # a device of one's own is no point of ours
    assert {one.seat for one in done.attendances} == {seat.id for seat in plan.seats}


def test_streams_of_before_still_load() -> None:
    lines = [line_of(one) for one in recorded([scheduled_event(), e.DoorsOpened()])]
    first = msgspec.json.decode(lines[0].event)
    for field in ("public", "note"):
        del first[field]
    decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
    events = [decoder.decode(msgspec.json.encode(first)), decoder.decode(lines[1].event)]
    state = rebuilt(recorded(events))
    assert (state.public, state.note, state.edition, state.doors_open) == (False, "", 1, True)


def test_coming_and_going_is_no_edition() -> None:
    state = joined(opened(), "chair", "citizen")
    assert state.version > state.edition == 1
    assert changed(state, title="T").edition == state.version + 1


# ── what may be changed when ───────────────────────────────────────────────────────────────────────────────────


def test_an_older_edition_is_a_conflict() -> None:
    state = changed(planned(), title="T")
    with pytest.raises(Conflict):
        decide(state, actor("chair"), c.ChangeReception(1, state.plan))


@pytest.mark.parametrize(("name", "refusal"), [("citizen", NotPermitted), ("agency", NotPermitted)])
def test_only_who_conducts_changes_it(name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        decide(planned(), actor(name), with_plan(planned(), title="T"))
    stranger = msgspec.structs.replace(actor("chair"), account=AccountId("x"), roles=frozenset(), seat_role=None)
    with pytest.raises(NotFound):
        decide(planned(), stranger, with_plan(planned(), title="T"))


def test_nobody_takes_a_seat_from_under_somebody() -> None:
    state = joined(opened(), "citizen")
    renamed = tuple(
        msgspec.structs.replace(seat, name="Other") if seat.id == "seat-citizen" else seat
        for seat in state.seats.values()
    )
    empty = tuple(msgspec.structs.replace(item, seats=()) for item in state.agenda)
    for seats in (without(state, "citizen"), renamed):
        with pytest.raises(Invalid) as refused:
            decide(state, actor("chair"), with_plan(state, seats=seats, agenda=empty))
        assert refused.value.params == {"field": "seats", "like": "seat_there", "name": "citizen"}
    away = after(state, [e.ParticipantLost(ParticipantId("p-citizen"))])
    with pytest.raises(Invalid):
        decide(away, actor("chair"), with_plan(away, seats=without(away, "citizen"), agenda=empty))
    gone = after(state, decide_left(state, ParticipantId("p-citizen"), Departure.LEFT))
    assert "seat-citizen" not in changed(gone, seats=without(gone, "citizen"), agenda=empty).seats


def test_who_waits_at_the_door_is_there_too() -> None:
    waiting = [
        e.AttendanceMoved(SeatId("seat-citizen"), step)
        for step in (AttendanceState.DEVICE_CHECKED, AttendanceState.WAITING)
    ]
    state = after(opened(), waiting)
    empty = tuple(msgspec.structs.replace(item, seats=()) for item in state.agenda)
    with pytest.raises(Invalid):
        decide(state, actor("chair"), with_plan(state, seats=without(state, "citizen"), agenda=empty))


def test_who_takes_a_seat_finds_it_as_it_was_left() -> None:
    state = joined(opened(), "citizen")
    left = after(state, decide_left(state, ParticipantId("p-citizen"), Departure.LEFT))
    renamed = tuple(
        msgspec.structs.replace(seat, name="Other", people=(SeatPerson("Other", seat.role), SeatPerson("B", seat.role)))
        if seat.id == "seat-citizen"
        else seat
        for seat in left.seats.values()
    )
    done = changed(left, seats=renamed)
    at_seat = {(one.name, one.state) for one in done.attendances if one.seat == "seat-citizen"}
    assert at_seat == {("Other", AttendanceState.LEFT), ("B", AttendanceState.LEFT)}
    assert after(done, decide_join(done, SeatId("seat-citizen"), ParticipantId("p-2"))).participants


def test_under_way_only_what_was_not_called_is_changed() -> None:
    state = live()
    assert [item.number for item in received(state)] == [1]
    first, second = state.agenda
    third = AgendaItem(3, CaseId("c3"), "third", ())
    done = changed(state, agenda=(first, msgspec.structs.replace(second, title="Renamed"), third), note="n")
    assert [item.title for item in done.agenda] == ["first", "Renamed", "third"]
    assert done.case_number == 1
    moved = (first, msgspec.structs.replace(third, number=2), msgspec.structs.replace(second, number=3))
    assert [item.case for item in changed(done, agenda=moved).agenda] == ["c1", "c3", "c2"]
    for agenda in (
        (msgspec.structs.replace(first, title="X"), second),
        (msgspec.structs.replace(second, number=1),),
        (),
    ):
        with pytest.raises(Invalid) as refused:
            decide(state, actor("chair"), with_plan(state, agenda=agenda))
        assert refused.value.params["like"] == "cases_received"
    for changes in ({"title": "T"}, {"seats": (*state.seats.values(), guest("new"))}, {"public": True}):
        with pytest.raises(IllegalTransition):
            decide(state, actor("chair"), with_plan(state, **changes))


def test_what_is_over_stays_as_it_is() -> None:
    state = after(planned(), [e.ReceptionCancelled("rain")])
    assert state.state is ReceptionState.CANCELLED
    with pytest.raises(IllegalTransition):
        decide(state, actor("chair"), with_plan(state, title="T"))


# ── what a plan may say ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "field", "like"),
    [
        ({"title": " "}, "title", None),
        ({"title": "x" * 201}, "title", None),
        ({"note": "x" * 2001}, "note", None),
        ({"seats": ()}, "seats", None),
        ({"seats": tuple(guest(str(number)) for number in range(MAX_SEATS + 1))}, "seats", None),
        ({"seats": (guest("a", Role.CHAIR),)}, "seats", "guest_role"),
        ({"seats": (guest("a", Role.AGENCY),)}, "seats", "guest_role"),
        ({"seats": (msgspec.structs.replace(guest("a"), id=SeatId("other")),)}, "seats", "guest_role"),
        ({"seats": (msgspec.structs.replace(guest("a"), people=guest("a").people * 11),)}, "seats", "people"),
        ({"agenda": tuple(AgendaItem(n, CaseId(str(n)), "x", ()) for n in range(MAX_CASES + 1))}, "cases", None),
        ({"agenda": (AgendaItem(1, CaseId("c"), "", ()),)}, "cases", None),
        ({"agenda": (AgendaItem(1, CaseId("c"), "x", (SeatId("nobody"),)),)}, "cases", None),
        ({"agenda": (AgendaItem(2, CaseId("c"), "x", ()), AgendaItem(1, CaseId("d"), "x", ()))}, "cases", None),
    ],
)
def test_a_plan_keeps_its_bounds(changes: dict[str, Any], field: str, like: str | None) -> None:
    plan = msgspec.structs.replace(planned().plan, agenda=())
    check_plan(plan)
    with pytest.raises(Invalid) as refused:
        check_plan(msgspec.structs.replace(plan, **changes))
    assert (refused.value.params["field"], refused.value.params.get("like")) == (field, like)


def test_one_conducts() -> None:
    state = planned()
    with pytest.raises(Invalid) as refused:
        decide(state, actor("secretary"), with_plan(state, seats=without(state, "chair")))
    assert refused.value.params["field"] == "chair"


# ── what others are told ───────────────────────────────────────────────────────────────────────────────────────


def test_everything_that_is_another_is_told_once() -> None:
    was = planned().plan
    seats = tuple(
        msgspec.structs.replace(seat, name="Z") if seat.id == "seat-chair" else seat for seat in was.seats[:3]
    )
    now = Plan(
        "T", ReceptionKind.AD_HOC, 5, (*seats, guest("new")),
        (AgendaItem(1, CaseId("c2"), "other", ()), AgendaItem(2, CaseId("c3"), "third", ())), True, "n",
    )  # fmt: skip
    assert [(one.what, one.now) for one in differences(was, now)] == [
        (What.TITLE, "T"),
        (What.KIND, "ad_hoc"),
        (What.TIME, "5"),
        (What.PUBLIC, "yes"),
        (What.NOTE, "n"),
        (What.SEAT_CHANGED, "Z"),
        (What.SEAT_ADDED, "new"),
        (What.SEAT_REMOVED, "citizen"),
        (What.CASE_RENAMED, "other"),
        (What.CASE_ADDED, "third"),
        (What.CASE_REMOVED, "first"),
    ]
    first, second = was.agenda
    swapped = (msgspec.structs.replace(second, number=1), msgspec.structs.replace(first, number=2))
    assert [one.what for one in differences(was, msgspec.structs.replace(was, agenda=swapped))] == [What.CASES_MOVED]
    assert differences(was, was) == ()
