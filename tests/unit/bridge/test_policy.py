"""The policy table, whole: every action has a row, every command an action, and strangers see nothing."""

from typing import get_args

import msgspec
import pytest

from bridge import commands as c
from bridge.errors import NotFound, NotPermitted
from bridge.ids import AccountId, AgencyId
from bridge.model import Role
from bridge.policy import ACTION_OF, POLICY, SYSTEM, Action, Actor, Concern, Scope, authorise, may
from tests.unit.bridge.receptions import AGENCY, actor, planned


def test_every_action_has_a_row_and_every_command_an_action() -> None:
    assert set(POLICY) == set(Action)
    assert set(ACTION_OF) == set(get_args(c.Command))


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_the_table_is_what_decides(role: Role, action: Action) -> None:
    seated = Actor(AccountId("a"), "a", frozenset(), AgencyId("x"), seat_role=role)
    concern = Concern("r", AGENCY, frozenset({AccountId("a")}))
    assert may(seated, action, concern) == ((role, Scope.SEAT) in POLICY[action])
    in_office = Actor(AccountId("b"), "b", frozenset({role}), AGENCY)
    reaches = {scope for held, scope in POLICY[action] if held is role}
    assert may(in_office, action, concern) == bool(reaches & {Scope.OFFICE, Scope.BELOW})
    elsewhere = Actor(AccountId("b"), "b", frozenset({role}), AgencyId("other"))
    assert may(elsewhere, action, concern) == (Scope.ANYWHERE in reaches)
    below = msgspec.structs.replace(concern, above=frozenset({elsewhere.agency}))
    assert may(elsewhere, action, below) == bool(reaches & {Scope.BELOW, Scope.ANYWHERE})


def test_a_stranger_finds_nothing_an_insider_is_refused() -> None:
    stranger = Actor(AccountId("s"), "s", frozenset({Role.CITIZEN}), AgencyId("x"))
    with pytest.raises(NotFound):
        authorise(stranger, Action.START, planned().concern)
    with pytest.raises(NotPermitted):
        authorise(actor("citizen"), Action.START, planned().concern)


def test_a_role_claimed_for_a_seat_of_another_account_counts_for_nothing() -> None:
    thief = msgspec.structs.replace(actor("chair"), account=AccountId("thief"), roles=frozenset(), agency=AgencyId("x"))
    assert not may(thief, Action.START, planned().concern)


def test_the_system_passes() -> None:
    assert all(may(SYSTEM, action, planned().concern) for action in Action)
