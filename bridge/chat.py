"""What is written in the room: who may write when, and who reads it. Pure."""

from bridge import commands as c
from bridge.errors import Code, Invalid, Refusal
from bridge.events import Event, MessageSent
from bridge.ids import SeatId
from bridge.model import STAFF_SIDE, Audience, Message
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.rules import own_place
from bridge.states import ReceptionState

MAX_TEXT = 1000
"""Characters: a message is a hint beside what is said, not a document."""
MAX_PER_SEAT = 300
"""Messages of one seat in one reception. Counted by seat, so that nobody uses up what the others may write."""


def may_read(reception: Reception, seat: SeatId, message: Message) -> bool:
    """The officials' side reads everything. Others read, of what was written for all, what was written while they were
    in the room or while their own case was received: never what passed in another citizen's case before they came."""
    if reception.role_at(seat) in STAFF_SIDE:
        return True
    if message.audience is not Audience.ALL:
        return False
    theirs = (item.number for item in reception.agenda if seat in item.seats)
    return seat in message.present or message.case_number in theirs


def checked_text(text: str) -> str:
    """Without outer blanks; lines are kept. Raises Invalid(invalid_field)."""
    kept = text.strip()
    odd = any(ord(character) < 32 and character not in "\n\t" for character in kept)
    if not kept or odd or len(kept) > MAX_TEXT:
        raise Invalid(field="text", limit=str(MAX_TEXT))
    return kept


def decide_to_all(reception: Reception, actor: Actor, command: c.SendToAll) -> list[Event]:
    """Citizens' side only while the reception goes on, as with the microphone; officials also before and in a pause."""
    if actor.seat_role not in STAFF_SIDE and reception.state is not ReceptionState.LIVE:
        raise Refusal(Code.NOT_LIVE)
    return _sent(reception, actor, Audience.ALL, command.text)


def decide_to_officials(reception: Reception, actor: Actor, command: c.SendToOfficials) -> list[Event]:
    """Whoever reads that line may write in it."""
    return _sent(reception, actor, Audience.OFFICIALS, command.text)


def _sent(reception: Reception, actor: Actor, audience: Audience, text: str) -> list[Event]:
    own = own_place(reception, actor)
    if sum(message.seat == own.seat for message in reception.messages) >= MAX_PER_SEAT:
        raise Refusal(Code.CHAT_FULL)
    return [MessageSent(own.id, audience, checked_text(text))]
