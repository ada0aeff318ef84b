"""Signing in and out: the use cases behind the sign-in pages (rules: :mod:`bridge.accounts`).

::

    password ──▶ code, when the account has a second factor ──▶ place, when a point is signed in elsewhere ──▶ session

Each step has a secret of its own; what a browser carried before opens nothing afterwards.
"""

from typing import NamedTuple

from bridge import accounts
from bridge.accounts import SessionLimits
from bridge.errors import Code, Refusal
from bridge.ids import NS_PER_S, AccountId, UtcNs
from bridge.model import Account, Session, SignInStep, SignInUnderWay
from bridge.repositories import AuditEntry, UnitOfWork
from web.config import WebPorts
from web.credentials import Credentials
from web.requests import Visit

_FORGOTTEN_NS = 7 * 86_400 * NS_PER_S
"""Sessions unseen for a week are over by any setting; each sign-in sweeps them out of the database."""


class Admitted(NamedTuple):
    """``secret`` opens the session when ``step`` is None, else it carries the sign-in on to that step."""

    secret: str
    step: SignInStep | None


class SignIn:
    """The way in and out."""

    def __init__(self, ports: WebPorts, credentials: Credentials, limits: SessionLimits) -> None:
        self._ports = ports
        self._credentials = credentials
        self._limits = limits

    async def sign_in(self, login: str, password: str, visit: Visit) -> Admitted:
        """By the password. Raises Refusal: sign_in_failed, too_many_requests."""
        account = await self._credentials.by_password(login, password, visit.address, "sign_in")
        async with self._ports.units.writing() as unit:
            now = self._ports.clock.utc()
            await unit.sessions.remove_older(UtcNs(now - _FORGOTTEN_NS))
            await unit.sign_ins.remove_older(UtcNs(now - accounts.ANSWER_WITHIN_NS))
            factor = await unit.second_factors.get(account.id)
            if factor is not None and factor.on:
                admitted = await self._wait(unit, account, SignInStep.CODE)
            else:
                admitted = await self._enter(unit, account, visit)
            await unit.commit()
        return admitted

    async def with_code(self, secret: str, text: str, visit: Visit) -> Admitted:
        """By a code. Raises Refusal: not_signed_in when nothing waits for one, code_wrong, too_many_requests."""
        account = await self._waiting(secret, SignInStep.CODE)
        await self._credentials.by_code(account, text, visit.address, "sign_in")
        async with self._ports.units.writing() as unit:
            await self._carried_on(unit, secret, SignInStep.CODE)
            admitted = await self._enter(unit, account, visit)
            await unit.commit()
        return admitted

    async def elsewhere(self, secret: str, visit: Visit) -> list[Session]:
        """Where the account is signed in now, that this one waits for. Raises Refusal(not_signed_in)."""
        account = await self._waiting(secret, SignInStep.PLACE)
        async with self._ports.units.reading() as unit:
            return await self._elsewhere(unit, account.id, visit)

    async def here_instead(self, secret: str, visit: Visit) -> Admitted:
        """Ends the other places. Raises Refusal(not_signed_in)."""
        account = await self._waiting(secret, SignInStep.PLACE)
        async with self._ports.units.writing() as unit:
            await self._carried_on(unit, secret, SignInStep.PLACE)
            ended = await unit.sessions.remove_of(account.id)
            await unit.audit.append(self._entry(account.id, "end_other_sessions", f"{ended} from {visit.address}"))
            secret = await self._open(unit, account, visit)
            await unit.commit()
        return Admitted(secret, None)

    async def waits_for(self, secret: str, step: SignInStep) -> bool:
        """Whether this secret carries a sign-in that waits for that step."""
        try:
            await self._waiting(secret, step)
        except Refusal:
            return False
        return True

    async def give_up(self, secret: str) -> None:
        """The sign-in under way is over; the other place stays as it is."""
        async with self._ports.units.writing() as unit:
            begun = await unit.sign_ins.get(accounts.session_id(secret))
            if begun is not None:
                await unit.sign_ins.remove(begun.id)
                await unit.audit.append(self._entry(begun.account, "give_up_sign_in", ""))
            await unit.commit()

    async def sign_out(self, account: Account, session: Session) -> None:
        """The session is gone at once, on the server."""
        async with self._ports.units.writing() as unit:
            await unit.sessions.remove(session.id)
            await unit.audit.append(self._entry(account.id, "sign_out", ""))
            await unit.commit()

    async def _waiting(self, secret: str, step: SignInStep) -> Account:
        async with self._ports.units.reading() as unit:
            begun = await self._begun(unit, secret, step)
            account = await unit.accounts.get(begun.account)
        if account.disabled:
            raise Refusal(Code.NOT_SIGNED_IN, f"{account.login} was closed meanwhile")
        return account

    async def _begun(self, unit: UnitOfWork, secret: str, step: SignInStep) -> SignInUnderWay:
        found = await unit.sign_ins.get(accounts.session_id(secret))
        return accounts.under_way(found, step, self._ports.clock.utc())

    async def _carried_on(self, unit: UnitOfWork, secret: str, step: SignInStep) -> None:
        """This secret opens nothing more. Raises Refusal(not_signed_in) when it did before, or was taken away."""
        begun = await self._begun(unit, secret, step)
        await unit.sign_ins.remove(begun.id)

    async def _enter(self, unit: UnitOfWork, account: Account, visit: Visit) -> Admitted:
        if accounts.places_to_end(account, await self._elsewhere(unit, account.id, visit)):
            return await self._wait(unit, account, SignInStep.PLACE)
        return Admitted(await self._open(unit, account, visit), None)

    async def _elsewhere(self, unit: UnitOfWork, account: AccountId, visit: Visit) -> list[Session]:
        sessions = await unit.sessions.of(account)
        return accounts.open_sessions(sessions, self._limits, self._ports.clock.utc(), but=visit.here)

    async def _wait(self, unit: UnitOfWork, account: Account, step: SignInStep) -> Admitted:
        secret = self._ports.entropy.token(32)
        await unit.sign_ins.add(accounts.begun(secret, account.id, step, self._ports.clock.utc()))
        return Admitted(secret, step)

    async def _open(self, unit: UnitOfWork, account: Account, visit: Visit) -> str:
        secret, csrf = self._ports.entropy.token(32), self._ports.entropy.token(32)
        now = self._ports.clock.utc()
        session = accounts.new_session(secret, csrf, account.id, now, visit.address, visit.device)
        await unit.sessions.add(session)
        await unit.audit.append(self._entry(account.id, "sign_in", visit.address))
        return secret

    def _entry(self, account: str, action: str, detail: str) -> AuditEntry:
        return AuditEntry(self._ports.clock.utc(), account, action, f"account {account}", "done", detail)
