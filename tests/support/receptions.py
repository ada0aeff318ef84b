"""One reception of three points, and the people who act in it."""

from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import AccountId, AgencyId, BridgePointId, CaseId, ParticipantId, SeatId
from bridge.model import AgendaItem, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.receptions import ReceptionService

AGENCY = AgencyId("agency-1")


def seat(name: str, role: Role, level: Level) -> Seat:
    """``name`` is also its point's and, with a prefix, its account's."""
    account, point = AccountId(f"account-{name}"), BridgePointId(f"point-{level}")
    return Seat(SeatId(name), account, role, name, point, f"Point {level}", level, (SeatPerson(name, role),))


CHAIR = seat("chair", Role.CHAIR, Level.CENTRAL)
SECRETARY = seat("secretary", Role.SECRETARY, Level.CENTRAL)
AGENCY_SEAT = seat("agency", Role.AGENCY, Level.PROVINCE)
CITIZEN = seat("citizen", Role.CITIZEN, Level.COMMUNE)
SEATS = (CHAIR, SECRETARY, AGENCY_SEAT, CITIZEN)

KEEPER = Actor(AccountId("account-keeper"), "keeper", frozenset({Role.SECRETARY}), AGENCY)


def actor(at: Seat, participant: ParticipantId | None = None) -> Actor:
    """Who acts from this seat."""
    return Actor(at.account, at.name, frozenset(), AGENCY, at.id, at.role, participant)


async def scheduled(service: ReceptionService, starts_utc_ns: int, *, doors: bool = True) -> Reception:
    """Planned, with its doors open unless told otherwise."""
    agenda = (
        AgendaItem(1, CaseId("case-1"), "Land at Kim Liên", (CITIZEN.id,)),
        AgendaItem(2, CaseId("case-2"), "A road", (CITIZEN.id,)),
    )
    command = ScheduleReception(
        "Regular reception", AGENCY, "Office", ReceptionKind.REGULAR, starts_utc_ns, SEATS, agenda
    )
    reception = await service.schedule(KEEPER, command)
    return await service.execute(KEEPER, reception.id, OpenDoors()) if doors else reception
