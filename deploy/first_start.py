"""What a trial installation finds at its first start: three agencies, their points, accounts, a reception for today.

Passwords are random and told once: to whoever started it.
"""

from collections.abc import Mapping

import msgspec

from bridge.accounts import PASSWORD_BYTES
from bridge.commands import ScheduleReception
from bridge.ids import AccountId, AgencyId, BridgePointId, CaseId, SeatId
from bridge.model import Account, Agency, AgendaItem, BridgePoint, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.policy import SYSTEM
from bridge.ports import Clock, Entropy, PasswordHasher
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork

CHAIR_LOGIN = "chutri"


class DemoAccount(msgspec.Struct, frozen=True):
    """One account as told to people. ``place``: the point it sits at."""

    login: str
    password: str
    name: str
    place: str


class _Person(msgspec.Struct, frozen=True):
    login: str
    name: str
    roles: frozenset[Role]
    level: Level
    at_point: bool = False


_AGENCIES = {
    Level.CENTRAL: "Ban Tiếp công dân tỉnh (mẫu)",
    Level.PROVINCE: "Sở Nông nghiệp và Môi trường (mẫu)",
    Level.COMMUNE: "Ủy ban nhân dân xã Suối Mơ (mẫu)",
}
_POINTS = {
    Level.CENTRAL: "Điểm cầu trung tâm",
    Level.PROVINCE: "Điểm cầu Sở Nông nghiệp và Môi trường",
    Level.COMMUNE: "Điểm cầu xã Suối Mơ",
}
_PEOPLE = (
    _Person(CHAIR_LOGIN, "Trần Thị Chủ Trì", frozenset({Role.CHAIR}), Level.CENTRAL),
    _Person("thuky", "Lê Văn Thư Ký", frozenset({Role.SECRETARY}), Level.CENTRAL),
    _Person("coquan", "Phạm Đại Diện Sở", frozenset({Role.AGENCY}), Level.PROVINCE, at_point=True),
    _Person("congdan", "Nguyễn Văn Công Dân", frozenset({Role.CITIZEN}), Level.COMMUNE, at_point=True),
    _Person("luutru", "Võ Thị Lưu Trữ", frozenset({Role.ARCHIVIST}), Level.CENTRAL),
    _Person("quantri", "Quản trị hệ thống", frozenset({Role.ADMINISTRATOR, Role.OPERATOR}), Level.CENTRAL),
)
_SEATED = (Role.CHAIR, Role.SECRETARY, Role.AGENCY, Role.CITIZEN)


class FirstStart:
    """Fills an empty installation, once."""

    def __init__(self, units: UnitsOfWork, hasher: PasswordHasher, clock: Clock, entropy: Entropy) -> None:
        self._units = units
        self._hasher = hasher
        self._clock = clock
        self._entropy = entropy

    async def run(self, receptions: ReceptionService) -> list[DemoAccount]:
        """The accounts made, with their passwords; empty when the installation already has accounts, also by another
        machine that is started at this very moment."""
        async with self._units.reading() as unit:
            if await unit.accounts.all():
                return []
        agencies = {level: AgencyId(self._entropy.id()) for level in _AGENCIES}
        points = {level: BridgePointId(self._entropy.id()) for level in _POINTS}
        told = [
            DemoAccount(person.login, self._entropy.token(PASSWORD_BYTES), person.name, _POINTS[person.level])
            for person in _PEOPLE
        ]
        accounts = [
            self._account(person, made.password, agencies, points) for person, made in zip(_PEOPLE, told, strict=True)
        ]
        async with self._units.writing() as unit:
            if await unit.accounts.all():
                return []
            for level, name in _AGENCIES.items():
                parent = None if level is Level.CENTRAL else agencies[Level.CENTRAL]
                await unit.organisation.add_agency(Agency(agencies[level], name, level, parent))
            for level, name in _POINTS.items():
                point = BridgePoint(points[level], agencies[level], name, level, "")
                await unit.organisation.add_point(point)
            for account in accounts:
                await unit.accounts.add(account)
            await unit.commit()
        await receptions.schedule(SYSTEM, self._reception(accounts, agencies, points))
        return told

    def _account(
        self,
        person: _Person,
        password: str,
        agencies: Mapping[Level, AgencyId],
        points: Mapping[Level, BridgePointId],
    ) -> Account:
        return Account(
            id=AccountId(self._entropy.id()),
            login=person.login,
            name=person.name,
            roles=person.roles,
            agency=agencies[person.level],
            point=points[person.level] if person.at_point else None,
            password_hash=self._hasher.hash(password),
        )

    def _reception(
        self, accounts: list[Account], agencies: Mapping[Level, AgencyId], points: Mapping[Level, BridgePointId]
    ) -> ScheduleReception:
        seats = []
        for person, account in zip(_PEOPLE, accounts, strict=True):
            role = next((role for role in _SEATED if role in person.roles), None)
            if role is not None:
                seats.append(self._seat(person, account, role, points[person.level]))
        citizens = tuple(seat.id for seat in seats if seat.role is Role.CITIZEN)
        case = AgendaItem(1, CaseId(self._entropy.id()), "Kiến nghị về đường vào xã (mẫu)", citizens)
        return ScheduleReception(
            title="Buổi tiếp công dân trực tuyến (mẫu)",
            agency=agencies[Level.CENTRAL],
            office=_AGENCIES[Level.CENTRAL],
            kind=ReceptionKind.REGULAR,
            starts_utc_ns=self._clock.utc(),
            seats=tuple(seats),
            agenda=(case,),
        )

    def _seat(self, person: _Person, account: Account, role: Role, point: BridgePointId) -> Seat:
        return Seat(
            id=SeatId(self._entropy.id()),
            account=account.id,
            role=role,
            name=person.name,
            point=point,
            point_name=_POINTS[person.level],
            level=person.level,
            people=(SeatPerson(person.name, role),),
        )
