"""Clients of the API: programs with a name, an agency, some actions and an end. Pure.

A client acts with roles of whoever made it, as far as they still have them, narrowed to the actions it was given; where
they count the policy table says, as for an account of its agency. It has no password, no session and no seat.
"""

import hashlib
import unicodedata

import msgspec

from bridge.errors import Invalid
from bridge.ids import NS_PER_S, AccountId, AgencyId, ClientId, UtcNs
from bridge.model import Account, Role
from bridge.policy import POLICY, Action, Actor, Concern, Scope, may, office_actions

PREFIX = "diemcau_"
"""Of each secret, so that one that was published by mistake is found by who looks for such."""

SECRET_BYTES = 32
"""256 bits: too many to be guessed, so that a plain hash is enough and no slow one is needed for each request."""

MAX_CLIENT_NAME = 80
DAY_NS = 86_400 * NS_PER_S
MAX_DAYS = 730
"""A secret that is never changed is one that many have seen."""

SEEN_EVERY_NS = 60 * NS_PER_S
"""The last use is noted at most once a minute: a program with many requests writes once."""


class Client(msgspec.Struct, frozen=True):
    """A program that may use the API. ``secret_hash``: sha256 of its secret, which itself is not stored."""

    id: ClientId
    name: str
    agency: AgencyId
    roles: frozenset[Role]
    actions: frozenset[Action]
    secret_hash: str
    made_by: AccountId
    made_utc_ns: int
    expires_utc_ns: int
    seen_utc_ns: int | None = None
    revoked_utc_ns: int | None = None


class ClientAccount(Account, frozen=True):
    """A client where an account is asked for; it cannot sign in. ``only``: see :class:`bridge.policy.Actor`."""

    only: frozenset[Action] = frozenset()


class NewClient(msgspec.Struct, frozen=True):
    """What an administrator asks for. ``days``: how long it holds."""

    name: str
    agency: AgencyId
    actions: frozenset[Action]
    days: int


def hash_of(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def account_id(client: ClientId) -> AccountId:
    """How the audit names it as the actor."""
    return AccountId(f"client-{client}")


def client_id(account: AccountId) -> ClientId | None:
    """The client that is this actor, if it is one."""
    return ClientId(account.removeprefix("client-")) if account.startswith("client-") else None


def holds(client: Client, now: UtcNs) -> bool:
    """Whether its secret still opens anything."""
    return client.revoked_utc_ns is None and now < client.expires_utc_ns


def account_of(client: Client, maker: Actor) -> ClientAccount:
    """As who it acts while its ``maker`` is this: with what they have left of the roles it was given, and in an agency
    below theirs only while they set that up. Its language is whatever each request asks for."""
    concern = Concern(f"agency {client.agency}", client.agency)
    reached = client.agency == maker.agency or may(maker, Action.SET_UP, concern)
    roles = client.roles & maker.roles if reached else frozenset[Role]()
    return ClientAccount(
        id=account_id(client.id),
        login="",
        name=client.name,
        roles=roles,
        agency=client.agency,
        point=None,
        password_hash="",
        language="",
        only=client.actions & office_actions(msgspec.structs.replace(maker, roles=roles)),
    )


def made(asked: NewClient, maker: Actor, id_: ClientId, secret: str, now: UtcNs) -> Client:
    """Raises Invalid: name, days, actions (none, or more than its maker may)."""
    name = unicodedata.normalize("NFC", asked.name).strip()
    if not 0 < len(name) <= MAX_CLIENT_NAME or not name.isprintable():
        raise Invalid(field="name", limit=str(MAX_CLIENT_NAME))
    if not 0 < asked.days <= MAX_DAYS:
        raise Invalid(field="days", like="valid_days", limit=str(MAX_DAYS))
    if not asked.actions or not asked.actions <= office_actions(maker):
        raise Invalid(detail="no action, or one that is not theirs", field="actions")
    ends = now + asked.days * DAY_NS
    roles = _needed(maker.roles, asked.actions)
    return Client(id_, name, asked.agency, roles, asked.actions, hash_of(secret), maker.account, now, ends)


def _needed(roles: frozenset[Role], actions: frozenset[Action]) -> frozenset[Role]:
    """Of the maker's roles those by which one of the actions is theirs."""
    rules = {rule for action in actions for rule in POLICY[action]}
    return frozenset(role for role, scope in rules if role in roles and scope is not Scope.SEAT)
