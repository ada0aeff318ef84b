"""From a command to the events it means: ``decide(reception, actor, command)``. Pure; refuses by raising.

Starting, interrupting, resuming and closing also move media; their service (:mod:`bridge.live`) supplies the
:class:`~bridge.media.Moment` and the proof and uses the ``decide_*`` functions below.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bridge import commands as c
from bridge import events as e
from bridge import waiting as w
from bridge.chair import decide_return, decide_take
from bridge.chat import decide_to_all, decide_to_officials
from bridge.errors import Code, IllegalTransition, NotPermitted, Refusal
from bridge.events import Cause, Departure, Event
from bridge.helping import answer_help, end_help, ended_by_leaving, offer_help, take_back_help
from bridge.ids import ParticipantId, RecordingId, SeatId
from bridge.media import Moment
from bridge.model import LISTENERS
from bridge.plans import decide_change
from bridge.policy import ACTION_OF, SYSTEM, Actor, authorise
from bridge.presence import Participant
from bridge.reasons import checked_reason
from bridge.reception import Reception
from bridge.rules import may_join, may_open_microphone, may_share_screen, own_place, refuse
from bridge.states import BEFORE_LIVE, RECEPTION, AttendanceState, ReceptionState


def decide(reception: Reception, actor: Actor, command: c.Command) -> list[Event]:
    """The events that ``command`` means. Raises NotPermitted, NotFound, IllegalTransition, Invalid, Refusal."""
    authorise(actor, ACTION_OF[type(command)], reception.concern)
    return _DECIDE[type(command)](reception, actor, command)


# ── the life cycle ─────────────────────────────────────────────────────────────────────────────────────────────


def _open_doors(reception: Reception, actor: Actor, command: c.OpenDoors) -> list[Event]:
    if reception.state not in BEFORE_LIVE:
        raise IllegalTransition(detail=f"doors of a {reception.state} reception", state=reception.state)
    return [] if reception.doors_open else [e.DoorsOpened()]


def _change(reception: Reception, actor: Actor, command: c.ChangeReception) -> list[Event]:
    return decide_change(reception, command.edition, command.plan)


def _cancel(reception: Reception, actor: Actor, command: c.CancelReception) -> list[Event]:
    RECEPTION.step(reception.state, ReceptionState.CANCELLED)
    reason = checked_reason(command.reason, required=True)
    return [*_everybody_leaves(reception), e.ReceptionCancelled(reason)]


def decide_start(
    reception: Reception, actor: Actor, command: c.StartReception, recording: RecordingId, moment: Moment
) -> list[Event]:
    """Live, with the recorder already writing (gate 2). Microphones tried before without the floor are closed: points
    enter muted (gate 5)."""
    check_start(reception, actor, command)
    override = checked_reason(command.override, required=False) or None
    tried = (someone for someone in reception.participants.values() if not someone.floor)
    return [
        *(event for someone in tried for event in _muted(someone)),
        e.ReceptionStarted(recording, moment, override),
    ]


def check_start(reception: Reception, actor: Actor, command: c.StartReception) -> None:
    """Everything about a start that can be refused before any medium is touched."""
    authorise(actor, ACTION_OF[type(command)], reception.concern)
    RECEPTION.step(reception.state, ReceptionState.LIVE)
    if reception.state is ReceptionState.INTERRUPTED:
        raise IllegalTransition(detail="an interrupted reception is resumed, not started", state=reception.state)
    if not reception.doors_open:
        raise Refusal(Code.DOORS_CLOSED)
    checked_reason(command.override, required=reception.state is not ReceptionState.CONNECTED)


def _interrupt(reception: Reception, actor: Actor, command: c.InterruptReception) -> list[Event]:
    RECEPTION.step(reception.state, ReceptionState.INTERRUPTED)
    cause = Cause.SYSTEM if actor is SYSTEM else Cause.CHAIR
    return [e.ReceptionInterrupted(cause, checked_reason(command.reason, required=False))]


def _resume(reception: Reception, actor: Actor, command: c.ResumeReception) -> list[Event]:
    if reception.state is not ReceptionState.INTERRUPTED:
        raise IllegalTransition(detail=f"resume of a {reception.state} reception", state=reception.state)
    return [e.ReceptionResumed()]


def decide_close(reception: Reception, actor: Actor, command: c.CloseReception, moment: Moment) -> list[Event]:
    """Everybody leaves, then closed at the recording's STOP."""
    authorise(actor, ACTION_OF[type(command)], reception.concern)
    RECEPTION.step(reception.state, ReceptionState.CLOSED)
    cause = Cause.SYSTEM if actor is SYSTEM else Cause.CHAIR
    reason = checked_reason(command.reason, required=False)
    return closed_by(reception, e.ReceptionClosed(cause, reason, moment))


