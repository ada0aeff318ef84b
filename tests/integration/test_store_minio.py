"""The product on the real MinIO: recorded, sealed and verified there, and no key can take it away."""

import asyncio
import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from minio import Minio
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from bridge import commands as c
from bridge.errors import Refusal, Unavailable
from bridge.export import Exporting, ExportRequest
from bridge.handover import Handover
from bridge.ids import NS_PER_S
from bridge.manifest import ordered_segments
from bridge.media import Source
from bridge.policy import SYSTEM
from bridge.signing import Origin
from bridge.verification import journal_key, load_manifest, remembered_of, signature_key, verify_recording
from deploy.folder import DataFolder
from deploy.points import Point
from deploy.storeprocess import ROOT_KEY
from deploy.verify import verify_exported
from recorder.remux import PyAvRemuxer
from storage.bag.writing import FolderBag
from storage.objects.address import S3Address
from storage.objects.build import build_objects
from storage.objects.canary import release
from storage.objects.minio_setup import CANARY
from storage.objects.s3 import client, pool
from tests.contract.conftest import RealClock
from tests.support.archive import archive
from tests.support.house import House, whole_house
from tests.support.minio import MinioServer, running_minio
from tests.support.ports import free_ports
from tests.support.product import Product
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.room_server import eventually


@pytest.fixture(scope="module")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """One server; each test has a bucket of its own."""
    with running_minio(tmp_path_factory.mktemp("minio")) as server:
        yield server


async def recorded(house: House) -> str:
    """A reception of two points, live until each sees the other; its recording's manifest."""
    reception = await scheduled(house.server.receptions, house.server.clock.utc())
    chair = house.point(reception, CHAIR, 1, Source.CAMERA)
    agency = house.point(reception, AGENCY_SEAT, 2)
    try:
        await chair.join()
        await agency.join()
        await chair.command(c.StartReception("trial"))
        seen = _frames(chair)
        await eventually(lambda: _frames(chair) >= seen + 15)  # a second of what is recorded
        await chair.command(c.CloseReception())
    finally:
        for point in (chair, agency):
            await point.close()
    return (await house.sealed(reception)).manifest_key


def _frames(point: Point) -> int:
    seen = point.downlink.seen if point.downlink else {}
    return min((one.frames for one in seen.values()), default=0)


def every_way(store: Minio, bucket: str, key: str, version: str) -> None:
    """Nobody gets it away."""
    with pytest.raises(S3Error, match="WORM"):
        store.remove_object(bucket, key, version_id=version)
    faults = list(store.remove_objects(bucket, [DeleteObject(key, version)], bypass_governance_mode=True))
    assert [fault.version_id for fault in faults] == [version]


async def test_a_reception_is_recorded_sealed_and_verified_there(tmp_path: Path, minio: MinioServer) -> None:
    address = minio.bucket()
    async with whole_house(tmp_path, address) as house:
        manifest_key = await recorded(house)
        result = await verify_recording(house.objects, manifest_key, await house.judge())
        assert result.holds, result.faults
        manifest = await load_manifest(house.objects, manifest_key, None)
        segments = {segment.key: segment.version for segment in ordered_segments(manifest.tracks)}
        assert len(segments) >= 2
        prefix = manifest_key.removesuffix("manifest.json")
        for key in (manifest_key, signature_key(prefix), journal_key(prefix)):
            segments[key] = (await house.objects.stat(key)).version
        http = pool(minio.root(address.bucket), 1)
        root = client(minio.root(address.bucket), http)
        for key, version in segments.items():
            lock = root.get_object_retention(address.bucket, key, version)
            assert lock is not None
            assert lock.mode == COMPLIANCE, key
            every_way(root, address.bucket, key, version)
        http.clear()
        assert (await verify_recording(house.objects, manifest_key, await house.judge())).holds


