"""A reception rebuilt from its events: ``evolve`` is the only way it changes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from bridge import events as e
from bridge import movements as m
from bridge.errors import NotFound
from bridge.events import Event, Recorded, RecordingHealth
from bridge.model import AgendaItem, Seat
from bridge.presence import Attendance
from bridge.reception import Reception
from bridge.states import BEFORE_LIVE, RECEPTION, AttendanceState, ReceptionState


def scheduled(recorded: Recorded) -> Reception:
    """The reception that its first event makes. Raises NotFound when the stream does not begin so."""
    event = recorded.event
    if not isinstance(event, e.ReceptionScheduled):
        raise NotFound(detail=f"stream {recorded.reception} begins with {type(event).__name__}")
    attendances = tuple(one for seat in event.seats for one in _expected(seat))
    return Reception(
        id=event.reception,
        version=recorded.version,
        title=event.title,
        agency=event.agency,
        office=event.office,
        kind=event.kind,
        starts_utc_ns=event.starts_utc_ns,
        seats={seat.id: seat for seat in event.seats},
        agenda=event.agenda,
        admit=event.admit,
        attendances=attendances,
        case_number=_first(event.agenda),
        public=event.public,
        note=event.note,
        edition=recorded.version,
    )


def _expected(seat: Seat, state: AttendanceState = AttendanceState.EXPECTED) -> tuple[Attendance, ...]:
    return tuple(Attendance(seat.id, person.name, person.role, state) for person in seat.people)


def _first(agenda: tuple[AgendaItem, ...]) -> int:
    return agenda[0].number if agenda else 0


def rebuilt(history: Iterable[Recorded]) -> Reception:
    """The state after all of a stream. Raises NotFound for an empty one."""
    events = iter(history)
    first = next(events, None)
    if first is None:
        raise NotFound(detail="empty stream")
    state = scheduled(first)
    for recorded in events:
        state = evolve(state, recorded)
    return state


def evolve(state: Reception, recorded: Recorded) -> Reception:
    """``state`` after one more event. Raises IllegalTransition where a table has no such step."""
    changed = _EVOLVE[type(recorded.event)](state, recorded.event, recorded.at_utc_ns)
    return msgspec.structs.replace(changed, version=recorded.version)


def _plan_changed(state: Reception, event: e.ReceptionChanged, at: int) -> Reception:
    scalars = ("title", "kind", "starts_utc_ns", "public", "note", "agenda", "admit")
    changes: dict[str, Any] = {name: value for name in scalars if (value := getattr(event, name)) is not None}
    if event.agenda is not None and state.state in BEFORE_LIVE:
        changes["case_number"] = _first(event.agenda)
    gone = {*event.removed, *(seat.id for seat in event.seats)}
    # All who sit at a seat are in one state; who takes a place there finds it as it is.
    stood = {one.seat: one.state for one in state.attendances}
    arriving = (one for seat in event.seats for one in _expected(seat, stood.get(seat.id, AttendanceState.EXPECTED)))
    seats = {**state.seats, **{seat.id: seat for seat in event.seats}}
    return msgspec.structs.replace(
        state,
        seats={key: seat for key, seat in seats.items() if key not in event.removed},
        attendances=(*(one for one in state.attendances if one.seat not in gone), *arriving),
        edition=state.version + 1,
        **changes,
    )


def _doors_opened(state: Reception, event: e.DoorsOpened, at: int) -> Reception:
    return msgspec.structs.replace(state, doors_open=True)


def _placed(state: Reception, event: e.RoomPlaced, at: int) -> Reception:
    return msgspec.structs.replace(state, node=event.node, recorder=event.recorder)


def _started(state: Reception, event: e.ReceptionStarted, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.LIVE),
        recording=event.recording,
        began=event.moment,
        case_began_utc_ns=event.moment.utc_ns,
        recording_health=RecordingHealth.WRITING,
    )


def _interrupted(state: Reception, event: e.ReceptionInterrupted, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.INTERRUPTED),
        interrupted_utc_ns=at,
        interrupted_by=event.cause,
    )


def _resumed(state: Reception, event: e.ReceptionResumed, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.LIVE),
        interrupted_utc_ns=None,
        interrupted_by=None,
    )


def _closed(state: Reception, event: e.ReceptionClosed, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.CLOSED),
        doors_open=False,
        ended=event.moment,
        closing_reason=event.reason,
        participants={},
        waiting={},
    )


def _cancelled(state: Reception, event: e.ReceptionCancelled, at: int) -> Reception:
    following = RECEPTION.step(state.state, ReceptionState.CANCELLED)
    return msgspec.structs.replace(
        state, state=following, doors_open=False, closing_reason=event.reason, participants={}, waiting={}
    )


def _agenda_moved(state: Reception, event: e.AgendaMoved, at: int) -> Reception:
    return msgspec.structs.replace(state, case_number=event.number, case_began_utc_ns=at)


def _recording_moved(state: Reception, event: e.RecordingMoved, at: int) -> Reception:
    return msgspec.structs.replace(state, recording_health=event.health)


def _unchanged(state: Reception, event: Event, at: int) -> Reception:
    return state


_EVOLVE: Mapping[type[Event], Callable[[Reception, Any, int], Reception]] = {
    e.ReceptionChanged: _plan_changed,
    e.DoorsOpened: _doors_opened,
    e.RoomPlaced: _placed,
    e.ReceptionStarted: _started,
    e.ReceptionInterrupted: _interrupted,
    e.ReceptionResumed: _resumed,
    e.ReceptionClosed: _closed,
    e.ReceptionCancelled: _cancelled,
    e.AgendaMoved: _agenda_moved,
    e.AttendanceMoved: m.attendance_moved,
    e.ParticipantJoined: m.joined,
    e.ParticipantLeft: m.left,
    e.WaitingBegun: m.waiting_begun,
    e.WaitingLost: m.waiting_line,
    e.WaitingReturned: m.waiting_line,
    e.WaitingEnded: m.waiting_ended,
    e.WaitingMessaged: m.messaged,
    e.SeatDismissed: m.dismissed,
    e.SeatConfirmed: m.confirmed,
    e.DevicesChecked: m.devices_checked,
    e.NoticeAcknowledged: m.notice_acknowledged,
    e.ParticipantLost: m.lost,
    e.ParticipantReturned: m.returned,
    e.MicrophoneMoved: m.microphone,
    e.CameraMoved: m.camera,
    e.ScreenMoved: m.screen,
    e.HandMoved: m.hand,
    e.FloorGiven: m.floor_given,
    e.FloorTaken: m.floor_taken,
    e.MessageSent: m.message_sent,
    e.ChairTaken: m.chair_moved,
    e.ChairReturned: m.chair_moved,
    e.SourcePublished: m.published,
    e.SourceEnded: m.source_ended,
    e.SpeakersMoved: _unchanged,
    e.RecordingMoved: _recording_moved,
    e.SeatAdded: m.seat_added,
    e.HelpOffered: m.helped,
    e.HelpAccepted: m.helped,
    e.HelpDeclined: m.helped,
    e.HelpEnded: m.helped,
}
