"""Whether the object store answers, for who asks how the recorder is: never waited for longer than a moment."""

import asyncio

from bridge.errors import Unavailable
from bridge.ports import ObjectStore

MOMENT_S = 0.5
"""Who asks waits a second or two for the whole answer; a store that works answers within milliseconds."""


class StoreCheck:
    """One question at a time. A store that hangs is away once its own time has run out; until then it is as before."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._answered = True
        self._asking: asyncio.Task[None] | None = None

    async def answers(self) -> bool:
        """Asked now; the answer to the question before when this one takes long."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(), name="does the store answer")
            self._asking.add_done_callback(self._heard)
        await asyncio.wait({self._asking}, timeout=MOMENT_S)
        return self._answered

    async def _ask(self) -> None:
        try:
            await self._objects.answers()
        except Unavailable:
            self._answered = False
        else:
            self._answered = True

    def _heard(self, _: "asyncio.Task[None]") -> None:
        self._asking = None

    async def close(self) -> None:
        """Idempotent."""
        if (asking := self._asking) is not None:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