async def test_what_is_exported_is_what_was_sealed_though_the_key_was_put_again(
    tmp_path: Path, minio: MinioServer
) -> None:
    """Lock is per version: a later put is accepted and hides the sealed one from whoever reads by key alone."""
    address = minio.bucket()
    async with whole_house(tmp_path, address) as house:
        manifest = await load_manifest(house.objects, await recorded(house))
        segment = ordered_segments(manifest.tracks)[0]
        http = pool(address, 1)
        hiding = client(address, http)
        hiding.put_object(address.bucket, segment.key, BytesIO(b"another"), 7)
        http.clear()
        bag = tmp_path / "bag"
        parts = (house.server.units, house.objects, house.signing.checker, PyAvRemuxer())
        exporting = Exporting(*parts, _NoPages(), house.server.clock, "diemcau test")
        await exporting.export(ExportRequest(SYSTEM, manifest.recording, "court request 12"), FolderBag(bag))
        assert hashlib.sha256((bag / "data" / segment.key).read_bytes()).hexdigest() == segment.sha256
        result = await verify_exported(bag, await house.judge(), lambda *_: None)
        assert result.holds, result.faults


class _NoPages:
    """What people read has its own tests."""

    def pages(self, handover: Handover) -> dict[str, bytes]:
        """None."""
        return {}


async def test_a_segment_is_under_lock_from_the_moment_it_is_stored(tmp_path: Path, minio: MinioServer) -> None:
    address = minio.bucket()
    objects = build_objects(address, RealClock())
    until = RealClock().utc() + 3 * 86_400 * NS_PER_S
    stored = await objects.put("recordings/1/cam/00001.webm", b"bytes", until)
    http = pool(minio.root(address.bucket), 1)
    root = client(minio.root(address.bucket), http)
    first = root.get_object_retention(address.bucket, stored.key, stored.version)
    assert first is not None
    assert first.mode == GOVERNANCE
    await objects.extend_retention(stored.key, stored.version, until + NS_PER_S)
    sealed = root.get_object_retention(address.bucket, stored.key, stored.version)
    assert sealed is not None
    assert sealed.mode == COMPLIANCE
    assert sealed.retain_until_date >= first.retain_until_date
    with pytest.raises(Refusal, match="object_locked"):
        await objects.extend_retention(stored.key, stored.version, until)
    http.clear()
    objects.close()


async def test_it_is_started_set_up_and_ended_with_everything_else(tmp_path: Path, minio: MinioServer) -> None:
    """``minio`` only to be skipped with it. In production mode the canary has sung before anybody may come in."""
    folder = tmp_path / "data"
    running = Product(folder, free_ports(), ("--store", "minio", "--mode", "production"))
    await running.start()
    try:
        assert "own key, no X.509 certificate" in running.said
        async with aiohttp.ClientSession() as people:
            answer = await people.get(f"{running.origin}/healthz")
            assert (await answer.json())["parts"]["store"] == "ok"
        secrets = DataFolder(folder)
        place = f"http://127.0.0.1:{running.port + 2}"
        root = S3Address(place, "diemcau", ROOT_KEY, secrets.secret("store-root"))
        http = pool(root, 1)
        canaries = list(client(root, http).list_objects("diemcau", prefix=CANARY))
        http.clear()
        assert len(canaries) == 1
    finally:
        await running.stop()
    async with aiohttp.ClientSession() as people:
        with pytest.raises(aiohttp.ClientConnectorError):
            await people.get(place)


async def test_production_refuses_a_directory(tmp_path: Path) -> None:
    running = Product(tmp_path / "data", free_ports(), ("--mode", "production"))
    with pytest.raises(RuntimeError, match="mode = production: whoever may write to the data folder"):
        await running.start()


def test_a_canary_says_when_the_lock_does_not_hold(minio: MinioServer) -> None:
    clock = RealClock()
    address = minio.bucket()
    for key in (address, minio.root(address.bucket)):
        assert release(key, f"canary-{key.access_key}", clock.utc()) == [], "it holds, also against the root key"
    with pytest.raises(Unavailable, match="ObjectLock"):
        release(_without_lock(minio), "canary", clock.utc())


def _without_lock(minio: MinioServer) -> S3Address:
    address = minio.root("no-lock-here")
    http = pool(address, 1)
    client(address, http).make_bucket(address.bucket)
    http.clear()
    return address


