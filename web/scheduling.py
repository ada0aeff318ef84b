"""From what was asked for (form or API) to the command that schedules a reception."""

from collections.abc import Mapping, Sequence

import msgspec

from bridge.accounts import checked_name
from bridge.commands import ScheduleReception
from bridge.errors import Invalid
from bridge.ids import NS_PER_MS, AccountId, AgencyId, BridgePointId, CaseId, SeatId
from bridge.model import Account, Agency, AgendaItem, BridgePoint, Level, Role, Seat, SeatPerson
from bridge.plans import MAX_CASES, MAX_SEATS, MAX_TITLE
from bridge.ports import Entropy
from bridge.repositories import UnitsOfWork
from web.wire import ReceptionRequest, SeatRequest

SEAT_ROLES = tuple(role for role in Role if role not in (Role.ARCHIVIST, Role.ADMINISTRATOR))
"""What one can be in a reception; the other two work in the office only."""

CITIZENS_SIDE = frozenset({Role.CITIZEN, Role.REPRESENTATIVE, Role.LAWYER, Role.INTERPRETER})
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


async def directory(units: UnitsOfWork) -> Directory:
    """Who and what there is; closed accounts are left out."""
    async with units.reading() as unit:
        accounts, points = await unit.accounts.all(), await unit.organisation.points()
        agencies = await unit.organisation.agencies()
    return Directory(
        {account.id: account for account in accounts if not account.disabled},
        {point.id: point for point in points},
        {agency.id: agency for agency in agencies},
    )


def usual_role(account: Account) -> Role:
    """What the account most likely is in a reception."""
    return next((role for role in SEAT_ROLES if role in account.roles), Role.OBSERVER)


def command_of(asked: ReceptionRequest, asker: Account, known: Directory, entropy: Entropy) -> ScheduleReception:
    """Raises Invalid naming the field: title, seats, chair, cases, date."""
    _check(asked)
    seats = tuple(_seat(seat, known, entropy) for seat in asked.seats)
    agency = known.agencies[asker.agency]
    return ScheduleReception(
        title=asked.title,
        agency=agency.id,
        office=agency.name,
        kind=asked.kind,
        starts_utc_ns=asked.starts_ms * NS_PER_MS,
        seats=seats,
        agenda=_agenda(asked, seats, entropy),
    )


def _check(asked: ReceptionRequest) -> None:
    if not 0 < len(asked.title.strip()) <= MAX_TITLE:
        raise Invalid(field="title", limit=str(MAX_TITLE))
    if not EARLIEST_MS <= asked.starts_ms <= LATEST_MS:
        raise Invalid(field="date")
    if not 0 < len({seat.account for seat in asked.seats}) == len(asked.seats) <= MAX_SEATS:
        raise Invalid(field="seats", limit=str(MAX_SEATS))
    if sum(seat.role is Role.CHAIR for seat in asked.seats) != 1:
        raise Invalid(field="chair")
    if len(asked.cases) > MAX_CASES or not all(0 < len(case.title.strip()) <= MAX_TITLE for case in asked.cases):
        raise Invalid(field="cases", limit=str(MAX_TITLE))


def _seat(asked: SeatRequest, known: Directory, entropy: Entropy) -> Seat:
    account = known.accounts.get(asked.account)
    if account is None or asked.role not in SEAT_ROLES:
        raise Invalid(field="seats", detail=f"account {asked.account}", limit=str(MAX_SEATS))
    point = known.points.get(asked.point) if asked.point else known.point_of(account)
    if point is None:
        raise Invalid(field="seats", detail=f"point {asked.point}", limit=str(MAX_SEATS))
    name = checked_name(asked.name or account.name)
    return Seat(
        id=SeatId(entropy.id()),
        account=account.id,
        role=asked.role,
        name=name,
        point=point.id,
        point_name=point.name,
        level=point.level,
        people=(SeatPerson(name, asked.role),),
    )


def _agenda(asked: ReceptionRequest, seats: Sequence[Seat], entropy: Entropy) -> tuple[AgendaItem, ...]:
    """A case that names nobody concerns every citizen of the reception."""
    citizens = [seat for seat in seats if seat.role in CITIZENS_SIDE]
    return tuple(
        AgendaItem(
            number,
            CaseId(entropy.id()),
            case.title.strip(),
            tuple(seat.id for seat in citizens if not case.accounts or seat.account in case.accounts),
        )
        for number, case in enumerate(asked.cases, start=1)
    )
