"""What storage keeps, as ``bridge`` sees it: repositories and the unit of work that ties them into one transaction.

Everything raises Unavailable(storage_unavailable) when the database does not answer; reading what is not there raises
NotFound unless the docstring says None.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import TracebackType
from typing import Protocol

import msgspec

from bridge.archive import AccessEvent, FixityCheck, ViewingCopy
from bridge.events import Recorded
from bridge.first import FirstLink
from bridge.ids import AccountId, AgencyId, BridgePointId, ReceptionId, RecordingId, SeatId, SessionId
from bridge.invitations import GuestVisit, Invitation
from bridge.model import (
    Account,
    Agency,
    BridgePoint,
    ReceptionRow,
    RecordingRow,
    Role,
    SecondFactor,
    Session,
    SignInUnderWay,
)
from bridge.office import Logo, OfficeVersion
from bridge.search import (
    PointName,
    ReceptionCursor,
    ReceptionFilter,
    RecordingCursor,
    RecordingFilter,
    RecordingPerson,
)


class Organisation(Protocol):
    """Agencies and bridge points."""

    async def add_agency(self, agency: Agency) -> None: ...

    async def add_point(self, point: BridgePoint) -> None: ...

    async def replace_agency(self, agency: Agency) -> None: ...

    async def replace_point(self, point: BridgePoint) -> None: ...

    async def agency(self, agency: AgencyId) -> Agency: ...

    async def point(self, point: BridgePointId) -> BridgePoint: ...

    async def agencies(self) -> list[Agency]: ...

    async def below(self, agency: AgencyId) -> frozenset[AgencyId]:
        """Every agency under this one, however far."""
        ...

    async def points(self) -> list[BridgePoint]: ...


class Accounts(Protocol):
    async def add(self, account: Account) -> None:
        """Conflict when the login exists."""
        ...

    async def replace(self, account: Account) -> None: ...

    async def get(self, account: AccountId) -> Account: ...

    async def those(self, accounts: Collection[AccountId]) -> Mapping[AccountId, Account]:
        """By id, as many as there are."""
        ...

    async def by_login(self, login: str) -> Account | None: ...

    async def all(self) -> list[Account]: ...


class Sessions(Protocol):
    """Signed-in browsers (server side)."""

    async def add(self, session: Session) -> None: ...

    async def get(self, session: SessionId) -> Session | None: ...

    async def seen(self, sessions: Collection[SessionId]) -> Mapping[SessionId, int]:
        """When each was seen last; those that ended are not in it."""
        ...

    async def touch(self, session: SessionId, seen_utc_ns: int) -> None: ...

    async def remove(self, session: SessionId) -> None: ...

    async def of(self, account: AccountId) -> list[Session]:
        """Those that did not end, seen last first."""
        ...

    async def remove_of(self, account: AccountId, but: SessionId | None = None) -> int:
        """Every session of the account, except ``but``. How many were removed."""
        ...

    async def remove_older(self, seen_before_utc_ns: int) -> int: ...


class SignIns(Protocol):
    """Sign-ins that wait for a further answer."""

    async def add(self, begun: SignInUnderWay) -> None: ...

    async def get(self, id_: SessionId) -> SignInUnderWay | None: ...

    async def remove(self, id_: SessionId) -> bool:
        """False when it was gone already."""
        ...

    async def remove_of(self, account: AccountId) -> int: ...

    async def remove_older(self, made_before_utc_ns: int) -> int: ...


class SecondFactors(Protocol):
    async def put(self, factor: SecondFactor) -> None:
        """Add, or replace that of the account."""
        ...

    async def get(self, account: AccountId) -> SecondFactor | None: ...

    async def remove(self, account: AccountId) -> bool:
        """False when there was none."""
        ...


class Offices(Protocol):
    """Settings of agencies' offices, in all their versions."""

    async def add(self, version: OfficeVersion) -> None:
        """Conflict when the agency has that version."""
        ...

    async def newest(self) -> list[OfficeVersion]:
        """Of every agency that set anything."""
        ...

    async def of(self, agency: AgencyId, version: int | None = None) -> OfficeVersion | None:
        """The newest, or that one."""
        ...

    async def put_logo(self, logo: Logo) -> None: ...

    async def logo(self, name: str) -> Logo | None: ...


class FirstLinks(Protocol):
    """At most one."""

    async def put(self, link: FirstLink) -> None:
        """Instead of the one before."""
        ...

    async def get(self, id_: str) -> FirstLink | None: ...

    async def clear(self) -> None: ...


