"""The first administrator's one-time link: made at a start without any account, and by ``diemcau user first-link``."""

from bridge.first import SECRET_BYTES, first_link
from bridge.policy import SYSTEM
from bridge.repositories import AuditEntry
from deploy.configuration import Configuration
from deploy.origin import origin
from deploy.time import SystemClock, SystemEntropy
from storage.build import Storage


async def new_first_link(configuration: Configuration, storage: Storage) -> str:
    """Its address, told this once; the one before no longer holds. Empty when somebody has an account."""
    clock, secret = SystemClock(), SystemEntropy().token(SECRET_BYTES)
    now = clock.utc()
    async with storage.units.writing() as unit:
        if await unit.accounts.all():
            return ""
        await unit.first_links.put(first_link(secret, now))
        entry = AuditEntry(now, SYSTEM.account, "make_first_link", "installation", "done")
        await unit.audit.append(entry)
        await unit.commit()
    return f"{origin(configuration)}/first-administrator?code={secret}"
