"""From what was asked for to the command: seats, points, roles, agenda."""

import msgspec
import pytest

from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId, BridgePointId, guest_of
from bridge.model import Account, Agency, BridgePoint, Level, ReceptionKind, Role
from tests.support.fakes import CountingEntropy
from web.scheduling import MAX_OFFERED, Directory, choosable, command_of, plan_of, usual_role
from web.wire import CaseRequest, GuestRequest, ReceptionRequest, SeatRequest

CENTRE, COMMUNE = AgencyId("centre"), AgencyId("commune")


def account(name: str, role: Role, agency: AgencyId, point: str | None = None) -> Account:
    place = BridgePointId(point) if point else None
    return Account(AccountId(name), name, name.title(), frozenset({role}), agency, place, "")


def point(name: str, agency: AgencyId, level: Level) -> BridgePoint:
    return BridgePoint(BridgePointId(name), agency, name.title(), level, "")


CHAIR = account("chair", Role.CHAIR, CENTRE)
CITIZEN = account("citizen", Role.CITIZEN, COMMUNE, "kiosk")
LAWYER = account("lawyer", Role.LAWYER, COMMUNE)
POINTS = (
    point("branch", CENTRE, Level.PROVINCE),
    point("main", CENTRE, Level.CENTRAL),
    point("kiosk", COMMUNE, Level.COMMUNE),
)
KNOWN = Directory(
    {one.id: one for one in (CHAIR, CITIZEN, LAWYER)},
    {one.id: one for one in POINTS},
    {CENTRE: Agency(CENTRE, "Centre", Level.CENTRAL, None), COMMUNE: Agency(COMMUNE, "Commune", Level.COMMUNE, None)},
)
ASKED = ReceptionRequest(
    title=" Land ",
    starts_ms=1_795_399_200_000,
    seats=(
        SeatRequest(CHAIR.id, Role.CHAIR),
        SeatRequest(CITIZEN.id, Role.CITIZEN, "Nguyễn Văn A"),
        SeatRequest(LAWYER.id, Role.LAWYER),
    ),
    cases=(CaseRequest("Road"), CaseRequest("Drain", (CITIZEN.id,))),
)


def test_seats_sit_at_their_points_and_cases_name_their_citizens() -> None:
    command = command_of(ASKED, CHAIR, KNOWN, CountingEntropy())
    assert (command.agency, command.office) == (CENTRE, "Centre")
    assert [(seat.name, seat.point, seat.level) for seat in command.seats] == [
        ("Chair", "main", Level.CENTRAL),
        ("Nguyễn Văn A", "kiosk", Level.COMMUNE),
        ("Lawyer", "kiosk", Level.COMMUNE),
    ]
    citizens = tuple(seat.id for seat in command.seats[1:])
    assert [(item.number, item.seats) for item in command.agenda] == [(1, citizens), (2, citizens[:1])]
    assert len({seat.id for seat in command.seats}) == 3


def test_without_points_the_agency_is_the_place() -> None:
    known = msgspec.structs.replace(KNOWN, points={})
    seat = command_of(ASKED, CHAIR, known, CountingEntropy()).seats[0]
    assert (seat.point, seat.point_name, seat.level) == ("centre", "Centre", Level.CENTRAL)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 201}),
        ("date", {"starts_ms": 0}),
        ("date", {"starts_ms": 2**62}),
        ("seats", {"seats": ()}),
        ("seats", {"seats": ASKED.seats[:1] * 2}),
        ("seats", {"seats": (*ASKED.seats, SeatRequest(AccountId("nobody"), Role.CITIZEN))}),
        ("seats", {"seats": (ASKED.seats[0], SeatRequest(CITIZEN.id, Role.ARCHIVIST))}),
        ("seats", {"seats": (ASKED.seats[0], SeatRequest(CITIZEN.id, Role.CITIZEN, "", BridgePointId("moon")))}),
        ("chair", {"seats": ASKED.seats[1:]}),
        ("chair", {"seats": (ASKED.seats[0], SeatRequest(CITIZEN.id, Role.CHAIR))}),
        ("name", {"seats": (SeatRequest(CHAIR.id, Role.CHAIR, "x" * 121),)}),
        ("cases", {"cases": (CaseRequest(" "),)}),
        ("cases", {"cases": (CaseRequest("x"),) * 51}),
    ],
)
def test_what_is_wrong_is_named(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        command_of(msgspec.structs.replace(ASKED, **changes), CHAIR, KNOWN, CountingEntropy())
    assert refused.value.params["field"] == field


def test_a_case_can_concern_nobody_or_some() -> None:
    guests = (GuestRequest("An", Role.CITIZEN), GuestRequest("Bình", Role.LAWYER, BridgePointId("kiosk")))
    cases = (
        CaseRequest("All"),
        CaseRequest("None", ()),
        CaseRequest("One", guests=(1,)),
        CaseRequest("Two", (CHAIR.id,)),
    )
    asked = msgspec.structs.replace(ASKED, seats=ASKED.seats[:1], guests=guests, cases=cases)
    plan = plan_of(asked, KNOWN, CountingEntropy())
    an, binh = plan.seats[1:]
    assert [item.seats for item in plan.agenda] == [(an.id, binh.id), (), (binh.id,), ()]
    assert (an.account, an.point_name, binh.point_name) == (guest_of(an.id), "Own device", "Kiosk")
    assert not plan.public
    assert plan_of(msgspec.structs.replace(asked, kind=ReceptionKind.REGULAR), KNOWN, CountingEntropy()).public


def test_few_are_offered_of_many() -> None:
    many = {one.id: one for one in (account(f"a{number:03}", Role.CHAIR, COMMUNE) for number in range(200))}
    known = msgspec.structs.replace(KNOWN, accounts={**KNOWN.accounts, **many})
    assert choosable(KNOWN, CENTRE, [], "") == [CHAIR, LAWYER, CITIZEN]
    assert [one.id for one in choosable(known, CENTRE, [CITIZEN.id], "")] == ["citizen", "chair"]
    assert [one.id for one in choosable(known, CENTRE, [CITIZEN.id], "A007 commune")] == ["citizen", "a007"]
    assert len(choosable(known, COMMUNE, [CHAIR.id], "")) == MAX_OFFERED


def test_the_usual_role_is_one_of_a_reception() -> None:
    assert usual_role(CHAIR) is Role.CHAIR
    assert usual_role(account("x", Role.ARCHIVIST, CENTRE)) is Role.OBSERVER
