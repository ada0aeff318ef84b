"""The way in and the waiting area: who waits, who is let in, who is sent back. Pure, as :mod:`bridge.decisions`.

Who waits is no participant: the media node, the tiles and the record know nothing of them until they are admitted.
"""

from collections.abc import Iterable, Iterator

from bridge import commands as c
from bridge import events as e
from bridge.errors import Code, Invalid, NotFound, NotPermitted, Refusal
from bridge.events import Departure, Event
from bridge.ids import ParticipantId, SeatId
from bridge.model import WALKS_IN
from bridge.policy import Actor
from bridge.presence import Prepared, Waiting
from bridge.reasons import checked_reason
from bridge.reception import Reception
from bridge.rules import MAX_PARTICIPANTS, refuse
from bridge.states import OVER, AttendanceState, ReceptionState

_WAY = (
    AttendanceState.EXPECTED,
    AttendanceState.DEVICE_CHECKED,
    AttendanceState.WAITING,
    AttendanceState.ADMITTED,
)
_MAX_VERSION = 40


def steps_to(reception: Reception, seat: SeatId, goal: AttendanceState) -> tuple[AttendanceState, ...]:
    """What is left of the way in; who left waits again. Raises NotPermitted for who was dismissed."""
    present = reception.attendance_of(seat)
    if present is AttendanceState.DISMISSED or seat in reception.dismissed:
        raise NotPermitted(detail="dismissed")
    reached = AttendanceState.DEVICE_CHECKED if present is AttendanceState.LEFT else present
    return _WAY[_WAY.index(reached) + 1 : _WAY.index(goal) + 1]


# ── coming to wait ─────────────────────────────────────────────────────────────────────────────────────────────


def waits_first(reception: Reception, seat: SeatId) -> bool:
    """Whether somebody else lets this seat in."""
    return reception.lets_in and reception.seats[seat].role not in WALKS_IN


def walks_in(reception: Reception, seat: SeatId) -> bool:
    """Whether a join leads into the room: of who conducts, who needs no letting in, or who was let in and is there."""
    if reception.waiting_at(seat) is not None:
        return False
    return not waits_first(reception, seat) or reception.at_seat(seat) is not None


def decide_wait(reception: Reception, seat: SeatId, participant: ParticipantId, session: str = "") -> list[Event]:
    """A connection of the seat waits; an older one is replaced, its time of waiting goes on."""
    older = reception.waiting_at(seat)
    if older is not None:
        ended = e.WaitingEnded(older.id, Departure.REPLACED)
        return [ended, e.WaitingBegun(participant, seat, older.since_utc_ns, session)]
    steps = steps_to(reception, seat, AttendanceState.WAITING)
    return [*(e.AttendanceMoved(seat, step) for step in steps), e.WaitingBegun(participant, seat, session=session)]


def decide_waiting_lost(reception: Reception, participant: ParticipantId) -> list[Event]:
    """The line went down; the place is kept for a while."""
    return [e.WaitingLost(participant)] if reception.waiting[participant].connected else []


def decide_waiting_returned(reception: Reception, participant: ParticipantId) -> list[Event]:
    """Back in time."""
    return [] if reception.waiting[participant].connected else [e.WaitingReturned(participant)]


def decide_waiting_ended(reception: Reception, participant: ParticipantId, how: Departure) -> list[Event]:
    """Gone; may come again, unless dismissed."""
    seat = reception.waiting[participant].seat
    state = AttendanceState.DISMISSED if how is Departure.DISMISSED else AttendanceState.LEFT
    return [e.WaitingEnded(participant, how), e.AttendanceMoved(seat, state)]


# ── letting in, sending back ───────────────────────────────────────────────────────────────────────────────────


def _waits(reception: Reception, seat: SeatId) -> Waiting:
    """Raises NotFound(unknown_participant) for who does not wait."""
    found = reception.waiting_at(seat)
    if found is None:
        raise NotFound(Code.UNKNOWN_PARTICIPANT, f"nobody waits at seat {seat}")
    return found


