"""What every database promises of invitations."""

import msgspec
import pytest

from bridge.errors import Conflict
from bridge.ids import ReceptionId, SeatId
from bridge.invitations import Invitation
from storage.unit import SqlUnits


def invited(seat: str, mark: str, reception: str = "reception-1") -> Invitation:
    return Invitation(SeatId(seat), ReceptionId(reception), mark, "sealed", 1, 2)


async def test_a_seat_has_one_code_and_a_new_one_takes_its_place(units: SqlUnits) -> None:
    async with units.writing() as unit:
        for one in (invited("b", "m-b"), invited("a", "m-a"), invited("c", "m-c", "reception-2")):
            await unit.invitations.put(one)
        assert await unit.invitations.of_reception(ReceptionId("reception-1")) == [
            invited("a", "m-a"),
            invited("b", "m-b"),
        ]
        again = msgspec.structs.replace(invited("a", "m-new"), made_utc_ns=5)
        await unit.invitations.put(again)
        assert await unit.invitations.by_mark("m-a") is None
        assert await unit.invitations.by_mark("m-new") == again
        assert await unit.invitations.remove(SeatId("a")) is True
        assert await unit.invitations.remove(SeatId("a")) is False
        assert await unit.invitations.by_mark("m-new") is None


async def test_two_seats_never_have_one_mark(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.invitations.put(invited("a", "m"))
        with pytest.raises(Conflict):
            await unit.invitations.put(invited("b", "m"))
