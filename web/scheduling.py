"""From what was asked for (form or API) to a reception's plan."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from bridge.accounts import checked_name
from bridge.commands import ScheduleReception
from bridge.errors import Invalid
from bridge.ids import NS_PER_MS, AccountId, AgencyId, BridgePointId, CaseId, SeatId, guest_of, is_guest
from bridge.model import (
    GUEST_ROLES,
    OWN_DEVICE,
    Account,
    Agency,
    AgendaItem,
    BridgePoint,
    Level,
    Plan,
    ReceptionKind,
    Role,
    Seat,
    SeatPerson,
)
from bridge.plans import MAX_CASES, MAX_PEOPLE, MAX_SEATS, MAX_TITLE
from bridge.policy import SEATED
from bridge.ports import Entropy
from bridge.repositories import UnitsOfWork
from bridge.search import folded
from web.wire import CaseRequest, GuestRequest, PersonRequest, ReceptionRequest, SeatRequest
from web.words import mark

SEAT_ROLES = SEATED

MAX_OFFERED = 60
"""Accounts on one form: as many as one looks through; a province has thousands."""

CITIZENS_SIDE = frozenset({Role.CITIZEN, Role.REPRESENTATIVE, Role.LAWYER, Role.INTERPRETER})
OWN_DEVICE_NAME = mark("Own device")
"""Written into the record as the place of who takes part so, in the office's language."""

EARLIEST_MS = 946_684_800_000
LATEST_MS = 4_102_444_800_000
"""2000 and 2100: outside of them a date was mistyped."""


class Directory(msgspec.Struct, frozen=True):
    """Everybody who can be given a seat, and from where."""

    accounts: Mapping[AccountId, Account]
    points: Mapping[BridgePointId, BridgePoint]
    agencies: Mapping[AgencyId, Agency]

    def point_of(self, account: Account) -> BridgePoint:
        """The account's own point, else its agency's central one, else the agency itself: a new installation has
        agencies by ``diemcau user add`` before it has points."""
        if account.point is not None and account.point in self.points:
            return self.points[account.point]
        own = [point for point in self.points.values() if point.agency == account.agency]
        if not own:
            agency = self.agencies[account.agency]
            return BridgePoint(BridgePointId(agency.id), agency.id, agency.name, agency.level, "")
        return next((point for point in own if point.level is Level.CENTRAL), own[0])


async def directory(units: UnitsOfWork, wanted: Collection[AccountId] | None = None) -> Directory:
    """Who and what there is; closed accounts are left out. ``wanted``: these accounts alone, where thousands are too
    many to be read for a few."""
    async with units.reading() as unit:
        chosen = await unit.accounts.all() if wanted is None else (await unit.accounts.those(wanted)).values()
        points = await unit.organisation.points()
        agencies = await unit.organisation.agencies()
    return Directory(
        {account.id: account for account in chosen if not account.disabled},
        {point.id: point for point in points},
        {agency.id: agency for agency in agencies},
    )


def choosable(known: Directory, agency: AgencyId, chosen: Collection[AccountId], words: str) -> list[Account]:
    """Whom the form offers, people before points, by name: everybody where they are few; else the agency's own, who is
    chosen, and whose name, agency or point has all the words."""
    ordered = sorted(known.accounts.values(), key=lambda account: (account.point is not None, account.name))
    if len(ordered) <= MAX_OFFERED:
        return ordered
    sought = folded(words)
    kept = [one for one in ordered if one.id in chosen]
    found = [one for one in ordered if one.id not in chosen and _fits(one, known, agency, sought)]
    return [*kept, *found[: max(0, MAX_OFFERED - len(kept))]]


def _fits(account: Account, known: Directory, agency: AgencyId, sought: Sequence[str]) -> bool:
    if not sought:
        return account.agency == agency
    held = folded(f"{account.name} {known.agencies[account.agency].name} {known.point_of(account).name}")
    return all(any(word.startswith(one) for word in held) for one in sought)


def usual_role(account: Account) -> Role:
    """What the account most likely is in a reception."""
    return next((role for role in SEAT_ROLES if role in account.roles), Role.OBSERVER)


