"""One transaction over all repositories."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from bridge.archive_rows import AccessEvents, FixityChecks, Recordings, ViewingCopies
from bridge.client_rows import Clients, KeptAnswers
from bridge.line_rows import LineTests
from bridge.people_rows import Accounts, FirstLinks, Offices, Organisation, SecondFactors, Sessions, SignIns
from bridge.reception_rows import Invitations, LineLooks, Receptions, Visits
from bridge.repositories import Audit, KeyLists, Leases, Nodes, Outbox, UnitOfWork, UsedTokens
from bridge.trying_rows import Repeats, Tries
from storage.engine import Database, Kind
from storage.repositories.accounts import SqlAccounts
from storage.repositories.archive import SqlAccessEvents, SqlFixityChecks, SqlViewingCopies
from storage.repositories.audit import SqlAudit
from storage.repositories.clients import SqlClients, SqlKeptAnswers
from storage.repositories.first_links import SqlFirstLinks
from storage.repositories.invitations import SqlInvitations
from storage.repositories.key_lists import SqlKeyLists
from storage.repositories.leases import SqlLeases
from storage.repositories.line_looks import SqlLineLooks
from storage.repositories.line_tests import SqlLineTests
from storage.repositories.nodes import SqlNodes
from storage.repositories.offices import SqlOffices
from storage.repositories.organisation import SqlOrganisation
from storage.repositories.outbox import SqlOutbox
from storage.repositories.receptions import SqlReceptions
from storage.repositories.recordings import SqlRecordings
from storage.repositories.second_factors import SqlSecondFactors
from storage.repositories.sessions import SqlSessions
from storage.repositories.sign_ins import SqlSignIns
from storage.repositories.tries import SqlRepeats, SqlTries
from storage.repositories.used_tokens import SqlUsedTokens
from storage.repositories.visits import SqlVisits
from storage.transaction import Transaction


class SqlUnit:
    """A unit of work on a database (:class:`bridge.repositories.UnitOfWork`).

    One task uses it at a time. Its connection goes back at the commit, so that what follows the commit inside the
    ``async with`` (publishing) keeps nobody from writing.
    """

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

    def __init__(self, database: Database, kind: Kind) -> None:
        self._database = database
        self._kind = kind
        self._held = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as held:
            if self._kind is Kind.WRITES:
                await held.enter_async_context(self._database.writer())
            connection = await held.enter_async_context(self._database.transaction(self._kind))
            self._held = held.pop_all()
        self._transaction = Transaction(connection, self._kind is Kind.WRITES)
        self._fill(self._transaction)
        return self

    def _fill(self, transaction: Transaction) -> None:
        self.organisation = SqlOrganisation(transaction)
        self.accounts = SqlAccounts(transaction)
        self.sessions = SqlSessions(transaction)
        self.sign_ins = SqlSignIns(transaction)
        self.second_factors = SqlSecondFactors(transaction)
        self.clients = SqlClients(transaction)
        self.kept_answers = SqlKeptAnswers(transaction)
        self.invitations = SqlInvitations(transaction)
        self.offices = SqlOffices(transaction)
        self.first_links = SqlFirstLinks(transaction)
        self.visits = SqlVisits(transaction)
        self.receptions = SqlReceptions(transaction)
        self.line_looks = SqlLineLooks(transaction)
        self.recordings = SqlRecordings(transaction)
        self.access_events = SqlAccessEvents(transaction)
        self.fixity_checks = SqlFixityChecks(transaction)
        self.viewing_copies = SqlViewingCopies(transaction)
        self.audit = SqlAudit(transaction)
        self.outbox = SqlOutbox(transaction)
        self.key_lists = SqlKeyLists(transaction)
        self.leases = SqlLeases(transaction)
        self.used_tokens = SqlUsedTokens(transaction)
        self.tries = SqlTries(transaction)
        self.repeats = SqlRepeats(transaction)
        self.nodes = SqlNodes(transaction)
        self.line_tests = SqlLineTests(transaction)

    async def commit(self) -> None:
        """Make everything last at once, or raise with nothing of it kept."""
        await self._transaction.commit()
        await self._held.aclose()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._held.aclose()


class SqlUnits:
    """Makes units of work on one database (:class:`bridge.repositories.UnitsOfWork`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def asking(self) -> UnitOfWork:
        """Each of its questions sees a moment of its own: for who asks one thing."""
        return SqlUnit(self._database, Kind.ASKS)

    def reading(self) -> UnitOfWork:
        """Sees one moment of the database and cannot change it."""
        return SqlUnit(self._database, Kind.READS)

    def writing(self) -> UnitOfWork:
        """The only one that writes while it lasts: keep it short and wait for nothing else inside."""
        return SqlUnit(self._database, Kind.WRITES)
