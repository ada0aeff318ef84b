"""Looks at a room's recorder now and then: whether it and its store answer, how far its disks reach, and which time the
recording has."""

import asyncio
import logging
from collections.abc import Callable

from bridge.disk import before_start, under_way
from bridge.errors import Refusal, Unavailable
from bridge.ids import NS_PER_S
from bridge.ports import RecorderNode
from bridge.reception import Reception
from bridge.sessionclock import SessionClock
from bridge.states import UNDER_WAY
from signaling.alarms import Alarms

_log = logging.getLogger(__name__)
LOOK_S = 10.0
"""Thirty cameras fill 60 MB in that time."""

AGAIN_S = 1.0
"""While the room does not know the recording's time."""


class Overseer:
    """Beside the room's turn: a recorder that does not answer keeps nothing waiting."""

    def __init__(
        self,
        recorder: RecorderNode,
        present: Callable[[], Reception],
        clock: SessionClock,
        alarms: Alarms,
        planned_minutes: float,
    ) -> None:
        self._recorder = recorder
        self._present = present
        self._clock = clock
        self._alarms = alarms
        self._planned_minutes = planned_minutes
        self.answers = True
        self.free_bytes: int | None = None
        """On the fullest of its disks, when it answered last."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await set_clock(self._clock, self._recorder, self._present())
                await self._look_at_recorder()
                self.answers = True
            except Refusal as refusal:
                self.answers = not isinstance(refusal, Unavailable)
                # Under way, who is away is said by the room's word on the recording and by its health.
                self._alarms.recorder(answers=self._present().state in UNDER_WAY, store=True)
                _log.debug("recorder not looked at: %s", refusal)
            is_timed = self._clock.is_anchored or self._present().state not in UNDER_WAY
            await asyncio.sleep(LOOK_S if is_timed else AGAIN_S)

    async def _look_at_recorder(self) -> None:
        health = await self._recorder.health()
        self.free_bytes = min((disk.free_bytes for disk in health.disks), default=None)
        present = self._present()
        self._alarms.recorder(answers=True, store=health.store_answers or present.state in UNDER_WAY)
        media_ns = self._clock.media_ns
        if present.state in UNDER_WAY and media_ns is not None:
            gone = media_ns / NS_PER_S / 60
            look = under_way(health.disks, self._planned_minutes, gone, health.bits_per_s)
        else:
            look = before_start(health.disks, self._planned_minutes, len(present.seats), health.bits_per_s)
        self._alarms.disk(look)


async def set_clock(clock: SessionClock, recorder: RecorderNode, reception: Reception) -> None:
    """By the time that the recorder keeps. Raises Refusal when it does not answer."""
    if reception.state in UNDER_WAY and reception.recording is not None:
        asked = clock.mono()
        status = await recorder.status(reception.recording)
        if status.at_ns is not None:
            clock.set(status.at_ns, asked)
