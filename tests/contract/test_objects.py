"""What every object store promises (:class:`bridge.ports.ObjectStore`)."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import Code, Invalid, NotFound, Refusal
from bridge.ports import ObjectStore, ObjectVersion, StoredObject
from tests.contract.conftest import HandClock

MIB = 1 << 20
S = 1_000_000_000
PART = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,30}", fullmatch=True)
WELL_FORMED = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
KEY = st.lists(PART, min_size=1, max_size=5).map("/".join)
# One store serves all examples of a property; each example has its own corner of it.
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
_corner = count(1)


async def whole(store: ObjectStore, key: str, start: int = 0, length: int | None = None) -> bytes:
    """Read to the end."""
    return b"".join([chunk async for chunk in store.read(key, None, start, length)])


async def keys(store: ObjectStore, prefix: str = "") -> list[str]:
    """Listed."""
    return [stored.key async for stored in store.list(prefix)]


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A body that arrives bit by bit."""
    for part in parts:
        await asyncio.sleep(0)
        yield part


async def test_what_was_put_is_read(objects: ObjectStore) -> None:
    stored = await objects.put("a/b.webm", b"bytes", 7)
    assert stored == StoredObject("a/b.webm", stored.version, 5, hashlib.sha256(b"bytes").hexdigest(), 7)
    assert await whole(objects, "a/b.webm") == b"bytes"
    assert await objects.stat("a/b.webm", stored.version) == stored


