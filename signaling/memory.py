"""A room's present state, ahead of what is stored, and the two ways to change it."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bridge.errors import Unavailable
from bridge.events import Event, Recorded
from bridge.evolution import evolve
from bridge.ids import MonoNs
from bridge.kept import Batch
from bridge.live import CLOSE
from bridge.model import RecordingRow
from bridge.policy import Actor
from bridge.ports import Clock
from bridge.reception import Reception
from signaling.writer import Writer

_log = logging.getLogger(__name__)

EVERYTHING = 2.0
"""Share of the writer's queue for what cannot be refused."""
COMMANDS = 1.0
DISPENSABLE = 0.5
"""Who speaks is worth less than who was muted."""


class Memory:
    """:class:`bridge.live.Commits`. ``changed`` is called after every change; ``check`` writes something to the
    database to see that it takes it."""

    def __init__(
        self,
        reception: Reception,
        writer: Writer,
        clock: Clock,
        changed: Callable[[], None],
        check: Callable[[], Awaitable[None]],
    ) -> None:
        self._present = reception
        self._writer = writer
        self._clock = clock
        self._changed = changed
        self._check = check

    @property
    def present(self) -> Reception:
        """The state now."""
        return self._present

    def at_once(self, actor: Actor, action: str, events: Sequence[Event], *, room: float = COMMANDS) -> None:
        """Takes effect now, stored as soon as possible. Raises Unavailable when no more can be kept."""
        if not events:
            return
        at = self._clock.utc()
        if not self._writer.add(Batch(actor, action, tuple(events), at), room=room):
            raise Unavailable(detail="no more can be kept")
        self._take(actor, events, at)

    def note(
        self, actor: Actor, action: str, events: Sequence[Event], mono_ns: MonoNs | None = None, after_utc_ns: int = 0
    ) -> int:
        """As :meth:`at_once` for what may be missing from the record when the database stays away for long.
        ``mono_ns``: when it happened, where that is not now, but never before ``after_utc_ns``. → when, UTC."""
        at: int = self._clock.utc()
        if mono_ns is not None:
            at = min(at, max(after_utc_ns, at - (self._clock.mono() - mono_ns)))
        self._writer.add(Batch(actor, action, tuple(events), at), room=DISPENSABLE)
        self._take(actor, events, at)
        return at

    async def kept(self) -> None:
        """Everything until now is stored or, when the database is away, in the local journal: what is acknowledged is
        not lost with this process. Raises Unavailable when neither takes it; it has taken effect all the same."""
        await self._writer.kept()

    async def ready(self) -> None:
        """Raises Unavailable(storage_unavailable)."""
        await self._writer.drained()
        await self._check()

    async def commit(
        self,
        actor: Actor,
        action: str,
        events: Sequence[Event],
        at_utc_ns: int | None = None,
        recording: RecordingRow | None = None,
    ) -> None:
        """Stored, then in effect."""
        if not events:
            return
        at = self._clock.utc() if at_utc_ns is None else at_utc_ns
        await self._writer.store(Batch(actor, action, tuple(events), at, recording))
        self._take(actor, events, at)

    async def commit_or_keep(
        self, actor: Actor, action: str, events: Sequence[Event], at_utc_ns: int, recording: RecordingRow | None
    ) -> None:
        """Stored or in the local journal, then in effect."""
        await self._writer.store_or_keep(Batch(actor, action, tuple(events), at_utc_ns, recording))
        self._take(actor, events, at_utc_ns)

    async def intend(self, actor: Actor, recording: RecordingRow) -> None:
        """In the local journal. Raises Unavailable."""
        await self._writer.keeper.intend(Batch(actor, "begin", (), self._clock.utc(), recording))

    async def intend_close(
        self, actor: Actor, closing: Sequence[Event], at_utc_ns: int, recording: RecordingRow | None
    ) -> None:
        """In the local journal, if that takes it."""
        try:
            await self._writer.keeper.intend(Batch(actor, CLOSE, tuple(closing), at_utc_ns, recording))
        except Unavailable as failure:
            _log.error("%s: its end is ordered without being named first: %s", self._present.id, failure)

    async def intent_ended(self) -> None:
        """See :meth:`Keeper.intent_ended`."""
        await self._writer.keeper.intent_ended()

    def told(self, recorded: Recorded) -> None:
        """Somebody else wrote this event."""
        self._present = evolve(self._present, recorded)
        self._changed()

    def _take(self, actor: Actor, events: Sequence[Event], at: int) -> None:
        for event in events:
            number = self._present.version + 1
            self._present = evolve(self._present, Recorded(self._present.id, number, at, actor.account, event))
        self._changed()
