"""What storage keeps of the organisation and its people: agencies, accounts, sign-in, settings of offices."""

from collections.abc import Collection, Mapping
from typing import Protocol

from bridge.finding import AccountFilter
from bridge.first import FirstLink
from bridge.ids import AccountId, AgencyId, BridgePointId, SessionId
from bridge.model import (
    Account,
    Agency,
    BridgePoint,
    SecondFactor,
    Session,
    SignInUnderWay,
)
from bridge.office import Logo, OfficeVersion


class Organisation(Protocol):
    """Agencies and bridge points."""

    async def add_agency(self, agency: Agency) -> None: ...

    async def add_point(self, point: BridgePoint) -> None: ...

    async def replace_agency(self, agency: Agency) -> None: ...

    async def replace_point(self, point: BridgePoint) -> None: ...

    async def agency(self, agency: AgencyId) -> Agency: ...

    async def point(self, point: BridgePointId) -> BridgePoint: ...

    async def agencies(self) -> list[Agency]: ...

    async def names(self, agencies: Collection[AgencyId]) -> Mapping[AgencyId, str]:
        """Of those that there are."""
        ...

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

    async def find(self, asked: AccountFilter, after: str, limit: int) -> list[Account]:
        """In order of login; ``after``: only what follows that login."""
        ...

    async def count(self, asked: AccountFilter) -> int:
        """How many there are in all."""
        ...


class Sessions(Protocol):
    """Signed-in browsers (server side)."""

    async def add(self, session: Session) -> None: ...

    async def get(self, session: SessionId) -> Session | None: ...

    async def opened(self, session: SessionId) -> tuple[Session, Account] | None:
        """It and whose it is, in one question: what every page asks first. None when it ended."""
        ...

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


class FirstLinks(Protocol):
    """At most one."""

    async def put(self, link: FirstLink) -> None:
        """Instead of the one before."""
        ...

    async def get(self, id_: str) -> FirstLink | None: ...

    async def clear(self) -> None: ...


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
