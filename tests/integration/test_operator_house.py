"""The real node, recorder and rooms: what an operator is shown is what the lines and the recording really are."""

import asyncio
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.media import Source
from tests.support.house import whole_house
from tests.support.receptions import AGENCY_SEAT, CHAIR, scheduled
from tests.support.room_server import WITHIN_S


async def test_lines_are_measured_and_the_recorder_confirms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.watching.EVERY_S", 0.5)
    monkeypatch.setattr("signaling.watching._FIRST_S", 0.5)
    async with whole_house(tmp_path) as house:
        reception = await scheduled(house.server.receptions, house.server.clock.utc())
        chair = house.point(reception, CHAIR, 1, Source.CAMERA, Source.MICROPHONE)
        agency = house.point(reception, AGENCY_SEAT, 2)
        try:
            await chair.join()
            await agency.join()
            await chair.command(c.StartReception("trial"))
            assert house.server.signaling is not None
            rooms = house.server.signaling.rooms
            async with asyncio.timeout(WITHIN_S):
                while True:
                    watched = rooms.watched_room(reception.id)
                    assert watched is not None
                    newest = watched.samples[-1] if watched.samples else None
                    line = newest.seats.get(CHAIR.id) if newest else None
                    if newest and newest.behind_ms is not None and line and line.up and line.down:
                        break
                    await asyncio.sleep(0.1)
            assert newest.node_answers
            assert newest.store_available
            assert newest.behind_ms < 2_000  # the second of a sync, and some for a machine that is busy
            assert line.up.kbps > 10
            assert line.up.loss == line.down.loss == 0  # loopback
            assert line.connected
            assert watched.recorder_answers
            assert watched.recorder_free
        finally:
            await chair.close()
            await agency.close()
