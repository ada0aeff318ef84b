"""The policy table, whole: every role × action × place, against an expectation that was written without it."""

from typing import get_args

import msgspec
import pytest

from bridge import commands as c
from bridge.errors import NotFound, NotPermitted
from bridge.ids import AccountId, AgencyId
from bridge.media import Source
from bridge.model import Agency, Level, Role
from bridge.organisation import tree_of
from bridge.policy import (
    ACTION_OF,
    POLICY,
    SENDING,
    SYSTEM,
    Action,
    Actor,
    Concern,
    Scope,
    agencies_of,
    authorise,
    may,
    reaches_below,
)
from tests.unit.bridge.expected_rights import EXPECTED
from tests.unit.bridge.receptions import actor, planned

ME, OTHER = AccountId("me"), AccountId("other")
TOP, OWN, BELOW, BESIDE, ASIDE = (AgencyId(name) for name in ("top", "own", "below", "beside", "aside"))
PLACES = {"own": OWN, "below": BELOW, "above": TOP, "beside": BESIDE, "beside and lower": ASIDE}
TREE = tree_of(
    [
        Agency(TOP, "Tỉnh", Level.CENTRAL, None),
        Agency(OWN, "Sở", Level.PROVINCE, TOP),
        Agency(BESIDE, "Sở khác", Level.PROVINCE, TOP),
        Agency(BELOW, "Xã", Level.COMMUNE, OWN),
        Agency(ASIDE, "Xã khác", Level.COMMUNE, BESIDE),
    ],
    [],
)


def expected(role: Role, where: str) -> set[str]:
    return set(EXPECTED[role].get(where, "").split())


def in_office(*roles: Role) -> Actor:
    return Actor(ME, "me", frozenset(roles), OWN, below=TREE.below(OWN))


def test_every_action_has_a_row_and_every_command_an_action() -> None:
    assert set(POLICY) == set(Action)
    assert set(ACTION_OF) == set(get_args(c.Command))
    assert set(SENDING) == set(Source)


def test_the_expectation_speaks_of_every_role_and_of_nothing_that_is_not_there() -> None:
    assert set(EXPECTED) == set(Role)
    said = {action for places in EXPECTED.values() for text in places.values() for action in text.split()}
    assert said == set(Action)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", Role)
def test_at_a_seat_counts_the_seats_role_alone_wherever_the_reception_is(role: Role, place: str) -> None:
    seated = Actor(ME, "me", frozenset(), OWN, seat_role=role, below=TREE.below(OWN))
    concern = Concern("reception", PLACES[place], frozenset({ME, OTHER}))
    assert {action for action in Action if may(seated, action, concern)} == expected(role, "seat")
    # A role claimed for a seat that is another account's counts for nothing.
    theirs = msgspec.structs.replace(concern, seats=frozenset({OTHER}))
    assert not any(may(seated, action, theirs) for action in Action)


@pytest.mark.parametrize("seats", [frozenset(), frozenset({OTHER})], ids=["nobody's seat", "another's seat"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", Role)
def test_without_a_seat_counts_where_the_account_is(role: Role, place: str, seats: frozenset[AccountId]) -> None:
    concern = Concern("thing", PLACES[place], seats)
    found = {action for action in Action if may(in_office(role), action, concern)}
    assert found == expected(role, place)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("office", Role)
@pytest.mark.parametrize("seat", Role)
def test_seat_and_office_add_up_to_no_more(seat: Role, office: Role, place: str) -> None:
    both = msgspec.structs.replace(in_office(office), seat_role=seat)
    concern = Concern("reception", PLACES[place], frozenset({ME}))
    found = {action for action in Action if may(both, action, concern)}
    assert found == expected(seat, "seat") | expected(office, place)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_lists_and_pages_agree(role: Role, action: Action) -> None:
    listed = agencies_of(in_office(role), action)
    opened = frozenset(place for place in TREE.agencies if may(in_office(role), action, Concern("thing", place)))
    assert listed == opened
    assert bool(listed) == may(in_office(role), action, Concern("anything", None))


def test_the_tree_is_asked_for_whoever_reaches_below_and_for_nobody_else() -> None:
    for role in Role:
        below = any(scope is Scope.BELOW and held is role for rules in POLICY.values() for held, scope in rules)
        assert reaches_below(frozenset({Role.CITIZEN, role})) == below == bool(expected(role, "below"))


def test_a_stranger_finds_nothing_an_insider_is_refused() -> None:
    stranger = Actor(AccountId("s"), "s", frozenset({Role.CITIZEN}), AgencyId("x"))
    with pytest.raises(NotFound):
        authorise(stranger, Action.START, planned().concern)
    with pytest.raises(NotPermitted):
        authorise(actor("citizen"), Action.START, planned().concern)


def test_the_system_passes() -> None:
    assert all(may(SYSTEM, action, planned().concern) for action in Action)
    assert agencies_of(SYSTEM, Action.SEE_ARCHIVE) is None
