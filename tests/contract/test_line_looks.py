"""What every database promises of the lines of receptions."""

import pytest

from bridge.board import SeatSample
from bridge.errors import Conflict, NotFound
from bridge.ids import ReceptionId, SeatId
from bridge.linehistory import KeptLook
from bridge.quality import LineSpan
from storage.unit import SqlUnits
from tests.contract.samples import reception, recorded
from tests.contract.test_repositories import EVENTS

HERE = reception().id
LOOKS = [
    KeptLook(at, missed, {SeatId("s"): SeatSample(True, LineSpan(0.1, 5.0, 40.0, 9.5, None), None)})
    for at, missed in ((10, 0), (20, 2), (30, 0))
]


@pytest.fixture
async def known(units: SqlUnits) -> SqlUnits:
    async with units.writing() as unit:
        await unit.receptions.append([recorded(1, EVENTS[0])], reception())
        await unit.commit()
    return units


async def test_looks_come_back_in_order_of_time(known: SqlUnits) -> None:
    async with known.writing() as unit:
        await unit.line_looks.add(HERE, LOOKS[1:])
        await unit.line_looks.add(HERE, LOOKS[:1])
        assert await unit.line_looks.of_reception(HERE, 0, 10) == LOOKS
        assert await unit.line_looks.of_reception(HERE, 10, 1) == LOOKS[1:2]
        assert await unit.line_looks.of_reception(HERE, 30, 10) == []


async def test_one_moment_is_kept_once_and_of_a_known_reception(known: SqlUnits) -> None:
    async with known.writing() as unit:
        await unit.line_looks.add(HERE, LOOKS)
        await unit.commit()
    with pytest.raises(Conflict):
        async with known.writing() as unit:
            await unit.line_looks.add(HERE, LOOKS[:1])
    with pytest.raises(NotFound):
        async with known.writing() as unit:
            await unit.line_looks.add(ReceptionId("nowhere"), LOOKS)
