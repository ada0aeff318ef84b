"""The room's place on its node: made at the first join, made anew when the node began anew, and on another node when
this one stays away. In the room's turn."""

import logging
from collections.abc import Callable

from bridge.errors import Code, Refusal, Unavailable
from bridge.events import RoomPlaced
from bridge.ids import NS_PER_S, NodeId
from bridge.live import LiveReception
from bridge.policy import SYSTEM
from bridge.ports import Clock
from signaling.members import Members
from signaling.memory import EVERYTHING, Memory
from signaling.places import Places
from signaling.room_node import RoomNode
from signaling.settling import Settling

_log = logging.getLogger(__name__)
PATIENCE_S = 1.0
"""A line to a node that breaks is back within two tries. Who waits longer for a process that is being started again
waits longer than a node that runs already needs to take the room over."""


class Placement:
    """Each step is repeated by the room's tick until it is done. ``tapped`` hears whether what the node receives goes
    to the recorder again, when that had to be asked for; ``moved`` hears which node the room has left;
    ``has_moved``: since the owner before, who could tell nobody."""

    def __init__(
        self,
        live: LiveReception,
        node: RoomNode,
        places: Places,
        memory: Memory,
        clock: Clock,
        settling: Settling,
        members: Members,
        *,
        tapped: Callable[[bool], None],
        moved: Callable[[NodeId], None],
        has_moved: bool,
    ) -> None:
        self._live = live
        self._node = node
        self._places = places
        self._memory = memory
        self._clock = clock
        self._settling = settling
        self._members = members
        self._tapped = tapped
        self._moved = moved
        self._made = False
        self._node_is_new = has_moved
        self._media_is_gone = False
        """What the node before said of everybody's media is forgotten."""
        self._tap_is_gone = True
        """For all a new owner knows the node may have begun anew with it; a tap that is there goes on as it is."""
        self._away_ns: int | None = None
        """Since when the node does not answer."""
        self._stays = False
        """There was no other node: said once, though it is looked for with each tick."""

    async def make(self) -> None:
        """Once. Raises Unavailable."""
        if self._made:
            return
        try:
            await self._place()
        except Unavailable as failure:
            if failure.code is not Code.NODE_UNAVAILABLE or not await self._move():
                raise
            await self._place()
        self._made = True

    async def _place(self) -> None:
        await self._live.place(self._node.place.node, self._node.place.recorder)

    async def make_again(self) -> None:
        """On a node that has forgotten the room. Raises Refusal."""
        await self._live.room.begin_anew()
        await self._settling.done()

    def node_restarted(self) -> None:
        """Every connection and the tap are gone; :meth:`follow` makes it good."""
        self._node_is_new = self._tap_is_gone = True
        self._forget_media()

    def _forget_media(self) -> None:
        self._media_is_gone = True
        self._members.media_is_gone()

    def node_away(self) -> None:
        """Nothing reaches the recorder; :meth:`follow` asks for the tap again, also of a node that only stood still."""
        self._tap_is_gone = True
        self._tapped(False)
        if self._away_ns is None:
            self._away_ns = self._clock.mono()

    def node_answers(self) -> None:
        """It is there (again)."""
        self._away_ns = None
        if self._stays:
            self._stays = False
            _log.warning("room %s: %s, where it stayed, answers again", self._live.room.id, self._node.place.node)

    async def follow(self) -> None:
        """First the room and the browsers, then the recording. Nothing is asked of a node that does not answer: each
        question would wait for seconds, and with it whether to move. Raises Unavailable."""
        if self._is_away():
            await self._move()
        if self._away_ns is not None:
            return
        if self._node_is_new:
            if not self._media_is_gone:
                self._forget_media()
            await self.make_again()
            self._node_is_new = self._media_is_gone = False
            self._members.tell_anew()
        if self._tap_is_gone:
            await self._record_again()
            self._tap_is_gone = False
        await self._live.take_back()

    def _is_away(self) -> bool:
        return self._away_ns is not None and self._clock.mono() - self._away_ns >= PATIENCE_S * NS_PER_S

    async def _move(self) -> bool:
        """To another node; all that was on the one before is made anew there. In effect at once and stored as soon as
        possible: media does not wait for the database. False: there is no other, so the room waits for its own."""
        left = self._node.place.node
        try:
            place = await self._places.choose(self._memory.present, besides=(left,))
        except Unavailable as failure:
            if not self._stays:
                _log.warning("room %s stays with %s, which does not answer: %s", self._live.room.id, left, failure)
            self._stays = True
            return False
        _log.warning("room %s moves from %s, which does not answer, to %s", self._live.room.id, left, place.node)
        self._node.move(place.node)
        self._away_ns, self._stays = None, False
        self.node_restarted()
        event = RoomPlaced(place.node, self._node.place.recorder)
        self._memory.at_once(SYSTEM, "MoveRoom", [event], room=EVERYTHING)
        self._moved(left)
        await self._live.room.begin_anew()
        return True

    async def _record_again(self) -> None:
        try:
            await self._live.record_again()
        except Refusal:
            self._tapped(False)
            raise
        self._tapped(True)
