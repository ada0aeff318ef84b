"""Whether somebody is who they say: passwords and codes, each counted (:mod:`bridge.accounts`, :mod:`bridge.totp`)."""

import asyncio
import logging

import msgspec

from bridge import accounts, totp
from bridge.accounts import Attempt
from bridge.errors import Code, Invalid, Refusal
from bridge.model import Account, SecondFactor
from bridge.repeats import note
from bridge.repositories import AuditEntry, UnitOfWork
from web.config import WebPorts
from web.tries import keep_tried

log = logging.getLogger(__name__)

_HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment: guessing many passwords must not starve the rooms beside it."""

_LONGEST_GIVEN = 1000
"""Nobody's password or code is longer; looking at more would only cost."""


class Credentials:
    """One for all pages, so that a guess counts wherever it is made."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)

    async def by_password(self, login: str, password: str, address: str, action: str) -> Account:
        """Whose password it is. ``action``: what it is asked for, as the audit names it.

        Raises Refusal: sign_in_failed, too_many_requests.
        """
        attempt = Attempt(_spelled(login), address)
        await self._check(attempt)
        account = await self._known(attempt.login)
        async with self._hashing:
            # Asked again: many tries sent at once have all passed the first question before one of them failed.
            failed_before = await self._check(attempt)
            fits = await self._fits(account, password)
            try:
                account = accounts.signed_in(account, fits)
            except Refusal as refusal:
                async with self._ports.units.writing() as unit:
                    await self._failed(unit, attempt, action, refusal, address)
                    await unit.commit()
                raise
        if failed_before:
            await self._forget(attempt)
        return account

    async def by_code(self, account: Account, text: str, address: str, action: str) -> SecondFactor | None:
        """Takes a code of the device or a recovery code, so that it opens nothing again; the factor as it is then kept.
        None when the account has no factor to ask.

        Raises Refusal: code_wrong, too_many_requests.
        """
        attempt = accounts.code_attempt(account.login)
        refusal = Refusal(Code.CODE_WRONG, f"code of {account.login}")
        async with self._ports.units.writing() as unit:  # one after the other: twenty sent at once are twenty tries
            accounts.check_pace(await unit.tries.of([attempt.key]), attempt, self._ports.clock.utc())
            factor = await unit.second_factors.get(account.id)
            if factor is None:
                return None
            taken = self._taken(factor, text[:_LONGEST_GIVEN])
            if taken is None:
                await self._failed(unit, attempt, action, refusal, address)
            else:
                await unit.second_factors.put(taken)
                await unit.tries.remove(attempt.key)
                await self._note_recovery(unit, factor, taken, address)
            await unit.commit()
        if taken is None:
            raise refusal
        return taken

    async def hashed(self, password: str) -> str:
        """The form in which it is stored."""
        async with self._hashing:
            return await asyncio.to_thread(self._ports.passwords.hash, password)

    def _taken(self, factor: SecondFactor, text: str) -> SecondFactor | None:
        secret = self._ports.secrets.open(factor.sealed, factor.account)
        if secret is None:
            log.error("the second factor of account %s was enciphered by another key", factor.account)
        else:
            step = totp.matching_step(secret, text, self._ports.clock.utc(), factor.last_step)
            if step is not None:
                return msgspec.structs.replace(factor, last_step=step)
        left = totp.left_after(factor.recovery, text)
        return None if left is None else msgspec.structs.replace(factor, recovery=left)

    async def _note_recovery(self, unit: UnitOfWork, before: SecondFactor, after: SecondFactor, address: str) -> None:
        if len(after.recovery) < len(before.recovery):
            detail = f"{len(after.recovery)} left, from {address}"
            await unit.audit.append(self._entry(before.account, "use_recovery_code", "done", detail))

    async def _known(self, login: str) -> Account | None:
        async with self._ports.units.reading() as unit:
            return await unit.accounts.by_login(login)

    async def _check(self, attempt: Attempt) -> bool:
        """Whether this pair failed before. Raises Refusal(too_many_requests)."""
        async with self._ports.units.reading() as unit:
            tried = await unit.tries.of([attempt.key])
        accounts.check_pace(tried, attempt, self._ports.clock.utc())
        return bool(tried)

    async def _forget(self, attempt: Attempt) -> None:
        async with self._ports.units.writing() as unit:
            await unit.tries.remove(attempt.key)
            await unit.commit()

    async def _fits(self, account: Account | None, password: str) -> bool:
        stored = account.password_hash if account else ""
        return await asyncio.to_thread(self._ports.passwords.verify, stored, password[:_LONGEST_GIVEN])

    async def _failed(self, unit: UnitOfWork, attempt: Attempt, action: str, refusal: Refusal, address: str) -> None:
        now = self._ports.clock.utc()
        tried = await unit.tries.of([attempt.key])
        await keep_tried(unit, now, accounts.after_failure(tried, attempt, now))
        entry = self._entry("", action, f"refused:{refusal.code}", f"{attempt.login} from {address}")
        await note(unit, entry, address, apart=attempt.login)

    def _entry(self, actor: str, action: str, outcome: str, detail: str) -> AuditEntry:
        return AuditEntry(self._ports.clock.utc(), actor, action, f"account {actor or 'unknown'}", outcome, detail)


def _spelled(login: str) -> str:
    """What is looked up; a login that could not exist is looked up too, so that it costs and says the same."""
    try:
        return accounts.checked_login(login)
    except Invalid:
        return "?"
