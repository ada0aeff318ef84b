"""The chair changes hands: a deputy takes it when nobody holds it, and gives it back. Pure.

There is one chair at any time (:meth:`bridge.reception.Reception.role_at`). Whoever lost it gets it back from who has
it, or takes it, as any deputy may, when that one is gone too.
"""

from bridge import commands as c
from bridge.errors import Code, IllegalTransition, NotFound, Refusal
from bridge.events import ChairReturned, ChairTaken, Event, MicrophoneMoved
from bridge.model import Role
from bridge.policy import Actor
from bridge.presence import Participant
from bridge.reception import Reception
from bridge.rules import chair_connected, own_place


def decide_take(reception: Reception, actor: Actor, command: c.TakeChair) -> list[Event]:
    """In the lobby too: a chair who never comes keeps nobody waiting. Raises Refusal(chair_present)."""
    own = own_place(reception, actor)
    if chair_connected(reception):
        raise Refusal(Code.CHAIR_PRESENT)
    appointed = reception.seats[own.seat].role is Role.CHAIR
    return [ChairReturned(own.id) if appointed else ChairTaken(own.id)]


def decide_return(reception: Reception, actor: Actor, command: c.ReturnChair) -> list[Event]:
    """The deputy's microphone is closed: the floor goes with the chair. Raises NotFound(unknown_participant) while the
    appointed chair is not there, IllegalTransition when no deputy has the chair."""
    own = own_place(reception, actor)
    if reception.acting_chair is None:
        raise IllegalTransition(detail="nobody took the chair", state=reception.state)
    appointed = _appointed(reception)
    closing: list[Event] = [MicrophoneMoved(own.id, False)] if own.microphone_open else []
    return [*closing, ChairReturned(appointed.id)]


def _appointed(reception: Reception) -> Participant:
    for someone in reception.participants.values():
        if someone.connected and reception.seats[someone.seat].role is Role.CHAIR:
            return someone
    raise NotFound(Code.UNKNOWN_PARTICIPANT, f"the appointed chair is not in the room of reception {reception.id}")
