"""What storage keeps, as ``bridge`` sees it: repositories and the unit of work that ties them into one transaction.

Everything raises Unavailable(storage_unavailable) when the database does not answer; reading what is not there raises
NotFound unless the docstring says None.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Protocol

import msgspec

from bridge.archive_rows import AccessEvents, FixityChecks, Recordings, ViewingCopies
from bridge.client_rows import Clients, KeptAnswers
from bridge.line_rows import LineTests
from bridge.people_rows import Accounts, FirstLinks, Offices, Organisation, SecondFactors, Sessions, SignIns
from bridge.reception_rows import Invitations, LineLooks, Receptions, Visits
from bridge.trying_rows import Repeats, Tries


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

    async def of(self, name: str) -> Lease | None:
        """Also one that ran out."""
        ...

    async def free_for(self, owner: str, now_utc_ns: int) -> list[Lease]:
        """Rows that this owner would get: its own, and those that ran out."""
        ...


class UsedTokens(Protocol):
    async def use(self, token: str, until_utc_ns: int) -> bool:
        """False when it was used before. Entries older than ``until`` are forgotten."""
        ...


class NodeRow(msgspec.Struct, frozen=True):
    """A media node or recorder in the registry. ``kind``: sfu | recorder. ``control``: where its control API answers;
    ``announced``: where browsers' media goes, for people to read. ``load``: the share of one core that its process used
    since the heartbeat before. ``draining``: it gets no new rooms."""

    id: str
    kind: str
    control: str
    announced: str
    seen_utc_ns: int
    load: float
    rooms: int = 0
    participants: int = 0
    version: str = ""
    draining: bool = False


class Nodes(Protocol):
    async def heartbeat(self, row: NodeRow) -> None:
        """Add it, or renew everything but whether it is draining."""
        ...

    async def of_kind(self, kind: str) -> list[NodeRow]:
        """In order of id."""
        ...

    async def drain(self, node: str, draining: bool) -> bool:
        """Set by people alone. False: there is no such node."""
        ...

    async def forget(self, node: str) -> bool:
        """One that will not come back. False: there is no such node."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving without :meth:`commit` undoes everything. A unit that writes begins so
    (``write=True`` at its making: BEGIN IMMEDIATE on SQLite)."""

    organisation: Organisation
    accounts: Accounts
    sessions: Sessions
    sign_ins: SignIns
    second_factors: SecondFactors
    clients: Clients
    kept_answers: KeptAnswers
    invitations: Invitations
    offices: Offices
    first_links: FirstLinks
    visits: Visits
    receptions: Receptions
    line_looks: LineLooks
    recordings: Recordings
    access_events: AccessEvents
    fixity_checks: FixityChecks
    viewing_copies: ViewingCopies
    audit: Audit
    outbox: Outbox
    key_lists: KeyLists
    leases: Leases
    used_tokens: UsedTokens
    tries: Tries
    repeats: Repeats
    nodes: Nodes
    line_tests: LineTests

    async def __aenter__(self) -> "UnitOfWork": ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None: ...


class UnitsOfWork(Protocol):
    """Makes units of work."""

    def asking(self) -> UnitOfWork:
        """For a single question, which costs a third of what it does in a unit that reads."""
        ...

    def reading(self) -> UnitOfWork: ...

    def writing(self) -> UnitOfWork: ...


MakeUnit = Callable[[], UnitOfWork]
