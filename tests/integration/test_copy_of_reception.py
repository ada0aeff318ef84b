"""A real reception, recorded and sealed by the real parts, as a viewing copy: each picture is what was stored."""

from bisect import bisect_right
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.ids import NS_PER_S, SeatId
from bridge.manifest import Manifest
from bridge.media import Source
from bridge.verification import load_manifest, read_whole
from deploy.points import Point
from tests.support.house import House, whole_house
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.recordings import SeenAt, read_pictures, read_sound
from tests.support.room_server import eventually
from tests.support.viewing_copies import Copy, rendered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

CODES = {CHAIR.id: 1, AGENCY_SEAT.id: 2, CITIZEN.id: 3}
GRAIN_S = 0.001
"""Stored times are whole milliseconds: a picture may be shown this much before its time."""

_ROUNDING_S = 1e-6


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with whole_house(tmp_path) as house:
        yield house


async def recorded(house: House) -> Manifest:
    """Chair and agency; the citizen comes late and goes early."""
    reception = await scheduled(house.server.receptions, house.server.clock.utc())
    chair = house.point(reception, CHAIR, 1, Source.CAMERA, Source.MICROPHONE)
    agency, citizen = house.point(reception, AGENCY_SEAT, 2), house.point(reception, CITIZEN, 3)
    try:
        await chair.join()
        await agency.join()
        await chair.command(c.StartReception("trial"))
        await chair.open(Source.MICROPHONE)
        await citizen.join()
        await eventually(lambda: _frames(chair, of=2) >= 20)
        await citizen.leave()
        seen = _frames(agency, of=1)
        await eventually(lambda: _frames(agency, of=1) >= seen + 20)
        await chair.command(c.CloseReception())
    finally:
        for point in (chair, agency, citizen):
            await point.close()
    row = await house.sealed(reception)
    return await load_manifest(house.objects, row.manifest_key)


def _frames(point: Point, of: int) -> int:
    """How many it has seen of each of so many others."""
    seen = point.downlink.seen if point.downlink else {}
    frames = sorted((one.frames for one in seen.values()), reverse=True)
    return frames[of - 1] if len(frames) >= of else 0


async def stored(house: House, manifest: Manifest) -> dict[SeatId, list[SeenAt]]:
    """The marks of every camera's stored pictures, by seat, in order of time."""
    seat_of = {person.id: person.seat for person in manifest.participants}
    found: dict[SeatId, list[SeenAt]] = {}
    for track in manifest.tracks:
        for segment in track.segments if track.source is Source.CAMERA else ():
            body = await read_whole(house.objects, segment.key, segment.version or None)
            found.setdefault(seat_of[track.participant], []).extend(read_pictures(body, segment.start_ns / NS_PER_S)[1])
    return {seat: sorted(marks) for seat, marks in found.items()}


async def test_every_picture_of_the_copy_is_the_one_that_was_stored(house: House, tmp_path: Path) -> None:
    manifest = await recorded(house)
    film, faults = await rendered(house.objects, manifest, tmp_path / "pieces")
    assert faults == {}
    copy, marks = Copy(film, manifest), await stored(house, manifest)
    frames, picture_s, sound_s = copy.lengths()
    assert sound_s == pytest.approx(manifest.duration_ns / NS_PER_S, abs=0.001)
    assert picture_s == pytest.approx(sound_s, abs=0.04)
    seen = dict.fromkeys(CODES, 0)
    for one in copy.tiles():
        if one.tile.missing or one.mark is None:
            continue
        assert one.mark.code == CODES[one.tile.seat]
        times = [stored_at.at for stored_at in marks[one.tile.seat]]
        around = (bisect_right(times, one.at + GRAIN_S + edge) - 1 for edge in (-_ROUNDING_S, _ROUNDING_S))
        assert one.mark in {marks[one.tile.seat][last].mark for last in around}
        seen[one.tile.seat] += 1
    assert min(seen.values()) >= 10, seen
    assert seen[CITIZEN.id] < seen[AGENCY_SEAT.id] <= frames
    assert 1 in read_sound(film.read_bytes()).tones(sound_s - 1.0, [1, 2, 3], 0.3)
