"""Light participants that speak to a media node's orders directly, without pages and signalling.

The node may be in this process or behind its control API: anything that is a :class:`bridge.ports.MediaNode`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    Gates,
    NodeEvent,
    ParticipantOrder,
    UplinkOffer,
)
from bridge.errors import Code, Refusal
from bridge.ids import ParticipantId, RoomId
from bridge.media import Source
from bridge.ports import Clock, MediaNode
from bridge.recorder_control import RecorderEvent
from deploy.marks import Painter, PointSound
from deploy.points import LOOPBACK, Downlink, Gate, MarkedAudio, MarkedVideo, PointClock, Seen, Uplink

ALL_OPEN = Gates(microphone=True, camera=True, screen=True)


class NodePeer:
    """One participant of a room on ``node``. Hand it the node's events with :meth:`see`, or use :func:`following`."""

    def __init__(
        self,
        node: MediaNode,
        room: RoomId,
        code: int,
        clock: Clock,
        *,
        gates: Gates = ALL_OPEN,
        receives: bool = True,
        offset_seconds: float = 0.0,
        drift: float = 0.0,
        per_second: float = 15.0,
        address: str | None = LOOPBACK,
    ) -> None:
        self.id = ParticipantId(f"participant{code}")
        self.code = code
        self.clock = PointClock(clock, offset_seconds, drift)
        self.gate = Gate(True)
        """Of the client itself; the node's are ``gates``."""
        self.uplink: Uplink | None = None
        self.downlink: Downlink | None = None
        self._node = node
        self._room = room
        self._order = ParticipantOrder(receives, gates)
        self._per_second = per_second
        self._address = address
        self._offers: asyncio.Queue[DownlinkOffer] = asyncio.Queue()
        self._answering: asyncio.Task[None] | None = None

    async def join(self, *sources: Source) -> None:
        """Be made known to the node, and publish these sources."""
        self._answering = asyncio.create_task(self._answer_offers())
        await self._node.put_participant(self._room, self.id, self._order)
        if sources:
            await self.publish(*sources)

    async def set_gates(self, gates: Gates) -> None:
        """Open and close the node's gates."""
        self._order = ParticipantOrder(self._order.receives, gates)
        await self._node.put_participant(self._room, self.id, self._order)

    async def publish(self, *sources: Source) -> None:
        """Offer these besides what is published already."""
        if self.uplink is None:
            self.uplink = Uplink(self.clock, self._address)
        for source in sources:
            self.uplink.publish(source, self._track(source))
        sdp, named = await self.uplink.offer()
        answer = await self._node.offer_uplink(self._room, self.id, UplinkOffer(sdp, named))
        await self.uplink.take(answer.sdp)

    async def reconnect(self, *sources: Source) -> None:
        """A new uplink in place of the old, as after a reload."""
        if self.uplink is not None:
            await self.uplink.close()
            self.uplink = None
        await self.publish(*sources)

    def see(self, event: NodeEvent | RecorderEvent) -> None:
        """An event of the node; those for others are passed over."""
        if isinstance(event, DownlinkOffer) and (event.room, event.participant) == (self._room, self.id):
            self._offers.put_nowait(event)

    def seen(self, other: "NodePeer", source: Source) -> Seen:
        """What came of another's track so far (an empty count when it is not offered)."""
        nothing = Seen(other.id, source)
        return nothing if self.downlink is None else self.downlink.seen.get((other.id, source), nothing)

    async def leave(self) -> None:
        """Be forgotten by the node, and close."""
        await self._node.delete_participant(self._room, self.id)
        await self.close()

    async def close(self) -> None:
        """Vanish without a word. Idempotent."""
        if self._answering is not None:
            self._answering.cancel()
            await asyncio.gather(self._answering, return_exceptions=True)
            self._answering = None
        for connection in (self.uplink, self.downlink):
            if connection is not None:
                await connection.close()

    def _track(self, source: Source) -> MarkedAudio | MarkedVideo:
        if source is Source.MICROPHONE:
            return MarkedAudio(PointSound(self.code), self.clock, self.gate)
        return MarkedVideo(Painter(self.code, self.id), self.clock, self.gate, self._per_second)

    async def _answer_offers(self) -> None:
        while True:
            offer = await self._offers.get()
            try:
                await self._answer(offer)
            except Refusal as refusal:
                if refusal.code is not Code.STALE_OFFER:
                    raise

    async def _answer(self, offer: DownlinkOffer) -> None:
        if self.downlink is not None and not self.downlink.is_of(offer.sdp):
            await self.downlink.close()
            self.downlink = None
        if self.downlink is not None and self.downlink.cannot_follow(offer.sdp):
            await self._node.restart_downlink(self._room, self.id)
            return
        if self.downlink is None:
            self.downlink = Downlink(self._address)
        sdp = await self.downlink.answer(offer.sdp, offer.tracks)
        await self._node.answer_downlink(self._room, self.id, DownlinkAnswer(offer.offer, sdp))


@asynccontextmanager
async def following(
    node: MediaNode, peers: list[NodePeer], note: Callable[[NodeEvent | RecorderEvent], None] = lambda _: None
) -> AsyncIterator[None]:
    """Inside, the node's events reach these peers (the list may grow) and ``note``; at the end the peers are closed."""

    async def follow() -> None:
        async for numbered in node.events("", 0):
            note(numbered.event)
            for peer in peers:
                peer.see(numbered.event)

    task = asyncio.create_task(follow())
    try:
        yield
    finally:
        for peer in peers:
            await peer.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that has no event of its own (a decoder's counters). Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  see above
            await asyncio.sleep(0.02)
