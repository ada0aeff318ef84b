"""Lists of receptions: by office, seat, words of the title and place, the same on every database."""

from typing import Any

import msgspec

from bridge.events import ReceptionChanged, ReceptionScheduled
from bridge.finding import ReceptionCursor, ReceptionFilter
from bridge.ids import AccountId, SeatId
from bridge.model import AdmitRule, Level, ReceptionKind, Role, Seat
from storage.unit import SqlUnits
from tests.contract.samples import COMMUNE, POINT, PROVINCE, reception, recorded

SEAT = Seat(SeatId("seat-1"), AccountId("account-1"), Role.CITIZEN, "Bình", POINT.id, POINT.name, Level.COMMUNE)
DAN = "Tiếp dân"
SCHEDULED = ReceptionScheduled(
    reception(5).id, "Tiếp định kỳ", COMMUNE.id, "Trụ sở", ReceptionKind.PERIODIC, 250, (SEAT,), (), AdmitRule.ON_JOIN
)


async def test_receptions_are_found_by_office_seat_words_and_place(units: SqlUnits) -> None:
    async with units.writing() as unit:
        for number, start, title in (
            (1, 300, "Tiếp DÂN đất"),
            (2, 100, "Tiếp dân"),
            (3, 200, "Họp"),
            (4, 200, "Tiếp dân"),
        ):
            row = msgspec.structs.replace(reception(number, start), title=title, public=number > 1, points=("Xã",))
            await unit.receptions.append([], row)
        theirs = msgspec.structs.replace(reception(5, 250), agency=COMMUNE.id)
        await unit.receptions.append([recorded(1, SCHEDULED, 5)], theirs)

        async def found(limit: int = 9, after: ReceptionCursor | None = None, **asked: Any) -> str:
            rows = await unit.receptions.find(ReceptionFilter(**asked), after, limit)
            return "".join(row.id[-1] for row in rows)

        own = frozenset({PROVINCE.id})
        assert await found() == "23451"
        assert await found(newest_first=True) == "15432"
        assert await found(agencies=own) == "2341"
        assert await found(agencies=own, account=SEAT.account) == "23451"
        assert await found(agencies=frozenset(), account=SEAT.account) == "5"
        assert await found(agencies=frozenset()) == ""
        assert await found(title="dan tiep") == "241"
        assert await found(title="%") == ""
        assert await found(public=True) == "234"
        assert await found(from_utc_ns=200, before_utc_ns=300) == "345"
        assert await found(2, ReceptionCursor(200, reception(3).id)) == "45"
        assert await found(2, ReceptionCursor(200, reception(4).id), newest_first=True) == "32"
        assert await unit.receptions.seats_of(SEAT.account, [theirs.id, reception(1).id]) == {theirs.id: SEAT.role}
        assert (await unit.receptions.row(reception(2).id)).points == ("Xã",)
        # A change moves the seats along.
        other = msgspec.structs.replace(SEAT, id=SeatId("other"), account=AccountId("account-9"))
        await unit.receptions.append([recorded(2, ReceptionChanged(seats=(other,), removed=(SEAT.id,)), 5)], theirs)
        assert await found(agencies=frozenset(), account=SEAT.account) == ""
        assert await found(agencies=frozenset(), account=other.account) == "5"
