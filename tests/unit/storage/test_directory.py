"""What the directory store does on its disk, beyond the contract."""

import asyncio
import hashlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.errors import Code, NotFound, Refusal, Unavailable
from storage.objects.directory import DirectoryObjects
from storage.objects.folder import INCOMING
from tests.contract.conftest import HandClock

ROOT = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The store's folder."""
    return tmp_path / "objects"


@pytest.fixture
async def store(root: Path) -> AsyncIterator[DirectoryObjects]:
    """Prepared."""
    store = DirectoryObjects(root, HandClock())
    await store.prepare()
    yield store
    store.close()


def files(root: Path) -> list[str]:
    """Everything but the store's lock."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name != ".lock")


async def whole(store: DirectoryObjects, key: str) -> bytes:
    """Read to the end."""
    return b"".join([chunk async for chunk in store.read(key)])


async def test_bytes_lie_under_their_key_and_are_read_only(store: DirectoryObjects, root: Path) -> None:
    await store.put("a/b.webm", b"bytes", 0)
    assert files(root) == ["a/.b.webm.json", "a/b.webm"]
    path = root / "a" / "b.webm"
    assert path.read_bytes() == b"bytes"
    assert [path.with_name(name).stat().st_mode & 0o777 for name in ("b.webm", ".b.webm.json")] == [0o444, 0o444]
    assert path.stat().st_nlink == 1
    assert os.stat(root).st_mode & 0o777 == 0o700


async def test_a_delete_leaves_nothing(store: DirectoryObjects, root: Path) -> None:
    for key in ("a/b/c", "a/d"):
        await store.put(key, b"x", 0)
    await store.delete("a/b/c", "")
    assert files(root) == ["a/.d.json", "a/d"]
    assert not (root / "a" / "b").exists()


KILLED = """
import asyncio, sys
from pathlib import Path
from storage.objects.directory import DirectoryObjects
from tests.contract.conftest import HandClock

async def body():
    yield bytes(3 << 20)
    print("half", flush=True)
    await asyncio.Event().wait()

async def main():
    store = DirectoryObjects(Path(sys.argv[1]), HandClock())
    await store.prepare()
    await store.put("half", body(), 0)

asyncio.run(main())
"""


async def half_way(root: Path) -> asyncio.subprocess.Process:
    """A process that has written half of an object and waits for the rest."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(root), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    async with asyncio.timeout(30):
        assert await writer.stdout.readline() == b"half\n"
    return writer


async def test_what_a_killed_writer_left_is_cleared_at_the_next_start(store: DirectoryObjects, root: Path) -> None:
    writer = await half_way(root)
    await store.prepare()
    assert len(list((root / INCOMING).iterdir())) == 1, "a living writer's file stays"
    writer.send_signal(signal.SIGKILL)
    await writer.wait()
    assert [stored async for stored in store.list("")] == []
    await store.prepare()
    assert files(root) == []


async def test_a_record_without_its_bytes_is_no_object(store: DirectoryObjects, root: Path) -> None:
    """Killed between the two steps of a put: the next put takes the place."""
    await store.put("key", b"first", 0)
    (root / "key").unlink()
    with pytest.raises(NotFound):
        await store.stat("key")
    assert [stored async for stored in store.list("")] == []
    await store.put("key", b"second", 0)
    assert await whole(store, "key") == b"second"


@pytest.mark.parametrize("record", [b"", b"{}", b'{"bytes": 1', None])
async def test_a_lost_record_is_said_and_hides_no_bytes(
    store: DirectoryObjects, root: Path, record: bytes | None
) -> None:
    stored = await store.put("key", b"x", 0)
    path = root / ".key.json"
    path.unlink()
    if record is not None:
        path.write_bytes(record)
    with pytest.raises(NotFound) as refused:
        await store.stat("key")
    assert refused.value.code is Code.OBJECT_DAMAGED
    with pytest.raises(NotFound):
        await store.delete("key", stored.version)
    with pytest.raises(NotFound):
        await store.put("key", b"y", 0)
    assert await whole(store, "key") == b"x"


@pytest.mark.parametrize("damaged", [b"bytfs", b"byte", b"bytes and more", b""])
async def test_a_reader_sees_the_bytes_as_they_are(store: DirectoryObjects, root: Path, damaged: bytes) -> None:
    stored = await store.put("key", b"bytes", 0)
    (root / "key").chmod(0o644)
    (root / "key").write_bytes(damaged)
    assert hashlib.sha256(await whole(store, "key")).hexdigest() != stored.sha256
    assert await store.stat("key") == stored


