"""A viewing copy from the pages' side: asked for, watched, stopped, downloaded with a purpose; nobody else finds it."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bridge.archive import AccessKind, ViewingCopy, ViewingCopyState
from bridge.copies import ViewingCopies, copy_key
from bridge.model import RecordingRow
from tests.support.pages import Pages, Reader, serving
from tests.support.sealed import RECORDING, sealed
from web.wire import ViewingCopyView

PAGE = f"/archive/{RECORDING}/copy"
API = f"/api/recordings/{RECORDING}/copy"
FILM = bytes(range(256)) * 5_000


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def row(pages: Pages) -> RecordingRow:
    return await sealed(pages)


@pytest.fixture
async def archivist(pages: Pages, row: RecordingRow) -> AsyncIterator[Reader]:
    async with pages.reader() as reader:
        await reader.sign_in("archivist")
        yield reader


async def seen(reader: Reader) -> ViewingCopyView:
    answer = await reader.get(API)
    assert answer.status == 200, answer.text
    return msgspec.json.decode(answer.body, type=ViewingCopyView)


async def made(pages: Pages, note: str = "") -> ViewingCopy:
    """As the jobs would."""
    copies = ViewingCopies(pages.storage.units, pages.clock)
    (run,) = await copies.wanted()
    await copies.progressed(run, 0.5)
    stored = await pages.ports.objects.put(copy_key(run), FILM, pages.clock.utc())
    assert await copies.ready(run, stored, note)
    return run


async def test_it_is_asked_for_watched_and_stopped_without_any_script(pages: Pages, archivist: Reader) -> None:
    assert f'href="{PAGE}"' in (await archivist.get(f"/archive/{RECORDING}/proof")).text
    page = await archivist.get(PAGE)
    assert "There is no copy yet" in page.text
    assert "Refresh" not in page.headers
    page = await archivist.send(PAGE, {"csrf": page.token()})
    assert (page.path, page.headers["Refresh"]) == (PAGE, "3")
    assert "It waits for its turn." in page.text
    copies = ViewingCopies(pages.storage.units, pages.clock)
    (run,) = await copies.wanted()
    assert await copies.progressed(run, 0.42)
    page = await archivist.get(PAGE)
    assert "42 % done" in page.text
    assert '<progress class="w-100" id="copy-progress" max="100" value="42">' in page.text
    page = await archivist.send(f"{PAGE}/cancel", {"csrf": page.token()})
    assert "was stopped" in page.text
    assert not await copies.progressed(run, 0.43)
    pages.clock.forward(1)
    page = await archivist.send(PAGE, {"csrf": page.token()})
    assert "It waits for its turn." in page.text
    assert not await copies.progressed(run, 0.44)  # what the stopped run still says is not taken for the new one's


async def test_it_is_downloaded_with_a_purpose_that_is_kept(pages: Pages, archivist: Reader) -> None:
    page = await archivist.send(PAGE, {"csrf": (await archivist.get(PAGE)).token()})
    await made(pages)
    page = await archivist.get(f"{PAGE}/file")
    assert page.path == PAGE  # first the question
    assert "1.3 MB" in page.text
    refused = await archivist.send(f"{PAGE}/purpose", {"csrf": page.token(), "purpose": " "})
    assert refused.status == 422
    got = await archivist.send(f"{PAGE}/purpose", {"csrf": page.token(), "purpose": "for the minutes"})
    assert (got.status, got.body, got.headers["Content-Type"]) == (200, FILM, "video/mp4")
    assert got.headers["Content-Disposition"] == f'attachment; filename="{RECORDING}.mp4"'
    part = await archivist.get(f"{PAGE}/file", headers={"Range": "bytes=10-19"})
    assert (part.status, part.body) == (206, FILM[10:20])
    async with pages.storage.units.reading() as unit:
        (event,) = await unit.access_events.of(RECORDING)
        details = [one.entry.detail for one in await unit.audit.entries(0, 100) if one.entry.action == "copy_recording"]
    assert (event.kind, event.purpose, event.account) == (AccessKind.COPY, "for the minutes", "id-archivist")
    assert details == ["asked", "ready", "for the minutes"]


async def test_programs_do_the_same(pages: Pages, archivist: Reader) -> None:
    token = await archivist.token()
    assert (await archivist.get(API)).status == 404
    first = await archivist.post(API, {}, token)
    assert first.status == 202
    again = await archivist.post(API, {}, token)
    assert again.body == first.body
    gone = await archivist.ask("DELETE", API, headers={"X-CSRF-Token": token})
    assert msgspec.json.decode(gone.body, type=ViewingCopyView).state == ViewingCopyState.CANCELLED
    assert (await archivist.get(f"{API}/file")).status == 409  # no purpose yet
    assert (await archivist.post(f"{API}/purpose", {"purpose": "court request 12"}, token)).status == 204
    assert (await archivist.get(f"{API}/file")).status == 404  # no copy yet
    pages.clock.forward(1)
    await archivist.post(API, {}, token)
    run = await made(pages)
    view = await seen(archivist)
    assert (view.state, view.whole, view.bytes, view.progress) == (ViewingCopyState.READY, True, len(FILM), 1.0)
    assert view.asked_ms == run.asked_utc_ns // 1_000_000
    assert (await archivist.get(f"{API}/file")).body == FILM


async def test_what_is_damaged_or_failed_is_told_in_words_for_people(pages: Pages, archivist: Reader) -> None:
    page = await archivist.send(PAGE, {"csrf": (await archivist.get(PAGE)).token()})
    await made(pages, "recordings/recording1/t1/00001.webm: object_damaged")
    page = await archivist.get(PAGE)
    assert "Some files of the record are missing or damaged." in page.text
    assert not (await seen(archivist)).whole
    pages.clock.forward(1)
    await archivist.send(PAGE, {"csrf": page.token()})
    copies = ViewingCopies(pages.storage.units, pages.clock)
    (run,) = await copies.wanted()
    assert await copies.failed(run, "ended with code -11")
    page = await archivist.get(PAGE)
    assert "could not be made" in page.text
    assert "ended with code" not in page.text


@pytest.mark.parametrize("login", ["citizen", "agency"])
async def test_who_may_not_finds_nothing(login: str, pages: Pages, row: RecordingRow) -> None:
    async with pages.reader() as reader:
        await reader.sign_in(login)
        token = await reader.token()
        for address in (PAGE, f"{PAGE}/file", API, f"{API}/file"):
            assert (await reader.get(address)).status == 404
        assert (await reader.post(API, {}, token)).status == 404
        assert (await reader.ask("DELETE", API, headers={"X-CSRF-Token": token})).status == 404
        for address in (PAGE, f"{PAGE}/cancel", f"{PAGE}/purpose"):
            assert (await reader.send(address, {"csrf": token, "purpose": "x"})).status == 404
    assert await ViewingCopies(pages.storage.units, pages.clock).of(RECORDING) is None


async def test_a_forged_request_makes_nothing(pages: Pages, archivist: Reader) -> None:
    assert (await archivist.post(API, {}, "wrong")).status == 403
    assert (await archivist.ask("DELETE", API)).status == 403
    assert await ViewingCopies(pages.storage.units, pages.clock).wanted() == []
