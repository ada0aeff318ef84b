"""The whole audit chain is read, page by page, and what manifests say of it is looked for in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge import auditing
from bridge.auditing import check_audit, check_database
from bridge.repositories import AuditEntry
from storage.build import Storage
from tests.support.archive import Archive, archive


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Archive]:
    async with archive(tmp_path) as made:
        yield made


async def grow(storage: Storage, entries: int) -> None:
    async with storage.units.writing() as unit:
        for number in range(entries):
            await unit.audit.append(AuditEntry(number, "somebody", "do", f"thing {number}", "done"))
        await unit.commit()


async def test_an_empty_chain_holds(kept: Archive) -> None:
    report = await check_database(kept.storage.units)
    assert (report.entries, report.head, report.faults) == (0, "", ())


async def test_pages_continue_each_other_and_progress_is_told(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "PAGE", 4)
    await grow(kept.storage, 11)
    told: list[tuple[int, int]] = []

    async def progress(checked: int, total: int) -> None:
        told.append((checked, total))

    report = await check_database(kept.storage.units, progress)
    async with kept.storage.units.reading() as unit:
        head = await unit.audit.head()
    assert head is not None
    assert (report.entries, report.head, report.faults) == (11, head.hash, ())
    assert told == [(4, 11), (8, 11), (11, 11)]


async def test_every_sealed_manifest_stands_in_the_chain(kept: Archive) -> None:
    for name in ("first", "second"):
        await kept.sealed(name)
    assert (await check_audit(kept.storage.units, kept.storage.objects)).faults == ()


async def test_a_chain_that_was_begun_anew_is_found_by_the_manifests(kept: Archive, tmp_path: Path) -> None:
    """As if somebody had put an older or a tidier database in the place of this one."""
    rows = [await kept.sealed("first"), await kept.sealed("second")]
    kept.file(rows[1].manifest_key).write_bytes(b"{}")
    (tmp_path / "other").mkdir()
    async with archive(tmp_path / "other") as other:
        await grow(other.storage, 3)
        async with other.storage.units.writing() as unit:
            for row in rows:
                await unit.recordings.put(row)
            await unit.commit()
        report = await check_audit(other.storage.units, kept.storage.objects)
    assert report.entries == 3
    missing, unreadable = sorted(fault for fault in report.faults if fault.startswith("recordings/"))
    assert missing.startswith("recordings/first/manifest.json: its audit head ")
    assert unreadable.startswith("recordings/second/manifest.json: manifest: ")