def closed_by(reception: Reception, closing: e.ReceptionClosed) -> list[Event]:
    """What a decided end means for who is there now."""
    return [*_everybody_leaves(reception), closing]


def _everybody_leaves(reception: Reception) -> list[Event]:
    leaving: list[Event] = []
    for someone in reception.participants.values():
        leaving += [
            e.ParticipantLeft(someone.id, Departure.ENDED),
            e.AttendanceMoved(someone.seat, AttendanceState.LEFT),
        ]
    for waiting in reception.waiting.values():
        leaving += w.decide_waiting_ended(reception, waiting.id, Departure.ENDED)
    return leaving


# ── coming and going ───────────────────────────────────────────────────────────────────────────────────────────


def decide_join(reception: Reception, seat: SeatId, participant: ParticipantId, session: str = "") -> list[Event]:
    """Into the room, or into the waiting area where the office lets people in; an older connection of the seat is
    replaced.

    Raises NotFound, NotPermitted, Refusal(reception_over | doors_closed | room_full).
    """
    reception.seat(seat)
    refuse(may_join(reception, seat))
    if not w.walks_in(reception, seat):
        return w.decide_wait(reception, seat, participant, session)
    older = reception.at_seat(seat)
    joined = e.ParticipantJoined(participant, seat, session)
    if older is None:
        steps = w.steps_to(reception, seat, AttendanceState.ADMITTED)
        return [*(e.AttendanceMoved(seat, step) for step in steps), joined]
    back = [] if older.connected else [e.AttendanceMoved(seat, AttendanceState.ADMITTED)]
    return [e.ParticipantLeft(older.id, Departure.REPLACED), *back, joined]


def decide_lost(reception: Reception, participant: ParticipantId) -> list[Event]:
    """The line went down: away, microphone closed (nobody comes back into a room unaware that they are heard)."""
    someone = reception.participant(participant)
    if not someone.connected:
        return []
    closing: list[Event] = [e.MicrophoneMoved(participant, False)] if someone.microphone_open else []
    return [*closing, e.ParticipantLost(participant), e.AttendanceMoved(someone.seat, AttendanceState.AWAY)]


def decide_returned(reception: Reception, participant: ParticipantId) -> list[Event]:
    """Back within the resume time."""
    someone = reception.participant(participant)
    if someone.connected:
        return []
    return [e.ParticipantReturned(participant), e.AttendanceMoved(someone.seat, AttendanceState.ADMITTED)]


def decide_left(reception: Reception, participant: ParticipantId, how: Departure) -> list[Event]:
    """Gone for good (may join again)."""
    someone = reception.participant(participant)
    state = AttendanceState.DISMISSED if how is Departure.DISMISSED else AttendanceState.LEFT
    return [
        e.ParticipantLeft(participant, how),
        e.AttendanceMoved(someone.seat, state),
        *ended_by_leaving(reception, someone.seat),
    ]


# ── one's own microphone, camera, screen, hand ─────────────────────────────────────────────────────────────────


