"""A viewing copy in each store: read by its version, gone when a newer one is there; the record stays what it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.archive import ViewingCopyState
from bridge.copies import copies_of
from bridge.errors import NotFound, Refusal
from bridge.ids import UtcNs
from bridge.verification import read_whole
from deploy.configuration import StoreKind, StorePart
from tests.support.copy_jobs import Archive, archive, working
from tests.support.minio import running_minio

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(params=StoreKind)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StorePart]:
    if request.param is StoreKind.DIRECTORY:
        yield StorePart()
        return
    with running_minio(tmp_path) as server:
        key = server.bucket()
        yield StorePart(StoreKind.MINIO, server.endpoint, key.bucket, key.access_key, key.secret_key)


async def made(archived: Archive) -> tuple[str, str]:
    """Key and version of a new copy."""
    await archived.ask()
    copy = await archived.until_settled()
    assert copy.state is ViewingCopyState.READY, copy
    return copy.key, copy.version


async def test_a_newer_copy_takes_the_older_ones_place(tmp_path: Path, store: StorePart) -> None:
    async with archive(tmp_path, 1, store=store) as archived, working(archived):
        objects = archived.storage.objects
        first, version = await made(archived)
        assert (await read_whole(objects, first, version))[4:8] == b"ftyp"
        second, _ = await made(archived)
        assert second != first
        await archived.until_idle()
        assert [one.key async for one in objects.list(copies_of(archived.row.id))] == [second]
        with pytest.raises(NotFound):
            await objects.stat(first, version)


async def test_nothing_of_the_record_can_go_the_same_way(tmp_path: Path, store: StorePart) -> None:
    async with archive(tmp_path, 1, store=store) as archived:
        objects = archived.storage.objects
        locked = await objects.put(f"{archived.row.prefix}x", b"x", UtcNs(4_000_000_000 * 10**9))
        with pytest.raises(Refusal, match="object_locked"):
            await objects.delete(locked.key, locked.version)
