"""Checks that people ask for: kept for ever, shown with who asked, and told of while they run."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from bridge.archive import FixityCheck
from bridge.errors import Code, Unavailable
from bridge.faults import Fault
from bridge.policy import SYSTEM
from bridge.verification import journal_key
from tests.support.pages import Pages, Reader, serving
from tests.support.ports import free_port
from tests.support.sealed import RECORDING, sealed, sealing_of
from web.build import build
from web.wire import VerificationView

PAGE = f"/archive/{RECORDING}"
API = f"/api/recordings/{RECORDING}"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


@asynccontextmanager
async def started_again(pages: Pages) -> AsyncIterator[Pages]:
    """The same installation as a new process would serve it: nothing but database and store is left."""
    port = free_port()
    config = replace(pages.config, origin=f"http://127.0.0.1:{port}")
    app = build(config, pages.ports)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield replace(pages, origin=config.origin, config=config, app=app)
    finally:
        await runner.cleanup()


class SlowStore:
    """Hands out the pages' store segment by segment: each waits until it is let go."""

    def __init__(self, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read = pages.ports.objects.read
        self.let_go = asyncio.Semaphore(0)
        monkeypatch.setattr(pages.ports.objects, "read", self._slowly)

    async def _slowly(self, key: str, version: str | None = None, start: int = 0, length: int | None = None):  # type: ignore[no-untyped-def]  # as the store's own
        if key.endswith(".webm"):
            await self.let_go.acquire()
        async for chunk in self.read(key, version, start, length):
            yield chunk


async def view(reader: Reader) -> VerificationView:
    """How the check stands."""
    answer = await reader.get(f"{API}/verification")
    assert answer.status == 200, answer.text
    return msgspec.json.decode(answer.body, type=VerificationView)


async def until(reader: Reader, **wanted: object) -> VerificationView:
    """Once it stands so."""
    async with asyncio.timeout(30):
        while True:
            seen = await view(reader)
            if all(getattr(seen, name) == value for name, value in wanted.items()):
                return seen
            await asyncio.sleep(0.02)


async def begin(reader: Reader) -> VerificationView:
    """A check that is not waited for."""
    headers = {"X-CSRF-Token": await reader.token(), "Prefer": "respond-async"}
    answer = await reader.ask("POST", f"{API}/verify", json={}, headers=headers)
    assert (answer.status, answer.headers["Preference-Applied"]) == (202, "respond-async")
    return msgspec.json.decode(answer.body, type=VerificationView)


async def test_checks_are_kept_with_who_asked_and_shown_after_a_restart(pages: Pages) -> None:
    row = await sealed(pages)
    sealing = sealing_of(pages)
    assert await sealing.verify_new() == [RECORDING]
    pages.clock.forward(3600)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        page = await archivist.get(f"{PAGE}/proof")
        assert "the system, by itself" in page.text
        await archivist.send(f"{PAGE}/proof", {"csrf": page.token()})
    fault = Fault(f"{row.prefix}t2/00001.webm", "sha256", "aa", "bb")
    async with pages.storage.units.writing() as unit:
        newest = FixityCheck(RECORDING, pages.clock.now_ns + 1, SYSTEM.account, 5, 9, "unsigned", (fault,))
        await unit.fixity_checks.add(newest)
        await unit.commit()
    async with started_again(pages) as again, again.reader() as archivist:
        await archivist.sign_in("archivist")
        text = (await archivist.get(f"{PAGE}/proof")).text
        assert text.count('role="rowheader"><time') == 3
        assert text.index("Lưu Trữ</bdi></td>") < text.rindex("the system, by itself")
        assert f"{fault.path}: sha256: expected aa, found bb" in text
        last = (await view(archivist)).last
        assert last is not None
        assert (last.by, last.holds, [one.path for one in last.faults]) == ("", False, [fault.path])


async def test_the_row_the_check_and_the_audit_tell_the_same(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        reply = json.loads((await archivist.post(f"{API}/verify", {}, await archivist.token())).text)
    async with pages.storage.units.reading() as unit:
        row = await unit.recordings.get(RECORDING)
        (check,) = await unit.fixity_checks.of(RECORDING, 9)
        (entry,) = [one.entry for one in await unit.audit.entries(0, 99) if one.entry.action == "verify"]
    assert check.at_utc_ns == row.verified_utc_ns == entry.at_utc_ns == reply["at_ms"] * 1_000_000
    assert (check.account, entry.actor, reply["by"]) == ("id-archivist", "id-archivist", "Lưu Trữ")
    assert (check.objects, check.bytes, check.faults) == (reply["objects"], reply["bytes"], ())


async def test_a_check_under_way_says_how_far_it_is(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await sealed(pages)
    journal = (await pages.ports.objects.stat(journal_key(row.prefix))).bytes
    slow = SlowStore(pages, monkeypatch)
    async with pages.reader() as archivist, pages.reader() as chair:
        await archivist.sign_in("archivist")
        await chair.sign_in("chair")
        assert (await begin(archivist)).running
        slow.let_go.release()
        await until(archivist, running=True, checked=journal + 3000, total=journal + 5200)
        page = await archivist.get(f"{PAGE}/proof")
        assert page.headers["Refresh"]
        percent = (journal + 3000) * 100 // (journal + 5200)
        assert f'value="{percent}"' in page.text
        assert f"{percent} % · " in page.text
        assert (await begin(chair)).checked == journal + 3000  # the same check, not a second one
        for _ in range(2):
            slow.let_go.release()
        done = await until(chair, running=False)
        assert done.last is not None
        assert (done.last.by, done.last.holds, done.failed) == ("Lưu Trữ", True, "")
        after = await archivist.get(f"{PAGE}/proof")
        assert "Refresh" not in after.headers
    async with pages.storage.units.reading() as unit:
        assert len(await unit.fixity_checks.of(RECORDING, 9)) == 1


async def test_a_check_that_cannot_be_carried_out_says_so(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    await sealed(pages)

    async def away(*_: object) -> AsyncIterator[bytes]:
        raise Unavailable(Code.OBJECTS_UNAVAILABLE)
        yield b""

    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        with monkeypatch.context() as patched:
            patched.setattr(pages.ports.objects, "read", away)
            await begin(archivist)
            failed = await until(archivist, running=False)
            assert (failed.failed, failed.last) == ("objects_unavailable", None)
        page = await archivist.get(f"{PAGE}/proof")
        assert "The last check could not be carried out." in page.text
        await archivist.send(f"{PAGE}/proof", {"csrf": page.token()})
        mended = await until(archivist, running=False)
        assert (mended.failed, mended.last is not None) == ("", True)


async def test_the_key_that_signed_is_shown_to_be_compared(pages: Pages) -> None:
    row = await sealed(pages)
    async with pages.storage.units.writing() as unit:
        await unit.recordings.put(msgspec.structs.replace(row, signed_by="3f9a17c2b84d5e60"))
        await unit.commit()
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        text = (await archivist.get(f"{PAGE}/proof")).text
        assert "3f9a 17c2 b84d 5e60" in text
        assert "apart from the archive" in text
        assert f'href="{PAGE}/copy"' in text
        assert f"diemcau archive export {RECORDING} FOLDER" in text


@pytest.mark.parametrize(("faults", "said"), [(0, "as sealed"), (2, "verify again to see it here")])
async def test_a_recording_sealed_before_signatures_and_kept_checks_is_shown(
    pages: Pages, faults: int, said: str
) -> None:
    row = await sealed(pages)
    older = msgspec.structs.replace(
        row, journal_version="", signature_key="", signature_version="", signed_by="", origin="",
        verified_utc_ns=pages.clock.now_ns, faults=faults,
    )  # fmt: skip
    async with pages.storage.units.writing() as unit:
        await unit.recordings.put(older)
        await unit.commit()
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        text = (await archivist.get(f"{PAGE}/proof")).text
        for words in (said, "The manifest is not signed", "No check has been kept yet."):
            assert words in text
        assert "Signed with the key" not in text
        for path in ("/archive", PAGE, f"{PAGE}/copy", f"{PAGE}/readings"):
            assert (await archivist.get(path)).status == 200
        assert (await view(archivist)).last is None


async def test_a_check_is_told_to_nobody_without_the_right(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as citizen:
        assert (await citizen.get(f"{API}/verification")).status == 401
        await citizen.sign_in("citizen")
        assert (await citizen.get(f"{API}/verification")).status == 404
