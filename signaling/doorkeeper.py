"""Whoever is in a room or waits for it is there by an account that is open and a sign-in that holds, or by an
invitation that stands; who is not is put out.

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
from bridge.ids import NS_PER_S, AccountId, ParticipantId, SessionId, is_guest
from bridge.model import Account
from bridge.ports import Clock
from bridge.repositories import UnitsOfWork

_log = logging.getLogger(__name__)
EVERY_S = 1.0
TOUCH_NS = 600 * NS_PER_S
"""Who is in a room uses the sign-in, also without asking for pages: often enough for the shortest idle time."""


class Visitor(NamedTuple):
    """Somebody in a room or waiting, as the doorkeeper sees them. ``session``: the sign-in, or the guest's visit, that
    opened their line; empty: none that is known."""

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
            visits = await unit.visits.seen({one.session for one in visitors if is_guest(one.account)})
        for visitor in visitors:
            self._judge(visitor, accounts, {**seen, **visits})
        await self._touch(self._stale(seen), self._stale(visits))

    def _judge(self, visitor: Visitor, accounts: Mapping[AccountId, Account], seen: Mapping[SessionId, int]) -> None:
        holds = not visitor.session or visitor.session in seen
        if is_guest(visitor.account):
            how = None if holds else Departure.UNINVITED
        else:
            how = why_out(accounts.get(visitor.account), holds)
        if how is not None:
            _log.info("participant %s is put out: %s", visitor.participant, how)
            visitor.put_out(visitor.participant, how)

    def _stale(self, seen: Mapping[SessionId, int]) -> list[SessionId]:
        return [session for session, at in seen.items() if self._clock.utc() - at > TOUCH_NS]

    async def _touch(self, sessions: Sequence[SessionId], visits: Sequence[SessionId]) -> None:
        if not sessions and not visits:
            return
        now = self._clock.utc()
        async with self._units.writing() as unit:
            for session in sessions:
                await unit.sessions.touch(session, now)
            for visit in visits:
                await unit.visits.touch(visit, now)
            await unit.commit()
