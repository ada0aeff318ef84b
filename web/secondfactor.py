"""An account's second factor: on with the password and one code, off with a code (rules: :mod:`bridge.totp`)."""

from typing import NamedTuple
from urllib.parse import quote

import msgspec

from bridge import totp
from bridge.accounts import ANSWER_WITHIN_NS
from bridge.errors import Conflict, NotFound
from bridge.model import Account, SecondFactor
from bridge.repositories import AuditEntry
from web.config import WebPorts
from web.credentials import Credentials
from web.requests import Visit


class ToConfirm(NamedTuple):
    """``secret`` to type and ``address`` for the QR code; shown to its owner, shortly after the password."""

    secret: str
    address: str


class SecondFactorDesk:
    """Each call is by whoever is signed in, and concerns nobody else."""

    def __init__(self, ports: WebPorts, credentials: Credentials, office: str) -> None:
        self._ports = ports
        self._credentials = credentials
        self._office = office

    async def of(self, account: Account) -> SecondFactor | None:
        """The factor that is on, or waits to be confirmed; None when there is none, or it waited too long."""
        async with self._ports.units.reading() as unit:
            factor = await unit.second_factors.get(account.id)
        return None if factor is None or self._waited_too_long(factor) else factor

    async def begin(self, account: Account, password: str, visit: Visit) -> None:
        """A new secret, which is asked for only once it was confirmed.

        Raises Refusal: sign_in_failed when the password is not right, too_many_requests; Conflict when one is on.
        """
        await self._credentials.by_password(account.login, password, visit.address, "totp_on")
        secret = self._ports.entropy.bits(8 * totp.SECRET_BYTES).to_bytes(totp.SECRET_BYTES, "big")
        sealed = self._ports.secrets.seal(secret, account.id)
        async with self._ports.units.writing() as unit:
            known = await unit.second_factors.get(account.id)
            if known is not None and known.on:
                raise Conflict(detail=f"second factor of {account.login}")
            await unit.second_factors.put(SecondFactor(account.id, sealed, self._ports.clock.utc()))
            await unit.commit()

    def to_confirm(self, account: Account, factor: SecondFactor) -> ToConfirm:
        """What the device is to be given. Raises NotFound when the key of the installation is another meanwhile."""
        secret = self._ports.secrets.open(factor.sealed, account.id)
        if secret is None:
            raise NotFound(detail=f"the second factor of {account.login} was enciphered by another key")
        return ToConfirm(totp.shown_secret(secret), device_address(secret, account.login, self._office))

    async def confirm(self, account: Account, text: str, visit: Visit) -> list[str]:
        """It is on; the recovery codes, which are never shown again.

        Raises Refusal: code_wrong, too_many_requests; Conflict when there is none that waits.
        """
        if (waiting := await self.of(account)) is None or waiting.on:
            raise Conflict(detail=f"second factor of {account.login}")
        await self._credentials.by_code(account, text, visit.address, "totp_on")
        codes = [totp.recovery_code(self._ports.entropy.bits(totp.RECOVERY_BITS)) for _ in range(totp.RECOVERY_CODES)]
        async with self._ports.units.writing() as unit:
            factor = await unit.second_factors.get(account.id)
            if factor is None or factor.sealed != waiting.sealed or factor.on:
                raise Conflict(detail=f"second factor of {account.login}")
            hashes = tuple(totp.recovery_hash(code) for code in codes)
            on = msgspec.structs.replace(factor, on=True, made_utc_ns=self._ports.clock.utc(), recovery=hashes)
            await unit.second_factors.put(on)
            await unit.audit.append(self._entry(account, "totp_on"))
            await unit.commit()
        return codes

    async def switch_off(self, account: Account, text: str, visit: Visit) -> None:
        """With a code of the device or a recovery code: a session that somebody else sits at is not enough.

        Raises Refusal: code_wrong, too_many_requests.
        """
        await self._credentials.by_code(account, text, visit.address, "totp_off")
        async with self._ports.units.writing() as unit:
            if await unit.second_factors.remove(account.id):
                await unit.audit.append(self._entry(account, "totp_off"))
            await unit.commit()

    def _waited_too_long(self, factor: SecondFactor) -> bool:
        return not factor.on and self._ports.clock.utc() - factor.made_utc_ns >= ANSWER_WITHIN_NS

    def _entry(self, account: Account, action: str) -> AuditEntry:
        return AuditEntry(self._ports.clock.utc(), account.id, action, f"account {account.id}", "done")


def device_address(secret: bytes, login: str, office: str) -> str:
    """What the QR code says (``otpauth:``, the form all authenticator programmes read)."""
    issuer = quote(office, safe="")
    return f"otpauth://totp/{issuer}:{quote(login, safe='')}?secret={totp.plain_secret(secret)}&issuer={issuer}"