def _set_microphone(reception: Reception, actor: Actor, command: c.SetMicrophone) -> list[Event]:
    own = own_place(reception, actor)
    if command.open:
        refuse(may_open_microphone(reception, own.id))
    return [] if own.microphone_open == command.open else [e.MicrophoneMoved(own.id, command.open)]


def _set_camera(reception: Reception, actor: Actor, command: c.SetCamera) -> list[Event]:
    own = own_place(reception, actor)
    return [] if own.camera_on == command.on else [e.CameraMoved(own.id, command.on)]


def _set_screen(reception: Reception, actor: Actor, command: c.SetScreen) -> list[Event]:
    own = own_place(reception, actor)
    if command.shared:
        refuse(may_share_screen(reception, own.id))
    return [] if own.screen_shared == command.shared else [e.ScreenMoved(own.id, command.shared)]


def _set_hand(reception: Reception, actor: Actor, command: c.SetHand) -> list[Event]:
    own = own_place(reception, actor)
    return [] if own.hand_raised == command.raised else [e.HandMoved(own.id, command.raised)]


# ── the floor ──────────────────────────────────────────────────────────────────────────────────────────────────


def _give_floor(reception: Reception, actor: Actor, command: c.GiveFloor) -> list[Event]:
    if reception.role_of(command.participant) in LISTENERS:
        raise NotPermitted(detail=f"{command.participant} hears and sees, and is not heard")
    return [] if reception.participant(command.participant).floor else [e.FloorGiven(command.participant)]


def _take_floor(reception: Reception, actor: Actor, command: c.TakeFloor) -> list[Event]:
    someone = reception.participant(command.participant)
    taken: list[Event] = [e.FloorTaken(someone.id)] if someone.floor else []
    return taken + _muted(someone)


def _mute(reception: Reception, actor: Actor, command: c.MuteParticipant) -> list[Event]:
    return _muted(reception.participant(command.participant))


def _mute_all(reception: Reception, actor: Actor, command: c.MuteAll) -> list[Event]:
    others = (someone for key, someone in reception.participants.items() if key != actor.participant)
    return [event for someone in others for event in _muted(someone)]


def _muted(someone: Participant) -> list[Event]:
    return [e.MicrophoneMoved(someone.id, False)] if someone.microphone_open else []


def _by_live_service(reception: Reception, actor: Actor, command: c.Command) -> list[Event]:
    raise TypeError(f"{type(command).__name__} goes through bridge.live")


_DECIDE: Mapping[type[c.Command], Callable[[Reception, Actor, Any], list[Event]]] = {
    c.OpenDoors: _open_doors,
    c.ChangeReception: _change,
    c.CancelReception: _cancel,
    c.StartReception: _by_live_service,
    c.InterruptReception: _interrupt,
    c.ResumeReception: _resume,
    c.CloseReception: _by_live_service,
    c.CallNextCase: w.call_next,
    c.RecallCase: w.recall,
    c.AdmitSeat: w.admit,
    c.SendBack: w.send_back,
    c.DismissSeat: w.dismiss,
    c.MessageWaiting: w.message,
    c.ConfirmSeat: w.confirm,
    c.NoteDevices: w.note_devices,
    c.AcknowledgeNotice: w.acknowledge,
    c.SetMicrophone: _set_microphone,
    c.SetCamera: _set_camera,
    c.SetScreen: _set_screen,
    c.SetHand: _set_hand,
    c.GiveFloor: _give_floor,
    c.TakeFloor: _take_floor,
    c.MuteParticipant: _mute,
    c.MuteAll: _mute_all,
    c.SendToAll: decide_to_all,
    c.SendToOfficials: decide_to_officials,
    c.TakeChair: decide_take,
    c.ReturnChair: decide_return,
    c.OfferHelp: offer_help,
    c.TakeBackHelp: take_back_help,
    c.AnswerHelp: answer_help,
    c.EndHelp: end_help,
}