def _check_open(reception: Reception) -> None:
    if reception.state in OVER:
        raise Refusal(Code.RECEPTION_OVER)


def _let_in(waiting: Waiting) -> list[Event]:
    return [
        e.AttendanceMoved(waiting.seat, AttendanceState.ADMITTED),
        e.ParticipantJoined(waiting.id, waiting.seat, waiting.session),
    ]


def admit(reception: Reception, actor: Actor, command: c.AdmitSeat) -> list[Event]:
    """Only who is there: nobody is led into the room behind a line that is down."""
    _check_open(reception)
    waiting = _waits(reception, command.seat)
    if not waiting.connected:
        raise NotFound(Code.UNKNOWN_PARTICIPANT, "their line is down")
    refuse(Code.ROOM_FULL if len(reception.participants) >= MAX_PARTICIPANTS else None)
    return _let_in(waiting)


def send_back(reception: Reception, actor: Actor, command: c.SendBack) -> list[Event]:
    """Not who conducts or serves: they need not be let in either."""
    _check_open(reception)
    reception.seat(command.seat)
    if reception.seats[command.seat].role in WALKS_IN:
        raise NotPermitted(detail=f"seat {command.seat} is not let in by anybody")
    return _sent_back(reception, command.seat)


def _sent_back(reception: Reception, seat: SeatId) -> list[Event]:
    someone = reception.at_seat(seat)
    if someone is None:
        raise NotFound(Code.UNKNOWN_PARTICIPANT, f"nobody is in the room from seat {seat}")
    lost = [] if someone.connected else [e.WaitingLost(someone.id)]
    return [
        e.ParticipantLeft(someone.id, Departure.SENT_BACK),
        e.AttendanceMoved(seat, AttendanceState.WAITING),
        e.WaitingBegun(someone.id, seat, session=someone.session),
        *lost,
    ]


def dismiss(reception: Reception, actor: Actor, command: c.DismissSeat) -> list[Event]:
    """For good, whether they wait or are in the room. The reason stands in the record."""
    _check_open(reception)
    if reception.seat(command.seat).role in WALKS_IN:
        raise NotPermitted(detail=f"seat {command.seat} is not dismissed by anybody")
    reason = checked_reason(command.reason, required=True)
    return [*_gone(reception, command.seat, Departure.DISMISSED), e.SeatDismissed(command.seat, reason)]


def _gone(reception: Reception, seat: SeatId, how: Departure) -> list[Event]:
    someone = reception.at_seat(seat)
    if someone is None:
        return decide_waiting_ended(reception, _waits(reception, seat).id, how)
    state = AttendanceState.DISMISSED if how is Departure.DISMISSED else AttendanceState.LEFT
    return [e.ParticipantLeft(someone.id, how), e.AttendanceMoved(seat, state)]


def message(reception: Reception, actor: Actor, command: c.MessageWaiting) -> list[Event]:
    """Only to who waits: in the room one speaks."""
    _waits(reception, command.seat)
    text = checked_reason(command.text, required=True, field="text")
    return [e.WaitingMessaged(command.seat, text)]


# ── one case after another ─────────────────────────────────────────────────────────────────────────────────────


def _live(reception: Reception) -> None:
    if reception.state is not ReceptionState.LIVE:
        raise Refusal(Code.NOT_LIVE)


def _seats_of(reception: Reception, number: int) -> frozenset[SeatId]:
    of_case = (item.seats for item in reception.agenda if item.number == number)
    return frozenset(seat for seats in of_case for seat in seats if waits_first(reception, seat))


def call_next(reception: Reception, actor: Actor, command: c.CallNextCase) -> list[Event]:
    """The case before leaves first, so that the two never see each other."""
    _live(reception)
    following = [item.number for item in reception.agenda if item.number > reception.case_number]
    if not following:
        raise Refusal(Code.ILLEGAL_TRANSITION, "no case after this one")
    before, after = _seats_of(reception, reception.case_number), _seats_of(reception, min(following))
    leaving = [seat for seat in reception.seats if seat in before - after and reception.at_seat(seat)]
    gone = [event for seat in leaving for event in _gone(reception, seat, Departure.CASE_OVER)]
    return [*gone, e.AgendaMoved(min(following)), *_in(reception, after, len(leaving))]