class Invitations(Protocol):
    """Codes of seats, one each."""

    async def put(self, invited: Invitation) -> None:
        """Add, or replace that of the seat: the code before it opens nothing any more. Conflict when another seat has
        the mark."""
        ...

    async def by_mark(self, mark: str) -> Invitation | None: ...

    async def of_reception(self, reception: ReceptionId) -> list[Invitation]:
        """By seat."""
        ...

    async def remove(self, seat: SeatId) -> bool:
        """False when there was none."""
        ...


class Visits(Protocol):
    """Browsers that entered by a code."""

    async def add(self, visit: GuestVisit) -> None: ...

    async def get(self, id_: SessionId) -> GuestVisit | None: ...

    async def seen(self, ids: Collection[SessionId]) -> dict[SessionId, int]:
        """When those of them were seen last that are still there, with the invitation that opened them."""
        ...

    async def touch(self, id_: SessionId, seen_utc_ns: int) -> None:
        """It was used; no fault when it is gone."""
        ...

    async def remove(self, id_: SessionId) -> bool:
        """False when it was gone already."""
        ...

    async def remove_older(self, seen_before_utc_ns: int) -> int:
        """How many were removed."""
        ...


class EventLine(msgspec.Struct, frozen=True):
    """An event as its row has it: ``event`` is the JSON text."""

    reception: ReceptionId
    version: int
    at_utc_ns: int
    actor: str
    event: str


class Receptions(Protocol):
    """Event streams of receptions and the row each list shows."""

    async def history(self, reception: ReceptionId, after: int = 0) -> list[Recorded]:
        """In order; NotFound when there is none at all."""
        ...

    async def append(self, events: Sequence[Recorded], row: ReceptionRow) -> None:
        """Events of one reception with consecutive versions, and its new row. Conflict when a version is taken."""
        ...

    async def ids(self) -> list[ReceptionId]:
        """Of every reception that has an event or a row."""
        ...

    async def lines(self, reception: ReceptionId) -> list[EventLine]:
        """Its events as they are stored, undecoded, in order; for who checks them."""
        ...

    async def row(self, reception: ReceptionId) -> ReceptionRow: ...

    async def find(self, asked: ReceptionFilter, after: ReceptionCursor | None, limit: int) -> list[ReceptionRow]:
        """At most ``limit`` of those that fit, in their order behind ``after``."""
        ...

    async def seats_of(self, account: AccountId, among: Collection[ReceptionId]) -> dict[ReceptionId, Role]:
        """The role of the account's seat in each of ``among`` where it has one."""
        ...

    async def rows(self, starts_from_utc_ns: int, starts_before_utc_ns: int) -> list[ReceptionRow]:
        """In order of start."""
        ...

    async def open_rows(self, starts_from_utc_ns: int, starts_before_utc_ns: int) -> list[ReceptionRow]:
        """Of those that :meth:`rows` gives: with doors open, and with them all that are under way."""
        ...


class Recordings(Protocol):
    async def put(self, row: RecordingRow) -> None:
        """Add, or replace the row of that id."""
        ...

    async def get(self, recording: RecordingId) -> RecordingRow: ...

    async def all(self) -> list[RecordingRow]:
        """Newest first."""
        ...

    async def in_states(self, states: Sequence[str]) -> list[RecordingRow]: ...

    async def find(self, asked: RecordingFilter, after: RecordingCursor | None, limit: int) -> list[RecordingRow]:
        """Newest first; ``after``: only what follows that place."""
        ...

    async def count(self, asked: RecordingFilter) -> int:
        """How many there are in all."""
        ...

    async def name_people(self, recording: RecordingId, people: Sequence[RecordingPerson]) -> None:
        """Who was there, instead of whoever was named before."""
        ...

    async def points(self, agencies: Collection[AgencyId] | None) -> list[PointName]:
        """Those from which somebody was in a recording of these agencies (None: of any), by name."""
        ...


class AccessEvents(Protocol):
    """Append-only."""

    async def add(self, event: AccessEvent) -> None: ...

    async def of(self, recording: RecordingId) -> list[AccessEvent]:
        """Newest first."""
        ...


class FixityChecks(Protocol):
    async def add(self, check: FixityCheck) -> None: ...

    async def of(self, recording: RecordingId, limit: int) -> list[FixityCheck]:
        """Newest first."""
        ...


