"""A bag in a folder: written whole or not at all, and any one-byte change in it is found."""

import errno
import hashlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import Code, NotExported, NotFound, Refusal
from storage.bag.checking import check_bag, looks_like_bag
from storage.bag.objects import BagObjects
from storage.bag.writing import FolderBag
from storage.lock import hold

INFO = [("Source-Organization", "Ban Tiếp công dân"), ("Bagging-Date", "2026-11-25")]
BODIES = {
    "recordings/r/t/00001.webm": b"one" * 100,
    "recordings/r/t/00002.webm": b"",
    "recordings/r/manifest.json": b"{}",
}
TAGS = {"index.html": b"<!doctype html>", "summary.html": b"<!doctype html><p>"}


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 70):
        yield body[start : start + 70]


async def written(place: Path) -> Path:
    async with FolderBag(place) as bag:
        for path, body in BODIES.items():
            stored = await bag.add(path, chunks(body))
            assert (stored.bytes, stored.sha256) == (len(body), hashlib.sha256(body).hexdigest())
        await bag.finish(TAGS, INFO)
    return place


@pytest.fixture
async def whole(tmp_path: Path) -> Path:
    return await written(tmp_path / "bag")


def beside(place: Path) -> list[str]:
    return sorted(path.name for path in place.parent.iterdir() if path != place)


async def test_a_bag_holds_what_rfc_8493_asks_for(tmp_path: Path) -> None:
    bag = await written(tmp_path / "bag")
    assert looks_like_bag(bag)
    assert (bag / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert "Payload-Oxum: 302.3\n" in (bag / "bag-info.txt").read_text("utf-8")
    assert {path: (bag / "data" / path).read_bytes() for path in BODIES} == BODIES
    assert check_bag(bag, {}).faults == ()
    assert beside(bag) == []


def test_any_system_checks_it_with_its_own_tools(whole: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    assert subprocess.run(command, cwd=whole, check=False, capture_output=True).returncode == 0
    (whole / "data/recordings/r/t/00001.webm").write_bytes(b"two")
    assert subprocess.run(command, cwd=whole, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize("empty", [True, False])
async def test_the_place_must_be_new_or_empty(tmp_path: Path, empty: bool) -> None:
    place = tmp_path / "bag"
    place.mkdir()
    if empty:
        assert check_bag(await written(place), {}).faults == ()
        return
    (place / "letter.txt").write_bytes(b"mine")
    with pytest.raises(NotExported, match="not an empty folder"):
        await written(place)
    assert (place / "letter.txt").read_bytes() == b"mine"
    assert beside(place) == []


async def test_a_place_whose_parent_is_missing_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotExported, match="cannot be written"):
        await written(tmp_path / "nowhere" / "bag")


async def test_who_gives_up_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise Refusal(Code.OBJECT_DAMAGED)

    place = tmp_path / "bag"
    async with FolderBag(place) as bag:
        with pytest.raises(Refusal):
            await bag.add("recordings/r/a", broken())
    assert beside(place) == []
    assert not looks_like_bag(place)


async def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotExported, match=r"no room left for .*bag; nothing was exported"):
        await written(tmp_path / "bag")
    assert beside(tmp_path / "bag") == []


async def test_what_a_killed_writer_left_goes_and_a_living_ones_stays(tmp_path: Path) -> None:
    dead, living = tmp_path / ".bag.diemcau-dead", tmp_path / ".bag.diemcau-living"
    dead.mkdir()
    living.mkdir()
    held = os.open(living, os.O_RDONLY)
    assert hold(held)
    try:
        bag = await written(tmp_path / "bag")
    finally:
        os.close(held)
    assert beside(bag) == [living.name]


# ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_fault_is_told(tmp_path: Path) -> None:
    bag = await written(tmp_path / "bag")
    (bag / "data/recordings/r/t/00001.webm").write_bytes(b"eno" * 100)
    (bag / "data/recordings/r/t/00002.webm").unlink()
    (bag / "data/recordings/r/t/00003.webm").write_bytes(b"more")
    (bag / "data/recordings/r/link").symlink_to("/etc/hostname")
    (bag / "index.html").write_bytes(b"<p>all is well")
    (bag / "note.txt").write_bytes(b"")
    found = {(fault.path, fault.algorithm, fault.found.partition(":")[0]) for fault in check_bag(bag, {}).faults}
    changed = hashlib.sha256(b"eno" * 100).hexdigest()
    assert found == {
        ("data/recordings/r/t/00001.webm", "sha256", changed),
        ("data/recordings/r/t/00002.webm", "presence", "missing"),
        ("data/recordings/r/t/00003.webm", "presence", "present"),
        ("data/recordings/r/link", "form", "a link or a device"),
        ("bag-info.txt", "size", "306.3"),
        ("index.html", "sha256", hashlib.sha256(b"<p>all is well").hexdigest()),
        ("note.txt", "presence", "present"),
    }


@pytest.mark.parametrize("name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"])
async def test_a_tag_file_that_is_missing_or_rubbish_is_a_fault(tmp_path: Path, name: str) -> None:
    bag = await written(tmp_path / "bag")
    (bag / name).write_bytes(b"\xff")
    assert (name, "form") in {(fault.path, fault.algorithm) for fault in check_bag(bag, {}).faults}
    (bag / name).unlink()
    assert (name, "presence") in {(fault.path, fault.algorithm) for fault in check_bag(bag, {}).faults}


