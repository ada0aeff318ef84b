"""Steps of :mod:`bridge.evolution`: who comes, waits, goes, speaks, writes, is heard and helps. Each is
``(state, event, at_utc_ns) → state``."""

from typing import Any

import msgspec

from bridge import events as e
from bridge.errors import Code, NotFound
from bridge.help import HelpEvent, helps_after
from bridge.ids import ParticipantId, SeatId
from bridge.model import Message, Role
from bridge.presence import Attendance, Participant, Prepared, Waiting, opened_elsewhere, without
from bridge.reception import Reception
from bridge.states import ATTENDANCE, AttendanceState


def attendance_moved(state: Reception, event: e.AttendanceMoved, at: int) -> Reception:
    moved = tuple(
        msgspec.structs.replace(person, state=ATTENDANCE.step(person.state, event.state))
        if person.seat == event.seat
        else person
        for person in state.attendances
    )
    return msgspec.structs.replace(state, attendances=moved)


def joined(state: Reception, event: e.ParticipantJoined, at: int) -> Reception:
    is_chair = state.role_at(event.seat) is Role.CHAIR
    newcomer = Participant(event.participant, event.seat, floor=is_chair, session=event.session)
    return msgspec.structs.replace(
        state,
        participants={**state.participants, event.participant: newcomer},
        waiting=without(state.waiting, event.participant),
    )


def left(state: Reception, event: e.ParticipantLeft, at: int) -> Reception:
    gone = state.participants.get(event.participant)
    return msgspec.structs.replace(
        state,
        participants=without(state.participants, event.participant),
        moved=opened_elsewhere(state.moved, gone, event.how),
    )


def waiting_begun(state: Reception, event: e.WaitingBegun, at: int) -> Reception:
    newcomer = Waiting(event.participant, event.seat, event.since_utc_ns or at, session=event.session)
    return msgspec.structs.replace(state, waiting={**state.waiting, event.participant: newcomer})


def waiting_line(state: Reception, event: e.WaitingLost | e.WaitingReturned, at: int) -> Reception:
    if event.participant not in state.waiting:
        raise NotFound(Code.UNKNOWN_PARTICIPANT, f"nobody waits as {event.participant} in reception {state.id}")
    connected = isinstance(event, e.WaitingReturned)
    changed = msgspec.structs.replace(state.waiting[event.participant], connected=connected)
    return msgspec.structs.replace(state, waiting={**state.waiting, event.participant: changed})


def waiting_ended(state: Reception, event: e.WaitingEnded, at: int) -> Reception:
    gone = state.waiting.get(event.participant)
    return msgspec.structs.replace(
        state, waiting=without(state.waiting, event.participant), moved=opened_elsewhere(state.moved, gone, event.how)
    )


def messaged(state: Reception, event: e.WaitingMessaged, at: int) -> Reception:
    return msgspec.structs.replace(state, words={**state.words, event.seat: event.text})


def dismissed(state: Reception, event: e.SeatDismissed, at: int) -> Reception:
    return msgspec.structs.replace(state, dismissed=state.dismissed | {event.seat})


def _prepared(state: Reception, seat: SeatId, **done: Any) -> Reception:
    changed = msgspec.structs.replace(state.prepared.get(seat, Prepared()), **done)
    return msgspec.structs.replace(state, prepared={**state.prepared, seat: changed})


def confirmed(state: Reception, event: e.SeatConfirmed, at: int) -> Reception:
    return _prepared(state, event.seat, confirmed=True, camera=None, microphone=None)


def devices_checked(state: Reception, event: e.DevicesChecked, at: int) -> Reception:
    return _prepared(state, event.seat, camera=event.camera, microphone=event.microphone)


def notice_acknowledged(state: Reception, event: e.NoticeAcknowledged, at: int) -> Reception:
    return _prepared(state, event.seat, notice=event.version)


def _with(state: Reception, participant: ParticipantId, **changes: Any) -> Reception:
    changed = msgspec.structs.replace(state.participant(participant), **changes)
    return msgspec.structs.replace(state, participants={**state.participants, participant: changed})


def lost(state: Reception, event: e.ParticipantLost, at: int) -> Reception:
    return _with(state, event.participant, connected=False)


def returned(state: Reception, event: e.ParticipantReturned, at: int) -> Reception:
    return _with(state, event.participant, connected=True)


def microphone(state: Reception, event: e.MicrophoneMoved, at: int) -> Reception:
    return _with(state, event.participant, microphone_open=event.open)


def camera(state: Reception, event: e.CameraMoved, at: int) -> Reception:
    return _with(state, event.participant, camera_on=event.on)


def screen(state: Reception, event: e.ScreenMoved, at: int) -> Reception:
    return _with(state, event.participant, screen_shared=event.shared)


def hand(state: Reception, event: e.HandMoved, at: int) -> Reception:
    return _with(state, event.participant, hand_raised=event.raised)


def floor_given(state: Reception, event: e.FloorGiven, at: int) -> Reception:
    return _with(state, event.participant, floor=True, hand_raised=False)


def floor_taken(state: Reception, event: e.FloorTaken, at: int) -> Reception:
    return _with(state, event.participant, floor=False)


def message_sent(state: Reception, event: e.MessageSent, at: int) -> Reception:
    message = Message(
        number=len(state.messages) + 1,
        at_utc_ns=at,
        seat=state.participant(event.participant).seat,
        audience=event.audience,
        text=event.text,
        present=frozenset(someone.seat for someone in state.participants.values()),
        case_number=state.case_number,
    )
    return msgspec.structs.replace(state, messages=(*state.messages, message))


def chair_moved(state: Reception, event: e.ChairTaken | e.ChairReturned, at: int) -> Reception:
    """The floor goes with the chair."""
    earlier = {key: someone for key, someone in state.participants.items() if state.role_of(key) is Role.CHAIR}
    for key in earlier:
        state = _with(state, key, floor=False)
    state = _with(state, event.participant, floor=True, hand_raised=False)
    seat = state.participant(event.participant).seat
    return msgspec.structs.replace(state, acting_chair=None if state.seats[seat].role is Role.CHAIR else seat)


def published(state: Reception, event: e.SourcePublished, at: int) -> Reception:
    tracks = {**state.participant(event.participant).tracks, event.source: event.track}
    return _with(state, event.participant, tracks=tracks)


def source_ended(state: Reception, event: e.SourceEnded, at: int) -> Reception:
    if event.participant not in state.participants:  # the node tells of the end after who left
        return state
    tracks = state.participant(event.participant).tracks
    remaining = {source: track for source, track in tracks.items() if track != event.track}
    return _with(state, event.participant, tracks=remaining)


def seat_added(state: Reception, event: e.SeatAdded, at: int) -> Reception:
    seat = event.seat
    new = tuple(Attendance(seat.id, person.name, person.role, AttendanceState.EXPECTED) for person in seat.people)
    return msgspec.structs.replace(state, seats={**state.seats, seat.id: seat}, attendances=(*state.attendances, *new))


def helped(state: Reception, event: HelpEvent, at: int) -> Reception:
    return msgspec.structs.replace(state, helps=helps_after(state.helps, event))
