"""Receptions whose seats without an account are invited: codes are made, lengthened and revoked in the transaction that
changes the seats. Reading a code is written to the audit.
"""

from collections.abc import Callable, Iterable

import msgspec

from bridge.commands import CancelReception, ChangeReception, ScheduleReception
from bridge.errors import IllegalTransition, Invalid, NotFound, Refusal
from bridge.ids import AgencyId, ReceptionId, SeatId, is_guest
from bridge.invitations import Invitation, code_of, fresh_code, invitation
from bridge.ledger import DONE
from bridge.model import OWN_DEVICE, Seat
from bridge.office import allows_own_devices
from bridge.offices import texts_of
from bridge.policy import Action, Actor, authorise
from bridge.ports import Clock, Entropy, SecretBox
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from bridge.repositories import AuditEntry, UnitOfWork, UnitsOfWork
from bridge.states import OVER

Until = Callable[[int], int]
"""From a reception's start to when its codes open nothing any more, both in ns: who knows the office's days says it."""


class Invited(msgspec.Struct, frozen=True):
    """A seat and its code; None when there is none to be read: it is to be made anew."""

    seat: Seat
    code: str | None
    until_utc_ns: int


class Settled(msgspec.Struct, frozen=True):
    """What is to be written so that exactly the guests' seats are invited. ``fresh``: without a code yet; ``moved``: to
    last until another time; ``gone``: to be revoked."""

    fresh: tuple[SeatId, ...]
    moved: tuple[Invitation, ...]
    gone: tuple[SeatId, ...]


def guests(reception: Reception) -> tuple[Seat, ...]:
    """The seats that are opened by a code."""
    return tuple(seat for seat in reception.seats.values() if is_guest(seat.account))


def own_devices(seats: Iterable[Seat]) -> frozenset[SeatId]:
    """The seats on a device of one's own."""
    return frozenset(seat.id for seat in seats if seat.point == OWN_DEVICE)


def settled(reception: Reception, invitations: Iterable[Invitation], until_utc_ns: int) -> Settled:
    """Pure. A cancelled reception invites nobody."""
    stored = {one.seat: one for one in invitations}
    wanted = [] if reception.state in OVER else [seat.id for seat in guests(reception)]
    return Settled(
        fresh=tuple(seat for seat in wanted if seat not in stored),
        moved=tuple(
            msgspec.structs.replace(stored[seat], until_utc_ns=until_utc_ns)
            for seat in wanted
            if seat in stored and stored[seat].until_utc_ns != until_utc_ns
        ),
        gone=tuple(seat for seat in stored if seat not in wanted),
    )


class Inviting:
    """Schedules, changes and cancels with invitations; reads and renews them."""

    def __init__(
        self,
        service: ReceptionService,
        units: UnitsOfWork,
        box: SecretBox,
        clock: Clock,
        entropy: Entropy,
        until: Until,
    ) -> None:
        self._service = service
        self._units = units
        self._box = box
        self._clock = clock
        self._entropy = entropy
        self._until = until

    async def schedule(self, actor: Actor, command: ScheduleReception) -> Reception:
        """See :meth:`ReceptionService.schedule`. Raises Invalid(seats) for a device of one's own where the office
        allows none."""
        await self._check_devices(command.agency, command.seats, frozenset())
        return await self._service.schedule(actor, command, self._settle)

    async def change(self, actor: Actor, reception: ReceptionId, command: ChangeReception) -> Reception:
        """See :func:`bridge.plans.decide_change`. Raises as :meth:`schedule`; who had such a device keeps it."""
        before = await self._service.present(reception)
        await self._check_devices(before.agency, command.plan.seats, own_devices(before.seats.values()))
        return await self._service.execute(actor, reception, command, self._settle)

    async def cancel(self, actor: Actor, reception: ReceptionId, command: CancelReception) -> Reception:
        """Its codes open nothing any more."""
        return await self._service.execute(actor, reception, command, self._settle)

    async def _check_devices(self, agency: AgencyId, seats: Iterable[Seat], before: frozenset[SeatId]) -> None:
        if own_devices(seats) <= before:
            return
        async with self._units.reading() as unit:
            allowed = allows_own_devices(await texts_of(unit, agency))
        if not allowed:
            raise Invalid(field="seats", like="own_device", detail=f"own device in agency {agency}")

    async def _settle(self, unit: UnitOfWork, state: Reception) -> None:
        until = self._until(state.starts_utc_ns)
        plan = settled(state, await unit.invitations.of_reception(state.id), until)
        for seat in plan.fresh:
            await unit.invitations.put(self._fresh(state.id, seat, until))
        for moved in plan.moved:
            await unit.invitations.put(moved)
        for seat in plan.gone:
            await unit.invitations.remove(seat)

    def _fresh(self, reception: ReceptionId, seat: SeatId, until: int) -> Invitation:
        return invitation(seat, reception, fresh_code(self._entropy), self._box, self._clock.utc(), until)

    async def read(self, actor: Actor, state: Reception, only: SeatId | None = None) -> tuple[Invited, ...]:
        """The codes of all seats without an account, or of one of them, for paper. Raises NotFound, NotPermitted."""
        await self._authorise(actor, state)
        wanted = tuple(seat for seat in guests(state) if only in (None, seat.id))
        if only is not None and not wanted:
            raise NotFound(detail=f"invitation of seat {only} of reception {state.id}")
        async with self._units.writing() as unit:
            stored = {one.seat: one for one in await unit.invitations.of_reception(state.id)}
            if wanted:
                await unit.audit.append(self._entry(actor, "ReadInvitations", state, wanted))
            await unit.commit()
        return tuple(self._invited(seat, stored.get(seat.id)) for seat in wanted)

    def _invited(self, seat: Seat, stored: Invitation | None) -> Invited:
        return Invited(seat, code_of(stored, self._box) if stored else None, stored.until_utc_ns if stored else 0)

    async def renew(self, actor: Actor, state: Reception, seat: SeatId) -> None:
        """Another code; the one before opens nothing any more. Raises NotFound, NotPermitted, IllegalTransition."""
        await self._authorise(actor, state)
        wanted = tuple(one for one in guests(state) if one.id == seat)
        if not wanted:
            raise NotFound(detail=f"invitation of seat {seat} of reception {state.id}")
        if state.state in OVER:
            raise IllegalTransition(detail=f"invitation to a {state.state} reception", state=state.state)
        async with self._units.writing() as unit:
            await unit.invitations.put(self._fresh(state.id, seat, self._until(state.starts_utc_ns)))
            await unit.audit.append(self._entry(actor, "RenewInvitation", state, wanted))
            await unit.commit()

    async def _authorise(self, actor: Actor, state: Reception) -> None:
        try:
            authorise(actor, Action.INVITE, state.concern)
        except Refusal as refusal:
            await self._service.refused(actor, "ReadInvitations", state, refusal)
            raise

    def _entry(self, actor: Actor, action: str, state: Reception, seats: Iterable[Seat]) -> AuditEntry:
        detail = "seats " + ",".join(seat.id for seat in seats)
        return AuditEntry(self._clock.utc(), actor.account, action, f"reception {state.id}", DONE, detail)
