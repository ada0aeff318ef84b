"""One room: the live side of a reception, owned by one process.

What must be stored first, and everybody's coming and going, is done one after another by the room's task
(:class:`~signaling.lane.Lane`). What acts at once — microphone, camera, floor, what the node tells — is a plain call
without ``await``: nothing can come between, and it works without the database.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from bridge.about import about_only
from bridge.commands import RoomCommand
from bridge.control import NodeEvent
from bridge.decisions import decide
from bridge.errors import Code, NotFound, NotPermitted, Refusal, Unavailable
from bridge.events import Departure, SpeakersMoved
from bridge.ids import NS_PER_S, AccountId, MonoNs, NodeId, ParticipantId, RecordingId, room_of
from bridge.live import LiveReception
from bridge.policy import SENDING, SYSTEM, Actor
from bridge.ports import JoinGrant
from bridge.reception import Reception
from bridge.recorder_control import RecorderEvent
from bridge.sessionclock import SessionClock
from bridge.states import OVER, UNDER_WAY, ReceptionState
from bridge.stream import Stream
from bridge.waiting import walks_in
from bridge.watch import due, observed, resumed_watch
from signaling.alarms import Alarms
from signaling.arrivals import Arrivals
from signaling.hearing import Hearing
from signaling.lane import Lane
from signaling.lines import Line
from signaling.measuring import Measuring
from signaling.members import Members
from signaling.memory import Memory
from signaling.negotiation import Negotiated, Negotiation
from signaling.overseer import Overseer
from signaling.pauses import Idleness, passed
from signaling.placement import Placement
from signaling.places import Place
from signaling.refusals import STRANGER, Refusals
from signaling.room_lease import RoomLease
from signaling.room_node import RoomNode
from signaling.room_parts import AT_ONCE, WITHOUT_NODE, WRITES, RoomParts
from signaling.settling import Settling
from signaling.showing import Showing
from signaling.stored_first import StoredFirst
from signaling.views import actor_of
from signaling.watching import Watching
from signaling.wire import Done, Ended, LineReport, Refused, UplinkReply, UplinkRequest
from signaling.writer import Writer

_log = logging.getLogger(__name__)


class Room:
    """Made when the lease is ours. ``clock``: the recording's own while there is one; ``retire``: called once."""

    def __init__(
        self, parts: RoomParts, stored: Reception, place: Place, lease: RoomLease, clock: SessionClock
    ) -> None:
        self.id = room_of(stored.id)
        self.lease = lease
        self.owned = True
        self._parts = parts
        self._clock = clock
        self._now: Callable[[], Reception] = lambda: self._memory.present
        self._node = node = RoomNode(parts.places, place)
        self._members = Members()
        self._lane = Lane(f"room {stored.id}")
        stream = Stream(parts.service, stored, lambda recorded: self._memory.told(recorded))
        self.writer = Writer(stream, parts.config.unstored, parts.journal)
        self._refusals = Refusals(parts.service, self._lane, self._now)
        self._memory = Memory(stored, self.writer, clock, self._changed, lease.take)
        recorder = parts.places.recorder(place.recorder)
        self.live = LiveReception(self._memory, node, recorder, clock, parts.entropy, parts.config.live, asyncio.Lock())
        self._settling = Settling(self.live.room, self._now)
        self.placement = Placement(
            self.live,
            node,
            parts.places,
            self._memory,
            parts.clock,
            self._settling,
            self._members,
            tapped=lambda there: self._hearing.tapped(there),
            moved=self._moved,
            has_moved=stored.node not in (None, place.node),
        )
        self._alarms = Alarms(self.writer, lambda: self._showing.changed())
        self._overseer = Overseer(recorder, self._now, clock, self._alarms, parts.config.live.planned_minutes)
        self._showing = Showing(self._members, self._now, parts.secrets, clock, lambda: self._alarms.present)
        welcome = self._showing.welcome
        self._arrivals = Arrivals(
            self._memory, self._members, parts.secrets, parts.clock, parts.entropy, self._settling.done, welcome
        )
        self._stored_first = StoredFirst(self.live, self._memory, self._arrivals, self._settling)
        self._hearing = Hearing(self._memory, self._members, self._arrivals, self._lane.post)
        self._measuring = Measuring(parts.units, self._now, self._members, self._showing.changed)
        self.watching = Watching(
            node, self._now, self._hearing, self._alarms, self._overseer, parts.clock, self._measuring.take
        )
        self._negotiation = Negotiation(node, self.id, self._members, self.placement.make_again)
        self._watch = resumed_watch(stored, parts.config.watch, clock.mono(), clock.utc())
        self._ending = False
        self._idleness = Idleness()
        self._closing = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ticking: asyncio.Task[None] | None = None

    @property
    def present(self) -> Reception:
        """The state now."""
        return self._memory.present

    @property
    def place(self) -> Place:
        """Where it is now."""
        return self._node.place

    def holds(self, participant: ParticipantId) -> bool:
        """Whether they are in the room or wait before it."""
        return participant in self.present.participants or participant in self.present.waiting

    def was_begun(self, recording: RecordingId) -> None:
        """By an earlier life of this process, which was killed over it: to be taken back. Said before :meth:`start`."""
        self.live.was_begun(recording)
        self.writer.keeper.intent_found()

    def start(self) -> None:
        """Begin to work; whoever was in the room may resume from now on."""
        works = {
            "lane": self._lane.run(),
            "writer": self.writer.run(),
            "settling": self._settling.run(),
            "overseer": self._overseer.run(),
            "watching": self.watching.run(),
            "measuring": self._measuring.run(),
        }
        self._tasks = [self._task(name, work) for name, work in works.items()]
        self._ticking = self._task("ticking", self._tick_on())
        self._tasks.append(self._ticking)
        self._arrivals.restore()

    def _task(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        with about_only(room=self.id):
            task = asyncio.create_task(work, name=f"room {self.id} {name}")
        task.add_done_callback(self._check)
        return task

    def _check(self, task: asyncio.Task[None]) -> None:
        """A room that lost a part of itself is given up; it is made anew from what is stored."""
        if not task.cancelled() and (failure := task.exception()) is not None:
            _log.critical("%s ended", task.get_name(), exc_info=failure)
            self._give_up(Refused(Code.INTERNAL, {}))

    async def lose_all(self) -> None:
        """Before :meth:`close`, and before the lines are cut. Raises Refusal."""
        await self._lane.do(self._arrivals.all_lost)

    async def close(self) -> None:
        """This process ends; the room may go on elsewhere, its participants resume there. Order: no more ticks, what
        was asked is done, what was decided is stored or kept, then the tasks end."""
        within_s = self._parts.config.end_s
        self._closing.set()
        if self._ticking is not None:
            await asyncio.wait([self._ticking], timeout=within_s)
        await self._lane.finish(within_s)
        await self.writer.finish(within_s if self.writer.away is None else 0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    # ── what participants ask ──────────────────────────────────────────────────────────────────────────────────

    async def join(self, grant: JoinGrant, line: Line) -> ParticipantId:
        """See :meth:`Arrivals.join`; Welcome is the line's first message."""

        async def work() -> ParticipantId:
            if walks_in(self.present, self.present.seat(grant.seat).id):
                await self.placement.make()
            return await self._arrivals.join(grant, line)

        return await self._refusals.entered(AccountId(grant.account), "JoinRoom", work)

    async def resume(self, participant: ParticipantId, secret: str, line: Line) -> None:
        """See :meth:`Arrivals.resume`."""
        await self._refusals.entered(STRANGER, "ResumeRoom", lambda: self._arrivals.resume(participant, secret, line))

    def line_lost(self, participant: ParticipantId, line: Line) -> None:
        """The socket is gone."""
        self._lane.post(lambda: self._arrivals.lost(participant, line))

    async def leave(self, participant: ParticipantId) -> Done:
        """For good."""
        await self._lane.do(lambda: self._arrivals.leave(participant))
        return Done(self._showing.revision)

    def put_out(self, participant: ParticipantId, how: Departure) -> None:
        """What let them in holds no longer."""
        self._lane.post(lambda: self._arrivals.put_out(participant, how))

    async def command(self, participant: ParticipantId, command: RoomCommand) -> Done:
        """Decided, known to the node, and stored, or kept in the local journal while the database is away. Raises
        Refusal."""
        self._said_something(participant)
        actor = actor_of(self.present, participant)
        if isinstance(command, WRITES):
            self._members[participant].pace(self._parts.clock.mono())
        if not isinstance(command, AT_ONCE):
            await self._lane.do(lambda: self._in_turn(actor, command))
            return Done(self._showing.revision)
        try:
            self._memory.at_once(actor, type(command).__name__, decide(self.present, actor, command))
        except (NotPermitted, NotFound) as refusal:
            self._refusals.tell_later(actor, type(command).__name__, refusal)
            raise
        if not isinstance(command, WITHOUT_NODE):
            await self._settling.done()
        await self._memory.kept()
        return Done(self._showing.revision)

    async def _in_turn(self, actor: Actor, command: RoomCommand) -> None:
        try:
            await self._stored_first.do(actor, command)
        except Refusal as refusal:
            await self._refusals.tell(actor, type(command).__name__, refusal)
            raise

    def _said_something(self, participant: ParticipantId) -> None:
        """Raises NotFound(unknown_participant)."""
        self.present.participant(participant)
        self._members.heard(participant)

    def line_report(self, participant: ParticipantId, report: LineReport) -> Done:
        """How good they find their line: shown, not stored."""
        self._said_something(participant)
        if self._members[participant].says(report.quality):
            self._showing.changed()
        return Done(self._showing.revision)

    async def uplink(self, participant: ParticipantId, request: UplinkRequest) -> UplinkReply:
        """See :meth:`Negotiation.uplink`. Raises NotPermitted for a source that the role may not send."""
        self._said_something(participant)
        actor = actor_of(self.present, participant)
        sends = [SENDING[source] for source in request.sources.values()]
        self._refusals.permit(actor, "Uplink", sends, self.present.concern)
        return await self._negotiation.uplink(participant, request)

    async def negotiate(self, participant: ParticipantId, asked: Negotiated) -> Done:
        """See :meth:`Negotiation.take`."""
        self._said_something(participant)
        await self._negotiation.take(participant, asked, self.present.participants)
        return Done(self._showing.revision)

    # ── what the room hears ────────────────────────────────────────────────────────────────────────────────────

    def hear(self, event: NodeEvent | RecorderEvent) -> None:
        """From its node or recorder."""
        if not self._ending:
            self._hearing.hear(event)

    def node_restarted(self, heard: MonoNs) -> None:
        """Every connection is gone. ``heard``: when the node was last heard of before."""
        self.placement.node_restarted()
        self._hearing.node_away(heard)
        self._hearing.node_lost()
        self._lane.post(self.placement.follow)

    def node_away(self, heard: MonoNs) -> None:
        """It does not answer, and was last heard of then."""
        self.placement.node_away()
        self._hearing.node_away(heard)

    def node_answers(self) -> None:
        """It is there (again)."""
        self.placement.node_answers()
        self._hearing.node_answers()

    def _moved(self, left: NodeId) -> None:
        self._hearing.node_lost()
        self._parts.moved(self, left)

    def spoke_elsewhere(self, spoke: SpeakersMoved, last_utc_ns: int) -> None:
        """On the node or run where the room was under the owner before, who stored something then for the last time."""
        self._hearing.spoke_elsewhere(spoke, MonoNs(self._clock.mono() - (self._clock.utc() - last_utc_ns)))

    def recorder_restarted(self) -> None:
        """See :meth:`Hearing.recorder_restarted`."""
        self._hearing.recorder_restarted()

    def noticed(self, version: int | None = None) -> None:
        """Somebody stored events of this reception up to ``version``; None: perhaps somebody did."""
        if version is None or version > self.writer.version:
            self._lane.post(self.writer.catch_up)

    # ── time ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _tick_on(self) -> None:
        while self.owned and not await passed(self._closing, self._parts.config.tick_s):
            try:
                await self._keep_lease()
                await self._parts.times.keep(self.present, self._clock)
                await self._lane.do(self._tick)
            except Refusal as refusal:
                _log.warning("room %s: %s", self.id, refusal)

    async def _keep_lease(self) -> None:
        try:
            await self.lease.keep()
            self._alarms.database(answers=True)
        except Unavailable as failure:
            # Nobody else can take the lease either while the database is away: the room goes on.
            self._alarms.database(answers=False)
            _log.warning("room %s: lease not renewed: %s", self.id, failure)
        except Refusal as refusal:
            self._disowned(refusal)

    async def _tick(self) -> None:
        if self._ending:
            return
        self._arrivals.adopt()
        await self._arrivals.expire(self._parts.config.resume_s, self._parts.config.wait_s)
        self._mind_idleness()
        self._alarms.look()
        try:
            if self.present.participants:
                await self.placement.make()
                await self.placement.follow()
        finally:  # a node or recorder that is away keeps no reception without officials going
            await self._mind_officials()

    async def _mind_officials(self) -> None:
        now = self._parts.clock.mono()
        self._watch = observed(self._watch, self.present, now)
        command = due(self._watch, self._parts.config.watch, self.present, now)
        if command is not None:
            await self._in_turn(SYSTEM, command)

    def _mind_idleness(self) -> None:
        present, now = self.present, self._parts.clock.mono()
        busy = bool(present.participants or present.waiting or present.state in UNDER_WAY or self._lane.waits)
        if self._idleness.lasts_ns(busy, now) > self._parts.config.idle_s * NS_PER_S:
            self._end("closed")

    # ── changes and the end ────────────────────────────────────────────────────────────────────────────────────

    def _changed(self) -> None:
        self._showing.changed()
        self._settling.want()
        if self.present.state in OVER:
            self._end("cancelled" if self.present.state is ReceptionState.CANCELLED else "closed")

    def _end(self, how: str) -> None:
        if not self._ending:
            self._ending = True
            self._members.end("ended", Ended(how, self.present.closing_reason))
            self._parts.retire(self)

    def _disowned(self, refusal: Refusal) -> None:
        _log.error("room %s: %s", self.id, refusal)
        self._give_up(Refused(Code.ROOM_ELSEWHERE, refusal.params))

    def _give_up(self, refused: Refused) -> None:
        self.owned = False
        if not self._ending:
            self._ending = True
            self._members.end("refused", refused)
            self._parts.retire(self)