def command_of(
    asked: ReceptionRequest, asker: Account, known: Directory, entropy: Entropy, own_device: str = OWN_DEVICE_NAME
) -> ScheduleReception:
    """Raises Invalid naming the field: title, seats, chair, cases, date."""
    plan, agency = plan_of(asked, known, entropy, own_device), known.agencies[asker.agency]
    return ScheduleReception(
        title=plan.title,
        agency=agency.id,
        office=agency.name,
        kind=plan.kind,
        starts_utc_ns=plan.starts_utc_ns,
        seats=plan.seats,
        agenda=plan.agenda,
        public=plan.public,
        note=plan.note,
        admit=plan.admit,
    )


def plan_of(
    asked: ReceptionRequest,
    known: Directory,
    entropy: Entropy,
    own_device: str = OWN_DEVICE_NAME,
    now: Plan | None = None,
) -> Plan:
    """The plan that is asked for; with ``now`` given, seats and cases that are in it stay the same ones.

    Raises Invalid as :func:`command_of`.
    """
    _check(asked)
    seating = Seating(known, entropy, own_device, now.seats if now else ())
    accounts = {seat.account: seating.of_account(seat) for seat in asked.seats}
    guests = [seating.of_guest(guest) for guest in asked.guests]
    seats = (*accounts.values(), *guests)
    return Plan(
        title=asked.title.strip(),
        kind=asked.kind,
        starts_utc_ns=asked.starts_ms * NS_PER_MS,
        seats=seats,
        agenda=tuple(
            AgendaItem(number, _case(case, now, entropy), case.title.strip(), _side(case, seats, accounts, guests))
            for number, case in enumerate(asked.cases, start=1)
        ),
        public=asked.kind is not ReceptionKind.AD_HOC if asked.public is None else asked.public,
        note=asked.note.strip(),
        admit=asked.admit,
    )


def request_of(plan: Plan, known: Directory) -> ReceptionRequest:
    """The plan as it is asked for: sent back unchanged, it changes nothing."""
    accounts = [seat for seat in plan.seats if not is_guest(seat.account)]
    guests = [seat for seat in plan.seats if is_guest(seat.account)]
    return ReceptionRequest(
        title=plan.title,
        starts_ms=plan.starts_utc_ns // NS_PER_MS,
        seats=tuple(
            SeatRequest(seat.account, seat.role, seat.name, _point_asked(seat, known), _others(seat))
            for seat in accounts
        ),
        cases=tuple(
            CaseRequest(
                item.title,
                tuple(seat.account for seat in accounts if seat.id in item.seats),
                tuple(place for place, seat in enumerate(guests) if seat.id in item.seats),
                item.case,
            )
            for item in plan.agenda
        ),
        kind=plan.kind,
        guests=tuple(
            GuestRequest(seat.name, seat.role, _point_asked(seat, known), _others(seat), seat.id) for seat in guests
        ),
        public=plan.public,
        note=plan.note,
        admit=plan.admit,
    )


def _point_asked(seat: Seat, known: Directory) -> BridgePointId | None:
    return seat.point if seat.point in known.points else None


def _others(seat: Seat) -> tuple[PersonRequest, ...]:
    return tuple(PersonRequest(person.name, person.role) for person in seat.people[1:])


def _check(asked: ReceptionRequest) -> None:
    if not 0 < len(asked.title.strip()) <= MAX_TITLE:
        raise Invalid(field="title", limit=str(MAX_TITLE))
    if not EARLIEST_MS <= asked.starts_ms <= LATEST_MS:
        raise Invalid(field="date")
    if not 0 < len({seat.account for seat in asked.seats}) == len(asked.seats) <= MAX_SEATS:
        raise Invalid(field="seats", limit=str(MAX_SEATS))
    if len(asked.seats) + len(asked.guests) > MAX_SEATS:
        raise Invalid(field="seats", limit=str(MAX_SEATS))
    if sum(seat.role is Role.CHAIR for seat in asked.seats) != 1:
        raise Invalid(field="chair")
    if len(asked.cases) > MAX_CASES or not all(0 < len(case.title.strip()) <= MAX_TITLE for case in asked.cases):
        raise Invalid(field="cases", limit=str(MAX_TITLE))
    if any(place not in range(len(asked.guests)) for case in asked.cases for place in case.guests or ()):
        raise Invalid(field="cases", detail="a guest that is not in the list", limit=str(MAX_TITLE))


