"""What every database promises of the repositories (:mod:`bridge.repositories`)."""

import msgspec
import pytest

from bridge.errors import Conflict, NotFound
from bridge.events import (
    AgendaMoved,
    DoorsOpened,
    Event,
    ReceptionScheduled,
    ReceptionStarted,
    SourcePublished,
    SpeakersMoved,
)
from bridge.ids import (
    AccountId,
    AgencyId,
    BridgePointId,
    CaseId,
    ParticipantId,
    RecordingId,
    SeatId,
    SessionId,
    TrackId,
)
from bridge.media import Codec, Moment, Source
from bridge.model import AdmitRule, Agency, AgendaItem, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.repositories import UnitOfWork
from tests.contract.samples import COMMUNE, POINT, PROVINCE, account, reception, recorded, session


@pytest.fixture
async def staffed(unit: UnitOfWork) -> UnitOfWork:
    """With an organisation and account 1."""
    await unit.organisation.add_agency(PROVINCE)
    await unit.organisation.add_agency(COMMUNE)
    await unit.organisation.add_point(POINT)
    await unit.accounts.add(account())
    return unit


# ── organisation and accounts ──────────────────────────────────────────────────────────────────────────────────


async def test_agencies_and_points_are_kept(staffed: UnitOfWork) -> None:
    assert await staffed.organisation.agency(COMMUNE.id) == COMMUNE
    assert await staffed.organisation.point(POINT.id) == POINT
    assert await staffed.organisation.agencies() == sorted([PROVINCE, COMMUNE], key=lambda agency: agency.name)
    assert await staffed.organisation.points() == [POINT]


async def test_who_stands_below_is_found_however_far_and_without_end(staffed: UnitOfWork) -> None:
    middle, lowest = (Agency(AgencyId(f"agency-{n}"), f"Xã {n}", Level.COMMUNE, COMMUNE.id) for n in (3, 4))
    await staffed.organisation.add_agency(middle)
    await staffed.organisation.add_agency(msgspec.structs.replace(lowest, parent=middle.id))
    below = staffed.organisation.below
    assert await below(PROVINCE.id) == {COMMUNE.id, middle.id, lowest.id}
    assert await below(middle.id) == {lowest.id}
    assert await below(lowest.id) == await below(AgencyId("none")) == frozenset()
    # No page makes a circle; a database that was changed by hand must not hold everybody up.
    await staffed.organisation.replace_agency(msgspec.structs.replace(PROVINCE, parent=lowest.id))
    assert await below(middle.id) == {PROVINCE.id, COMMUNE.id, lowest.id}


async def test_unknown_agencies_and_points_are_not_found(unit: UnitOfWork) -> None:
    with pytest.raises(NotFound):
        await unit.organisation.agency(AgencyId("none"))
    with pytest.raises(NotFound):
        await unit.organisation.point(BridgePointId("none"))
    with pytest.raises(NotFound):
        await unit.organisation.add_point(POINT)


async def test_an_agency_is_added_once(staffed: UnitOfWork) -> None:
    with pytest.raises(Conflict):
        await staffed.organisation.add_agency(PROVINCE)


async def test_agencies_and_points_are_replaced(staffed: UnitOfWork) -> None:
    agency = msgspec.structs.replace(COMMUNE, name="Xã Nam Đàn")
    point = msgspec.structs.replace(POINT, name="Điểm cầu mới", place="Nhà văn hóa")
    await staffed.organisation.replace_agency(agency)
    await staffed.organisation.replace_point(point)
    assert await staffed.organisation.agency(COMMUNE.id) == agency
    assert await staffed.organisation.agency(PROVINCE.id) == PROVINCE
    assert await staffed.organisation.points() == [point]
    with pytest.raises(NotFound):
        await staffed.organisation.replace_agency(msgspec.structs.replace(COMMUNE, id=AgencyId("none")))
    with pytest.raises(NotFound):
        await staffed.organisation.replace_point(msgspec.structs.replace(POINT, id=BridgePointId("none")))


async def test_all_sessions_of_an_account_go_and_no_others(staffed: UnitOfWork) -> None:
    await staffed.accounts.add(account(2))
    for number in (1, 2):
        await staffed.sessions.add(session(number, 10))
    other = msgspec.structs.replace(session(3), account=account(2).id)
    await staffed.sessions.add(other)
    assert await staffed.sessions.remove_of(account().id) == 2
    assert await staffed.sessions.remove_of(account().id) == 0
    assert await staffed.sessions.get(SessionId("session-1")) is None
    assert await staffed.sessions.get(other.id) == other


async def test_what_a_doorkeeper_asks_of_many_at_once(staffed: UnitOfWork) -> None:
    await staffed.accounts.add(account(2))
    await staffed.sessions.add(session(1, 10))
    await staffed.sessions.add(session(2, 20))
    many = {AccountId(f"nobody-{number}") for number in range(1200)}
    assert await staffed.accounts.those(many | {account(2).id}) == {account(2).id: account(2)}
    assert await staffed.accounts.those(()) == {}
    nowhere = {SessionId(f"nowhere-{number}") for number in range(1200)}
    assert await staffed.sessions.seen(nowhere | {SessionId("session-2")}) == {SessionId("session-2"): 20}


@pytest.mark.parametrize("roles", [(Role.CHAIR,), (Role.OBSERVER, Role.ADMINISTRATOR, Role.ARCHIVIST)])
async def test_accounts_are_kept(staffed: UnitOfWork, roles: tuple[Role, ...]) -> None:
    made = account(2, *roles, point=POINT.id)
    await staffed.accounts.add(made)
    assert await staffed.accounts.get(made.id) == made
    assert await staffed.accounts.by_login("login-2") == made
    assert await staffed.accounts.all() == [account(), made]


