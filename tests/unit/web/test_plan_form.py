"""The form of a reception: rows that grow and move, and a plan that survives the way through it."""

from zoneinfo import ZoneInfo

import msgspec
import pytest

from bridge.ids import CaseId, SeatId, guest_of
from bridge.model import OWN_DEVICE, AdmitRule, AgendaItem, Level, Plan, ReceptionKind, Role, Seat, SeatPerson
from tests.support.fakes import CountingEntropy
from tests.unit.web.test_scheduling import CHAIR, CITIZEN, KNOWN
from web.forms import Form
from web.plan_form import agenda_asked, asked_of, empty_plan, fields_of_plan, put_together, refuse_own_devices
from web.plan_rows import CaseRow, PersonRow, case_rows, person_rows, pressed, rearranged, with_rows
from web.scheduling import OWN_DEVICE_NAME, plan_of, request_of
from web.times import Times
from web.words import Words

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TIMES = Times(ZONE, Words("en"))
STARTS_NS = 1_795_399_200_000_000_000


def seat(key: str, role: Role, name: str, *others: str, account: str = "", point: str = OWN_DEVICE) -> Seat:
    people = (SeatPerson(name, role), *(SeatPerson(other, Role.LAWYER) for other in others))
    place = next((one for one in KNOWN.points.values() if one.id == point), None)
    where = (place.id, place.name, place.level) if place else (OWN_DEVICE, OWN_DEVICE_NAME, Level.COMMUNE)
    owner = next((one.id for one in (CHAIR, CITIZEN) if one.id == account), guest_of(SeatId(key)))
    return Seat(SeatId(key), owner, role, name, *where, people)


CHAIRS = seat("s1", Role.CHAIR, "Chair", account="chair", point="main")
KIOSK = seat("s2", Role.CITIZEN, "An", "Beside An", account="citizen", point="kiosk")
HOME = seat("s3", Role.CITIZEN, "Bình", "Beside Bình", "Also beside")
THERE = seat("s4", Role.INTERPRETER, "Chi", point="branch")
PLAN = Plan(
    title="Đất đai",
    kind=ReceptionKind.PERIODIC,
    starts_utc_ns=STARTS_NS,
    seats=(CHAIRS, KIOSK, HOME, THERE),
    agenda=(
        AgendaItem(1, CaseId("c1"), "Road", (KIOSK.id, HOME.id, THERE.id)),
        AgendaItem(2, CaseId("c2"), "Drain", (HOME.id, THERE.id)),
        AgendaItem(3, CaseId("c3"), "Fence", (HOME.id,)),
    ),
    public=True,
    note="Bring the map",
)


def through_the_form(plan: Plan) -> Plan:
    form = Form(fields_of_plan(plan, TIMES))
    asked = asked_of(form, ZONE)
    assert asked is not None, form.faults
    return plan_of(asked, KNOWN, CountingEntropy(), now=plan)


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        msgspec.structs.replace(PLAN, agenda=()),
        msgspec.structs.replace(PLAN, seats=(CHAIRS,), agenda=(AgendaItem(1, CaseId("c1"), "Road", ()),)),
        msgspec.structs.replace(PLAN, kind=ReceptionKind.AD_HOC, public=False, note=""),
    ],
)
def test_what_is_not_touched_stays_as_it_was(plan: Plan) -> None:
    assert through_the_form(plan) == plan


def test_a_program_sends_back_what_it_got() -> None:
    assert plan_of(request_of(PLAN, KNOWN), KNOWN, CountingEntropy(), now=PLAN) == PLAN


def test_a_seat_keeps_the_name_its_point_had() -> None:
    renamed = msgspec.structs.replace(
        KNOWN, points={key: msgspec.structs.replace(point, name="New") for key, point in KNOWN.points.items()}
    )
    asked = asked_of(Form(fields_of_plan(PLAN, TIMES)), ZONE)
    assert asked is not None
    assert plan_of(asked, renamed, CountingEntropy(), now=PLAN) == PLAN


def test_a_seat_whose_account_was_closed_stays() -> None:
    closed = msgspec.structs.replace(KNOWN, accounts={CHAIR.id: CHAIR})
    asked = asked_of(Form(fields_of_plan(PLAN, TIMES)), ZONE)
    assert asked is not None
    assert plan_of(asked, closed, CountingEntropy(), now=PLAN) == PLAN


