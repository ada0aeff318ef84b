"""The rules by which the tree of agencies grows."""

import pytest

from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId, BridgePointId
from bridge.model import Agency, BridgePoint, Level, Role
from bridge.organisation import check_agency, check_point, checked_place, same_name, tree_of
from bridge.policy import Action, Actor, grantable, may

TOP = Agency(AgencyId("top"), "Tỉnh", Level.CENTRAL, None)
OFFICE = Agency(AgencyId("office"), "Sở Nội vụ", Level.PROVINCE, TOP.id)
COMMUNE = Agency(AgencyId("commune"), "Xã Kim Liên", Level.COMMUNE, OFFICE.id)
OTHER = Agency(AgencyId("other"), "Tỉnh khác", Level.CENTRAL, None)
POINT = BridgePoint(BridgePointId("point"), COMMUNE.id, "Điểm cầu xã", Level.COMMUNE, "")
TREE = tree_of([TOP, OFFICE, COMMUNE, OTHER], [POINT])


def new(name: str = "Mới", level: Level = Level.COMMUNE, parent: str | None = "top") -> Agency:
    return Agency(AgencyId("new"), name, level, AgencyId(parent) if parent else None)


def test_the_tree_is_walked_up_and_down() -> None:
    assert TREE.above(COMMUNE.id) == (OFFICE.id, TOP.id)
    assert TREE.under(TOP.id) == [TOP, OFFICE, COMMUNE]
    assert TREE.under(OTHER.id) == [OTHER]
    assert TREE.points_of(COMMUNE.id) == [POINT]


def test_a_stored_circle_ends() -> None:
    one = Agency(AgencyId("one"), "1", Level.CENTRAL, AgencyId("two"))
    two = Agency(AgencyId("two"), "2", Level.CENTRAL, AgencyId("one"))
    tree = tree_of([one, two], [])
    assert tree.above(one.id) == (two.id, one.id)
    assert tree.under(one.id) == [one, two]


@pytest.mark.parametrize("parent", [TOP, OFFICE, COMMUNE])
@pytest.mark.parametrize("level", Level)
def test_levels_go_down(parent: Agency, level: Level) -> None:
    order = list(Level)
    made = new(level=level, parent=parent.id)
    if order.index(level) > order.index(parent.level):
        check_agency(TREE, made)
        return
    with pytest.raises(Invalid) as refused:
        check_agency(TREE, made)
    assert refused.value.params["field"] == "level"


def test_a_parent_must_be_there() -> None:
    with pytest.raises(Invalid) as refused:
        check_agency(TREE, new(parent="nobody"))
    assert refused.value.params["field"] == "parent"


@pytest.mark.parametrize("name", ["Sở Nội vụ", " sở  NỘI vụ ", "So\u031b\u0309 No\u0323\u0302i vu\u0323"])
def test_siblings_have_names_of_their_own(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_agency(TREE, new(name, Level.PROVINCE))
    assert refused.value.params["like"] == "name_taken"
    check_agency(TREE, new(name, Level.COMMUNE, "office"))  # below, not beside
    check_agency(TREE, Agency(OFFICE.id, name, Level.PROVINCE, TOP.id))  # itself


def test_points_of_an_agency_have_names_of_their_own() -> None:
    twin = BridgePoint(BridgePointId("twin"), COMMUNE.id, "điểm cầu XÃ", Level.COMMUNE, "")
    with pytest.raises(Invalid):
        check_point(TREE, twin)
    check_point(TREE, BridgePoint(twin.id, OFFICE.id, twin.name, Level.PROVINCE, ""))
    check_point(TREE, POINT)


def test_places_are_one_line() -> None:
    assert checked_place(" Tầng 2 ") == "Tầng 2"
    assert checked_place("") == ""
    for bad in ("x" * 201, "a\nb", "\0"):
        with pytest.raises(Invalid):
            checked_place(bad)


def test_names_are_compared_by_letters_and_single_blanks() -> None:
    assert same_name("  SỞ\tNội vụ") == same_name("sở nội vụ") != same_name("so noi vu")


def test_set_up_reaches_down_and_neither_up_nor_aside() -> None:
    actor = Actor(AccountId("a"), "a", frozenset({Role.ADMINISTRATOR}), OFFICE.id, below=TREE.below(OFFICE.id))
    assert [may(actor, Action.SET_UP, TREE.concern(one)) for one in TREE.agencies] == [False, True, True, False]
    chair = Actor(AccountId("c"), "c", frozenset({Role.CHAIR}), TOP.id)
    assert not any(may(chair, Action.SET_UP, TREE.concern(one)) for one in TREE.agencies)


def test_roles_are_given_by_the_table_alone() -> None:
    actor = Actor(AccountId("a"), "a", frozenset({Role.ADMINISTRATOR, Role.CHAIR}), TOP.id)
    assert grantable(actor, at_point=True) == {Role.AGENCY, Role.CITIZEN}
    assert Role.CITIZEN not in grantable(actor, at_point=False)
    chair = Actor(AccountId("c"), "c", frozenset({Role.CHAIR}), TOP.id)
    assert grantable(chair, at_point=False) == grantable(chair, at_point=True) == frozenset()
