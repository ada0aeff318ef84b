"""What each participant sees of a room: pure, from the reception's state to wire structs."""

from collections.abc import Mapping

from bridge.chat import may_read
from bridge.events import RecordingHealth
from bridge.ids import NS_PER_MS, ParticipantId, SeatId
from bridge.model import OFFICIALS, OWN_DEVICE, STAFF_SIDE, AgendaItem, Message, Role, place_of
from bridge.policy import Action, Actor, may
from bridge.presence import Participant
from bridge.reception import Reception
from bridge.states import BEFORE_LIVE, OVER, ReceptionState
from signaling.waiting_views import absent_names, waiting_seats
from signaling.wire import Alarm, CaseView, HelpView, MessageView, ParticipantView, RoomView

ROOM_ACTIONS = (
    Action.START,
    Action.INTERRUPT,
    Action.RESUME,
    Action.CLOSE,
    Action.CALL_NEXT,
    Action.ADMIT,
    Action.SET_OWN_MICROPHONE,
    Action.SET_OWN_CAMERA,
    Action.SHARE_SCREEN,
    Action.RAISE_HAND,
    Action.GIVE_FLOOR,
    Action.MUTE_OTHERS,
    Action.WRITE_TO_ALL,
    Action.OFFICIALS_LINE,
    Action.TAKE_CHAIR,
    Action.RETURN_CHAIR,
    Action.ANSWER_HELP,
)
UNKNOWN_LINE = "unknown"
SEES_DEGRADED = OFFICIALS | {Role.OPERATOR}
"""Late writing loses nothing: only who conducts or operates is told."""


def participant_views(
    reception: Reception, lines: Mapping[ParticipantId, str] | None = None
) -> tuple[ParticipantView, ...]:
    """The tiles, in order of coming; the same for everybody. ``lines``: how good each line is."""
    known = lines or {}
    return tuple(
        _tile(reception, someone, known.get(someone.id, UNKNOWN_LINE)) for someone in reception.participants.values()
    )


def _tile(reception: Reception, someone: Participant, quality: str) -> ParticipantView:
    seat = reception.seats[someone.seat]
    return ParticipantView(
        id=someone.id,
        seat=seat.id,
        name=seat.name,
        role=reception.role_at(seat.id),
        appointed=seat.role,
        point=seat.point_name,
        level=seat.level,
        state="connected" if someone.connected else "away",
        microphone_open=someone.microphone_open,
        camera_on=someone.camera_on,
        screen_shared=someone.screen_shared,
        hand_raised=someone.hand_raised,
        floor=someone.floor,
        quality=quality,
        tracks=dict(someone.tracks),
    )


def expected_points(reception: Reception) -> tuple[str, ...]:
    """Names of points nobody has joined from, each once, in order of the seats; of who comes on a device of their own
    the person's."""
    present = {place_of(reception.seats[someone.seat]) for someone in reception.participants.values()}
    absent = (seat for seat in reception.invited() if place_of(seat) not in present)
    names = {place_of(seat): seat.name if seat.point == OWN_DEVICE else seat.point_name for seat in absent}
    return tuple(names.values())


def case_views(reception: Reception, you: ParticipantId) -> tuple[CaseView, ...]:
    """The agenda. What another citizen comes for is not for the citizens' side; where the office lets people in, not
    even that there are others."""
    seat = reception.participant(you).seat
    official = reception.role_at(seat) in STAFF_SIDE
    return tuple(
        CaseView(item.number, item.title if official or _concerns(reception, item, seat) else "")
        for item in reception.agenda
        if official or not reception.lets_in or _concerns(reception, item, seat)
    )


def _concerns(reception: Reception, item: AgendaItem, seat: SeatId) -> bool:
    return seat in item.seats or item.number == reception.case_number


def message_views(reception: Reception, you: ParticipantId, *, after: int) -> tuple[MessageView, ...]:
    """What ``you`` may read of what was written after message number ``after``."""
    seat = reception.participant(you).seat
    return tuple(
        _message(reception, message) for message in reception.messages[after:] if may_read(reception, seat, message)
    )


def _message(reception: Reception, message: Message) -> MessageView:
    seat = reception.seats[message.seat]
    return MessageView(
        number=message.number,
        at_ms=message.at_utc_ns // NS_PER_MS,
        seat=seat.id,
        name=seat.name,
        role=seat.role,
        audience=message.audience,
        text=message.text,
    )


def recording_word(reception: Reception, role: Role) -> str:
    """not_yet | writing | degraded | not_recording | paused | ended."""
    if reception.state in BEFORE_LIVE:
        return "not_yet"
    if reception.state in OVER:
        return "ended"
    if reception.state is ReceptionState.INTERRUPTED:
        return "paused"
    health = reception.recording_health or RecordingHealth.NOT_RECORDING
    if health is RecordingHealth.DEGRADED and role not in SEES_DEGRADED:
        return RecordingHealth.WRITING
    return health


def help_views(reception: Reception) -> tuple[HelpView, ...]:
    """Offers that wait for an answer, and whom the consent has let in."""
    return tuple(
        HelpView(one.seat.id, one.seat.name, one.seat.point_name, one.state)
        for one in reception.helps.values()
        if one.is_open
    )


def actor_of(reception: Reception, participant: ParticipantId) -> Actor:
    """Who acts from this seat, in the room or waiting. There only what the seat counts as now does. Raises NotFound."""
    seat = reception.seat_at(participant)
    role = reception.role_at(seat.id)
    return Actor(seat.account, seat.name, frozenset(), reception.agency, seat.id, role, participant)


def room_view(
    reception: Reception,
    you: ParticipantId,
    *,
    revision: int,
    now_ms: int,
    tiles: tuple[ParticipantView, ...],
    alarms: tuple[Alarm, ...] = (),
) -> RoomView:
    """The whole room as ``you`` see it; ``tiles`` from :func:`participant_views`, ``alarms`` as they are, told to whom
    they concern."""
    role = reception.role_of(you)
    actor = actor_of(reception, you)
    return RoomView(
        revision=revision,
        now_ms=now_ms,
        reception=reception.id,
        title=reception.title,
        office=reception.office,
        state=reception.state,
        began_ms=reception.began.utc_ns // NS_PER_MS if reception.began else None,
        interrupted_ms=_ms(reception.interrupted_utc_ns),
        interrupted_by=reception.interrupted_by,
        recording=recording_word(reception, role),
        alarms=alarms if role in SEES_DEGRADED else (),
        case_number=reception.case_number,
        case_began_ms=_ms(reception.case_began_utc_ns),
        cases=case_views(reception, you),
        participants=tiles,
        expected=expected_points(reception) if role in STAFF_SIDE or not reception.lets_in else (),
        helps=help_views(reception) if may(actor, Action.ANSWER_HELP, reception.concern) else (),
        waiting=waiting_seats(reception) if may(actor, Action.ADMIT, reception.concern) else (),
        absent=absent_names(reception) if may(actor, Action.ADMIT, reception.concern) else (),
        you=you,
        may=tuple(action for action in ROOM_ACTIONS if may(actor, action, reception.concern)),
        held=reception.state in BEFORE_LIVE and role not in STAFF_SIDE,
    )


def _ms(utc_ns: int | None) -> int | None:
    return None if utc_ns is None else utc_ns // NS_PER_MS