def test_an_empty_form_asks_for_nothing_and_says_what_is_missing() -> None:
    form = Form(empty_plan(STARTS_NS, TIMES, AdmitRule.ON_JOIN))
    assert case_rows(form) == [CaseRow("1")]
    assert asked_of(form, ZONE) is None
    assert [fault.field for fault in form.faults] == ["title", "seats"]


@pytest.mark.parametrize(
    ("text", "button"), [("save", "save"), ("", "save"), ("drop-case-x", "save"), ("find", "find")]
)
def test_a_button_is_one_of_ours(text: str, button: str) -> None:
    assert pressed(Form({"do": text})) == button


def test_rows_are_added_dropped_and_moved() -> None:
    form = with_rows(Form({"title": "T"}), [PersonRow("1", "A")], [CaseRow("1", "x"), CaseRow("2", "y")])

    def after(button: str) -> Form:
        return rearranged(Form({**form.values, "do": button}))

    assert person_rows(after("add-person")) == [PersonRow("1", "A"), PersonRow("2")]
    assert person_rows(after("drop-person-1")) == []
    assert [row.key for row in case_rows(after("add-case"))] == ["1", "2", "3"]
    assert case_rows(after("drop-case-1")) == [CaseRow("2", "y")]
    assert case_rows(after("down-case-1")) == case_rows(after("up-case-2")) == [CaseRow("2", "y"), CaseRow("1", "x")]
    for nothing in ("up-case-1", "down-case-2", "up-case-9", "drop-person-9", "find"):
        assert case_rows(after(nothing)) == case_rows(form)
    assert after("add-case").text("title") == "T"
    assert "do" not in after("add-case").values


def test_rows_keep_their_bounds() -> None:
    many = ",".join(str(number) for number in range(1, 300))
    form = Form({"person-rows": many, "case-rows": f"{many},x,1,1", "do": "add-case"})
    assert (len(person_rows(form)), len(case_rows(form))) == (60, 50)
    assert len(case_rows(rearranged(form))) == 50


def test_what_another_added_comes_to_what_was_typed() -> None:
    was = msgspec.structs.replace(PLAN, seats=(CHAIRS, HOME), agenda=PLAN.agenda[2:])
    form = Form({**fields_of_plan(was, TIMES), "title": "Mine"})
    merged = put_together(form, was, msgspec.structs.replace(PLAN, title="Theirs"), TIMES)
    asked = asked_of(merged, ZONE)
    assert asked is not None, merged.faults
    plan = plan_of(asked, KNOWN, CountingEntropy(), now=PLAN)
    assert plan.title == "Mine"
    assert {one.id: one.people for one in plan.seats} == {one.id: one.people for one in PLAN.seats}
    assert {item.case for item in plan.agenda} == {"c1", "c2", "c3"}


def test_under_way_the_cases_behind_the_present_one_are_asked_for() -> None:
    form = Form(fields_of_plan(PLAN, TIMES, received=1))
    assert [row.title for row in case_rows(form)] == ["Drain", "Fence"]
    assert agenda_asked(form, PLAN, PLAN.agenda[:1], []) == PLAN
    rows = [*reversed(case_rows(form)), CaseRow("7", "New"), CaseRow("8", "")]
    plan = agenda_asked(with_rows(form, [], rows), PLAN, PLAN.agenda[:1], [CaseId("c9")])
    assert plan is not None
    assert [(item.number, item.case) for item in plan.agenda] == [(1, "c1"), (2, "c3"), (3, "c2"), (4, "c9")]
    assert plan.agenda[3].seats == (KIOSK.id, HOME.id, THERE.id)
    assert plan.agenda[1].seats == (HOME.id,)
    faulty = with_rows(form, [], [CaseRow("1", "x" * 201)])
    assert agenda_asked(faulty, PLAN, PLAN.agenda[:1], []) is None
    assert [fault.field for fault in faulty.faults] == ["case-1-title"]


def test_a_device_of_ones_own_is_refused_where_the_office_allows_none_but_for_who_had_it() -> None:
    form = Form(fields_of_plan(PLAN, TIMES))
    refuse_own_devices(form, PLAN)
    assert form.faults == []
    refuse_own_devices(form, None)
    (fault,) = form.faults
    assert fault.field.endswith("-where")
    assert "bridge point" in fault.sentence
