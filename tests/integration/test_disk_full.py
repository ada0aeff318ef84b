"""A small disk under a whole reception: the start refused, the alarm, the full disk, and how it goes on."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.errors import Code, Refusal
from bridge.journal import GapReason
from bridge.media import Source
from bridge.verification import load_manifest, verify_recording
from deploy.points import Point
from tests.chaos.accounts import undeclared
from tests.support.house import whole_house
from tests.support.receptions import AGENCY_SEAT, CHAIR, scheduled
from tests.support.room_server import eventually
from tests.support.small_disk import small_spool

MB = 1_000_000
SIZE = 200 * MB
"""Four seats for the planned minute want 62 MB: below twice that is an alarm."""

REPLAY_S = 2
AWAY_S = 6
WITHIN_S = 30


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """``spool`` on a file system of its own."""
    with small_spool(tmp_path, SIZE) as folder:
        yield folder


def fill(folder: Path, free: int) -> Path:
    """Leave so many bytes."""
    ballast = folder / "spool" / "ballast"
    blocks = subprocess.run(["stat", "-f", "-c", "%a %S", str(folder / "spool")], stdout=subprocess.PIPE, check=True)
    available, size = map(int, blocks.stdout.split())
    with ballast.open("ab") as file:
        for _ in range(max(0, available * size - free) // MB):
            file.write(bytes(MB))
    return ballast


def stuff(ballast: Path) -> None:
    """To the last block."""
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def frames(point: Point) -> int:
    return min((one.frames for one in (point.downlink.seen if point.downlink else {}).values()), default=0)


async def codes(point: Point, *wanted: str) -> None:
    await point.until(lambda room: tuple(alarm.code for alarm in room.alarms) == wanted)


async def test_from_refusal_to_full_and_back(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.overseer.LOOK_S", 0.1)
    async with whole_house(small_disk, replay_seconds=REPLAY_S) as house:
        reception = await scheduled(house.server.receptions, house.server.clock.utc())
        chair, agency = house.point(reception, CHAIR, 1, Source.CAMERA), house.point(reception, AGENCY_SEAT, 2)
        try:
            await chair.join()
            await agency.join()
            await codes(chair)
            ballast = fill(small_disk, 100 * MB)
            await codes(chair, "disk_low")
            fill(small_disk, 30 * MB)
            await codes(chair, "disk_short")
            with pytest.raises(Refusal) as refused:
                await chair.command(c.StartReception("trial"))
            assert refused.value.code is Code.DISK_SHORT
            assert refused.value.params["wanted"] == 0.1
            ballast.unlink()
            await codes(chair)
            await chair.command(c.StartReception("trial"))
            await _fills_up_and_is_emptied(small_disk, chair, agency)
            await chair.command(c.CloseReception())
        finally:
            for point in (chair, agency):
                await point.close()
        row = await house.sealed(reception)
        assert (await verify_recording(house.objects, row.manifest_key, await house.judge())).holds
        manifest = await load_manifest(house.objects, row.manifest_key, None)
        for track in manifest.tracks:
            # Small pictures may have waited in the line's own buffers: then nothing is missing. What is missing is
            # declared, and after it the track went on.
            assert undeclared(track) == [], (track.id, track.gaps)
            away = [gap for gap in track.gaps if gap.reason is GapReason.RECORDER_AWAY]
            assert sum(gap.end_ns - gap.start_ns for gap in away) < manifest.duration_ns
            assert track.segments[-1].end_ns > max((gap.end_ns for gap in away), default=0), "it went on"
        said = [event.detail for event in manifest.events if event.kind == "RecordingMoved"]
        assert '{"health":"not_recording"}' in said
        assert said[-1] == '{"health":"writing"}'


async def _fills_up_and_is_emptied(folder: Path, chair: Point, agency: Point) -> None:
    await _pictures_pass(chair, 30)
    ballast = fill(folder, 0)
    stuff(ballast)
    room = await agency.until(lambda room: room.recording == "not_recording")
    assert room.state == "live"
    async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as both:
        both.create_task(_pictures_pass(chair, 15 * AWAY_S))  # everybody goes on to see each other
        both.create_task(asyncio.sleep(AWAY_S))  # pictures that come in a bunch would not outlast what the node keeps
    ballast.unlink()
    await agency.until(lambda room: room.recording == "writing")
    await _pictures_pass(chair, 30)


async def _pictures_pass(point: Point, count: int) -> None:
    before = frames(point)
    await eventually(lambda: frames(point) >= before + count)
