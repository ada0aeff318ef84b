"""A form that is sent twice is done once, and what is told only once is kept until it is fetched.

Both are kept in this process: after a restart the names and logins themselves, which are one of a kind, keep a second
sending from making a second thing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from bridge.ids import NS_PER_S, SessionId
from bridge.ports import Clock

_KEPT = 1000
"""Of all readers together; the oldest goes first."""

SHOWN_WITHIN_NS = 600 * NS_PER_S
"""A password that nobody fetched is forgotten; a new one is made with one press."""

Key = tuple[SessionId, str]
"""The reader's session, and what stands for the form and its content."""


class Once:
    """Runs each form's work one time; who sends it again gets the same answer (an address to go on to)."""

    def __init__(self) -> None:
        self._runs: OrderedDict[Key, asyncio.Task[str]] = OrderedDict()

    async def run(self, key: Key, work: Callable[[], Awaitable[str]]) -> str:
        """Raises what ``work`` raises; then the form may be sent anew."""
        task = self._runs.get(key)
        if task is None:
            task = asyncio.create_task(_awaited(work), name=f"form {key[1][:6]}")
            self._runs[key] = task
            while len(self._runs) > _KEPT:
                self._runs.popitem(last=False)
        try:
            # A reader who goes away must not stop what their second sending waits for.
            return await asyncio.shield(task)
        except Exception:
            self._runs.pop(key, None)
            raise

    async def answered(self, key: Key) -> str | None:
        """The answer to a form that was sent already; None when it is new. Raises as :meth:`run`."""
        task = self._runs.get(key)
        return None if task is None else await asyncio.shield(task)

    async def close(self) -> None:
        """Waits for what is being done."""
        await asyncio.gather(*self._runs.values(), return_exceptions=True)


async def _awaited(work: Callable[[], Awaitable[str]]) -> str:
    return await work()


class Credential(msgspec.Struct, frozen=True):
    """A password in the clear, for paper. ``place``: agency and point."""

    login: str
    password: str
    name: str
    place: str


class Untold:
    """Passwords that were made and not shown yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[int, Sequence[Credential]]] = OrderedDict()

    def put(self, key: Key, credentials: Sequence[Credential]) -> None:
        """Until they are taken."""
        self._forget()
        self._kept[key] = (self._clock.mono(), credentials)

    def take(self, key: Key) -> Sequence[Credential]:
        """Those of this form of this session, one time; empty afterwards."""
        self._forget()
        return self._kept.pop(key, (0, ()))[1]

    def _forget(self) -> None:
        now = self._clock.mono()
        while self._kept and (len(self._kept) > _KEPT or now - next(iter(self._kept.values()))[0] > SHOWN_WITHIN_NS):
            self._kept.popitem(last=False)
