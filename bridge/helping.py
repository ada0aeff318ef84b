"""Decisions about an operator's help: with the consent of who conducts, and no longer than it lasts."""

from bridge import commands as c
from bridge import events as e
from bridge.errors import Code, IllegalTransition, Invalid, NotFound, Refusal
from bridge.events import Event
from bridge.help import help_of, is_shut, open_help_of
from bridge.ids import SeatId
from bridge.model import Role
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.states import HELP, AttendanceState, HelpState

MAX_OFFERS = 4
"""Unanswered at once: whoever conducts has a reception to lead."""

MAX_DECLINED = 3
"""Of one operator in one reception: a no is a no."""


def offer_help(reception: Reception, actor: Actor, command: c.OfferHelp) -> list[Event]:
    """Once more changes nothing. Raises Refusal(doors_closed | seat_taken | too_many_requests), Invalid."""
    if command.seat.account != actor.account or command.seat.role is not Role.OPERATOR:
        raise Invalid(field="seat", detail="not their own seat of an operator")
    if not reception.doors_open:
        raise Refusal(Code.DOORS_CLOSED)
    if open_help_of(reception.helps, actor.account) is not None:
        return []
    own = [one for one in reception.helps.values() if one.seat.account == actor.account]
    if sum(one.state is HelpState.DECLINED for one in own) >= MAX_DECLINED:
        raise Refusal(Code.NOT_PERMITTED, "declined often enough")
    if reception.seat_of(actor.account) is not None:
        raise Refusal(Code.SEAT_TAKEN, "has a seat already")
    if sum(one.state is HelpState.OFFERED for one in reception.helps.values()) >= MAX_OFFERS:
        raise Refusal(Code.TOO_MANY_REQUESTS, "offers of help")
    return [e.HelpOffered(command.seat)]


def take_back_help(reception: Reception, actor: Actor, command: c.TakeBackHelp) -> list[Event]:
    """Nothing when it is over already. Raises IllegalTransition when it was accepted meanwhile."""
    own = open_help_of(reception.helps, actor.account)
    if own is None:
        return []
    if own.state is not HelpState.OFFERED:
        raise IllegalTransition(detail="help was accepted", state=own.state)
    return [e.HelpEnded(own.seat.id, e.HelpEnd.TAKEN_BACK)]


def answer_help(reception: Reception, actor: Actor, command: c.AnswerHelp) -> list[Event]:
    """Two who conduct and give the same answer gave one. Raises NotFound, IllegalTransition."""
    known = help_of(reception.helps, command.seat)
    answer = HelpState.ACCEPTED if command.accepted else HelpState.DECLINED
    if known.state is answer:
        return []
    HELP.step(known.state, answer)
    if not command.accepted:
        return [e.HelpDeclined(command.seat)]
    return [e.HelpAccepted(command.seat), e.SeatAdded(known.seat)]


def end_help(reception: Reception, actor: Actor, command: c.EndHelp) -> list[Event]:
    """Out of the room, and the seat opens nothing any more. Raises NotFound for what was not accepted."""
    known = help_of(reception.helps, command.seat)
    if known.state is HelpState.ENDED:
        return []
    if known.state is not HelpState.ACCEPTED:
        raise NotFound(detail=f"help with seat {command.seat} is {known.state}")
    helper = reception.at_seat(command.seat)
    out: list[Event] = []
    if helper is not None:
        out = [
            e.ParticipantLeft(helper.id, e.Departure.HELP_ENDED),
            e.AttendanceMoved(command.seat, AttendanceState.LEFT),
        ]
    return [*out, e.HelpEnded(command.seat, e.HelpEnd.WITHDRAWN)]


def ended_by_leaving(reception: Reception, seat: SeatId) -> list[Event]:
    """A helper who goes needs a new consent; nothing for everybody else."""
    if seat not in reception.helps or is_shut(reception.helps, seat):
        return []
    return [e.HelpEnded(seat, e.HelpEnd.LEFT)]
