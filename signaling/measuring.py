"""What is done with each look at a room's lines: everybody in the room is shown how good they are, and it is stored.

Stored beside the record, not through the local journal: that one is for decisions, and a measure that takes its room
on the disk could cost one. While the database is away ten minutes are kept in memory; what is older is dropped, and the
next look that is stored says how many were. A process that is killed loses what it had not stored.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

import msgspec

from bridge.board import KEPT, RoomSample
from bridge.errors import Refusal
from bridge.linehistory import KeptLook, kept_of
from bridge.quality import quality_of
from bridge.reception import Reception
from bridge.repositories import UnitsOfWork
from signaling.members import Members
from signaling.views import UNKNOWN_LINE

_log = logging.getLogger(__name__)
AGAIN_S = 10.0
MOST = 8_640
"""Looks stored by one life of a room: a day. A room forgotten open over a holiday fills no database."""


class Measuring:
    """Beside the room's turn. ``changed``: the room is to be shown anew."""

    def __init__(
        self, units: UnitsOfWork, present: Callable[[], Reception], members: Members, changed: Callable[[], None]
    ) -> None:
        self._units = units
        self._present = present
        self._members = members
        self._changed = changed
        self._waiting: deque[KeptLook] = deque()
        self._stored = 0
        self._wake = asyncio.Event()

    def take(self, sample: RoomSample) -> None:
        """A look was made."""
        self._tell(sample)
        look = kept_of(sample)
        if look is None or self._stored + len(self._waiting) >= MOST:
            return
        self._waiting.append(look)
        if len(self._waiting) > KEPT:
            self._drop_oldest()
        self._wake.set()

    def _tell(self, sample: RoomSample) -> None:
        changed = False
        for key, someone in self._present().participants.items():
            member, seen = self._members.get(key), sample.seats.get(someone.seat)
            if member is None:
                continue
            rating = None if seen is None else seen.rating
            before = member.shown_quality
            member.measured = UNKNOWN_LINE if rating is None else str(quality_of(rating))
            changed = changed or member.shown_quality != before
        if changed:
            self._changed()

    def _drop_oldest(self) -> None:
        gone = self._waiting.popleft()
        first = self._waiting[0]
        self._waiting[0] = msgspec.structs.replace(first, missed=first.missed + gone.missed + 1)

    async def run(self) -> None:
        """Until cancelled."""
        failing = False
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._store()
            except Refusal as refusal:
                if not failing:
                    _log.warning("lines of reception %s are not stored: %s", self._present().id, refusal)
                failing = True
                await asyncio.sleep(AGAIN_S)
                self._wake.set()
            else:
                failing = False

    async def _store(self) -> None:
        looks = list(self._waiting)
        if not looks:
            return
        async with self._units.writing() as unit:
            await unit.line_looks.add(self._present().id, looks)
            await unit.commit()
        self._stored += len(looks)
        written = {look.at_utc_ns for look in looks}
        while self._waiting and self._waiting[0].at_utc_ns in written:
            self._waiting.popleft()
