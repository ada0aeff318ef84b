"""What an operator is shown of a room: a sample of everybody's lines every ten seconds, ten minutes of them."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping

from bridge.board import EVERY_S, KEPT, BoardAlarm, RoomSample, SeatSample, WatchedRoom
from bridge.control import ParticipantLines, RoomLines
from bridge.errors import NotFound, Refusal
from bridge.ids import MonoNs, ParticipantId, SeatId, room_of
from bridge.ports import Clock, MediaNode
from bridge.quality import span_of
from bridge.reception import Reception
from signaling.alarms import Alarms
from signaling.hearing import Hearing
from signaling.overseer import Overseer

_log = logging.getLogger(__name__)
_FIRST_S = 2.0
"""A room that is looked at right after its beginning should not be empty for long."""
_UNKNOWN = ParticipantLines(ParticipantId(""), None, None)


class Watching:
    """Beside the room's turn, in memory; a room made anew begins with nothing."""

    def __init__(
        self,
        node: MediaNode,
        present: Callable[[], Reception],
        hearing: Hearing,
        alarms: Alarms,
        overseer: Overseer,
        clock: Clock,
        take: Callable[[RoomSample], None],
    ) -> None:
        """``take`` is called with each look."""
        self._node = node
        self._present = present
        self._hearing = hearing
        self._alarms = alarms
        self._overseer = overseer
        self._clock = clock
        self._take = take
        self._samples: deque[RoomSample] = deque(maxlen=KEPT)
        self._counted: Mapping[ParticipantId, ParticipantLines] = {}
        self._counted_at = MonoNs(0)

    @property
    def room(self) -> WatchedRoom:
        """As it is now."""
        alarms = tuple(BoardAlarm(alarm.code, alarm.params) for alarm in self._alarms.present)
        overseer = self._overseer
        return WatchedRoom(self._present(), alarms, tuple(self._samples), overseer.answers, overseer.free_bytes)

    async def run(self) -> None:
        """Until cancelled."""
        await asyncio.sleep(_FIRST_S)
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S if len(self._samples) > 1 else _FIRST_S)

    async def look(self) -> None:
        """One sample more; a node that does not answer is one too."""
        try:
            lines = await self._node.room_lines(room_of(self._present().id))
        except NotFound:
            lines = RoomLines((), None)  # nobody is in it yet
        except Refusal as refusal:
            _log.debug("lines of room %s: %s", self._present().id, refusal)
            lines = None
        sample = self._sample(lines)
        self._samples.append(sample)
        self._take(sample)

    def _sample(self, lines: RoomLines | None) -> RoomSample:
        seats = self._seats({} if lines is None else {one.participant: one for one in lines.participants})
        return RoomSample(
            at_utc_ns=self._clock.utc(),
            seats=seats,
            node_answers=lines is not None,
            behind_ms=None if lines is None else lines.behind_ms,
            store_available=self._hearing.store_available,
            waiting_bytes=self._hearing.waiting_bytes,
        )

    def _seats(self, counted: Mapping[ParticipantId, ParticipantLines]) -> dict[SeatId, SeatSample]:
        now = self._clock.mono()
        passed, before = now - self._counted_at, self._counted
        self._counted, self._counted_at = counted, now
        seats = {}
        for key, someone in self._present().participants.items():
            earlier, later = before.get(key, _UNKNOWN), counted.get(key, _UNKNOWN)
            up = span_of(earlier.uplink, later.uplink, passed)
            down = span_of(earlier.downlink, later.downlink, passed)
            seats[someone.seat] = SeatSample(someone.connected, up, down)
        return seats
