"""The first administrator, by the link that was printed when an installation without any account started."""

import asyncio

import msgspec

from bridge import accounts, first
from bridge.accounts import Attempt
from bridge.errors import NotFound
from bridge.model import Account, Agency, Level, Role
from bridge.policy import SYSTEM
from bridge.repeats import note
from bridge.repositories import AuditEntry
from bridge.setup import NewAccount, SetUp
from web.config import WebPorts
from web.tries import keep_tried

_LONGEST_SECRET = 100
_ACTION = "first_administrator"


class FirstPerson(msgspec.Struct, frozen=True):
    """What the form asks for. ``agency``: name of the agency at the top."""

    agency: str
    login: str
    name: str
    password: str


class FirstAdministrator:
    """Tries count by address alone: nobody has an account yet who could be locked out."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports

    async def check(self, secret: str, address: str) -> None:
        """Whether the link holds. Raises NotFound, the same for every way not to; Refusal(too_many_requests)."""
        attempt = Attempt("", address)
        async with self._ports.units.reading() as unit:
            accounts.check_pace(await unit.tries.of([attempt.key]), attempt, self._ports.clock.utc())
            anybody = bool(await unit.accounts.all())
            link = await unit.first_links.get(first.link_id(secret[:_LONGEST_SECRET]))
        try:
            first.holding(link, anybody, self._ports.clock.utc())
        except NotFound as refusal:
            # Later the address is nothing, and strangers must not fill the audit for ever.
            await self._note_failure(attempt, refusal, told=not anybody)
            raise

    async def make(self, secret: str, asked: FirstPerson, address: str) -> Account:
        """The account, and the agency it sits at; the link is used up. Raises as :meth:`check`, Invalid(agency, login,
        name)."""
        await self.check(secret, address)
        stored = await asyncio.to_thread(self._ports.passwords.hash, asked.password)
        async with self._ports.units.writing() as unit:
            link = await unit.first_links.get(first.link_id(secret[:_LONGEST_SECRET]))
            first.holding(link, bool(await unit.accounts.all()), self._ports.clock.utc())
            setup = await SetUp.begin(unit, SYSTEM, self._ports.clock, self._ports.entropy)
            agency = await _top(setup, asked.agency)
            roles = frozenset({Role.ADMINISTRATOR})
            made = await setup.add_account(NewAccount(asked.login, asked.name, roles, agency.id, None, stored))
            # Chosen by its owner, unlike every password that is given.
            await unit.accounts.replace(msgspec.structs.replace(made, must_change_password=False))
            await unit.first_links.clear()
            await setup.note(_ACTION, f"account {made.id}", f"{made.login} from {address}")
            await unit.commit()
        return made

    async def _note_failure(self, attempt: Attempt, refusal: NotFound, *, told: bool) -> None:
        now, outcome = self._ports.clock.utc(), f"refused:{refusal.code}"
        async with self._ports.units.writing() as unit:
            tried = await unit.tries.of([attempt.key])
            await keep_tried(unit, now, accounts.after_failure(tried, attempt, now))
            if told:
                entry = AuditEntry(now, "", _ACTION, "installation", outcome, attempt.address)
                await note(unit, entry, attempt.address)
            await unit.commit()


async def _top(setup: SetUp, name: str) -> Agency:
    """An installation may have agencies already (a file that was imported, a database taken over)."""
    found = setup.tree.children(None)
    return found[0] if found else await setup.add_agency(name, Level.CENTRAL, None)
