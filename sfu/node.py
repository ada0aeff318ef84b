"""A media node: rooms on one UDP port. Implements the orders of :class:`bridge.ports.MediaNode` in process."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping

from bridge.control import (
    CaptureOrder,
    DownlinkAnswer,
    NodeFigures,
    NodeHealth,
    Numbered,
    ParticipantOrder,
    ProbeAnswer,
    ProbeOffer,
    RoomLines,
    RoomOrder,
    TapAnswer,
    TapOrder,
    UplinkAnswer,
    UplinkOffer,
    WantsOrder,
)
from bridge.errors import Code, Conflict, NotFound, Refusal
from bridge.figures import Lateness
from bridge.ids import ParticipantId, RoomId
from bridge.ports import Clock, Entropy
from sfu.capture.capture import Capture
from sfu.capture.session import captured
from sfu.core.router import Router
from sfu.core.seam import CoreEvent, UpStarted
from sfu.events import EventRing
from sfu.metrics import Observed, exposition
from sfu.peers.ground import Ground
from sfu.peers.participant import Participant
from sfu.peers.probe import Probes
from sfu.peers.room import Room
from sfu.settings import SfuConfig
from sfu.transport.aiortc_private import new_certificate
from sfu.transport.port import MediaPort
from sfu.transport.sockets import hosts_of

log = logging.getLogger(__name__)

_WANTED_DROPS = ("dropped_gate", "dropped_padding", "dropped_quiet")
"""What is left out on purpose: a microphone that the chair has not opened, packets without content, who is not among
the loudest."""
_FAREWELL_S = 2.0
"""What the recorder gets to take in the rest when the node ends; more is in nobody's interest."""


