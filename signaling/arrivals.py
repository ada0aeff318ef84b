"""Coming and going: join, resume, losing the line, leaving. Called in the room's turn, one at a time."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bridge.commands import EndHelp
from bridge.decisions import decide, decide_join, decide_left, decide_lost, decide_returned
from bridge.errors import Code, Refusal, TokenRefused
from bridge.events import Departure, Event, ParticipantJoined, ParticipantLeft, WaitingEnded
from bridge.ids import NS_PER_S, ParticipantId
from bridge.policy import SYSTEM, Action, Actor, authorise
from bridge.ports import Clock, Entropy, JoinGrant
from bridge.reception import Reception
from bridge.waiting import decide_waiting_ended, decide_waiting_lost, decide_waiting_returned
from signaling.lines import Line
from signaling.members import Member, Members
from signaling.memory import EVERYTHING, Memory
from signaling.resume import ResumeSecrets
from signaling.views import actor_of
from signaling.wire import Ended

_log = logging.getLogger(__name__)


class Arrivals:
    """``settled`` waits until the node follows; ``welcome`` greets a member whose line is set."""

    def __init__(
        self,
        memory: Memory,
        members: Members,
        secrets: ResumeSecrets,
        clock: Clock,
        entropy: Entropy,
        settled: Callable[[], Awaitable[None]],
        welcome: Callable[[ParticipantId, Member], None],
    ) -> None:
        self._memory = memory
        self._members = members
        self._secrets = secrets
        self._clock = clock
        self._entropy = entropy
        self._settled = settled
        self._welcome = welcome

    def restore(self) -> None:
        """Everybody whom the stored events leave in the room may resume, counted from now."""
        self.adopt()

    def adopt(self) -> None:
        """As well who is in the room by a join whose storing was not answered: they were told that it failed."""
        for participant in (*self._memory.present.participants, *self._memory.present.waiting):
            if participant not in self._members:
                self._members[participant] = Member(lost_at=self._clock.mono())
                self._note_lost(participant)

    async def join(self, grant: JoinGrant, line: Line) -> ParticipantId:
        """Stored, then in the room or in the waiting area. An older connection of the seat is replaced.

        Raises NotFound, NotPermitted, Refusal(reception_over | doors_closed | room_full), Unavailable.
        """
        present = self._memory.present
        seat = present.seat(grant.seat)
        if seat.account != grant.account:
            raise TokenRefused(detail="the seat is another account's")
        newcomer = ParticipantId(self._entropy.id())
        actor = Actor(seat.account, seat.name, frozenset(), present.agency, seat.id, present.role_at(seat.id), newcomer)
        authorise(actor, Action.JOIN, present.concern)
        older = present.at_seat(seat.id) or present.waiting_at(seat.id)
        await self._memory.commit(actor, "JoinRoom", decide_join(present, seat.id, newcomer, grant.session))
        if older is not None:
            self._dismiss(older.id, "replaced", grant.device)
        member = self._members[newcomer] = Member(number=0)
        await self._placed(newcomer)
        self._enter(newcomer, member, line, 1)
        return newcomer

    async def resume(self, participant: ParticipantId, secret: str, line: Line) -> None:
        """The same participant on a new line. Raises TokenRefused(resume_invalid)."""
        member = self._members.get(participant)
        if member is None:
            raise TokenRefused(Code.RESUME_INVALID, "not in the room")
        given = self._secrets.check(participant, secret, member.number, received=member.received)
        number = max(given, member.number or given)
        if member.line is not None:  # the browser was quicker than we to see that its line broke
            member.line.end("ended", Ended("replaced", ""))
            member.line = None
        self._note_lost(participant)
        self._memory.at_once(
            actor_of(self._memory.present, participant),
            "ResumeRoom",
            self._returned(participant),
            room=EVERYTHING,
        )
        member.dead.clear()
        await self._placed(participant)
        self._enter(participant, member, line, number + 1)

    def _returned(self, participant: ParticipantId) -> list[Event]:
        present = self._memory.present
        waits = participant in present.waiting
        return (decide_waiting_returned if waits else decide_returned)(present, participant)

    async def _placed(self, participant: ParticipantId) -> None:
        """The node knows the newcomer before the first offer comes; without the node one still sees the room. Of who
        waits it is told nothing."""
        if participant in self._memory.present.waiting:
            return
        try:
            await self._settled()
        except Refusal as refusal:
            _log.warning("welcomed without media: %s", refusal)

    def _enter(self, participant: ParticipantId, member: Member, line: Line, number: int) -> None:
        present = self._memory.present
        gone = participant not in present.participants and participant not in present.waiting
        if gone:  # the reception ended while the node was asked
            line.end("ended", Ended("closed", self._memory.present.closing_reason))
            return
        member.line, member.lost_at, member.number, member.received = line, None, number, False
        self._welcome(participant, member)

    async def lost(self, participant: ParticipantId, line: Line) -> None:
        """The socket is gone; the seat is kept for the resume time."""
        member = self._members.get(participant)
        if member is not None and member.line is line:
            member.line, member.lost_at = None, self._clock.mono()
            self._note_lost(participant)

    async def all_lost(self) -> None:
        """This process ends and is about to cut every line: noted as one, where each by itself would be stored and
        shown to all the others. Raises Unavailable."""
        present, now = self._memory.present, self._clock.mono()
        events: list[Event] = []
        for participant, member in self._members.items():
            if member.line is not None:
                member.line, member.lost_at = None, now
                events += _lost(present, participant)
        self._memory.at_once(SYSTEM, "NoteLost", events, room=EVERYTHING)

    async def media_lost(self, participant: ParticipantId) -> None:
        """The node hears nothing more of this browser."""
        if participant in self._memory.present.participants:
            self._note_lost(participant)

    async def media_back(self, participant: ParticipantId) -> None:
        """Media flows again on a line that never broke."""
        member = self._members.get(participant)
        here = participant in self._memory.present.participants
        if here and member is not None and member.line is not None and not member.dead:
            events = decide_returned(self._memory.present, participant)
            self._memory.at_once(SYSTEM, "NoteReturned", events, room=EVERYTHING)

    def _note_lost(self, participant: ParticipantId) -> None:
        self._memory.at_once(SYSTEM, "NoteLost", _lost(self._memory.present, participant), room=EVERYTHING)

    async def leave(self, participant: ParticipantId) -> None:
        """Gone for good, by one's own wish."""
        self._go(actor_of(self._memory.present, participant), participant, Departure.LEFT)

    async def end_help(self, actor: Actor, command: EndHelp) -> None:
        """The consent is withdrawn: the helper is out, also while the database is away. Raises NotFound, NotPermitted,
        Unavailable when no more can be kept."""
        present = self._memory.present
        events = decide(present, actor, command)
        helper = present.at_seat(command.seat)
        self._memory.at_once(actor, "EndHelp", events, room=EVERYTHING)
        if helper is not None:
            self._dismiss(helper.id, Departure.HELP_ENDED)
        await self._memory.kept()

    async def put_out(self, participant: ParticipantId, how: Departure) -> None:
        """The system's doing, of who is in the room or waits; nothing when they are gone already."""
        if participant in self._memory.present.participants or participant in self._memory.present.waiting:
            self._go(SYSTEM, participant, how)

    async def expire(self, resume_s: float, wait_s: float) -> None:
        """Whoever did not come back in time has left; who waits is given longer."""
        now, waiting = self._clock.mono(), self._memory.present.waiting
        late = set(self._members.expired(now, int(wait_s * NS_PER_S)))
        for participant in self._members.expired(now, int(resume_s * NS_PER_S)):
            if participant not in waiting or participant in late:
                self._go(SYSTEM, participant, Departure.EXPIRED)

    def _go(self, actor: Actor, participant: ParticipantId, how: Departure) -> None:
        present = self._memory.present
        seat = present.seat_at(participant).id
        helps = seat in present.helps and how in (Departure.LEFT, Departure.EXPIRED)
        waits = participant in present.waiting
        events = (decide_waiting_ended if waits else decide_left)(present, participant, how)
        self._memory.at_once(actor, "LeaveRoom", events, room=EVERYTHING)
        self._dismiss(participant, Departure.HELP_ENDED if helps else how)

    async def follow(self, events: Sequence[Event], reason: str) -> None:
        """Who was let in, sent back or sent away is told; the rest of the room sees it anyway. ``reason``: of a
        dismissal."""
        moved = [one for event in events if (one := _moved(event)) is not None]
        held = {one: self._taken_off(one) for one in moved}
        for event in events:
            if isinstance(event, ParticipantLeft | WaitingEnded) and event.how is not Departure.SENT_BACK:
                self._dismiss(event.participant, event.how, reason)
        for one, line in held.items():
            if line is not None:
                await self._greet(one, line)

    def _taken_off(self, participant: ParticipantId) -> Line | None:
        """Their line, on which nothing is said until they are greeted anew; None when it is down."""
        member = self._members.get(participant)
        if member is None:
            return None
        member.offer, line, member.line = None, member.line, None
        member.dead.clear()
        return line

    async def _greet(self, participant: ParticipantId, line: Line) -> None:
        await self._placed(participant)
        member = self._members.get(participant)
        if member is None:
            line.end("ended", Ended("closed", self._memory.present.closing_reason))
        else:
            self._enter(participant, member, line, (member.number or 0) + 1)

    def _dismiss(self, participant: ParticipantId, how: str, reason: str = "") -> None:
        member = self._members.pop(participant, None)
        if member is not None and member.line is not None:
            member.line.end("ended", Ended(how, reason))


def _lost(present: Reception, participant: ParticipantId) -> list[Event]:
    return (decide_waiting_lost if participant in present.waiting else decide_lost)(present, participant)


def _moved(event: Event) -> ParticipantId | None:
    """Who changes between room and waiting area by it."""
    if isinstance(event, ParticipantJoined):
        return event.participant
    sent_back = isinstance(event, ParticipantLeft) and event.how is Departure.SENT_BACK
    return event.participant if sent_back and isinstance(event, ParticipantLeft) else None