async def test_a_store_that_is_away_for_a_while_is_told_to_whom_it_concerns(tmp_path: Path) -> None:
    for part in ("server", "house"):
        (tmp_path / part).mkdir()
    with running_minio(tmp_path / "server") as server:
        async with whole_house(tmp_path / "house", server.bucket(), segment_seconds=1) as house:
            reception = await scheduled(house.server.receptions, house.server.clock.utc())
            chair = house.point(reception, CHAIR, 1, Source.MICROPHONE, Source.CAMERA)
            citizen = house.point(reception, CITIZEN, 2)
            words: list[str] = []
            try:
                await chair.join()
                await citizen.join()
                await chair.command(c.StartReception("trial"))
                server.kill()
                await chair.until(lambda room: room.recording == "degraded")
                assert citizen.room is not None
                words.append(citizen.room.recording)
                before = _frames(chair)
                await eventually(lambda: _frames(chair) >= before + 30)
                await asyncio.to_thread(server.start)
                await chair.until(lambda room: room.recording == "writing")
                words.append(citizen.room.recording)
                await chair.command(c.CloseReception())
            finally:
                for point in (chair, citizen):
                    await point.close()
            assert words == ["writing", "writing"], "late writing loses nothing: it is nobody's alarm but theirs"
            row = await house.sealed(reception)
            result = await verify_recording(house.objects, row.manifest_key, await house.judge(), remembered_of(row))
            assert result.holds, result.faults
            manifest = await load_manifest(house.objects, row.manifest_key, row.manifest_version)
            for track in manifest.tracks:
                assert [segment.number for segment in track.segments] == list(range(1, len(track.segments) + 1))
                assert not [segment.key for segment in track.segments if "-2." in segment.key]


async def test_a_store_killed_while_it_is_recorded_loses_nothing(tmp_path: Path) -> None:
    """Away from the middle of the session until after its end; what was spooled is stored when it is back."""
    for part in ("server", "house"):
        (tmp_path / part).mkdir()
    with running_minio(tmp_path / "server") as server:
        async with whole_house(tmp_path / "house", server.bucket()) as house:
            reception = await scheduled(house.server.receptions, house.server.clock.utc())
            chair = house.point(reception, CHAIR, 1, Source.CAMERA)
            agency = house.point(reception, AGENCY_SEAT, 2)
            try:
                await chair.join()
                await agency.join()
                await chair.command(c.StartReception("trial"))
                server.kill()
                before = _frames(chair)
                await eventually(lambda: _frames(chair) >= before + 15)
                await chair.command(c.CloseReception())
            finally:
                for point in (chair, agency):
                    await point.close()
            await asyncio.to_thread(server.start)
            row = await house.sealed(reception)
            result = await verify_recording(house.objects, row.manifest_key, await house.judge(), remembered_of(row))
            assert result.holds, result.faults
            manifest = await load_manifest(house.objects, row.manifest_key, row.manifest_version)
            assert len(manifest.tracks) == 2
            gaps = [gap.end_ns - gap.start_ns for track in manifest.tracks for gap in track.gaps]
            assert max(gaps, default=0) <= NS_PER_S, "but until a track's first key frame"


async def test_what_was_put_over_a_sealed_recording_changes_nothing(tmp_path: Path, minio: MinioServer) -> None:
    """Every object is read by the version that was sealed; who knows no version sees what lies on top, as a fault."""
    address = minio.bucket()
    async with archive(tmp_path, address) as kept:
        row = await kept.sealed()
        manifest = await load_manifest(kept.storage.objects, row.manifest_key, row.manifest_version)
        own = [row.manifest_key, row.signature_key, row.journal_key]
        http = pool(minio.root(address.bucket), 1)
        root = client(minio.root(address.bucket), http)
        for key in (*own, *(segment.key for segment in ordered_segments(manifest.tracks))):
            raw = b"[]"
            root.put_object(address.bucket, key, BytesIO(raw), len(raw))
        http.clear()
        result = await kept.sealing().verify(row)
        assert (result.holds, result.origin) == (True, Origin.TRUSTED)
        over = await kept.verified(row, trust=await kept.keys.trust(), remembered=False)
        assert {fault.path for fault in over.faults} == set(own[:2])