async def test_a_login_is_one_persons(staffed: UnitOfWork) -> None:
    with pytest.raises(Conflict):
        await staffed.accounts.add(msgspec.structs.replace(account(2), login="login-1"))


async def test_an_account_is_replaced(staffed: UnitOfWork) -> None:
    changed = msgspec.structs.replace(
        account(), disabled=True, must_change_password=True, roles=frozenset[Role](), language="en"
    )
    await staffed.accounts.replace(changed)
    assert await staffed.accounts.get(changed.id) == changed
    with pytest.raises(NotFound):
        await staffed.accounts.replace(account(9))


async def test_unknown_accounts_are_not_found(staffed: UnitOfWork) -> None:
    assert await staffed.accounts.by_login("LOGIN-1") is None
    with pytest.raises(NotFound):
        await staffed.accounts.get(AccountId("none"))


async def test_sessions_come_and_go(staffed: UnitOfWork) -> None:
    await staffed.sessions.add(session(1, 10))
    await staffed.sessions.add(session(2, 20))
    await staffed.sessions.touch(SessionId("session-1"), 30)
    assert await staffed.sessions.get(SessionId("session-1")) == session(1, 30)
    assert await staffed.sessions.remove_older(30) == 1
    assert await staffed.sessions.get(SessionId("session-2")) is None
    await staffed.sessions.remove(SessionId("session-1"))
    await staffed.sessions.remove(SessionId("session-1"))
    await staffed.sessions.touch(SessionId("session-1"), 40)
    assert await staffed.sessions.get(SessionId("session-1")) is None


async def test_a_session_needs_its_account(unit: UnitOfWork) -> None:
    with pytest.raises(NotFound):
        await unit.sessions.add(session())


# ── receptions ─────────────────────────────────────────────────────────────────────────────────────────────────

SEAT = Seat(
    SeatId("seat-1"),
    AccountId("account-1"),
    Role.CITIZEN,
    "Nguyễn Văn Bình",
    POINT.id,
    POINT.name,
    Level.COMMUNE,
    (SeatPerson("Trần Thị Hoa", Role.INTERPRETER),),
)
EVENTS: list[Event] = [
    ReceptionScheduled(
        reception().id,
        "Tiếp định kỳ",
        PROVINCE.id,
        "Trụ sở",
        ReceptionKind.PERIODIC,
        100,
        (SEAT,),
        (AgendaItem(1, CaseId("case-1"), "Đất đai", (SEAT.id,)),),
        AdmitRule.ON_JOIN,
    ),
    DoorsOpened(),
    ReceptionStarted(RecordingId("recording-1"), Moment(5, 1_800_000_000_123_456_789), None),
    SourcePublished(ParticipantId("p"), TrackId("t"), Source.SCREEN, Codec.H264),
    SpeakersMoved((ParticipantId("p"), ParticipantId("q"))),
    AgendaMoved(1),
]


async def test_events_come_back_as_they_were(unit: UnitOfWork) -> None:
    stream = [recorded(version, event) for version, event in enumerate(EVENTS, 1)]
    await unit.receptions.append(stream[:2], reception())
    await unit.receptions.append(stream[2:], reception(state="live"))
    assert await unit.receptions.history(reception().id) == stream
    assert await unit.receptions.history(reception().id, after=4) == stream[4:]
    assert await unit.receptions.history(reception().id, after=6) == []
    assert (await unit.receptions.row(reception().id)).state == "live"


@pytest.mark.parametrize("version", [1, 2, 4])
async def test_a_version_follows_the_last(unit: UnitOfWork, version: int) -> None:
    await unit.receptions.append([recorded(1), recorded(2)], reception())
    with pytest.raises(Conflict):
        await unit.receptions.append([recorded(version)], reception())


async def test_a_stream_begins_with_one(unit: UnitOfWork) -> None:
    with pytest.raises(Conflict):
        await unit.receptions.append([recorded(2)], reception())


async def test_streams_do_not_mix(unit: UnitOfWork) -> None:
    await unit.receptions.append([recorded(1), recorded(2)], reception())
    await unit.receptions.append([recorded(1, number=2)], reception(2))
    assert await unit.receptions.history(reception(2).id) == [recorded(1, number=2)]
    with pytest.raises(ValueError, match="one reception"):
        await unit.receptions.append([recorded(3), recorded(2, number=2)], reception())


async def test_an_unknown_reception_is_not_found(unit: UnitOfWork) -> None:
    with pytest.raises(NotFound):
        await unit.receptions.history(reception().id)
    with pytest.raises(NotFound):
        await unit.receptions.row(reception().id)


async def test_a_days_receptions_in_order_of_start(unit: UnitOfWork) -> None:
    for number, start in ((1, 300), (2, 100), (3, 200), (4, 99), (5, 200), (6, 301)):
        await unit.receptions.append([], reception(number, start))
    assert [row.id[-1] for row in await unit.receptions.rows(100, 301)] == ["2", "3", "5", "1"]


async def test_receptions_with_open_doors_in_order_of_start(unit: UnitOfWork) -> None:
    for number, start, doors in ((1, 300, True), (2, 100, False), (3, 200, True), (4, 99, True), (5, 301, True)):
        row = msgspec.structs.replace(reception(number, start), doors_open=doors)
        await unit.receptions.append([], row)
    assert [row.id[-1] for row in await unit.receptions.open_rows(100, 301)] == ["3", "1"]
