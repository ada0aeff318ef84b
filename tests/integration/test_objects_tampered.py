"""Somebody with the store in their hands, on a disk and on MinIO: a file that is changed, removed, swapped with another
session's or covered by a newer one."""

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bridge import commands as c
from bridge.errors import Refusal
from bridge.manifest import ordered_segments
from bridge.media import Source
from bridge.model import RecordingRow
from bridge.verification import journal_key, load_manifest
from deploy.points import Point
from deploy.verify import verify_by_id
from storage.objects.address import S3Address
from storage.objects.s3 import client, pool
from tests.support.house import House, whole_house
from tests.support.minio import MinioServer, running_minio
from tests.support.receptions import AGENCY_SEAT, CHAIR, scheduled
from tests.support.room_server import eventually


class Stored(NamedTuple):
    """Two sealed recordings, and how their files are found on the disk below."""

    house: House
    first: RecordingRow
    second: RecordingRow
    minio: tuple[MinioServer, S3Address] | None

    def files(self, key: str) -> list[Path]:
        """Of one object."""
        if self.minio is None:
            return [self.house.folder / "objects" / key]
        return self.minio[0].on_disk(self.minio[1], key)

    async def segments(self, row: RecordingRow) -> list[str]:
        """Keys, in the manifest's order."""
        manifest = await load_manifest(self.house.objects, row.manifest_key, row.manifest_version or None)
        return [segment.key for segment in ordered_segments(manifest.tracks)]

    async def faults(self) -> set[str]:
        """What `diemcau verify` says of the first recording: paths, or the store's own word."""
        try:
            units, judge = self.house.server.units, await self.house.judge()
            result = await verify_by_id(units, self.house.objects, judge, self.first.id, lambda *_: None)
        except Refusal as refusal:
            return {str(refusal)}
        return {fault.path for fault in result.faults}


async def _recorded(house: House) -> RecordingRow:
    """A short reception of two points."""
    reception = await scheduled(house.server.receptions, house.server.clock.utc())
    points = [house.point(reception, CHAIR, 1, Source.CAMERA), house.point(reception, AGENCY_SEAT, 2)]
    try:
        for point in points:
            await point.join()
        await points[0].command(c.StartReception("trial"))
        before = [_marks(point) for point in points]
        await eventually(lambda: all(_marks(point) > n + 20 for point, n in zip(points, before, strict=True)))
        await points[0].command(c.CloseReception())
    finally:
        for point in points:
            await point.close()
    return await house.sealed(reception)


def _marks(point: Point) -> int:
    """It has read from the others' pictures so far."""
    return sum(seen.marks for seen in point.downlink.seen.values()) if point.downlink else 0


@pytest.fixture(params=["directory", "minio"])
async def stored(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stored]:
    for name in ("server", "house"):
        (tmp_path / name).mkdir()
    if request.param == "directory":
        async with whole_house(tmp_path / "house") as house:
            yield Stored(house, await _recorded(house), await _recorded(house), None)
        return
    with running_minio(tmp_path / "server") as server:
        address = server.bucket()
        async with whole_house(tmp_path / "house", address) as house:
            yield Stored(house, await _recorded(house), await _recorded(house), (server, address))


def _write(path: Path, body: bytes) -> None:
    """MinIO clears away what it finds to be no object any more, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(body)


async def test_what_is_changed_removed_or_swapped_below_the_store_is_found(
    stored: Stored, record_property: Callable[[str, object], None]
) -> None:
    assert await stored.faults() == set()
    segments = await stored.segments(stored.first)
    row = stored.first
    tried = 0
    for key in (*segments, row.manifest_key, journal_key(row.prefix)):
        for path in stored.files(key):
            original = path.read_bytes()
            damaged = bytearray(original)
            damaged[len(damaged) // 2] ^= 1
            _write(path, bytes(damaged))
            assert await stored.faults(), f"{path} flipped"
            path.unlink()
            assert await stored.faults(), f"{path} removed"
            _write(path, original)
            tried += 2
    for mine, other in zip(segments, await stored.segments(stored.second), strict=False):
        swapped = list(zip(stored.files(mine), stored.files(other), strict=False))
        originals = [path.read_bytes() for path, _ in swapped]
        for path, foreign in swapped:
            _write(path, foreign.read_bytes())
        assert await stored.faults(), f"{mine} swapped"
        for (path, _), original in zip(swapped, originals, strict=True):
            _write(path, original)
        tried += 1
    record_property("figures", f"{tried} changes to files below the store, all found")
    assert tried > 3 * len(segments)
    assert await stored.faults() == set()


@pytest.mark.parametrize("stored", ["minio"], indirect=True)
async def test_a_file_that_covers_another_changes_nothing(stored: Stored) -> None:
    """MinIO keeps versions: what is put on the same key by who holds the root key, or a delete marker, only hides."""
    assert stored.minio is not None
    root = stored.minio[0].root(stored.minio[1].bucket)
    http = pool(root, 1)
    try:
        first, second, *_ = await stored.segments(stored.first)
        body = b"another picture"
        store = client(root, http)
        for key in (first, stored.first.manifest_key):
            store.put_object(root.bucket, key, io.BytesIO(body), len(body))
            assert b"".join([chunk async for chunk in stored.house.objects.read(key)]) == body
        store.remove_object(root.bucket, second)
    finally:
        http.clear()
    assert await stored.faults() == set()
