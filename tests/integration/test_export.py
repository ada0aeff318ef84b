"""A really recorded and sealed reception leaves as a bag: whole, playable, readable, verified without any database."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bridge.archive import AccessKind
from bridge.errors import Code, Invalid, NotExported, NotFound, NotPermitted, Refusal
from bridge.export import ExportRequest
from bridge.forms import browser_form_key, same_frames
from bridge.ids import AccountId, AgencyId, RecordingId
from bridge.manifest import ordered_segments
from bridge.model import Role
from bridge.policy import SYSTEM, Actor
from bridge.signing import serialise_signature, shown
from bridge.verification import load_manifest
from deploy.time import SystemClock
from storage.bag.writing import FolderBag
from storage.build import Storage
from tests.support.exported import RECORDING, exported, exporting, flip, recorded, row_of, signed_by
from tests.support.recorder_process import decode
from tests.support.signing import own_keys


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with recorded(tmp_path / "data") as storage:
        yield storage


async def diemcau(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output, errors of the command; with neither configuration nor data folder but those it is given."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.cli", *map(str, arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip
    out, errors = await process.communicate()
    return process.returncode or 0, out.decode(), errors.decode()


async def faults_of(bag: Path) -> list[dict[str, str]]:
    code, out, errors = await diemcau("verify", bag, "--json")
    assert errors == ""
    result = json.loads(out)
    assert code == (1 if result["faults"] else 0)
    faults: list[dict[str, str]] = result["faults"]
    return faults


async def actions(storage: Storage) -> list[tuple[str, str, str, str]]:
    async with storage.units.reading() as unit:
        entries = [link.entry for link in await unit.audit.entries(0, 1000)]
    return [(one.actor, one.action, one.outcome, one.detail) for one in entries if one.action == "export_recording"]


# ── the bag ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_bag_holds_the_sealed_bytes_and_a_form_for_browsers(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    row = await row_of(storage)
    manifest = await load_manifest(storage.objects, row.manifest_key)
    segments = ordered_segments(manifest.tracks)
    assert {segment.container for segment in segments} == {"webm", "matroska"}
    listed = dict(line.split("  ")[::-1] for line in (bag / "manifest-sha256.txt").read_text().splitlines())
    for segment in segments:
        body = (bag / "data" / segment.key).read_bytes()
        assert hashlib.sha256(body).hexdigest() == segment.sha256 == listed[f"data/{segment.key}"]
        if segment.container == "matroska":
            path = f"data/{browser_form_key(segment.key)}"
            assert path in listed
            assert len(decode((bag / path).read_bytes())) == segment.frames
    assert hashlib.sha256((bag / "data" / row.manifest_key).read_bytes()).hexdigest() == row.manifest_sha256
    info = (bag / "bag-info.txt").read_text("utf-8")
    for line in (
        f"External-Identifier: {RECORDING}",
        "Source-Organization: Office",
        "Export-Purpose: court request 12",
    ):
        assert f"{line}\n" in info
    assert await faults_of(bag) == []


async def test_the_command_asks_for_a_purpose_and_leaves_its_entry(storage: Storage, tmp_path: Path) -> None:
    data, place = tmp_path / "data", tmp_path / "bag"
    without, _, _ = await diemcau("archive", "export", RECORDING, place, "--data", data)
    empty, _, told = await diemcau("archive", "export", RECORDING, place, "--data", data, "--purpose", " ")
    nobody, _, unknown = await diemcau(
        "archive", "export", RECORDING, place, "--data", data, "--purpose", "x", "--by", "nobody"
    )
    assert (without, empty, nobody) == (2, 1, 1)
    assert "a purpose of at most 300 characters is needed" in told
    assert "no account nobody" in unknown
    assert not place.exists()
    assert await actions(storage) == []
    code, out, errors = await diemcau(
        "archive", "export", RECORDING, place, "--data", data, "--purpose", "tòa án yêu cầu", "--json"
    )
    assert (code, errors) == (0, "")
    result = json.loads(out)
    assert (result["recording"], result["unplayable"], result["signed_by"]) == (RECORDING, [], await signed_by(storage))
    assert await actions(storage) == [("system", "export_recording", "done", "tòa án yêu cầu")]
    async with storage.units.reading() as unit:
        [event] = await unit.access_events.of(RECORDING)
    assert (event.kind, event.account, event.purpose) == (AccessKind.EXPORT, "system", "tòa án yêu cầu")
    again, _, told = await diemcau("archive", "export", RECORDING, place, "--data", data, "--purpose", "x")
    assert (again, "is not an empty folder" in told) == (1, True)


async def test_who_may_not_is_refused_and_written_down(storage: Storage, tmp_path: Path) -> None:
    citizen = Actor(AccountId("c"), "c", frozenset({Role.CITIZEN}), AgencyId("agency-1"))
    with pytest.raises(NotPermitted):
        await exporting(storage).export(ExportRequest(citizen, RECORDING, "curious"), FolderBag(tmp_path / "bag"))
    assert await actions(storage) == [("c", "export_recording", "refused:not_permitted", "curious")]
    async with storage.units.reading() as unit:
        assert await unit.access_events.of(RECORDING) == []
    with pytest.raises(NotFound):
        await exporting(storage).export(ExportRequest(SYSTEM, RecordingId("none"), "x"), FolderBag(tmp_path / "bag"))
    with pytest.raises(Invalid):
        await exporting(storage).export(ExportRequest(SYSTEM, RECORDING, "x" * 301), FolderBag(tmp_path / "bag"))
    assert left_in(tmp_path) == []


def left_in(folder: Path) -> list[str]:
    """What an export left beside the data folder."""
    return sorted(path.name for path in folder.iterdir() if path.name != "data")


@pytest.mark.parametrize("how", ["removed", "flipped", "by another key"])
async def test_a_signature_that_does_not_hold_is_not_handed_on(storage: Storage, tmp_path: Path, how: str) -> None:
    row = await row_of(storage)
    objects = tmp_path / "data" / "objects"
    stored = objects / row.signature_key
    if how == "removed":
        stored.unlink()
    elif how == "flipped":
        flip(stored, stored.read_bytes().index(b'"signature":"') + 20)
    else:
        stranger = await own_keys(tmp_path / "data" / "stranger", SystemClock()).sign(
            (objects / row.manifest_key).read_bytes()
        )
        stored.chmod(0o600)
        stored.write_bytes(serialise_signature(stranger))
    with pytest.raises(Refusal, match=r"signature\.json") as refused:
        await exported(storage, tmp_path / "bag")
    assert refused.value.code is Code.OBJECT_DAMAGED
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("container", ["webm", "matroska"])
async def test_what_is_damaged_is_handed_on_and_named(
    storage: Storage, tmp_path: Path, missing: bool, container: str
) -> None:
    manifest = await load_manifest(storage.objects, (await row_of(storage)).manifest_key)
    segment = next(one for one in ordered_segments(manifest.tracks) if one.container == container)
    stored = tmp_path / "data" / "objects" / segment.key
    if missing:
        stored.unlink()
    else:
        flip(stored, segment.bytes // 2)
    bag = tmp_path / "bag"
    code, out, errors = await diemcau(
        "archive", "export", RECORDING, bag, "--purpose", "court", "--data", tmp_path / "data"
    )
    assert (code, errors) == (3, "")
    assert f"DAMAGED {segment.key}: {'presence' if missing else 'sha256'}" in out
    assert (bag / "data" / segment.key).exists() is not missing
    assert not (bag / "data" / segment.key).with_suffix(".mp4").exists()
    assert "Damaged-Files: 1\n" in (bag / "bag-info.txt").read_text("utf-8")
    assert f"data/{segment.key}" in (bag / "summary.html").read_text("utf-8").partition("<h2>")[2].partition("</ul>")[0]
    code, out, _ = await diemcau("verify", bag)
    assert (code, "damaged exactly as declared" in out, segment.key in out) == (3, True, True)
    result = json.loads((await diemcau("verify", bag, "--json"))[1])
    assert (result["faults"], [fault["path"] for fault in result["declared"]]) == ([], [segment.key])
    await _declares_no_more_and_no_less(bag, segment.key, missing)


async def _declares_no_more_and_no_less(bag: Path, key: str, missing: bool) -> None:
    """Mended, damaged elsewhere, or undeclared, it is at fault, also when its lists are made anew."""
    declared = (bag / "damage.json").read_bytes()
    other = next(path for path in sorted((bag / "data").rglob("*.webm")) if path != bag / "data" / key)
    flip(other, 100)
    list_anew(bag)
    assert (other.relative_to(bag / "data").as_posix(), "sha256") in told_of(await faults_of(bag))
    flip(other, 100)
    (bag / "damage.json").write_bytes(declared.replace(b'"found":"', b'"found":"x'))
    list_anew(bag)
    assert {("damage.json", "form"), (key, "presence" if missing else "sha256")} <= told_of(await faults_of(bag))
    (bag / "damage.json").unlink()
    tags = bag / "tagmanifest-sha256.txt"
    tags.write_text("".join(line for line in tags.read_text().splitlines(keepends=True) if "damage.json" not in line))
    list_anew(bag)
    assert (key, "presence" if missing else "sha256") in told_of(await faults_of(bag))


def told_of(faults: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(fault["path"], fault["algorithm"]) for fault in faults}


async def test_a_file_that_nobody_sealed_is_found_though_the_bag_lists_it(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    record = next((bag / "data" / "recordings").iterdir())
    strange = [record / "letter.pdf", record / "t" / "00001.mp4", bag / "data" / "confession.webm"]
    for path in strange:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"mine")
        with (bag / "manifest-sha256.txt").open("a") as lists:
            lists.write(f"{'0' * 64}  {path.relative_to(bag).as_posix()}\n")
    payload = [path for path in (bag / "data").rglob("*") if path.is_file()]
    info = bag / "bag-info.txt"
    kept = [line for line in info.read_text("utf-8").splitlines(keepends=True) if not line.startswith("Payload-Oxum")]
    oxum = f"Payload-Oxum: {sum(path.stat().st_size for path in payload)}.{len(payload)}\n"
    info.write_text("".join([*kept, oxum]), "utf-8")
    list_anew(bag)
    found = told_of(await faults_of(bag))
    assert found == {(path.relative_to(bag).as_posix(), "presence") for path in strange}


@pytest.mark.parametrize(
    ("size", "told"),
    [("64k", "no room for .*: it takes .* bytes, .* are free"), ("256k", "no room left for")],  # the latter at its end
)
async def test_a_full_disk_is_one_line_and_leaves_nothing(
    storage: Storage, tmp_path: Path, size: str, told: str
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = await run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small)
    if mounted:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        with pytest.raises(NotExported, match=told):
            await exported(storage, small / "bag")
        assert left_in(small) == []
    finally:
        await run("umount", small)


async def run(*command: str | Path) -> int:
    process = await asyncio.create_subprocess_exec(*map(str, command), stderr=subprocess.DEVNULL)
    return await process.wait()


# ── verified anywhere ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_bag_on_read_only_media_is_verified_and_not_written_to(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    bag = await exported(storage, tmp_path / "media" / "bag")
    before = listing(bag)
    if await run("mount", "--bind", "-o", "ro", bag.parent, bag.parent):
        pytest.skip("nothing can be mounted here")
    try:
        assert await faults_of(bag) == []
    finally:
        await run("umount", bag.parent)
    assert listing(bag) == before


def listing(bag: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in bag.rglob("*"))


async def test_a_changed_bag_is_found_in_record_and_bag(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    master = next(bag.rglob("*.webm"))
    form = next(bag.rglob("*.mp4"))
    key = master.relative_to(bag / "data").as_posix()
    flip(master, 40)
    flip(form, 40)
    (bag / "data" / "extra").write_bytes(b"")
    found = [(fault["path"], fault["algorithm"]) for fault in await faults_of(bag)]
    assert sorted(found) == sorted(
        [
            (key, "sha256"),
            (f"data/{key}", "sha256"),
            (form.relative_to(bag).as_posix(), "sha256"),
            ("data/extra", "presence"),
            ("bag-info.txt", "size"),
        ]
    )


async def test_a_record_that_was_changed_with_its_bag_breaks_the_chain(storage: Storage, tmp_path: Path) -> None:
    """Whoever forges a segment makes the bag's own lists anew; the sealed record still tells."""
    bag = await exported(storage, tmp_path / "bag")
    manifest = next(bag.rglob("manifest.json"))
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace('"frames":', '"frames":1', 1), "utf-8")
    list_anew(bag)
    faults = await faults_of(bag)
    assert "chain" in {fault["algorithm"] for fault in faults}