async def test_a_streamed_body_is_stored_whole(objects: ObjectStore) -> None:
    body = [bytes([number]) * (MIB // 3) for number in range(10)]
    stored = await objects.put("long", pieces(*body), 0)
    assert stored.bytes == 10 * (MIB // 3)
    assert stored.sha256 == hashlib.sha256(b"".join(body)).hexdigest()
    chunks = [chunk async for chunk in objects.read("long")]
    assert b"".join(chunks) == b"".join(body)
    assert max(map(len, chunks)) <= MIB


async def test_an_empty_object_is_an_object(objects: ObjectStore) -> None:
    assert (await objects.put("empty", b"", 0)).bytes == 0
    assert await whole(objects, "empty") == b""


async def test_the_same_bytes_again_get_the_first_answer(objects: ObjectStore) -> None:
    first = await objects.put("same", b"x", 5)
    assert await objects.put("same", pieces(b"x"), 9) == first


async def test_other_bytes_under_a_key_are_refused(objects: ObjectStore) -> None:
    await objects.put("key", b"x", 0)
    with pytest.raises(Refusal) as refused:
        await objects.put("key", b"y", 0)
    assert refused.value.code is Code.OBJECT_EXISTS
    assert await whole(objects, "key") == b"x"


async def test_of_many_that_put_at_once_one_wins(objects: ObjectStore) -> None:
    outcomes = await asyncio.gather(
        *(objects.put("race", bytes([number]) * 1000, 0) for number in range(8)), return_exceptions=True
    )
    stored = [outcome for outcome in outcomes if isinstance(outcome, StoredObject)]
    assert len(stored) == 1
    assert all(isinstance(lost, Refusal) and lost.code is Code.OBJECT_EXISTS for lost in outcomes if lost != stored[0])
    assert hashlib.sha256(await whole(objects, "race")).hexdigest() == stored[0].sha256


async def test_a_put_half_way_is_not_seen(objects: ObjectStore) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield bytes(2 * MIB)
        begun.set()
        await go_on.wait()
        yield b"end"

    putting = asyncio.ensure_future(objects.put("half", slow(), 0))
    await begun.wait()
    with pytest.raises(NotFound):
        await objects.stat("half")
    assert await keys(objects) == []
    go_on.set()
    assert (await putting).bytes == 2 * MIB + 3


async def test_a_body_that_fails_leaves_nothing(objects: ObjectStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(2 * MIB)
        raise LookupError("the source is gone")

    with pytest.raises(LookupError):
        await objects.put("broken", broken(), 0)
    assert await keys(objects) == []
    await objects.put("broken", b"second try", 0)


async def test_a_cancelled_put_leaves_nothing(objects: ObjectStore) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        begun.set()
        await asyncio.Event().wait()
        yield b""

    putting = asyncio.ensure_future(objects.put("never", endless(), 0))
    await begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert await keys(objects) == []


@pytest.mark.parametrize("version", [None, "", "own"])
async def test_a_version_names_the_bytes(objects: ObjectStore, version: str | None) -> None:
    stored = await objects.put("key", b"x", 0)
    asked = stored.version if version == "own" else version
    assert await objects.stat("key", asked) == stored
    assert b"".join([chunk async for chunk in objects.read("key", asked)]) == b"x"


async def test_what_is_not_there_is_not_found(objects: ObjectStore) -> None:
    await objects.put("there", b"x", 0)
    for key, version in (("missing", None), ("there", "0123456789abcdef"), ("there/below", None)):
        with pytest.raises(NotFound):
            await objects.stat(key, version)
        with pytest.raises(NotFound):
            _ = [chunk async for chunk in objects.read(key, version)]
    with pytest.raises(NotFound):
        await objects.delete("missing", "")
    with pytest.raises(NotFound):
        await objects.extend_retention("missing", "", 1)


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 0), (0, 1), (1, None), (5, 5), (MIB - 1, 2), (MIB, MIB), (3 * MIB, None), (3 * MIB - 1, 9), (4 * MIB, 1)],
)
async def test_a_range_is_that_part(objects: ObjectStore, start: int, length: int | None) -> None:
    body = bytes(number % 251 for number in range(3 * MIB))
    await objects.put("ranged", body, 0)
    end = len(body) if length is None else start + length
    assert await whole(objects, "ranged", start, length) == body[start:end]


@pytest.mark.parametrize(("start", "length"), [(-1, None), (0, -1)])
async def test_an_impossible_range_is_invalid(objects: ObjectStore, start: int, length: int | None) -> None:
    await objects.put("ranged", b"x", 0)
    with pytest.raises(Invalid):
        await whole(objects, "ranged", start, length)


async def test_the_list_is_in_order_of_key(objects: ObjectStore) -> None:
    names = ["a/b/c", "a-b", "a.b", "a0", "a/b-c", "b", "a/b.c/d", "a/z", "A"]
    stored = {name: await objects.put(name, name.encode(), 3) for name in names}
    assert await keys(objects) == sorted(names)
    assert [one async for one in objects.list("a/")] == [stored[name] for name in sorted(names) if name[:2] == "a/"]
    assert await keys(objects, "a/b") == ["a/b-c", "a/b.c/d", "a/b/c"]
    assert await keys(objects, "a/b/") == ["a/b/c"]
    assert await keys(objects, "c") == []
    assert await keys(objects, "b/x") == []


async def test_a_long_list_is_whole(objects: ObjectStore) -> None:
    names = [f"many/{number:04}" for number in range(450)]
    for name in names:
        await objects.put(name, b"", 0)
    assert await keys(objects, "many/") == names


async def test_nothing_goes_before_its_retention_ends(objects: ObjectStore, clock: HandClock) -> None:
    end = whole_seconds(clock, 2)
    stored = await objects.put("kept", b"x", end)
    assert stored.retain_until_utc_ns == end
    with pytest.raises(Refusal) as refused:
        await objects.delete("kept", stored.version)
    assert refused.value.code is Code.OBJECT_LOCKED
    assert await whole(objects, "kept") == b"x"
    await clock.reach(end + S // 10)
    await objects.delete("kept", stored.version)
    assert await keys(objects) == []
    await objects.put("kept", b"other", 0)


async def test_retention_only_lengthens(objects: ObjectStore, clock: HandClock) -> None:
    end = whole_seconds(clock, 2)
    stored = await objects.put("kept", b"x", end)
    longer = await objects.extend_retention("kept", stored.version, end + 60 * S)
    assert longer.retain_until_utc_ns == end + 60 * S
    assert await objects.extend_retention("kept", stored.version, end + 60 * S) == longer
    with pytest.raises(Refusal) as refused:
        await objects.extend_retention("kept", stored.version, end + 59 * S)
    assert refused.value.code is Code.OBJECT_LOCKED
    assert await objects.stat("kept") == longer
    await clock.reach(end + S // 10)
    with pytest.raises(Refusal):
        await objects.delete("kept", stored.version)


async def test_many_are_retained_at_least_so_long(objects: ObjectStore, clock: HandClock) -> None:
    end = whole_seconds(clock, 30)
    made = [await objects.put(f"many/{number}", b"x", end + number * S) for number in range(20)]
    wanted = [ObjectVersion(stored.key, stored.version) for stored in made]
    for _ in range(2):
        await objects.retain_all(wanted, end + 10 * S)
        found = [(await objects.stat(*version)).retain_until_utc_ns for version in wanted]
        assert found == [end + max(10, number) * S for number in range(20)]
    with pytest.raises(NotFound):
        await objects.retain_all([*wanted, ObjectVersion("missing", "")], end)
    await objects.retain_all([], end)


def whole_seconds(clock: HandClock, ahead: int) -> int:
    """A time at least so many seconds ahead. Whole ones: what every store keeps exactly."""
    return (clock.utc() // S + 1 + ahead) * S


async def test_deleting_a_version_that_is_not_there_keeps_the_object(objects: ObjectStore) -> None:
    await objects.put("key", b"x", 0)
    with pytest.raises(NotFound):
        await objects.delete("key", "0123456789abcdef")
    assert await whole(objects, "key") == b"x"


async def test_a_key_cannot_be_object_and_folder(objects: ObjectStore) -> None:
    await objects.put("a/b", b"x", 0)
    for key in ("a", "a/b/c", "a/b/c/d"):
        with pytest.raises(Invalid):
            await objects.put(key, b"y", 0)
    assert await keys(objects) == ["a/b"]


BAD_KEYS = ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", ".a", "a/.b", "a b", "a\x00b", "a\\b", "a\n", "é"]


@pytest.mark.parametrize("key", [*BAD_KEYS, "x" * 201, "/".join(["x" * 100] * 11)])
async def test_what_is_no_key_is_invalid(objects: ObjectStore, key: str) -> None:
    with pytest.raises(Invalid):
        await objects.put(key, b"x", 0)
    with pytest.raises(Invalid):
        await objects.stat(key)
    with pytest.raises(Invalid):
        await whole(objects, key)
    with pytest.raises(Invalid):
        await objects.delete(key, "")


@pytest.mark.parametrize("prefix", ["..", "../", "/", "/etc", "a/../../", ".", "a/.b", "a b", "a//", "*"])
async def test_what_is_no_prefix_is_invalid(objects: ObjectStore, prefix: str) -> None:
    with pytest.raises(Invalid):
        await keys(objects, prefix)


@SHARED
@given(key=KEY, body=st.binary(max_size=300))
async def test_any_key_holds_any_bytes(objects: ObjectStore, key: str, body: bytes) -> None:
    key = f"any{next(_corner)}/{key}"
    stored = await objects.put(key, body, 0)
    assert await whole(objects, key) == body
    assert [stored] == [one async for one in objects.list(key)]


@SHARED
@given(key=st.text(max_size=40) | st.text("aZ0._-/", max_size=12))
async def test_any_text_is_a_key_or_invalid(objects: ObjectStore, key: str) -> None:
    with pytest.raises(NotFound if WELL_FORMED.fullmatch(key) else Invalid):
        await objects.stat(key)


@SHARED
@given(names=st.sets(st.sampled_from(["a", "a-", "a.b", "a0", "b", "B", "_", "-"]), min_size=1), data=st.data())
async def test_any_set_of_keys_lists_in_order(objects: ObjectStore, names: set[str], data: st.DataObject) -> None:
    corner = f"set{next(_corner)}/"
    folders = st.sampled_from(["", "x/", "x-/", "x/y/", "x.y/"])
    wanted = sorted(corner + data.draw(folders) + name for name in names)
    for key in wanted:
        await objects.put(key, b"", 0)
    assert await keys(objects, corner) == wanted
