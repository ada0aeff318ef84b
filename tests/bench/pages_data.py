"""A province after three years: 100,000 receptions and as many recordings, 2,000 accounts, written into PostgreSQL.

Drawn from a seed, so that two runs ask the same. A past reception has its first event alone: no page measured reads it.
"""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import msgspec
import psycopg

from bridge.accounts import new_session
from bridge.events import DoorsOpened, ReceptionScheduled, Recorded
from bridge.ids import NS_PER_S, AccountId, AgencyId, BridgePointId, ReceptionId, SeatId, UtcNs
from bridge.ledger import line_of
from bridge.model import Account, AdmitRule, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.search import folded
from storage import schema
from storage.rows import columns_of, searched

RECEPTIONS, ACCOUNTS, AGENCIES = 100_000, 2_000, 151
CENTRAL_SHARE = 0.1
_DAYS_BACK, _DAYS_AHEAD = 3 * 365, 14
_DAY_NS = 86_400 * NS_PER_S
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ")
_GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quân", "Sơn", "Thảo")
_MATTERS = ("đất đai", "giải phóng mặt bằng", "môi trường", "chính sách", "khiếu nại quyết định", "xây dựng")
_ROLES = (Role.CHAIR, Role.SECRETARY, Role.ARCHIVIST, Role.ADMINISTRATOR, Role.AGENCY, Role.CITIZEN)


@dataclass(frozen=True)
class Someone:
    """An account with a session that is open already: ``secret`` of its cookie."""

    account: Account
    secret: str


@dataclass(frozen=True)
class Filled:
    """``today``: coming receptions with their chairs; ``rooms``: receptions whose doors are open, with who has a seat,
    the chair first."""

    by_login: dict[str, Someone]
    today: list[tuple[ReceptionId, Someone]]
    rooms: list[tuple[ReceptionId, list[Someone]]]


def _copy(connection: psycopg.Connection, table: str, rows: Iterable[dict[str, object]]) -> None:
    """COPY of rows given as columns, whose order the first one tells."""
    left = iter(rows)
    first = next(left)
    names = ", ".join(f'"{name}"' for name in first)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN".encode()) as copy:
        for row in chain([first], left):
            copy.write_row([_plain(row[name]) for name in first])


def _plain(value: object) -> object:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


def fill(url: str, rooms_of: Sequence[int]) -> Filled:
    """Everything. ``rooms_of``: how many seats each room has that is to be entered."""
    schema.migrate(url)
    draw, now = random.Random(459), UtcNs(time.time_ns())
    people = _people(draw)
    with psycopg.connect(url) as connection:
        _copy(connection, "agencies", _agencies())
        _copy(connection, "bridge_points", _points())
        accounts = (
            columns_of(one.account) | {"words": searched(one.account.name, one.account.login)} for one in people
        )
        _copy(connection, "accounts", accounts)
        _copy(connection, "sessions", (_session(one, now) for one in people))
        today, rooms = _receptions(connection, draw, people, rooms_of, now)
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")
    return Filled({one.account.login: one for one in people}, today, rooms)


def _agency(number: int) -> AgencyId:
    return AgencyId(f"agency-{number:03}")


def _level(number: int) -> Level:
    return Level.CENTRAL if number == 0 else Level.PROVINCE if number <= 30 else Level.COMMUNE


def _agencies() -> Iterator[dict[str, object]]:
    for number in range(AGENCIES):
        parent = None if number == 0 else _agency(0)
        yield {"id": _agency(number), "name": f"Cơ quan {number:03}", "level": str(_level(number)), "parent": parent}


def _points() -> Iterator[dict[str, object]]:
    for number in range(AGENCIES):
        yield {
            "id": f"point-{number:03}", "agency": _agency(number), "name": f"Điểm cầu {number:03}",
            "level": str(_level(number)), "place": "",
        }  # fmt: skip


def _people(draw: random.Random) -> list[Someone]:
    """The first of each agency hold its roles in order; logins say both."""
    found = []
    for number in range(ACCOUNTS):
        agency, place = number % AGENCIES, number // AGENCIES
        role = _ROLES[place % len(_ROLES)]
        name = f"{draw.choice(_FAMILY)} {draw.choice(_GIVEN)} {draw.choice(_GIVEN)}"
        account = Account(
            AccountId(f"account-{number:04}"), f"{role}.{agency:03}.{place:02}", name, frozenset({role}),
            _agency(agency), None, "$none",
        )  # fmt: skip
        found.append(Someone(account, f"bench-secret-{number:04}"))
    return found


def _session(one: Someone, now: UtcNs) -> dict[str, object]:
    return columns_of(new_session(one.secret, "bench-csrf", one.account.id, now))


def _seat(number: int, one: Someone, role: Role) -> Seat:
    name, agency = one.account.name, one.account.agency.removeprefix("agency-")
    point = BridgePointId(f"point-{agency}")
    return Seat(
        SeatId(f"s{number}"), one.account.id, role, name, point, f"Điểm cầu {agency}", Level.COMMUNE,
        (SeatPerson(name, role),),
    )  # fmt: skip