def recall(reception: Reception, actor: Actor, command: c.RecallCase) -> list[Event]:
    """Who was called too early waits again."""
    _live(reception)
    earlier = [item.number for item in reception.agenda if item.number < reception.case_number]
    if not earlier:
        raise Refusal(Code.ILLEGAL_TRANSITION, "no case before this one")
    early, wanted = _seats_of(reception, reception.case_number), _seats_of(reception, max(earlier))
    leaving = [seat for seat in reception.seats if seat in early - wanted and reception.at_seat(seat)]
    back = [event for seat in leaving for event in _sent_back(reception, seat)]
    return [*back, e.AgendaMoved(max(earlier)), *_in(reception, wanted, len(leaving))]


def _in(reception: Reception, seats: Iterable[SeatId], leaving: int) -> Iterator[Event]:
    wanted = frozenset(seats)
    coming = [one for one in reception.waiting.values() if one.seat in wanted and one.connected]
    for waiting in coming[: MAX_PARTICIPANTS - len(reception.participants) + leaving]:
        yield from _let_in(waiting)


# ── what is done on the way in ─────────────────────────────────────────────────────────────────────────────────


def _own_seat(reception: Reception, actor: Actor) -> SeatId:
    _check_open(reception)
    if actor.seat is None:
        raise NotPermitted(detail="no seat")
    return actor.seat


def confirm(reception: Reception, actor: Actor, command: c.ConfirmSeat) -> list[Event]:
    """Each time somebody comes in at the door; said twice in a row it changes nothing."""
    seat = _own_seat(reception, actor)
    done = reception.prepared.get(seat, Prepared())
    return [] if done.confirmed and done.camera is None else [e.SeatConfirmed(seat)]


def note_devices(reception: Reception, actor: Actor, command: c.NoteDevices) -> list[Event]:
    """The first check moves who was expected on; later ones only tell what works now."""
    seat = _own_seat(reception, actor)
    checked = e.DevicesChecked(seat, command.camera, command.microphone)
    if reception.attendance_of(seat) is AttendanceState.EXPECTED:
        return [checked, e.AttendanceMoved(seat, AttendanceState.DEVICE_CHECKED)]
    return [checked]


def acknowledge(reception: Reception, actor: Actor, command: c.AcknowledgeNotice) -> list[Event]:
    """Once for each text."""
    seat = _own_seat(reception, actor)
    if not 0 < len(command.version) <= _MAX_VERSION:
        raise Invalid(field="version", limit=str(_MAX_VERSION))
    done = reception.prepared.get(seat)
    known = done is not None and done.notice == command.version
    return [] if known else [e.NoticeAcknowledged(seat, command.version)]


# ── what people are shown of it ────────────────────────────────────────────────────────────────────────────────


def number_of(reception: Reception, seat: SeatId) -> int | None:
    """The next case that this seat waits for, else its last; None when it belongs to none."""
    own = [item.number for item in reception.agenda if seat in item.seats]
    coming = [number for number in own if number >= reception.case_number]
    return min(coming, default=max(own, default=None))


def before(reception: Reception, seat: SeatId) -> int | None:
    """How many cases are still before that of this seat, the one being received among them."""
    own = number_of(reception, seat)
    if own is None:
        return None
    return sum(reception.case_number <= item.number < own for item in reception.agenda)


def absent(reception: Reception) -> list[SeatId]:
    """Seats of the case being received that are neither in the room nor wait."""
    wanted = _seats_of(reception, reception.case_number)
    return [
        seat
        for seat in reception.seats
        if seat in wanted and reception.at_seat(seat) is None and reception.waiting_at(seat) is None
    ]
