"""A reception in which the office lets people in: two citizens with codes and nothing else, an agency, the chair."""

import msgspec

from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import NS_PER_S, CaseId, guest_of
from bridge.invitations import fresh_code, invitation
from bridge.model import AdmitRule, AgendaItem, Level, ReceptionKind, Role, Seat
from bridge.ports import Clock, Entropy, SecretBox
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from signaling.wire import WaitingView
from tests.support.receptions import AGENCY, AGENCY_SEAT, CHAIR, KEEPER, SECRETARY, seat
from tests.support.room_server import Browser


def guest(name: str) -> Seat:
    """A citizen without an account."""
    made = seat(name, Role.CITIZEN, Level.COMMUNE)
    return msgspec.structs.replace(made, account=guest_of(made.id))


FIRST = guest("Nguyen-An")
SECOND = guest("Tran-Binh")
SEATS = (CHAIR, SECRETARY, AGENCY_SEAT, FIRST, SECOND)


async def scheduled_to_wait(service: ReceptionService, starts_utc_ns: int, *, doors: bool = True) -> Reception:
    """Two cases, one of each citizen."""
    agenda = (
        AgendaItem(1, CaseId("case-1"), "Land at Kim Lien", (FIRST.id,)),
        AgendaItem(2, CaseId("case-2"), "A road", (SECOND.id,)),
    )
    command = ScheduleReception(
        "Regular reception", AGENCY, "Office", ReceptionKind.REGULAR, starts_utc_ns, SEATS, agenda, AdmitRule.BY_OFFICE
    )
    reception = await service.schedule(KEEPER, command)
    return await service.execute(KEEPER, reception.id, OpenDoors()) if doors else reception


async def invited(
    units: UnitsOfWork, box: SecretBox, clock: Clock, entropy: Entropy, reception: Reception, at: Seat
) -> str:
    """A new code of this seat; the one before opens nothing any more."""
    code = fresh_code(entropy)
    now = clock.utc()
    async with units.writing() as unit:
        await unit.invitations.put(invitation(at.id, reception.id, code, box, now, now + 86_400 * NS_PER_S))
        await unit.commit()
    return code


def waits(browser: Browser) -> WaitingView | None:
    """What it is shown while it waits; None once it was let in, or is gone."""
    for name, body in reversed(browser.heard):
        if name == "waiting":
            return msgspec.convert(body, WaitingView)
        if name == "waiting_welcome":
            return msgspec.convert(body["waiting"], WaitingView)
        if name in ("welcome", "ended", "refused"):
            return None
    return None