async def test_a_pipe_in_a_files_place_is_a_fault_and_not_waited_for(tmp_path: Path) -> None:
    bag = await written(tmp_path / "bag")
    names = ("data/recordings/r/t/00001.webm", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")
    for name in names:
        (bag / name).unlink()
        os.mkfifo(bag / name)
    assert set(names) <= {fault.path for fault in check_bag(bag, {}).faults if fault.algorithm == "form"}
    with pytest.raises(NotFound):
        _ = [chunk async for chunk in BagObjects(bag).read("recordings/r/t/00001.webm")]


async def test_what_was_just_read_is_not_read_again(tmp_path: Path) -> None:
    bag = await written(tmp_path / "bag")
    path = "data/recordings/r/t/00001.webm"
    [fault] = check_bag(bag, {path: "0" * 64}).faults
    assert (fault.path, fault.found) == (path, "0" * 64)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(place=st.integers(min_value=0), bits=st.integers(min_value=1, max_value=255))
def test_any_one_byte_change_is_found(whole: Path, place: int, bits: int) -> None:
    files = sorted(path for path in whole.rglob("*") if path.is_file())
    place %= sum(path.stat().st_size for path in files)
    for path in files:
        if place < (size := path.stat().st_size):
            break
        place -= size
    before = path.read_bytes()
    path.write_bytes(before[:place] + bytes([before[place] ^ bits]) + before[place + 1 :])
    try:
        assert check_bag(whole, {}).faults
    finally:
        path.write_bytes(before)
    assert check_bag(whole, {}).faults == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_file_that_goes_or_changes_its_name_is_found(whole: Path, data: st.DataObject) -> None:
    files = sorted(path for path in whole.rglob("*") if path.is_file())
    path = data.draw(st.sampled_from(files))
    moved = path.with_name(data.draw(st.sampled_from(["other", "x.webm"])))
    shutil.move(path, moved)
    try:
        assert check_bag(whole, {}).faults
    finally:
        shutil.move(moved, path)


# ── the payload as a store ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_payload_is_read_as_an_object_store(tmp_path: Path) -> None:
    objects = BagObjects(await written(tmp_path / "bag"))
    key = "recordings/r/t/00001.webm"
    assert b"".join([chunk async for chunk in objects.read(key, "any version", 1, 5)]) == b"neone"
    assert await objects.keys() == sorted(BODIES)


@pytest.mark.parametrize(
    "key", ["recordings/r/none", "../../etc/passwd", "recordings/r", "recordings/r/t/00001.webm/x"]
)
async def test_a_key_that_is_none_is_not_there(tmp_path: Path, key: str) -> None:
    objects = BagObjects(await written(tmp_path / "bag"))
    with pytest.raises(NotFound):
        assert [chunk async for chunk in objects.read(key)]