def list_anew(bag: Path) -> None:
    """The bag's own lists, as whoever changed something in it can make them: no key is needed for that."""
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        paths = [line.split("  ")[1] for line in (bag / name).read_text().splitlines()]
        made = [f"{hashlib.sha256((bag / path).read_bytes()).hexdigest()}  {path}\n" for path in paths]
        (bag / name).write_text("".join(made))


async def test_a_forged_form_for_browsers_is_found_though_no_signature_covers_it(
    storage: Storage, tmp_path: Path
) -> None:
    """The masters and the signature stay as they are; what a browser would show is another file."""
    bag = await exported(storage, tmp_path / "bag")
    form = next(bag.rglob("*.mp4"))
    honest = form.read_bytes()
    flip(form, honest.index(b"mdat") + 40)
    list_anew(bag)
    path = form.relative_to(bag).as_posix()
    assert [(fault["path"], fault["algorithm"]) for fault in await faults_of(bag)] == [(path, "frames")]
    master = form.with_suffix(".mkv").read_bytes()
    assert same_frames(master, honest)
    moov, mdat, tfdt = (honest.index(kind) for kind in (b"avcC", b"mdat", b"tfdt"))
    for at in (moov + 6, mdat + 40, tfdt + 13, tfdt + 14):  # decoder, picture, moments
        assert not same_frames(master, honest[:at] + bytes([honest[at] ^ 0x40]) + honest[at + 1 :])
    for odd in (b"", honest[:-1], honest + honest, honest[8:], master):
        assert not same_frames(master, odd)