class Node:
    """``open`` binds the port; ``close`` ends every room. Unknown rooms raise NotFound(unknown_room)."""

    def __init__(self, config: SfuConfig, clock: Clock, entropy: Entropy, lateness: Lateness | None = None) -> None:
        self.config = config
        self._clock = clock
        self._lateness = lateness or Lateness()
        self._capturing = False
        self.port_number = 0
        self.events_kept = EventRing(entropy.token(12), config.events_kept)
        self._core = Router()
        self._port = MediaPort(self._core, clock, entropy, new_certificate())
        self._port.on_activity = self._activity
        self._rooms: dict[RoomId, Room] = {}
        self._ending: dict[RoomId, asyncio.Event] = {}
        """Rooms that are not gone yet: the next of that name begins behind the farewell."""
        self._ground = Ground(config, self._core, self._port, clock, entropy, self.events_kept.publish)
        self._probes = Probes(self._ground)

    def open(self) -> int:
        """Bind the media port; gives its number. Raises OSError."""
        config = self.config
        self.port_number = self._port.open(hosts_of(config.listen), config.port, tcp=config.tcp)
        announced = config.announced or (config.listen,)
        self._ground.candidates = tuple((address, self.port_number) for address in announced)
        return self.port_number

    async def close(self) -> None:
        """End every room, give the recorders a moment, then stop listening. Idempotent."""
        await self._probes.close()
        for room in list(self._rooms):
            await self._rooms.pop(room).on_moved()
        tasks = set(self._ground.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_FAREWELL_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        self.events_kept.close()
        self._port.close()

    # ── orders (bridge.ports.MediaNode) ──────────────────────────────────────────────────────────────────────

    async def health(self) -> NodeHealth:
        """Who this is and how much it carries."""
        participants = sum(len(room.participants) for room in self._rooms.values())
        return NodeHealth(self.config.node, self.events_kept.run, len(self._rooms), participants, self.config.version)

    async def put_room(self, room: RoomId, order: RoomOrder) -> None:
        """Make or change it. Raises Refusal(room_full) when the node is full."""
        await self._ended(room)
        known = self._rooms.get(room)
        if known is not None:
            known.change(order)
            return
        if len(self._rooms) >= self.config.rooms:
            raise Refusal(Code.ROOM_FULL, f"{len(self._rooms)} rooms")
        self._rooms[room] = Room(self._ground, room, order)

    async def delete_room(self, room: RoomId, *, goes_on: bool = False) -> None:
        """End it. ``goes_on``: on another node, so its recording is left, not stopped. Unknown: nothing happens."""
        await self._ended(room)
        found = self._rooms.pop(room, None)
        if found is None:
            return
        ended = self._ending[room] = asyncio.Event()
        try:
            await (found.on_moved() if goes_on else found.close())
        finally:
            del self._ending[room]
            ended.set()

    async def put_participant(self, room: RoomId, participant: ParticipantId, order: ParticipantOrder) -> None:
        """Make or change one."""
        await self._room(room).put_participant(participant, order)

    async def delete_participant(self, room: RoomId, participant: ParticipantId) -> None:
        """End both connections. Unknown: nothing happens."""
        await self._room(room).delete_participant(participant)

    async def offer_uplink(self, room: RoomId, participant: ParticipantId, offer: UplinkOffer) -> UplinkAnswer:
        """The browser's offer, the node's answer."""
        return UplinkAnswer(await self._participant(room, participant).offer_uplink(offer))

    async def answer_downlink(self, room: RoomId, participant: ParticipantId, answer: DownlinkAnswer) -> None:
        """The browser's answer to the offer in flight."""
        self._participant(room, participant).answer_downlink(answer)

    async def restart_downlink(self, room: RoomId, participant: ParticipantId, *, keep: bool = False) -> None:
        """A new downlink, or the same with its ICE restarted; in either case a new offer."""
        await self._participant(room, participant).restart_downlink(keep=keep)

    async def probe(self, offer: ProbeOffer) -> ProbeAnswer:
        """Send back what a browser sends that tries its line."""
        return self._probes.start(offer)

    async def put_wants(self, room: RoomId, participant: ParticipantId, order: WantsOrder) -> None:
        """Acts before the next packet."""
        self._participant(room, participant).set_wants(order)

    async def put_tap(self, room: RoomId, order: TapOrder) -> TapAnswer:
        """Copy the room to a recorder."""
        return await self._room(room).put_tap(order)

    async def delete_tap(self, room: RoomId) -> TapAnswer:
        """STOP."""
        return await self._room(room).delete_tap()

    async def room_lines(self, room: RoomId) -> RoomLines:
        """How everybody's lines are."""
        return self._room(room).lines()

    async def events(self, run: str, after: int) -> AsyncGenerator[Numbered, None]:
        """What follows, until the node closes or this reader is too slow."""
        reader = self.events_kept.read(run, after)
        try:
            while (event := await reader.next()) is not None:
                yield event
        finally:
            self.events_kept.leave(reader)

    def stats(self) -> Mapping[str, int]:
        """Counters by what happened, since the start."""
        return {**self._core.counts(), **self._port.counts, **self._ground.counts}

    async def figures(self) -> NodeFigures:
        """Everything in numbers, rooms and lines too."""
        core, counts = self._core.figures(), self.stats()
        return NodeFigures(
            health=await self.health(),
            mono_ns=self._clock.mono(),
            received=core.received,
            forwarded=counts.get("forwarded", 0),
            dropped=sum(count for name, count in counts.items() if name.startswith("dropped_")) - _wanted(counts),
            octets_in=core.octets_in,
            octets_out=core.octets_out,
            late_p99_ms=self._lateness.p99 * 1000,
            rooms=tuple(room.figures() for room in self._rooms.values()),
        )

    async def metrics(self) -> bytes:
        """In Prometheus' text format."""
        taps = {name: tap for name, room in self._rooms.items() if (tap := room.tap_figures()) is not None}
        return exposition(Observed(await self.health(), self._core.figures(), self.stats(), taps, self._lateness))

    async def capture(
        self, room: RoomId, participant: ParticipantId, order: CaptureOrder
    ) -> AsyncGenerator[bytes, None]:
        """Headers of one participant's packets as a pcapng file, in pieces. Raises NotFound; Conflict(conflict) while
        another is under way."""
        found = self._participant(room, participant)
        if self._capturing:
            raise Conflict(detail="a capture is under way on this node")
        self._capturing = True
        try:
            title = f"diemcau room {room} participant {participant}"
            capture = Capture(self._clock, self._ground.candidates[0], title, f"diemcau {self.config.version}")
            port, core = self._port, self._core
            async for piece in captured(capture, port, core, found.transports, self._clock, order.seconds):
                yield piece
        finally:
            self._capturing = False

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _ended(self, room: RoomId) -> None:
        while (ending := self._ending.get(room)) is not None:
            await ending.wait()

    def _room(self, room: RoomId) -> Room:
        found = self._rooms.get(room)
        if found is None:
            raise NotFound(Code.UNKNOWN_ROOM, str(room))
        return found

    def _participant(self, room: RoomId, participant: ParticipantId) -> Participant:
        return self._room(room).participant(participant)

    def _activity(self) -> None:
        """After each batch of datagrams. A track is declared before its packets are tapped, and ends behind them."""
        events = self._core.take_events()
        self._tell([event for event in events if isinstance(event, UpStarted)])
        self._tap()
        self._tell([event for event in events if not isinstance(event, UpStarted)])

    def _tell(self, events: Iterable[CoreEvent]) -> None:
        for event in events:
            host = self._ground.hosts.get(event.up)
            if host is None:
                continue
            try:
                host.handle(event)
            except Exception:
                # One participant's fault must not cost the others what they are told.
                self._ground.counts["host_failed"] += 1
                log.exception("%s of up track %s", type(event).__name__, event.up)

    def _tap(self) -> None:
        taps = self._ground.taps
        for up, arrival_ns, packet in self._core.take_tapped():
            tap = taps.get(up)
            if tap is not None:
                tap.rtp(arrival_ns, packet)


def _wanted(counts: Mapping[str, int]) -> int:
    return sum(counts.get(name, 0) for name in _WANTED_DROPS)
