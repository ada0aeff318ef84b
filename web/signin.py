"""Signing in and out: the use cases behind the sign-in page (rules: :mod:`bridge.accounts`)."""

import asyncio

from bridge import accounts
from bridge.accounts import Attempt, Tallies
from bridge.errors import Invalid, Refusal
from bridge.ids import NS_PER_S, UtcNs
from bridge.model import Account, Session
from bridge.repositories import AuditEntry
from web.config import WebPorts

_FORGOTTEN_NS = 7 * 86_400 * NS_PER_S
"""Sessions unseen for a week are over by any setting; each sign-in sweeps them out of the database."""

_HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment: guessing many passwords must not starve the rooms beside it."""

_LONGEST_GIVEN = 1000
"""Nobody's password is longer; hashing more would only cost."""


class SignIn:
    """Counts failures in this process; a restart forgets them, which costs a guesser less than a day."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self._tallies: Tallies = {}
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)

    async def sign_in(self, login: str, password: str, address: str) -> str:
        """The new session's secret, for the cookie. Raises Refusal: sign_in_failed, too_many_requests."""
        attempt = Attempt(_spelled(login), address)
        clock = self._ports.clock
        accounts.check_pace(self._tallies, attempt, clock.mono())
        account = await self._known(attempt.login)
        fits = await self._fits(attempt, account, password)
        try:
            account = accounts.signed_in(account, fits)
        except Refusal as refusal:
            self._tallies = accounts.after_failure(self._tallies, attempt, clock.mono())
            await self._note(attempt.login, f"refused:{refusal.code}", address)
            raise
        self._tallies = accounts.after_success(self._tallies, attempt)
        return await self._open(account, address)

    async def sign_out(self, account: Account, session: Session) -> None:
        """The session is gone at once, on the server."""
        async with self._ports.units.writing() as unit:
            await unit.sessions.remove(session.id)
            await unit.audit.append(self._entry(account.id, "sign_out", "done", ""))
            await unit.commit()

    async def _known(self, login: str) -> Account | None:
        async with self._ports.units.reading() as unit:
            return await unit.accounts.by_login(login)

    async def _fits(self, attempt: Attempt, account: Account | None, password: str) -> bool:
        stored = account.password_hash if account else ""
        async with self._hashing:
            # Asked again: many tries sent at once have all passed the first question before one of them failed.
            accounts.check_pace(self._tallies, attempt, self._ports.clock.mono())
            return await asyncio.to_thread(self._ports.passwords.verify, stored, password[:_LONGEST_GIVEN])

    async def _open(self, account: Account, address: str) -> str:
        secret, csrf = self._ports.entropy.token(32), self._ports.entropy.token(32)
        async with self._ports.units.writing() as unit:
            now = self._ports.clock.utc()
            await unit.sessions.remove_older(UtcNs(now - _FORGOTTEN_NS))
            await unit.sessions.add(accounts.new_session(secret, csrf, account.id, now))
            await unit.audit.append(self._entry(account.id, "sign_in", "done", address))
            await unit.commit()
        return secret

    async def _note(self, login: str, outcome: str, address: str) -> None:
        async with self._ports.units.writing() as unit:
            await unit.audit.append(self._entry("", "sign_in", outcome, f"{login} from {address}"))
            await unit.commit()

    def _entry(self, actor: str, action: str, outcome: str, detail: str) -> AuditEntry:
        return AuditEntry(self._ports.clock.utc(), actor, action, f"account {actor or 'unknown'}", outcome, detail)


def _spelled(login: str) -> str:
    """What is looked up; a login that could not exist is looked up too, so that it costs and says the same."""
    try:
        return accounts.checked_login(login)
    except Invalid:
        return "?"