class _Book:
    """Rows of every table that a reception touches."""

    def __init__(self) -> None:
        self.receptions: list[dict[str, object]] = []
        self.events: list[dict[str, object]] = []
        self.seats: list[dict[str, object]] = []
        self.recordings: list[dict[str, object]] = []
        self.people: list[dict[str, object]] = []

    def plan(
        self,
        id_: ReceptionId,
        title: str,
        agency: AgencyId,
        starts: int,
        seats: tuple[Seat, ...],
        *,
        opened: bool = False,
        admit: AdmitRule = AdmitRule.ON_JOIN,
    ) -> None:
        """Planned, and its doors open if so."""
        event = ReceptionScheduled(
            id_, title, agency, f"Cơ quan {agency}", ReceptionKind.REGULAR, starts, seats, (), admit
        )
        told = [Recorded(id_, 1, starts, "system", event)]
        if opened:
            told.append(Recorded(id_, 2, starts, "system", DoorsOpened()))
        self.events += [columns_of(line_of(one)) for one in told]
        self.seats += [
            {"reception": id_, "seat": one.id, "account": one.account, "role": str(one.role), "starts_utc_ns": starts}
            for one in seats
        ]
        self.receptions.append(
            {
                "id": id_,
                "title": title,
                "agency": agency,
                "starts_utc_ns": starts,
                "state": "planned",
                "doors_open": opened,
                "seats": len(seats),
                "recording": None,
                "began_utc_ns": None,
                "ended_utc_ns": None,
                "title_words": "".join(f" {word}" for word in folded(title)),
            }
        )

    def record(self, seats: tuple[Seat, ...]) -> None:
        """The last one was held: in the archive, checked without a fault."""
        row = self.receptions[-1]
        id_, starts = f"recording-{row['id']}", int(str(row["starts_utc_ns"]))
        row |= {"state": "closed", "recording": id_, "began_utc_ns": starts, "ended_utc_ns": starts + 3600 * NS_PER_S}
        self.recordings.append(
            {
                "id": id_,
                "reception": row["id"],
                "agency": row["agency"],
                "title": row["title"],
                "state": "verified",
                "prefix": f"recordings/{id_}/",
                "began_utc_ns": starts,
                "ended_utc_ns": row["ended_utc_ns"],
                "recorder": "bench",
                "journal_key": "j",
                "manifest_key": "m",
                "manifest_version": "v",
                "manifest_sha256": "0" * 64,
                "bytes": 10**9,
                "points": len(seats),
                "verified_utc_ns": starts,
                "faults": 0,
                "title_words": searched(str(row["title"])),
            }
        )
        self.people += [
            {
                "recording": id_,
                "agency": row["agency"],
                "began_utc_ns": starts,
                "name": seat.name,
                "point": seat.point,
                "role": str(seat.role),
                "point_name": seat.point_name,
                "name_words": "".join(f" {word}" for word in folded(seat.name)),
            }
            for seat in {seat.name: seat for seat in seats}.values()
        ]


def _receptions(
    connection: psycopg.Connection, draw: random.Random, people: list[Someone], rooms: Sequence[int], now: UtcNs
) -> tuple[list[tuple[ReceptionId, Someone]], list[tuple[ReceptionId, list[Someone]]]]:
    book = _Book()
    today: list[tuple[ReceptionId, Someone]] = []
    for number in range(RECEPTIONS):
        agency = 0 if draw.random() < CENTRAL_SHARE else draw.randrange(1, AGENCIES)
        starts = now + draw.randrange(-_DAYS_BACK * _DAY_NS, _DAYS_AHEAD * _DAY_NS)
        chair, others = people[agency], draw.sample(people[AGENCIES:], 4)
        seats = (_seat(0, chair, Role.CHAIR), *(_seat(place, one, Role.CITIZEN) for place, one in enumerate(others, 1)))
        id_ = ReceptionId(f"reception-{number:06}")
        book.plan(id_, f"Tiếp công dân về {draw.choice(_MATTERS)} số {number}", _agency(agency), starts, seats)
        if starts < now - _DAY_NS:
            book.record(seats)
        elif starts > now and len(today) < 200:
            today.append((id_, chair))
    entered = [_room(book, number, seats, people, now) for number, seats in enumerate(rooms)]
    for table in ("receptions", "reception_events", "reception_seats", "recordings", "recording_people"):
        rows = {"reception_events": book.events, "reception_seats": book.seats, "recording_people": book.people}
        _copy(connection, table, rows.get(table) or getattr(book, table))
    return today, entered


def _room(book: _Book, number: int, seats: int, people: list[Someone], now: UtcNs) -> tuple[ReceptionId, list[Someone]]:
    """Its doors are open and the office lets people in: in the first one everybody conducts but the last, who waits; in
    the others everybody waits but the chair."""
    start = number * 50 % (ACCOUNTS - 51)
    inside, last = people[start : start + seats], seats - 1
    roles = [Role.CITIZEN if number or place == last else Role.ADVISOR for place in range(seats)]
    roles[0] = Role.CHAIR
    placed = tuple(_seat(place, one, roles[place]) for place, one in enumerate(inside))
    id_ = ReceptionId(f"room-{number:03}")
    agency = inside[0].account.agency
    book.plan(id_, f"Phòng {number}", agency, now, placed, opened=True, admit=AdmitRule.BY_OFFICE)
    return id_, inside
