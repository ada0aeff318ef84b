"""A reception's plan and its changes. Pure: what a plan may say, from an edited one to its event, and what of it others
changed meanwhile.

Before it is live everything may be changed but a seat at which somebody is; while it is under way the cases that are
not received yet.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from bridge.errors import Conflict, IllegalTransition, Invalid
from bridge.events import Event, ReceptionChanged
from bridge.ids import SeatId, guest_of, is_guest
from bridge.model import GUEST_ROLES, AgendaItem, Plan, Role, Seat
from bridge.reception import Reception
from bridge.states import BEFORE_LIVE, UNDER_WAY, AttendanceState

MAX_TITLE = 200
MAX_SEATS = 60
MAX_CASES = 50
MAX_PEOPLE = 10
"""At one seat: who fits before one camera."""

MAX_NOTE = 2000
"""A page of what the office should remember."""

THERE = frozenset(
    {AttendanceState.WAITING, AttendanceState.ADMITTED, AttendanceState.IN_CONSULTATION, AttendanceState.AWAY}
)
"""Somebody waits at the door or sits in the room: their place is not taken from under them."""


def check_plan(plan: Plan) -> None:
    """Raises Invalid naming the field: title, seats, people, cases, note."""
    if not 0 < len(plan.title.strip()) <= MAX_TITLE:
        raise Invalid(field="title", limit=str(MAX_TITLE))
    if not 0 < len(plan.seats) <= MAX_SEATS or len({seat.account for seat in plan.seats}) < len(plan.seats):
        raise Invalid(field="seats", limit=str(MAX_SEATS))
    if any(len(seat.people) > MAX_PEOPLE for seat in plan.seats):
        raise Invalid(field="seats", like="people", limit=str(MAX_PEOPLE))
    if not all(map(_is_sound_guest, plan.seats)):
        raise Invalid(field="seats", like="guest_role", limit=str(MAX_SEATS))
    if len(plan.note) > MAX_NOTE:
        raise Invalid(field="note", limit=str(MAX_NOTE))
    _check_agenda(plan)


def _is_sound_guest(seat: Seat) -> bool:
    """A seat without an account is opened by nobody but itself, and conducts nothing."""
    if not is_guest(seat.account):
        return True
    return seat.account == guest_of(seat.id) and seat.role in GUEST_ROLES


def _check_agenda(plan: Plan) -> None:
    seats = {seat.id for seat in plan.seats}
    sound = all(0 < len(item.title) <= MAX_TITLE and seats.issuperset(item.seats) for item in plan.agenda)
    numbers = [item.number for item in plan.agenda]
    if not sound or len(numbers) > MAX_CASES or numbers != sorted(set(numbers)):
        raise Invalid(field="cases", limit=str(MAX_TITLE))


def is_there(reception: Reception, seat: SeatId) -> bool:
    """Whether somebody waits or sits at the seat, their line being up or down."""
    return reception.at_seat(seat) is not None or any(
        one.seat == seat and one.state in THERE for one in reception.attendances
    )


def received(reception: Reception) -> tuple[AgendaItem, ...]:
    """The cases that were called, the present one among them; none before the start."""
    if reception.state in BEFORE_LIVE:
        return ()
    return tuple(item for item in reception.agenda if item.number <= reception.case_number)


# ── changing it ────────────────────────────────────────────────────────────────────────────────────────────────


def decide_change(reception: Reception, edition: int, plan: Plan) -> list[Event]:
    """One event with what is another, none when nothing is.

    Raises Conflict when the plan is not of that edition any more, IllegalTransition, Invalid(field=seats,
    like=seat_there | cases_received) for what cannot be changed by now.
    """
    if reception.state not in BEFORE_LIVE | UNDER_WAY:
        raise IllegalTransition(detail=f"change of a {reception.state} reception", state=reception.state)
    if edition != reception.edition:
        raise Conflict(detail=f"edition {edition}, now {reception.edition}")
    check_plan(plan)
    if sum(seat.role is Role.CHAIR for seat in plan.seats) != 1:
        raise Invalid(field="chair")
    change = change_between(reception.plan, plan)
    if change == ReceptionChanged():
        return []
    _check_may_change(reception, change)
    return [change]


def change_between(was: Plan, now: Plan) -> ReceptionChanged:
    """The event that leads from one to the other; an empty one when they are the same."""
    before = {seat.id: seat for seat in was.seats}
    kept = {seat.id for seat in now.seats}
    return ReceptionChanged(
        title=None if now.title == was.title else now.title,
        kind=None if now.kind == was.kind else now.kind,
        starts_utc_ns=None if now.starts_utc_ns == was.starts_utc_ns else now.starts_utc_ns,
        public=None if now.public == was.public else now.public,
        note=None if now.note == was.note else now.note,
        seats=tuple(seat for seat in now.seats if before.get(seat.id) != seat),
        removed=tuple(seat.id for seat in was.seats if seat.id not in kept),
        agenda=None if now.agenda == was.agenda else now.agenda,
        admit=None if now.admit == was.admit else now.admit,
    )


def _check_may_change(reception: Reception, change: ReceptionChanged) -> None:
    if reception.state in UNDER_WAY and msgspec.structs.replace(change, agenda=None, note=None) != ReceptionChanged():
        raise IllegalTransition(detail="under way only the agenda is changed", state=reception.state)
    for seat in (*change.removed, *(seat.id for seat in change.seats)):
        if is_there(reception, seat):
            raise Invalid(field="seats", like="seat_there", name=reception.seats[seat].name)
    done = received(reception)
    if change.agenda is not None and change.agenda[: len(done)] != done:
        raise Invalid(field="cases", like="cases_received")


# ── what somebody else changed ─────────────────────────────────────────────────────────────────────────────────


class What(StrEnum):
    """Of what a difference tells."""

    TITLE = "title"
    KIND = "kind"
    TIME = "time"
    PUBLIC = "public"
    NOTE = "note"
    SEAT_ADDED = "seat_added"
    SEAT_REMOVED = "seat_removed"
    SEAT_CHANGED = "seat_changed"
    CASE_ADDED = "case_added"
    CASE_REMOVED = "case_removed"
    CASE_RENAMED = "case_renamed"
    CASES_MOVED = "cases_moved"


class Difference(msgspec.Struct, frozen=True):
    """One thing that is another now. ``now``: the new title, kind, time (ns) …; the name of the seat or case."""

    what: What
    now: str = ""


def differences(was: Plan, now: Plan) -> tuple[Difference, ...]:
    """Everything that is another, as it is told to somebody who had not seen it."""
    return (*_of_fields(was, now), *_of_seats(was.seats, now.seats), *_of_agenda(was.agenda, now.agenda))


def _of_fields(was: Plan, now: Plan) -> Iterator[Difference]:
    if was.title != now.title:
        yield Difference(What.TITLE, now.title)
    if was.kind != now.kind:
        yield Difference(What.KIND, now.kind)
    if was.starts_utc_ns != now.starts_utc_ns:
        yield Difference(What.TIME, str(now.starts_utc_ns))
    if was.public != now.public:
        yield Difference(What.PUBLIC, "yes" if now.public else "no")
    if was.note != now.note:
        yield Difference(What.NOTE, now.note)


def _of_seats(was: Iterable[Seat], now: Iterable[Seat]) -> Iterator[Difference]:
    before, after = {seat.id: seat for seat in was}, {seat.id: seat for seat in now}
    for key, seat in after.items():
        if key not in before:
            yield Difference(What.SEAT_ADDED, seat.name)
        elif before[key] != seat:
            yield Difference(What.SEAT_CHANGED, seat.name)
    yield from (Difference(What.SEAT_REMOVED, seat.name) for key, seat in before.items() if key not in after)


def _of_agenda(was: Iterable[AgendaItem], now: Iterable[AgendaItem]) -> Iterator[Difference]:
    before, after = {item.case: item for item in was}, {item.case: item for item in now}
    for key, item in after.items():
        if key not in before:
            yield Difference(What.CASE_ADDED, item.title)
        elif before[key].title != item.title:
            yield Difference(What.CASE_RENAMED, item.title)
    yield from (Difference(What.CASE_REMOVED, item.title) for key, item in before.items() if key not in after)
    kept = [key for key in after if key in before]
    if kept != [key for key in before if key in after]:
        yield Difference(What.CASES_MOVED)
