"""Whoever is in a room is there by an account that is open and by a sign-in that holds; who is not is put out.

Asked of the database, every second and for all rooms of the process in one go: so it does not matter who closed the
account or ended the session, a page of this process, of another one, or ``diemcau user`` on the server.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bridge.accounts import why_out
from bridge.errors import Unavailable
from bridge.events import Departure
from bridge.ids import NS_PER_S, AccountId, ParticipantId, SessionId
from bridge.model import Account
from bridge.ports import Clock
from bridge.repositories import UnitsOfWork

_log = logging.getLogger(__name__)
EVERY_S = 1.0
TOUCH_NS = 600 * NS_PER_S
"""Who is in a room uses the sign-in, also without asking for pages: often enough for the shortest idle time."""


class Visitor(NamedTuple):
    """A participant as the doorkeeper sees them. ``session`` empty: opened by no sign-in that is known."""

    participant: ParticipantId
    account: AccountId
    session: SessionId
    put_out: Callable[[ParticipantId, Departure], None]


class Doorkeeper:
    """``visitors``: everybody in a room of this process."""

    def __init__(self, units: UnitsOfWork, clock: Clock, visitors: Callable[[], Sequence[Visitor]]) -> None:
        self._units = units
        self._clock = clock
        self._visitors = visitors

    async def run(self) -> None:
        """Until cancelled. While the database is away nobody is put out."""
        while True:
            try:
                await self.look()
            except Unavailable as failure:
                _log.debug("doors are not looked at: %s", failure)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Once. Raises Unavailable."""
        visitors = self._visitors()
        if not visitors:
            return
        async with self._units.reading() as unit:
            accounts = await unit.accounts.those({one.account for one in visitors})
            seen = await unit.sessions.seen({one.session for one in visitors if one.session})
        for visitor in visitors:
            self._judge(visitor, accounts, seen)
        await self._touch(seen)

    def _judge(self, visitor: Visitor, accounts: Mapping[AccountId, Account], seen: Mapping[SessionId, int]) -> None:
        holds = not visitor.session or visitor.session in seen
        how = why_out(accounts.get(visitor.account), holds)
        if how is not None:
            _log.info("participant %s is put out: %s", visitor.participant, how)
            visitor.put_out(visitor.participant, how)

    async def _touch(self, seen: Mapping[SessionId, int]) -> None:
        now = self._clock.utc()
        stale = [session for session, at in seen.items() if now - at > TOUCH_NS]
        if stale:
            async with self._units.writing() as unit:
                for session in stale:
                    await unit.sessions.touch(session, now)
                await unit.commit()
