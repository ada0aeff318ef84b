"""A line holds as long as the account is open and the sign-in that opened it holds; who is put out is told why."""

import asyncio

import msgspec
import pytest

from bridge import commands as c
from bridge.commands import ScheduleReception
from bridge.events import Departure, ParticipantLeft
from bridge.ids import NS_PER_S, SessionId, guest_of
from bridge.invitations import GuestVisit, Invitation
from bridge.model import Account, Agency, Level, ReceptionKind, Role, Session
from bridge.ports import JoinGrant
from bridge.reception import Reception
from signaling.doorkeeper import TOUCH_NS
from tests.support.receptions import AGENCY, AGENCY_SEAT, CHAIR, CITIZEN, KEEPER
from tests.support.room_server import WITHIN_S, Browser, RoomServer, eventually

SESSION = SessionId("session-agency")


def account(**changes: bool) -> Account:
    made = Account(AGENCY_SEAT.account, "agency", "agency", frozenset({Role.AGENCY}), AGENCY, None, "hash")
    return msgspec.structs.replace(made, **changes)


@pytest.fixture
async def room(server: RoomServer, reception: Reception) -> tuple[Browser, Browser]:
    """The chair, and the agency's point by a sign-in of an account that is really there; live."""
    seen = server.clock.utc() - TOUCH_NS - NS_PER_S
    async with server.units.writing() as unit:
        await unit.organisation.add_agency(Agency(AGENCY, "Office", Level.PROVINCE, None))
        await unit.accounts.add(account())
        await unit.sessions.add(Session(SESSION, AGENCY_SEAT.account, "csrf", seen, seen))
        await unit.commit()
    chair = await server.browser(reception.id, CHAIR)
    agency = await by_session(server, reception)
    await chair.done(c.StartReception("on paper"))
    return chair, agency


async def by_session(server: RoomServer, reception: Reception) -> Browser:
    assert server.signaling is not None
    grant = JoinGrant(reception.id, AGENCY_SEAT.id, AGENCY_SEAT.account, SESSION)
    browser = Browser(server.port)
    await browser.connect({"token": server.signaling.tokens.mint(grant)})
    await browser.until(lambda: browser.welcome is not None)
    return browser


async def replace(server: RoomServer, *, sessions: bool, **changes: bool) -> None:
    """As set-up does in one unit of work; ``sessions``: they end with it."""
    async with server.units.writing() as unit:
        await unit.accounts.replace(account(**changes))
        if sessions:
            await unit.sessions.remove_of(AGENCY_SEAT.account)
        await unit.commit()


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"disabled": True}, Departure.ACCOUNT_CLOSED),
        ({"must_change_password": True}, Departure.PASSWORD_RESET),
        ({}, Departure.SIGNED_OUT),
    ],
)
async def test_put_out_and_told_why(
    server: RoomServer,
    reception: Reception,
    room: tuple[Browser, Browser],
    changes: dict[str, bool],
    how: Departure,
) -> None:
    chair, agency = room
    await replace(server, sessions=True, **changes)
    await agency.gone.wait()
    assert agency.last("ended") == {"how": how, "reason": ""}
    await chair.sees(lambda seen: len(seen.participants) == 1)
    await server.stored(reception.id, ParticipantLeft(agency.id, how))
    assert agency.welcome is not None
    back = await Browser(server.port).refusal({"participant": agency.id, "secret": agency.welcome.secret})
    assert back["code"] == "resume_invalid"
    assert not chair.gone.is_set()


async def test_also_who_is_away_and_after_a_restart(
    server: RoomServer, reception: Reception, room: tuple[Browser, Browser]
) -> None:
    agency = room[1]
    await server.stop()
    await replace(server, sessions=True)
    await server.start()
    await server.stored(reception.id, ParticipantLeft(agency.id, Departure.SIGNED_OUT))


async def test_being_in_a_room_keeps_a_sign_in_from_running_out(
    server: RoomServer, reception: Reception, room: tuple[Browser, Browser]
) -> None:
    async def seen() -> int:
        async with server.units.reading() as unit:
            return (await unit.sessions.seen([SESSION]))[SESSION]

    async with asyncio.timeout(WITHIN_S):
        while server.clock.utc() - await seen() > TOUCH_NS:  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.02)
    assert not room[1].gone.is_set()


async def test_without_a_database_nobody_is_put_out(
    server: RoomServer, reception: Reception, room: tuple[Browser, Browser]
) -> None:
    chair, agency = room
    server.units.away = True
    await chair.sees(lambda seen: bool(seen.alarms))
    await agency.done(c.SetHand(True))
    server.units.away = False
    await chair.sees(lambda seen: seen.alarms == ())
    assert not agency.gone.is_set()


async def test_who_has_no_account_stays(
    server: RoomServer, reception: Reception, room: tuple[Browser, Browser]
) -> None:
    citizen = await server.browser(reception.id, CITIZEN)
    await replace(server, sessions=True)
    await room[1].gone.wait()
    await eventually(lambda: citizen.room is not None and len(citizen.room.participants) == 2)
    assert not citizen.gone.is_set()


async def test_a_guest_stays_as_long_as_the_invitation_stands(server: RoomServer) -> None:
    guest = msgspec.structs.replace(CITIZEN, account=guest_of(CITIZEN.id))
    command = ScheduleReception("Land", AGENCY, "Office", ReceptionKind.REGULAR, server.clock.utc(), (CHAIR, guest))
    reception = await server.receptions.schedule(KEEPER, command)
    await server.receptions.execute(KEEPER, reception.id, c.OpenDoors())
    invited = Invitation(guest.id, reception.id, "mark", "sealed", 1, 2)
    visit = GuestVisit(SessionId("visit"), guest.id, reception.id, "mark", "csrf", 1, server.clock.utc())
    await invite(server, invited, visit)
    assert server.signaling is not None
    token = server.signaling.tokens.mint(JoinGrant(reception.id, guest.id, guest.account, visit.id))
    citizen, chair = Browser(server.port), await server.browser(reception.id, CHAIR)
    await citizen.connect({"token": token})
    await chair.sees(lambda seen: len(seen.participants) == 2)
    assert not citizen.gone.is_set()
    await invite(server, msgspec.structs.replace(invited, mark="another"))
    await citizen.gone.wait()
    assert citizen.last("ended") == {"how": Departure.UNINVITED, "reason": ""}


async def invite(server: RoomServer, invited: Invitation, *visits: GuestVisit) -> None:
    """Whoever came by an earlier code of the seat is not invited any more."""
    async with server.units.writing() as unit:
        await unit.invitations.put(invited)
        for visit in visits:
            await unit.visits.add(visit)
        await unit.commit()
