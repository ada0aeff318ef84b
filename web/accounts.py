"""What people do with their own account: its password and its sessions (rules: :mod:`bridge.accounts`)."""

import msgspec

from bridge import accounts
from bridge.accounts import SessionLimits
from bridge.errors import Conflict, NotFound
from bridge.ids import SessionId
from bridge.model import Account, Session
from bridge.repositories import AuditEntry
from web.config import WebPorts
from web.credentials import Credentials
from web.keys import SignedIn
from web.requests import Visit


class OwnAccount:
    """Each call is by whoever is signed in, and concerns nobody else."""

    def __init__(self, ports: WebPorts, credentials: Credentials, limits: SessionLimits) -> None:
        self._ports = ports
        self._credentials = credentials
        self._limits = limits

    async def sessions(self, account: Account) -> list[Session]:
        """Those that are open, seen last first."""
        async with self._ports.units.reading() as unit:
            found = await unit.sessions.of(account.id)
        return accounts.open_sessions(found, self._limits, self._ports.clock.utc())

    async def change_password(self, someone: SignedIn, old: str, new: str, visit: Visit) -> str:
        """Ends every session and sign-in under way of the account; the secret of the new session that this browser has.

        Raises Refusal: sign_in_failed when ``old`` is not right, too_many_requests; Invalid(field=new | same);
        Conflict when it was changed meanwhile.
        """
        known = await self._credentials.by_password(someone.account.login, old, visit.address, "change_password")
        accounts.check_new_password(new, old, known.login)
        hashed = await self._credentials.hashed(new)
        secret, csrf = self._ports.entropy.token(32), self._ports.entropy.token(32)
        async with self._ports.units.writing() as unit:
            account = await unit.accounts.get(known.id)
            if account.password_hash != known.password_hash:
                raise Conflict(detail=f"password of {account.login}")
            changed = msgspec.structs.replace(account, password_hash=hashed, must_change_password=False)
            await unit.accounts.replace(changed)
            ended = await unit.sessions.remove_of(account.id)
            await unit.sign_ins.remove_of(account.id)
            now = self._ports.clock.utc()
            await unit.sessions.add(
                accounts.new_session(secret, csrf, account.id, now, visit.address, visit.device),
            )
            await unit.audit.append(self._entry(account, "change_password", f"{ended} sessions ended"))
            await unit.commit()
        return secret

    async def end_session(self, account: Account, session: SessionId) -> None:
        """Raises NotFound unless it is one of theirs."""
        async with self._ports.units.writing() as unit:
            found = await unit.sessions.get(session)
            if found is None or found.account != account.id:
                raise NotFound(detail=f"session of {account.login}")
            await unit.sessions.remove(session)
            await unit.audit.append(self._entry(account, "end_session", f"begun from {found.address}"))
            await unit.commit()

    async def end_other_sessions(self, someone: SignedIn) -> None:
        """All but this one, and sign-ins under way."""
        account = someone.account
        async with self._ports.units.writing() as unit:
            ended = await unit.sessions.remove_of(account.id, but=someone.session.id)
            await unit.sign_ins.remove_of(account.id)
            await unit.audit.append(self._entry(account, "end_other_sessions", str(ended)))
            await unit.commit()

    def _entry(self, account: Account, action: str, detail: str) -> AuditEntry:
        return AuditEntry(self._ports.clock.utc(), account.id, action, f"account {account.id}", "done", detail)