async def test_a_signature_goes_with_it(storage: Storage, tmp_path: Path) -> None:
    key = await signed_by(storage)
    bag = await exported(storage, tmp_path / "bag")
    assert json.loads(next(bag.rglob("signature.json")).read_bytes())["key"] == key
    assert f"Signed-By: {key}\n" in (bag / "bag-info.txt").read_text("utf-8")
    assert shown(key) in (bag / "summary.html").read_text("utf-8")


async def test_a_folder_without_a_record_is_told(tmp_path: Path) -> None:
    async with FolderBag(tmp_path / "bag") as bag:
        await bag.add("letters/a.txt", b"a")
        await bag.finish({}, [("Source-Organization", "x")])
    assert [fault["algorithm"] for fault in await faults_of(tmp_path / "bag")] == ["presence"]


# ── read by people ───────────────────────────────────────────────────────────────────────────────────────────────


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.langs: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.langs += [value for name, value in attrs if name == "lang" and value]

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())


async def test_the_summary_tells_who_when_and_how_to_verify_in_two_languages(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    page = (bag / "summary.html").read_text("utf-8")
    reader = _Text()
    reader.feed(page)
    assert reader.langs[:3] == ["vi", "vi", "en"]
    manifest = await load_manifest(storage.objects, (await row_of(storage)).manifest_key)
    wanted = [
        "Regular reception", "chair", "agency", "Chủ trì", "Chair", "court request 12", "Cách phát và kiểm tra",
        "sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt", "12 giây", "12 seconds",
        *(segment.sha256 for segment in ordered_segments(manifest.tracks)),
    ]  # fmt: skip
    missing = [text for text in wanted if not any(text.lower() in said.lower() for said in reader.said)]
    assert missing == []
    assert "&lt;span" not in page
    assert "http://" not in page
    assert "https://" not in page