async def test_a_store_that_is_gone_is_away_and_not_made_anew(store: DirectoryObjects, root: Path) -> None:
    """As when its disk is unmounted: an empty folder is left."""
    await store.put("key", b"x", 0)
    await asyncio.to_thread(shutil.rmtree, root)
    for step in (store.stat("key"), store.put("key", b"x", 0), whole(store, "key"), store.delete("key", "")):
        with pytest.raises(Unavailable) as refused:
            await step
        assert refused.value.code is Code.OBJECTS_UNAVAILABLE
    os.mkdir(root)
    with pytest.raises(Unavailable):
        await store.stat("key")
    with pytest.raises(Unavailable):
        _ = [stored async for stored in store.list("")]
    with pytest.raises(Unavailable):
        await store.put("key", b"x", 0)


async def test_a_folder_that_cannot_be_made_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = DirectoryObjects(tmp_path / "file" / "objects", HandClock())
    with pytest.raises(Unavailable):
        await store.prepare()
    store.close()


async def test_a_copy_elsewhere_is_read_without_being_touched(store: DirectoryObjects, tmp_path: Path) -> None:
    stored = await store.put("a/b", b"x", 0)
    copy = tmp_path / "copy"
    await asyncio.to_thread(shutil.copytree, tmp_path / "objects" / "a", copy / "a")
    reader = DirectoryObjects(copy, HandClock())
    assert [found async for found in reader.list("")] == [stored]
    assert await whole(reader, "a/b") == b"x"
    with pytest.raises(NotFound):
        await reader.stat("a/c")
    assert files(copy) == ["a/.b.json", "a/b"]
    reader.close()


async def test_a_full_disk_keeps_nothing(store: DirectoryObjects, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, chunk: memoryview) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.objects.arrival.os.write", full)
    with pytest.raises(Unavailable, match="No space left"):
        await store.put("key", b"x", 0)
    monkeypatch.undo()
    assert files(root) == []
    await store.put("key", b"x", 0)


async def test_a_short_write_goes_on(store: DirectoryObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("storage.objects.arrival.os.write", lambda file, chunk: write(file, chunk[:7]))
    await store.put("key", b"more than seven bytes", 0)
    monkeypatch.undo()
    assert await whole(store, "key") == b"more than seven bytes"


async def test_a_reader_that_stops_leaves_no_file_open(store: DirectoryObjects) -> None:
    await store.put("long", bytes(5 << 20), 0)
    before = len(os.listdir("/proc/self/fd"))
    reading = store.read("long")
    async for _ in reading:
        break
    assert len(os.listdir("/proc/self/fd")) == before


async def test_its_threads_end_with_it(root: Path) -> None:
    store = DirectoryObjects(root, HandClock())
    await store.prepare()
    await asyncio.gather(*(store.put(f"key{number}", b"x", 0) for number in range(20)))
    store.close()
    store.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("objects")]


async def test_a_cancelled_put_waits_for_its_thread(store: DirectoryObjects, root: Path) -> None:
    """Cancelled at any moment it leaves the whole object or nothing, and no file open."""
    before = len(os.listdir("/proc/self/fd"))
    for steps in range(30):
        putting = asyncio.ensure_future(store.put(f"key{steps}", bytes(3 << 20), 0))
        for _ in range(steps):
            await asyncio.sleep(0)
        putting.cancel()
        await asyncio.wait([putting])
    for stored in [stored async for stored in store.list("")]:
        assert hashlib.sha256(await whole(store, stored.key)).hexdigest() == stored.sha256
    assert list((root / INCOMING).iterdir()) == []
    assert len(os.listdir("/proc/self/fd")) == before


async def test_two_processes_put_one_key_once(store: DirectoryObjects, root: Path) -> None:
    """Their own stores on one folder, as the recorder's and the jobs' are."""
    other = DirectoryObjects(root, HandClock())
    await other.prepare()
    for number in range(10):
        puts = [one.put(f"key{number}", bytes([place]), 0) for place, one in enumerate((store, other))]
        outcomes = await asyncio.gather(*puts, return_exceptions=True)
        assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1
    other.close()