class ViewingCopies(Protocol):
    async def put(self, copy: ViewingCopy) -> None:
        """Add, or replace that of the recording."""
        ...

    async def get(self, recording: RecordingId) -> ViewingCopy | None: ...

    async def in_states(self, states: Sequence[str]) -> list[ViewingCopy]:
        """Who asked first comes first."""
        ...


class AuditEntry(msgspec.Struct, frozen=True):
    """Who did what to what. ``outcome``: done | refused:<code>."""

    at_utc_ns: int
    actor: str
    action: str
    object: str
    outcome: str
    detail: str = ""


class ChainedEntry(msgspec.Struct, frozen=True):
    """An entry in its place: ``hash`` = sha256 over the previous hash and the entry (:mod:`bridge.audit`)."""

    number: int
    entry: AuditEntry
    previous: str
    hash: str


class Audit(Protocol):
    """One append-only hash chain per installation."""

    async def append(self, entry: AuditEntry) -> ChainedEntry: ...

    async def head(self) -> ChainedEntry | None: ...

    async def entries(self, after: int, limit: int) -> list[ChainedEntry]: ...

    async def holds(self, hash_: str) -> bool:
        """Whether an entry has this hash."""
        ...


class OutboxRow(msgspec.Struct, frozen=True):
    """Something to be told or done after the commit, at least once. ``number`` given by the store."""

    number: int
    kind: str
    subject: str
    body: str
    made_utc_ns: int


class Outbox(Protocol):
    async def add(self, kind: str, subject: str, body: str, made_utc_ns: int) -> None: ...

    async def pending(self, limit: int) -> list[OutboxRow]: ...

    async def done(self, number: int) -> None: ...


class PublishedKeyList(msgspec.Struct, frozen=True):
    """A list of the installation's public keys (:mod:`bridge.keylists`) and its signature, each as its canonical text.
    ``number`` is given by the store, 0 before that."""

    text: str
    signature: str
    number: int = 0


class KeyLists(Protocol):
    async def add(self, published: PublishedKeyList) -> None: ...

    async def all(self) -> list[PublishedKeyList]:
        """In the order of their publication."""
        ...


class Lease(msgspec.Struct, frozen=True):
    """``owner`` runs the room until ``until_utc_ns`` unless it renews."""

    name: str
    owner: str
    until_utc_ns: int


class Leases(Protocol):
    async def take(self, name: str, owner: str, now_utc_ns: int, until_utc_ns: int) -> Lease:
        """The lease after the attempt: ours when it was free, ran out or was ours, else the other owner's."""
        ...

    async def release(self, name: str, owner: str) -> None: ...

    async def free_for(self, owner: str, now_utc_ns: int) -> list[Lease]:
        """Rows that this owner would get: its own, and those that ran out."""
        ...


class UsedTokens(Protocol):
    async def use(self, token: str, until_utc_ns: int) -> bool:
        """False when it was used before. Entries older than ``until`` are forgotten."""
        ...


class NodeRow(msgspec.Struct, frozen=True):
    """A media node or recorder in the registry. ``kind``: sfu | recorder."""

    id: str
    kind: str
    control: str
    announced: str
    seen_utc_ns: int
    load: float


class Nodes(Protocol):
    async def heartbeat(self, row: NodeRow) -> None: ...

    async def of_kind(self, kind: str) -> list[NodeRow]: ...


class UnitOfWork(Protocol):
    """One transaction. Leaving without :meth:`commit` undoes everything. A unit that writes begins so
    (``write=True`` at its making: BEGIN IMMEDIATE on SQLite)."""

    organisation: Organisation
    accounts: Accounts
    sessions: Sessions
    sign_ins: SignIns
    second_factors: SecondFactors
    invitations: Invitations
    offices: Offices
    first_links: FirstLinks
    visits: Visits
    receptions: Receptions
    recordings: Recordings
    access_events: AccessEvents
    fixity_checks: FixityChecks
    viewing_copies: ViewingCopies
    audit: Audit
    outbox: Outbox
    key_lists: KeyLists
    leases: Leases
    used_tokens: UsedTokens
    nodes: Nodes

    async def __aenter__(self) -> "UnitOfWork": ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None: ...


class UnitsOfWork(Protocol):
    """Makes units of work."""

    def reading(self) -> UnitOfWork: ...

    def writing(self) -> UnitOfWork: ...


MakeUnit = Callable[[], UnitOfWork]
