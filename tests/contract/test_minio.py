"""MinIO beyond the contract: whom the lock stops, what hides an object, how the server dies and comes back."""

import asyncio
import hashlib
import io
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from minio import Minio
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.retention import Retention

from bridge.errors import Code, Refusal, Unavailable
from bridge.ports import StoredObject
from storage.objects.address import S3Address
from storage.objects.minio import PART, MinioObjects
from storage.objects.minio_setup import StoreUnfit, check_bucket, set_up
from storage.objects.s3 import client, pool
from tests.contract.conftest import RealClock
from tests.support.minio import APPLICATION_SECRET, MinioServer, running_minio

DAYS = 3
DAY_NS = 86_400 * 1_000_000_000
Break = Callable[[Minio, str, StoredObject], object]


@pytest.fixture
def address(minio: MinioServer) -> S3Address:
    """A bucket and key as the product sets them up."""
    return minio.bucket()


@pytest.fixture
async def store(address: S3Address) -> AsyncIterator[MinioObjects]:
    """With the application's key."""
    store = MinioObjects(address, RealClock())
    yield store
    store.close()


@contextmanager
def raw(address: S3Address) -> Iterator[Minio]:
    """S3 itself, as somebody has it who stole the key."""
    http = pool(address, 1)
    try:
        yield client(address, http)
    finally:
        http.clear()


def root(minio: MinioServer, address: S3Address) -> S3Address:
    """The same bucket with the root key."""
    return minio.root(address.bucket)


async def whole(store: MinioObjects, key: str, version: str | None = None) -> bytes:
    """Read to the end."""
    return b"".join([chunk async for chunk in store.read(key, version)])


def locked() -> int:
    """Until when, as long as a segment is before it is sealed."""
    return time.time_ns() + DAYS * DAY_NS


def remove(store: Minio, bucket: str, stored: StoredObject) -> None:
    """That version."""
    store.remove_object(bucket, stored.key, version_id=stored.version)


def remove_with_bypass(store: Minio, bucket: str, stored: StoredObject) -> None:
    """That version, with the header that breaks GOVERNANCE."""
    objects = [DeleteObject(stored.key, stored.version)]
    for fault in store.remove_objects(bucket, objects, bypass_governance_mode=True):
        raise AssertionError(f"{fault.code}: {fault.message}")


def shorten(mode: str) -> Break:
    """Lock it for a minute only; the pool adds the bypass header."""

    def step(store: Minio, bucket: str, stored: StoredObject) -> None:
        soon = Retention(mode, datetime.now(UTC) + timedelta(minutes=1))
        store.set_object_retention(bucket, stored.key, soon, version_id=stored.version)

    return step


WAYS = [remove, remove_with_bypass, shorten(GOVERNANCE), shorten(COMPLIANCE)]


@pytest.mark.parametrize("way", [remove, remove_with_bypass])
async def test_an_unsealed_segment_stays_against_the_applications_key(
    store: MinioObjects, address: S3Address, way: Break
) -> None:
    stored = await store.put("recordings/1/segment", b"bytes", locked())
    with raw(address) as thief, pytest.raises((S3Error, AssertionError)):
        way(thief, address.bucket, stored)
    assert await store.stat(stored.key) == stored
    assert await whole(store, stored.key, stored.version) == b"bytes"


@pytest.mark.parametrize("mode", [GOVERNANCE, COMPLIANCE])
async def test_a_lock_that_the_applications_key_weakens_frees_nothing(
    store: MinioObjects, address: S3Address, mode: str
) -> None:
    """This server lets the key replace a GOVERNANCE lock by one that ends at once."""
    stored = await store.put("recordings/1/segment", b"bytes", locked())
    with raw(address) as thief:
        soon = Retention(mode, datetime.now(UTC) + timedelta(seconds=1))
        thief.set_object_retention(address.bucket, stored.key, soon, version_id=stored.version)
        await asyncio.sleep(1.2)  # until it has ended by the server's clock
        for way in (remove, remove_with_bypass):
            with pytest.raises((S3Error, AssertionError), match="Access"):
                way(thief, address.bucket, stored)
    with pytest.raises(Refusal) as refused:
        await store.delete(stored.key, stored.version)
    assert refused.value.code is Code.OBJECT_LOCKED
    assert await whole(store, stored.key, stored.version) == b"bytes"


@pytest.mark.parametrize("way", WAYS)
async def test_a_sealed_object_stays_against_the_root_key(
    store: MinioObjects, minio: MinioServer, address: S3Address, way: Break
) -> None:
    stored = await store.put("recordings/1/segment", b"bytes", locked())
    sealed = await store.extend_retention(stored.key, stored.version, locked() + DAY_NS)
    with raw(root(minio, address)) as owner:
        lock = owner.get_object_retention(address.bucket, stored.key, stored.version)
        assert lock is not None
        assert lock.mode == COMPLIANCE
        with pytest.raises((S3Error, AssertionError)):
            way(owner, address.bucket, stored)
    assert await store.stat(stored.key, stored.version) == sealed
    assert await whole(store, stored.key, stored.version) == b"bytes"


async def test_what_lies_over_an_object_does_not_change_what_its_version_says(
    store: MinioObjects, minio: MinioServer, address: S3Address
) -> None:
    stored = await store.put("key", b"the evidence", locked())
    with raw(address) as thief:
        thief.put_object(address.bucket, "key", io.BytesIO(b"something else"), 14)
        assert await whole(store, "key", stored.version) == b"the evidence"
    with raw(root(minio, address)) as owner:
        owner.remove_object(address.bucket, "key")
    assert await whole(store, "key", stored.version) == b"the evidence"
    assert await store.stat("key", stored.version) == stored