def _case(asked: CaseRequest, now: Plan | None, entropy: Entropy) -> CaseId:
    held = {item.case for item in now.agenda} if now else set()
    return asked.case if asked.case in held else CaseId(entropy.id())


def seat_at(entropy: Entropy, account: AccountId, role: Role, name: str, point: BridgePoint) -> Seat:
    """A new seat of one person there."""
    return Seat(
        id=SeatId(entropy.id()),
        account=account,
        role=role,
        name=name,
        point=point.id,
        point_name=point.name,
        level=point.level,
        people=(SeatPerson(name, role),),
    )


def _side(
    asked: CaseRequest, seats: Sequence[Seat], accounts: Mapping[AccountId, Seat], guests: Sequence[Seat]
) -> tuple[SeatId, ...]:
    """A case that names nobody concerns every citizen of the reception."""
    if asked.accounts is None and asked.guests is None:
        return tuple(seat.id for seat in seats if seat.role in CITIZENS_SIDE)
    named = [accounts[account].id for account in asked.accounts or () if account in accounts]
    named += [guests[place].id for place in asked.guests or ()]
    return tuple(seat.id for seat in seats if seat.id in named and seat.role in CITIZENS_SIDE)


class Seating:
    """Makes seats; one that says what it said before stays as it was, also when its point has another name by now."""

    def __init__(self, known: Directory, entropy: Entropy, own_device: str, now: Sequence[Seat]) -> None:
        self._known = known
        self._entropy = entropy
        self._own_device = own_device
        self._by_account = {seat.account: seat for seat in now}
        self._by_id = {seat.id: seat for seat in now}

    def of_account(self, asked: SeatRequest) -> Seat:
        """Raises Invalid for an account that is closed or unknown, unless it has the seat already."""
        before = self._by_account.get(asked.account)
        account = self._known.accounts.get(asked.account)
        if account is None and before is not None:
            return before
        if account is None or asked.role not in SEAT_ROLES:
            raise Invalid(field="seats", detail=f"account {asked.account}", limit=str(MAX_SEATS))
        point = self._known.points.get(asked.point) if asked.point else self._known.point_of(account)
        name = checked_name(asked.name or account.name)
        fresh = before.id if before else SeatId(self._entropy.id())
        return self._made(before, fresh, account.id, asked.role, name, point, asked.people)

    def of_guest(self, asked: GuestRequest) -> Seat:
        """Raises Invalid for a role that needs an account, or an unknown point."""
        if asked.role not in GUEST_ROLES:
            raise Invalid(field="seats", like="guest_role", detail=f"guest as {asked.role}", limit=str(MAX_SEATS))
        before = self._by_id.get(asked.seat) if asked.seat else None
        before = before if before is not None and is_guest(before.account) else None
        fresh = before.id if before else SeatId(self._entropy.id())
        own = BridgePoint(OWN_DEVICE, AgencyId(""), self._own_device, Level.COMMUNE, "")
        point = self._known.points.get(asked.point) if asked.point else own
        return self._made(before, fresh, guest_of(fresh), asked.role, checked_name(asked.name), point, asked.people)

    def _made(
        self,
        before: Seat | None,
        fresh: SeatId,
        account: AccountId,
        role: Role,
        name: str,
        point: BridgePoint | None,
        others: Sequence[PersonRequest],
    ) -> Seat:
        if point is None:
            raise Invalid(field="seats", detail="unknown point", limit=str(MAX_SEATS))
        if len(others) >= MAX_PEOPLE:
            raise Invalid(field="seats", like="people", limit=str(MAX_PEOPLE))
        people = (SeatPerson(name, role), *(SeatPerson(checked_name(one.name), one.role) for one in others))
        made = Seat(fresh, account, role, name, point.id, point.name, point.level, people)
        if before is None or msgspec.structs.replace(made, point_name=before.point_name, level=before.level) != before:
            return made
        return before
