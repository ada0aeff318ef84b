"""Structs of the REST API alone; those it shares with the islands are in :mod:`web.wire`. All of them are in the
OpenAPI document, with their docstrings."""

from typing import Annotated

import msgspec

from bridge.ids import AccountId, AgencyId, BridgePointId, SeatId
from bridge.model import Level, Role
from bridge.policy import Action
from bridge.quality import LineSpan
from web.paging import LIMIT, After, Limit
from web.wire import ReceptionView

Words = Annotated[str, msgspec.Meta(max_length=200, description="Words that must all begin a word; accents are equal.")]


class ReceptionsQuery(msgspec.Struct, frozen=True):
    """Receptions that start in a span of time, ms since 1970 UTC: ``from_ms`` counted, ``before_ms`` not; without them
    the day before and after now. At most 366 days."""

    from_ms: int | None = None
    before_ms: int | None = None
    after: After = ""
    limit: Limit = LIMIT


class ReceptionsPage(msgspec.Struct, frozen=True):
    """By start. ``next``: ask again with it as ``after`` for what follows, null at the end."""

    receptions: tuple[ReceptionView, ...]
    next: str | None


class SeatLook(msgspec.Struct, frozen=True):
    """A seat's line in one look: ``up`` what it sends, ``down`` what it gets; null: not measured. ``rating``: the
    E-model's R, 0 to 93.2, of the worse of both."""

    seat: SeatId
    rating: float | None
    up: LineSpan | None
    down: LineSpan | None


class LineLook(msgspec.Struct, frozen=True):
    """``missed``: looks before this one that are lost."""

    at_ms: int
    missed: int
    seats: tuple[SeatLook, ...]


class LinesPage(msgspec.Struct, frozen=True):
    """In order of time, about one each ten seconds. ``next``: ask again with it as ``after`` for what follows, null at
    the end."""

    looks: tuple[LineLook, ...]
    next: str | None


class RecordingsQuery(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """All that is given must hold. ``from``, ``to``: days of the office's zone, both counted (`2026-11-22`); ``point``:
    an id; ``person``, ``title``: words that must all begin a word of one name or of the title; ``proof``: `unsealed`,
    `unchecked`, `whole` or `faulty`."""

    from_: str = ""
    to: str = ""
    point: str = ""
    person: str = ""
    proof: str = ""
    title: str = ""
    after: After = ""
    limit: Limit = LIMIT


class SegmentQuery(msgspec.Struct, frozen=True, rename={"as_": "as"}):
    """``as``: `stored` as it lies in the store, `browser` as browsers play it."""

    as_: str = "stored"


class MeView(msgspec.Struct, frozen=True):
    """Who asks. ``client``: a program with a token of its own. ``actions``: what the account may ask for outside its
    seats; where each counts depends on the thing."""

    account: AccountId
    name: str
    agency: AgencyId
    roles: tuple[Role, ...]
    client: bool
    actions: tuple[Action, ...]


class SearchQuery(msgspec.Struct, frozen=True):
    """``q``: words that must all begin a word of the name or the sign-in name."""

    q: Words = ""
    after: After = ""
    limit: Limit = LIMIT


class AttendeeView(msgspec.Struct, frozen=True):
    """Somebody who can be given a seat in a reception; ``role``: what they most likely are in it."""

    account: AccountId
    name: str
    role: Role
    agency: AgencyId
    point: BridgePointId | None


class AttendeesPage(msgspec.Struct, frozen=True):
    """In order of sign-in name. ``next`` as in every list."""

    attendees: tuple[AttendeeView, ...]
    next: str | None


class AgencyView(msgspec.Struct, frozen=True):
    """``parent`` null at the top."""

    id: AgencyId
    name: str
    level: Level
    parent: AgencyId | None


class AgenciesPage(msgspec.Struct, frozen=True):
    """Of one's own part of the tree, in order of name. ``next`` as in every list."""

    agencies: tuple[AgencyView, ...]
    next: str | None


class AgencyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new agency below ``parent``; its level must lie below the parent's."""

    name: str
    level: Level
    parent: AgencyId


class AgencyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``was``: the name that was read. When it is another by now nothing is changed: 409 `conflict` with
    ``params.now``."""

    name: str
    was: str


class PointView(msgspec.Struct, frozen=True):
    """A bridge point; its level is that of its agency."""

    id: BridgePointId
    agency: AgencyId
    name: str
    level: Level
    place: str


class PointsPage(msgspec.Struct, frozen=True):
    """Of one's own part of the tree, in order of name. ``next`` as in every list."""

    points: tuple[PointView, ...]
    next: str | None


class PointRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new bridge point."""

    agency: AgencyId
    name: str
    place: str = ""


class PointChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``was`` and ``was_place``: what was read, as in AgencyChange."""

    name: str
    place: str
    was: str
    was_place: str


class PersonView(msgspec.Struct, frozen=True):
    """An account. ``point``: it is that bridge point's own."""

    id: AccountId
    login: str
    name: str
    roles: tuple[Role, ...]
    agency: AgencyId
    point: BridgePointId | None
    disabled: bool
    must_change_password: bool


class PeoplePage(msgspec.Struct, frozen=True):
    """Of one's own part of the tree, in order of sign-in name. ``next`` as in every list."""

    people: tuple[PersonView, ...]
    next: str | None


class PersonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new account. ``point``: for a bridge point's own, whose agency it then has."""

    login: str
    name: str
    roles: tuple[Role, ...]
    agency: AgencyId
    point: BridgePointId | None = None


class NewPasswordView(msgspec.Struct, frozen=True):
    """``password`` is told this once, and changed by its owner at the first sign-in."""

    person: PersonView
    password: str