async def test_bytes_that_are_not_those_of_the_checksum_are_refused(store: MinioObjects, address: S3Address) -> None:
    wrong = {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": "A" * 43 + "="}
    with raw(address) as other, pytest.raises(S3Error):
        other.put_object(address.bucket, "key", io.BytesIO(b"bytes"), 5, metadata=dict(wrong))
    assert [stored async for stored in store.list("")] == []


async def test_two_processes_put_one_key_once(store: MinioObjects, address: S3Address) -> None:
    other = MinioObjects(address, RealClock())
    for number in range(10):
        puts = [one.put(f"key{number}", bytes([place]), 0) for place, one in enumerate((store, other))]
        outcomes = await asyncio.gather(*puts, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
        assert [outcome.code for outcome in refused] == [Code.OBJECT_EXISTS]
    other.close()


async def test_an_object_in_parts_is_one_object(store: MinioObjects) -> None:
    async def body() -> AsyncIterator[bytes]:
        for number in range(PART // (1 << 20) + 3):
            yield bytes([number]) * (1 << 20)

    stored = await store.put("long", body(), locked())
    digest = hashlib.sha256()
    async for chunk in store.read("long", stored.version):
        digest.update(chunk)
    assert (stored.bytes, digest.hexdigest()) == (PART + (3 << 20), stored.sha256)
    assert await store.put("long", body(), 0) == stored == await store.stat("long")


async def test_the_application_can_only_what_it_needs(address: S3Address) -> None:
    with raw(address) as thief:
        steps: list[Callable[[], object]] = [
            lambda: thief.remove_bucket(address.bucket),
            lambda: thief.make_bucket("another"),
            lambda: thief.set_bucket_policy(address.bucket, "{}"),
        ]
        for step in steps:
            with pytest.raises(S3Error) as refused:
                step()
            assert refused.value.code == "AccessDenied"


async def test_setting_up_twice_changes_nothing(store: MinioObjects, minio: MinioServer, address: S3Address) -> None:
    stored = await store.put("key", b"x", locked())
    set_up(root(minio, address), address.access_key, APPLICATION_SECRET, f"policy-{address.bucket}")
    assert await store.stat("key") == stored


def test_a_bucket_without_lock_is_unfit(minio: MinioServer) -> None:
    address = minio.root("without-lock")
    with raw(address) as owner:
        owner.make_bucket(address.bucket)
    with pytest.raises(StoreUnfit):
        check_bucket(address)


@pytest.mark.parametrize("change", [{"secret_key": "wrong-secret"}, {"bucket": "none-such"}, {"access_key": "nobody"}])
async def test_a_store_that_refuses_us_is_away_and_says_why(address: S3Address, change: dict[str, str]) -> None:
    store = MinioObjects(msgspec.structs.replace(address, **change), RealClock())
    with pytest.raises(Unavailable) as refused:
        await store.put("key", b"x", 0)
    assert refused.value.code is Code.OBJECTS_UNAVAILABLE
    store.close()


async def test_killed_and_started_again_it_has_what_it_acknowledged(tmp_path: Path) -> None:
    with running_minio(tmp_path) as server:
        address = server.bucket()
        store = MinioObjects(address, RealClock())
        acknowledged: list[StoredObject] = []
        for _ in range(3):
            await _put_until_killed(store, server, acknowledged)
            before = time.monotonic()
            with pytest.raises(Unavailable):
                await store.put("while/away", b"x", 0)
            assert time.monotonic() - before < 5
            await asyncio.to_thread(server.start)
            for stored in acknowledged:
                assert await store.stat(stored.key, stored.version) == stored
                assert hashlib.sha256(await whole(store, stored.key, stored.version)).hexdigest() == stored.sha256
        store.close()


async def _put_until_killed(store: MinioObjects, server: MinioServer, acknowledged: list[StoredObject]) -> None:
    under_way = asyncio.Event()

    async def put() -> None:
        begin = len(acknowledged)
        for number in range(begin, begin + 100_000):
            # One that was stored but not acknowledged before the kill has these very bytes.
            acknowledged.append(await store.put(f"number/{number:06}", str(number).encode() * 50_000, 0))
            if number == begin + 10:
                under_way.set()

    putting = asyncio.ensure_future(put())
    async with asyncio.timeout(30):
        await under_way.wait()
        server.kill()
        with pytest.raises(Unavailable):
            await putting


async def test_a_flipped_byte_on_the_servers_disk_is_never_read_as_if_it_were_right(tmp_path: Path) -> None:
    with running_minio(tmp_path) as server:
        store = MinioObjects(server.bucket(), RealClock())
        stored = await store.put("key", bytes(3 << 20), 0)
        (part,) = (tmp_path / "objects").glob("test*/key/*/part.1")
        flipped = bytearray(part.read_bytes())
        flipped[1 << 20] ^= 1
        await asyncio.to_thread(part.write_bytes, flipped)
        with pytest.raises(Refusal) as refused:
            await whole(store, "key", stored.version)
        assert refused.value.code is Code.OBJECT_DAMAGED
        store.close()


def test_nobody_answers() -> None:
    with pytest.raises(Unavailable):
        check_bucket(S3Address("http://127.0.0.1:9", "bucket", "key", "secret"))
