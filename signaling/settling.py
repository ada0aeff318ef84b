"""Keeps a room's media node at the room's present state, one attempt at a time, and tells when it is there."""

import asyncio
import logging
from collections.abc import Callable

from bridge.errors import Code, Refusal, Unavailable
from bridge.node_room import NodeRoom
from bridge.reception import Reception

_log = logging.getLogger(__name__)
AGAIN_S = 1.0
"""A node that restarts is back within seconds."""


class Settling:
    """``want`` says that the state changed, ``done`` waits until the node follows it."""

    def __init__(self, room: NodeRoom, present: Callable[[], Reception]) -> None:
        self._room = room
        self._present = present
        self._wake = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._behind = False

    def want(self) -> None:
        """The state changed."""
        self._wake.set()

    async def done(self) -> None:
        """The node has the state of this moment. Raises Refusal (mostly node_unavailable); it is tried again anyway."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        self._wake.set()
        await waiting

    async def run(self) -> None:
        """Until cancelled; who then still waits is told that there is no node."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._once()
        finally:
            self._tell(self._waiting, Unavailable(Code.NODE_UNAVAILABLE, "the room ended"))

    async def _once(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            failure = await self._attempt()
        except asyncio.CancelledError:
            self._waiting += waiting
            raise
        self._tell(waiting, failure)
        if failure:
            await asyncio.sleep(AGAIN_S)
            self._wake.set()

    def _tell(self, waiting: "list[asyncio.Future[None]]", failure: Refusal | None) -> None:
        for one in waiting:
            if one.done():
                continue
            if failure:
                one.set_exception(failure)
            else:
                one.set_result(None)

    async def _attempt(self) -> Refusal | None:
        try:
            await self._room.settle(self._present())
        except Refusal as refusal:
            if not self._behind:
                _log.warning("room %s: its node does not follow: %s", self._room.id, refusal)
            self._behind = True
            return refusal
        if self._behind:
            _log.warning("room %s: its node follows again", self._room.id)
        self._behind = False
        return None
