"""Clients of the API: never more than their maker, for a time, as an account that the policy narrows."""

import msgspec
import pytest

from bridge.accounts import actor_of
from bridge.clients import (
    DAY_NS,
    MAX_DAYS,
    PREFIX,
    Client,
    NewClient,
    account_id,
    account_of,
    client_id,
    hash_of,
    holds,
    made,
)  # fmt: skip
from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId, ClientId, UtcNs
from bridge.model import Role
from bridge.policy import Action, Actor, Concern, agencies_of, may, office_actions

OFFICE = AgencyId("office")
HERE = Concern("reception r", OFFICE)
ADMINISTRATOR = Actor(AccountId("a"), "A", frozenset({Role.ADMINISTRATOR, Role.OPERATOR}), OFFICE)
ASKED = NewClient(" Cổng dịch vụ công ", OFFICE, frozenset({Action.SCHEDULE, Action.SEE_RECEPTION}), 30)
SECRET = PREFIX + "x" * 43


def client(asked: NewClient = ASKED, maker: Actor = ADMINISTRATOR) -> Client:
    """Made at the beginning of time."""
    return made(asked, maker, ClientId("c1"), SECRET, UtcNs(0))


def test_it_keeps_no_secret_and_ends_by_itself() -> None:
    one = client()
    assert (one.name, one.secret_hash) == ("Cổng dịch vụ công", hash_of(SECRET))
    assert SECRET not in msgspec.json.encode(one).decode()
    assert holds(one, UtcNs(30 * DAY_NS - 1))
    assert not holds(one, UtcNs(30 * DAY_NS))
    assert not holds(msgspec.structs.replace(one, revoked_utc_ns=5), UtcNs(6))


def test_it_may_what_it_was_given_and_nothing_else() -> None:
    actor = actor_of(account_of(client(), ADMINISTRATOR), frozenset())
    assert {action for action in Action if may(actor, action, HERE)} == ASKED.actions
    assert may(ADMINISTRATOR, Action.CANCEL, HERE)
    assert not may(actor, Action.SCHEDULE, Concern("reception r", AgencyId("other")))
    assert agencies_of(actor, Action.SEE_RECEPTION) == frozenset({OFFICE})
    assert agencies_of(actor, Action.SEE_ARCHIVE) == frozenset()
    assert office_actions(actor) == ASKED.actions


def test_setting_up_reaches_down_the_tree() -> None:
    one = account_of(client(msgspec.structs.replace(ASKED, actions=frozenset({Action.SET_UP}))), ADMINISTRATOR)
    actor = actor_of(one, frozenset({AgencyId("below")}))
    assert may(actor, Action.SET_UP, Concern("agency below", AgencyId("below")))
    assert not may(actor, Action.SET_UP, Concern("agency x", AgencyId("x")))
    assert not may(actor, Action.SEE_RECEPTION, Concern("reception r", AgencyId("below")))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 81}),
        ("name", {"name": "a\nb"}),
        ("days", {"days": 0}),
        ("days", {"days": MAX_DAYS + 1}),
        ("actions", {"actions": frozenset()}),
        ("actions", {"actions": frozenset({Action.PLAY_RECORDING})}),
        ("actions", {"actions": frozenset({Action.START})}),
    ],
)
def test_what_is_refused(field: str, change: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        client(msgspec.structs.replace(ASKED, **change))
    assert refused.value.params["field"] == field


def test_a_client_hands_on_no_more_than_it_has() -> None:
    one = actor_of(account_of(client(), ADMINISTRATOR), frozenset())
    with pytest.raises(Invalid):
        client(msgspec.structs.replace(ASKED, actions=frozenset({Action.CANCEL})), one)


def test_only_the_needed_roles_are_taken_over() -> None:
    assert client().roles == {Role.ADMINISTRATOR, Role.OPERATOR}
    assert client(msgspec.structs.replace(ASKED, actions=frozenset({Action.SCHEDULE}))).roles == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, ASKED.actions),
        ({"roles": frozenset({Role.OPERATOR})}, {Action.SEE_RECEPTION}),
        ({"roles": frozenset({Role.CHAIR, Role.ARCHIVIST})}, frozenset()),
        ({"agency": AgencyId("elsewhere")}, frozenset()),
        ({"agency": AgencyId("above"), "below": frozenset({OFFICE})}, ASKED.actions),
        ({"agency": AgencyId("above"), "below": frozenset({OFFICE}), "roles": frozenset({Role.OPERATOR})}, frozenset()),
        ({"only": frozenset({Action.SCHEDULE})}, {Action.SCHEDULE}),
    ],
)
def test_it_is_never_more_than_its_maker_is_now(change: dict[str, object], left: frozenset[Action]) -> None:
    account = account_of(client(), msgspec.structs.replace(ADMINISTRATOR, **change))
    actor = actor_of(account, frozenset())
    assert {action for action in Action if may(actor, action, HERE)} == left == account.only


def test_the_audit_knows_it() -> None:
    assert client_id(account_id(ClientId("c1"))) == "c1"
    assert client_id(AccountId("id-chair")) is None
