"""Entering by a code: the use cases behind ``/enter`` (rules: :mod:`bridge.invitations`, :mod:`bridge.pace`).

What a browser carried before opens nothing afterwards; a visit does not outlive the invitation that opened it.
"""

import logging

from bridge.accounts import SessionLimits, session_id
from bridge.commands import ConfirmSeat
from bridge.errors import Code, NotFound, Refusal
from bridge.guests import Guest, Invited, guest_entrant, guest_seat
from bridge.ids import NS_PER_S, UtcNs
from bridge.invitations import GuestVisit, mark_of, read_code
from bridge.pace import after_mistake, check_pace, keys_of
from bridge.repositories import AuditEntry, UnitOfWork
from bridge.states import OVER
from web.config import WebPorts
from web.tries import keep_tried

log = logging.getLogger(__name__)

_TOUCH_NS = 60 * NS_PER_S
_FORGOTTEN_NS = 7 * 86_400 * NS_PER_S
_NO_CODE = "no code at all"
"""Looked up all the same, so that what is no code takes as long as what is a wrong one."""


class Visits:
    """A guess counts wherever it is made."""

    def __init__(self, ports: WebPorts, limits: SessionLimits) -> None:
        self._ports = ports
        self._limits = limits

    async def invited(self, typed: str, address: str) -> Invited:
        """Whom this code invites. Raises Refusal: invitation_unknown, the same for every wrong, old or unknown code;
        too_many_requests."""
        found = await self._found(typed, address)
        if found is None:
            await self._mistaken(address)
            log.info("a code from %s opens nothing", address)
            raise Refusal(Code.INVITATION_UNKNOWN)
        return found

    async def _mistaken(self, address: str) -> None:
        now = self._ports.clock.utc()
        async with self._ports.units.writing() as unit:
            await keep_tried(unit, now, *after_mistake(await unit.tries.of(keys_of(address)), address, now))
            await unit.commit()

    async def _found(self, typed: str, address: str) -> Invited | None:
        mark = mark_of(read_code(typed) or _NO_CODE, self._ports.secrets)
        async with self._ports.units.reading() as unit:
            check_pace(await unit.tries.of(keys_of(address)), address, self._ports.clock.utc())
            invitation = await unit.invitations.by_mark(mark)
        if invitation is None or self._ports.clock.utc() >= invitation.until_utc_ns:
            return None
        try:
            reception = await self._ports.receptions.present(invitation.reception)
            return Invited(invitation, reception, guest_seat(reception, invitation.seat))
        except NotFound:
            return None

    async def begin(self, typed: str, address: str, device: str, before: str) -> str:
        """The secret of a new visit; what the browser carried ``before`` is over. Raises as :meth:`invited`."""
        found = await self.invited(typed, address)
        secret, now = self._ports.entropy.token(32), self._ports.clock.utc()
        visit = GuestVisit(
            id=session_id(secret),
            seat=found.seat.id,
            reception=found.reception.id,
            mark=found.invitation.mark,
            csrf=self._ports.entropy.token(32),
            made_utc_ns=now,
            seen_utc_ns=now,
            address=address,
            device=device,
        )
        async with self._ports.units.writing() as unit:
            await unit.visits.remove(session_id(before))
            await unit.visits.remove_older(UtcNs(now - _FORGOTTEN_NS))
            await unit.visits.add(visit)
            await unit.audit.append(self._entry(found, address))
            await unit.commit()
        if found.reception.state not in OVER:
            actor = guest_entrant(Guest(visit, found.reception, found.seat)).actor
            await self._ports.receptions.execute(actor, found.reception.id, ConfirmSeat())
        return secret

    async def opened_by(self, secret: str) -> Guest | None:
        """The visit this secret opens; None when it ran out, or its invitation was made anew or taken back."""
        now = self._ports.clock.utc()
        async with self._ports.units.reading() as unit:
            visit = await unit.visits.get(session_id(secret))
            if visit is None or not _holds(visit, self._limits, now) or not await _still_invited(unit, visit):
                return None
        try:
            reception = await self._ports.receptions.present(visit.reception)
            seat = guest_seat(reception, visit.seat)
        except NotFound:
            return None
        if now - visit.seen_utc_ns > _TOUCH_NS:
            await self._touch(visit, now)
        return Guest(visit, reception, seat)

    async def end(self, visit: GuestVisit) -> None:
        """The browser is nobody's any more."""
        async with self._ports.units.writing() as unit:
            await unit.visits.remove(visit.id)
            await unit.commit()

    async def _touch(self, visit: GuestVisit, now: int) -> None:
        async with self._ports.units.writing() as unit:
            await unit.visits.touch(visit.id, now)
            await unit.commit()

    def _entry(self, found: Invited, address: str) -> AuditEntry:
        about = f"reception {found.reception.id}"
        return AuditEntry(self._ports.clock.utc(), found.seat.account, "enter_by_code", about, "done", address)


def _holds(visit: GuestVisit, limits: SessionLimits, now: int) -> bool:
    quiet, age = now - visit.seen_utc_ns, now - visit.made_utc_ns
    return quiet < limits.idle_s * NS_PER_S and age < limits.absolute_s * NS_PER_S


async def _still_invited(unit: UnitOfWork, visit: GuestVisit) -> bool:
    invitation = await unit.invitations.by_mark(visit.mark)
    return invitation is not None and invitation.seat == visit.seat
