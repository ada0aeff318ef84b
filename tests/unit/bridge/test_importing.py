"""What a file would make, change and leave."""

import pytest

from bridge.ids import AccountId, AgencyId, BridgePointId
from bridge.importing import Outcome, Plan, plan_import
from bridge.listing import LineFault, MalformedListing, Row, Why
from bridge.model import Account, Agency, BridgePoint, Level, Role
from bridge.organisation import Tree, tree_of

TOP = Agency(AgencyId("top"), "Tỉnh", Level.CENTRAL, None)
OFFICE = Agency(AgencyId("office"), "Sở", Level.PROVINCE, TOP.id)
ELSEWHERE = Agency(AgencyId("elsewhere"), "Nơi khác", Level.CENTRAL, None)
POINT = BridgePoint(BridgePointId("point"), OFFICE.id, "Điểm cầu Sở", Level.PROVINCE, "Tầng 1")
TREE = tree_of([TOP, OFFICE, ELSEWHERE], [POINT])
ACCOUNT = Account(AccountId("a"), "dc.so", "Điểm cầu Sở", frozenset({Role.AGENCY}), OFFICE.id, POINT.id, "$hash")


def planned(*rows: Row, tree: Tree = TREE, accounts: tuple[Account, ...] = (ACCOUNT,)) -> Plan:
    return plan_import(tree, accounts, TOP.id, rows)


def faults(*rows: Row) -> list[LineFault]:
    with pytest.raises(MalformedListing) as refused:
        planned(*rows)
    return list(refused.value.faults)


def names(plan: Plan, outcome: Outcome) -> list[str]:
    return [getattr(step.thing, "login", "") or step.thing.name for step in plan.of(outcome)]


def test_children_may_stand_before_their_parents() -> None:
    plan = planned(Row(2, "Xã 1", "xã", "Ban mới"), Row(3, "Ban mới", "tỉnh"))
    assert names(plan, Outcome.MADE) == ["Ban mới", "Xã 1"]


def test_what_is_there_is_left_and_a_place_is_changed() -> None:
    same = Row(2, "sở", "province", "", "điểm cầu SỞ", "", "DC.so")
    plan = planned(same)
    assert names(plan, Outcome.LEFT) == ["Sở", "Điểm cầu Sở", "dc.so"]
    assert not plan.does
    moved = planned(Row(2, "Sở", "tỉnh", "", "Điểm cầu Sở", "Tầng 2"))
    assert [step.before for step in moved.of(Outcome.CHANGED)] == [POINT]
    assert moved.mark != plan.mark


def test_ones_own_agency_gets_points_too() -> None:
    plan = planned(Row(2, "Tỉnh", "central", "", "Điểm cầu trung tâm", "", "dc.tt"))
    assert names(plan, Outcome.MADE) == ["Điểm cầu trung tâm", "dc.tt"]


def test_the_mark_tells_what_is_done_not_in_how_many_words() -> None:
    row = Row(2, "Xã 1", "xã")
    assert planned(row).mark == planned(row, Row(3, "Sở", "tỉnh")).mark
    assert planned(row).mark != planned(Row(2, "Xã 2", "xã")).mark


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (Row(2, "", "xã"), "agency", Why.BAD_NAME),
        (Row(2, "x" * 121, "xã"), "agency", Why.BAD_NAME),
        (Row(2, "X", "huyện"), "level", Why.BAD_LEVEL),
        (Row(2, "X", "central"), "level", Why.LEVEL_NOT_BELOW),
        (Row(2, "Sở", "xã"), "level", Why.OTHER_LEVEL),
        (Row(2, "X", "xã", "Nobody"), "parent", Why.PARENT_UNKNOWN),
        (Row(2, "X", "xã", "Nơi khác"), "parent", Why.PARENT_UNKNOWN),
        (Row(2, "X", "xã", "", "P", "y" * 201), "place", Why.BAD_PLACE),
        (Row(2, "X", "xã", "", "", "here"), "point", Why.POINT_MISSING),
        (Row(2, "X", "xã", "", "", "", "login"), "point", Why.POINT_MISSING),
        (Row(2, "X", "xã", "", "P", "", "đăng nhập"), "login", Why.BAD_LOGIN),
        (Row(2, "X", "xã", "", "P", "", "dc.so"), "login", Why.LOGIN_TAKEN),
        (Row(2, "Sở", "tỉnh", "", "Điểm cầu Sở", "", "dc.other"), "login", Why.POINT_TAKEN),
    ],
)
def test_each_bad_cell_is_named(row: Row, column: str, why: Why) -> None:
    (fault,) = faults(row)
    assert (fault.line, fault.column, fault.why) == (2, column, why)


def test_all_lines_are_looked_at_and_nothing_stands_twice() -> None:
    found = faults(
        Row(2, "X", "xã", "", "P", "", "dc.p"),
        Row(3, "x", "xã", "", "p"),
        Row(4, "Y", "xã", "", "P", "", "dc.p"),
        Row(5, "Z", "nowhere"),
        Row(6, "V", "xã", "Nobody"),
    )
    assert [(fault.line, fault.why) for fault in found] == [
        (3, Why.POINT_TWICE),
        (4, Why.LOGIN_TWICE),
        (5, Why.BAD_LEVEL),
        (6, Why.PARENT_UNKNOWN),
    ]


def test_a_name_that_two_have_names_no_parent() -> None:
    twin = Agency(AgencyId("twin"), "Sở", Level.PROVINCE, TOP.id)
    with pytest.raises(MalformedListing) as refused:
        planned(Row(2, "X", "xã", "Sở"), tree=TREE.with_agency(twin))
    assert refused.value.faults[0].why is Why.PARENT_AMBIGUOUS
