"""What each participant sees of a room: pure, from the reception's state to wire structs."""

from bridge.events import RecordingHealth
from bridge.ids import NS_PER_MS, ParticipantId
from bridge.model import OFFICIALS, OWN_DEVICE, STAFF_SIDE, Role, place_of
from bridge.policy import Action, Actor, may
from bridge.reception import Participant, Reception
from bridge.states import BEFORE_LIVE, OVER, ReceptionState
from signaling.wire import Alarm, CaseView, ParticipantView, RoomView

ROOM_ACTIONS = (
    Action.START,
    Action.INTERRUPT,
    Action.RESUME,
    Action.CLOSE,
    Action.CALL_NEXT,
    Action.SET_OWN_MICROPHONE,
    Action.SET_OWN_CAMERA,
    Action.SHARE_SCREEN,
    Action.RAISE_HAND,
    Action.GIVE_FLOOR,
    Action.MUTE_OTHERS,
)
SEES_DEGRADED = OFFICIALS | {Role.OPERATOR}
"""Late writing loses nothing: only who conducts or operates is told."""


def participant_views(reception: Reception) -> tuple[ParticipantView, ...]:
    """The tiles, in order of coming; the same for everybody."""
    return tuple(_tile(reception, someone) for someone in reception.participants.values())


def _tile(reception: Reception, someone: Participant) -> ParticipantView:
    seat = reception.seats[someone.seat]
    return ParticipantView(
        id=someone.id,
        seat=seat.id,
        name=seat.name,
        role=seat.role,
        point=seat.point_name,
        level=seat.level,
        state="connected" if someone.connected else "away",
        microphone_open=someone.microphone_open,
        camera_on=someone.camera_on,
        screen_shared=someone.screen_shared,
        hand_raised=someone.hand_raised,
        floor=someone.floor,
        tracks=dict(someone.tracks),
    )


def expected_points(reception: Reception) -> tuple[str, ...]:
    """Names of points nobody has joined from, each once, in order of the seats; of who comes on a device of their own
    the person's."""
    present = {place_of(reception.seats[someone.seat]) for someone in reception.participants.values()}
    absent = (seat for seat in reception.seats.values() if place_of(seat) not in present)
    names = {place_of(seat): seat.name if seat.point == OWN_DEVICE else seat.point_name for seat in absent}
    return tuple(names.values())


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


def actor_of(reception: Reception, participant: ParticipantId) -> Actor:
    """Who acts from this seat. In the room only the seat's role counts. Raises NotFound."""
    seat = reception.seats[reception.participant(participant).seat]
    return Actor(seat.account, seat.name, frozenset(), reception.agency, seat.id, seat.role, participant)


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
        cases=tuple(CaseView(item.number, item.title) for item in reception.agenda),
        participants=tiles,
        expected=expected_points(reception),
        you=you,
        may=tuple(action for action in ROOM_ACTIONS if may(actor, action, reception.concern)),
        held=reception.state in BEFORE_LIVE and role not in STAFF_SIDE,
    )


def _ms(utc_ns: int | None) -> int | None:
    return None if utc_ns is None else utc_ns // NS_PER_MS
