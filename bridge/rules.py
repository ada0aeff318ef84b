"""The room's rules as pure questions. ``may_*`` answers None for yes, else the Code that says why not."""

from bridge.control import Gates, ParticipantOrder, RoomOrder
from bridge.disk import Look, Space
from bridge.errors import Code, NotPermitted, Refusal
from bridge.help import is_shut
from bridge.ids import ParticipantId, SeatId
from bridge.model import LISTENERS, OFFICIALS, STAFF_SIDE, Role
from bridge.policy import Actor
from bridge.presence import Participant
from bridge.reception import Reception
from bridge.states import OVER, UNDER_WAY, ReceptionState

MAX_PARTICIPANTS = 50
"""A session is 2-30 points; the node is measured to 50."""

WhyNot = Code | None


def own_place(reception: Reception, actor: Actor) -> Participant:
    """Where ``actor`` is in the room. Raises NotPermitted, NotFound(unknown_participant)."""
    if actor.participant is None:
        raise NotPermitted(Code.UNKNOWN_PARTICIPANT, "not in the room")
    return reception.participant(actor.participant)


def refuse(why_not: WhyNot) -> None:
    """Raises Refusal(why_not)."""
    if why_not is not None:
        raise Refusal(why_not)


def may_join(reception: Reception, seat: SeatId) -> WhyNot:
    """A seat taken by a live connection is not refused: the newer device replaces the older."""
    if reception.state in OVER:
        return Code.RECEPTION_OVER
    if not reception.doors_open:
        return Code.DOORS_CLOSED
    if is_shut(reception.helps, seat):
        return Code.NOT_PERMITTED
    if reception.at_seat(seat) is None and len(reception.participants) >= MAX_PARTICIPANTS:
        return Code.ROOM_FULL
    return None


def may_start(look: Look) -> WhyNot:
    """Not when the recording would fill its disk before the planned end."""
    return Code.DISK_SHORT if look.space is Space.SHORT else None


def may_receive(reception: Reception, participant: ParticipantId) -> bool:
    """Whether others' media reaches them: all while live; officials and points also between opening and start."""
    if reception.state is ReceptionState.LIVE:
        return True
    return reception.state not in UNDER_WAY and reception.role_of(participant) in STAFF_SIDE


def may_send(reception: Reception, participant: ParticipantId) -> bool:
    """Whether their media reaches anybody: the same people at the same times, but for who only listens."""
    return reception.role_of(participant) not in LISTENERS and may_receive(reception, participant)


def may_open_microphone(reception: Reception, participant: ParticipantId) -> WhyNot:
    """Only with the floor; the chair always has it. Before the start officials and points test freely."""
    someone = reception.participant(participant)
    if reception.state not in UNDER_WAY:
        return None if reception.role_of(participant) in STAFF_SIDE else Code.NOT_LIVE
    if reception.state is ReceptionState.INTERRUPTED and reception.role_of(participant) is not Role.CHAIR:
        return Code.NOT_LIVE
    return None if someone.floor else Code.NO_FLOOR


def may_share_screen(reception: Reception, participant: ParticipantId) -> WhyNot:
    """One shared screen at a time; officials and agencies freely, others with the floor."""
    others = (someone for key, someone in reception.participants.items() if key != participant)
    if any(someone.screen_shared for someone in others):
        return Code.SCREEN_TAKEN
    if reception.role_of(participant) in STAFF_SIDE:
        return None
    if reception.state is not ReceptionState.LIVE:
        return Code.NOT_LIVE
    return None if reception.participant(participant).floor else Code.NO_FLOOR


def chair_connected(reception: Reception) -> bool:
    """Whether whoever holds the chair now is there."""
    return any(
        someone.connected and reception.role_of(someone.id) is Role.CHAIR for someone in reception.participants.values()
    )


def officials_connected(reception: Reception) -> bool:
    """Whether anybody who conducts is there."""
    return any(
        someone.connected and reception.seats[someone.seat].role in OFFICIALS
        for someone in reception.participants.values()
    )


# ── what the media node is told ────────────────────────────────────────────────────────────────────────────────


def gates(reception: Reception, participant: ParticipantId) -> Gates:
    """Which of their sources reach anybody. While interrupted the room as a whole is held (:func:`room_order`)."""
    someone = reception.participant(participant)
    listens = reception.role_of(participant) in LISTENERS
    sends = not listens and (may_send(reception, participant) or reception.state is ReceptionState.INTERRUPTED)
    return Gates(
        microphone=sends and someone.microphone_open,
        camera=sends and someone.camera_on,
        screen=sends and someone.screen_shared,
    )


def participant_order(reception: Reception, participant: ParticipantId) -> ParticipantOrder:
    """What the node is told of one participant."""
    receives = may_receive(reception, participant) or reception.state is ReceptionState.INTERRUPTED
    return ParticipantOrder(receives, gates(reception, participant))


def room_order(reception: Reception, loudest: int = 0) -> RoomOrder:
    """Held while interrupted, but for a chair who opens the microphone to speak a notice. ``loudest``: so many others
    are heard at a time beside the chair and whoever has the floor; 0: all."""
    held = reception.state is ReceptionState.INTERRUPTED
    chairs = (someone for someone in reception.participants.values() if reception.role_of(someone.id) is Role.CHAIR)
    speaking = next((chair.id for chair in chairs if chair.microphone_open), None)
    always = tuple(key for key in reception.participants if loudest and _passes_always(reception, key))
    return RoomOrder(held, speaking if held else None, loudest, always)


def _passes_always(reception: Reception, participant: ParticipantId) -> bool:
    return reception.participant(participant).floor or reception.role_of(participant) is Role.CHAIR
