"""What every database promises of visits by code."""

import msgspec
import pytest

from bridge.errors import Conflict
from bridge.ids import ReceptionId, SeatId, SessionId
from bridge.invitations import GuestVisit
from storage.unit import SqlUnits


def visit(name: str, seen: int = 5) -> GuestVisit:
    return GuestVisit(
        SessionId(name), SeatId("seat"), ReceptionId("reception"), "m" * 64, "token", 1, seen, "192.0.2.1", "Firefox"
    )


async def test_a_visit_is_kept_touched_and_ended(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.visits.add(visit("a"))
        await unit.visits.touch(SessionId("a"), 9)
        await unit.visits.touch(SessionId("nobody"), 9)
        assert await unit.visits.get(SessionId("a")) == msgspec.structs.replace(visit("a"), seen_utc_ns=9)
        assert await unit.visits.remove(SessionId("a")) is True
        assert await unit.visits.remove(SessionId("a")) is False
        assert await unit.visits.get(SessionId("a")) is None


async def test_old_ones_are_swept_and_no_secret_is_used_twice(units: SqlUnits) -> None:
    async with units.writing() as unit:
        for name, seen in (("old", 1), ("new", 10)):
            await unit.visits.add(visit(name, seen))
        assert await unit.visits.remove_older(10) == 1
        assert await unit.visits.get(SessionId("new")) is not None
    async with units.writing() as unit:
        await unit.visits.add(visit("once"))
        with pytest.raises(Conflict):
            await unit.visits.add(visit("once"))
