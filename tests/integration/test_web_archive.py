"""The archive: list, purpose, player, segments with ranges, checks, proof; every access leaves its entry."""

import html
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from bridge.errors import Code, MalformedInput, Unavailable
from bridge.ids import RecordingId
from bridge.signing import KeyId, shown
from bridge.states import RecordingState
from bridge.verification import journal_key
from tests.support.pages import Pages, PassingRemuxer, Reader, serving
from tests.support.sealed import BODIES, RECORDING, sealed, sealing_of

PAGE = f"/archive/{RECORDING}"
API = f"/api/recordings/{RECORDING}"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


async def opened(reader: Reader) -> None:
    """Signed in, with the purpose given."""
    await reader.sign_in("archivist")
    page = await reader.get(PAGE)
    await reader.send(f"{PAGE}/purpose", {"csrf": page.token(), "purpose": "court request 12"})


async def audited(pages: Pages, action: str) -> list[str]:
    async with pages.storage.units.reading() as unit:
        return [link.entry.detail for link in await unit.audit.entries(0, 1000) if link.entry.action == action]


async def test_an_empty_archive_says_how_it_fills(pages: Pages) -> None:
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        page = await archivist.get("/archive")
        assert "The archive is empty." in page.text


async def test_a_journal_that_cannot_be_sealed_keeps_no_other_from_it(pages: Pages) -> None:
    row = await sealed(pages)
    unsealed = msgspec.structs.replace(row, state=RecordingState.WRITING)
    damaged = [
        msgspec.structs.replace(unsealed, id=RecordingId(name), prefix=f"recordings/{name}/")
        for name in ("a-damaged", "z-damaged")  # before and behind it in every order
    ]
    for one in damaged:
        await pages.ports.objects.put(journal_key(one.prefix), b"no journal\n", pages.clock.now_ns + 1)
    async with pages.storage.units.writing() as unit:
        for one in (*damaged, unsealed):
            await unit.recordings.put(one)
        await unit.commit()
    with pytest.raises(MalformedInput, match=r"(?=.*a-damaged)(?=.*z-damaged)"):
        await sealing_of(pages).seal_all()
    async with pages.storage.units.reading() as unit:
        assert (await unit.recordings.get(RECORDING)).state == RecordingState.SEALED


async def test_the_purpose_is_asked_once_and_kept(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        listed = await archivist.get("/archive")
        assert "Held reception" in listed.text
        assert "2 minutes 5 seconds" in listed.text
        assert "Sealed, not checked yet" in listed.text
        early = await archivist.get(f"{API}/manifest")
        assert json.loads(early.text)["code"] == "reason_required"
        asked = await archivist.get(PAGE)
        assert "What do you need this recording for?" in asked.text
        again = await archivist.send(f"{PAGE}/purpose", {"csrf": asked.token(), "purpose": ""})
        assert (again.status, await audited(pages, "play_recording")) == (422, [])
        player = await archivist.send(f"{PAGE}/purpose", {"csrf": asked.token(), "purpose": "court request 12"})
        assert 'data-island="player"' in player.text
        assert f"{API}/segments/{{track}}/{{number}}?as=browser" in html.unescape(player.text)
        assert 'data-island="player"' in (await archivist.get(PAGE)).text
        assert await audited(pages, "play_recording") == ["court request 12"]


async def test_manifest_and_segments(pages: Pages) -> None:
    row = await sealed(pages)
    async with pages.reader() as archivist:
        await opened(archivist)
        manifest = await archivist.get(f"{API}/manifest")
        assert json.loads(manifest.text)["recording"] == RECORDING
        assert len(manifest.body) > 0
        async with archivist.client.get(pages.origin + f"{API}/segments/t1/1") as answer:
            assert (answer.status, answer.content_type) == (200, "video/webm")
            assert await answer.read() == BODIES["t1", 1]
        for header, status, wanted in (
            ("bytes=10-19", 206, BODIES["t1", 1][10:20]),
            ("bytes=2990-", 206, BODIES["t1", 1][2990:]),
            ("bytes=-5", 206, BODIES["t1", 1][-5:]),
            ("bytes=3000-", 416, None),
            ("bytes=5-2", 200, BODIES["t1", 1]),
            ("lines=1-2", 200, BODIES["t1", 1]),
        ):
            for kind in ("stored", "browser"):
                part = await archivist.get(f"{API}/segments/t1/1?as={kind}", headers={"Range": header})
                assert part.status == status, (header, kind, part.text)
                assert wanted is None or part.body == wanted
        unknown = await archivist.get(f"{API}/segments/t9/1")
        assert unknown.status == 404
        assert row.state == "sealed"


async def test_a_browser_form_is_made_once(pages: Pages) -> None:
    await sealed(pages)
    remuxer = pages.ports.remuxer
    assert isinstance(remuxer, PassingRemuxer)
    async with pages.reader() as archivist:
        await opened(archivist)
        for _ in range(3):
            form = await archivist.get(f"{API}/segments/t1/2?as=browser")
            assert (form.body, form.headers["Content-Type"]) == (BODIES["t1", 2], "video/webm; codecs=vp8")
    assert remuxer.asked == 1


def flip(pages: Pages, tmp_path: Path) -> None:
    """One byte of one stored segment, past the store."""
    [stored] = [path for path in (tmp_path / "objects").rglob("*") if path.is_file() and path.stat().st_size == 700]
    stored.chmod(0o600)
    body = bytearray(stored.read_bytes())
    body[350] ^= 1
    stored.write_bytes(bytes(body))


async def test_a_flipped_byte_is_found_by_check_and_by_player(pages: Pages, tmp_path: Path) -> None:
    await sealed(pages)
    async with pages.reader() as archivist:
        await opened(archivist)
        token = await archivist.token()
        whole = json.loads((await archivist.post(f"{API}/verify", {}, token)).text)
        assert (whole["holds"], whole["faults"], whole["objects"]) == (True, [], 6)
        flip(pages, tmp_path)
        broken = await archivist.get(f"{API}/segments/t2/1?as=browser")
        assert (broken.status, json.loads(broken.text)["code"]) == (502, "object_damaged")
        faulty = json.loads((await archivist.post(f"{API}/verify", {}, token)).text)
        assert faulty["holds"] is False
        assert [fault["algorithm"] for fault in faulty["faults"]] == ["sha256"]
        listed = await archivist.get("/archive")
        assert "1 fault found" in listed.text


async def test_the_proof_page_shows_each_object(pages: Pages, tmp_path: Path) -> None:
    await sealed(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        before = await archivist.get(f"{PAGE}/proof")
        assert before.text.count("not checked yet</span>") == 6
        after = await archivist.send(f"{PAGE}/proof", {"csrf": before.token()})
        assert after.path == f"{PAGE}/proof"
        assert after.text.count("</span> as sealed") == 6
        assert "diemcau verify" in after.text
        assert "The signature holds, by a key of this installation." in after.text
        assert shown(KeyId(pages.keys.known()[0].id)) in after.text
        flip(pages, tmp_path)
        broken = await archivist.send(f"{PAGE}/proof", {"csrf": before.token()})
        assert "1 fault found" in broken.text
        assert "sha256: expected" in broken.text
        assert broken.text.count("</span> as sealed") == 5


async def test_who_may_not_see_the_archive_sees_nothing_of_it(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as citizen:
        await citizen.sign_in("citizen")
        for path in ("/archive", PAGE, f"{PAGE}/proof", f"{API}/manifest", f"{API}/segments/t1/1"):
            assert (await citizen.get(path)).status == 404, path
        denied = await citizen.post(f"{API}/verify", {}, await citizen.token())
        assert denied.status == 404
        assert json.loads((await citizen.get("/api/recordings")).text) == {"recordings": [], "next": None}


async def test_head_tells_size_and_sends_nothing(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as archivist:
        await opened(archivist)
        for kind in ("stored", "browser"):
            answer = await archivist.ask("HEAD", f"{API}/segments/t1/1?as={kind}")
            assert (answer.status, answer.headers["Content-Length"], answer.body) == (200, "3000", b"")


async def test_a_store_that_goes_away_in_the_middle_cuts_the_line(pages: Pages) -> None:
    await sealed(pages)

    async def breaking_off(*_: object) -> AsyncIterator[bytes]:
        yield b"one"
        raise Unavailable(Code.OBJECTS_UNAVAILABLE)

    async with pages.reader() as archivist:
        await opened(archivist)
        await archivist.get(f"{API}/manifest")
        pages.ports.objects.read = breaking_off  # type: ignore[assignment,method-assign]  # a store that fails when asked to
        with pytest.raises(aiohttp.ClientError):
            await archivist.get(f"{API}/segments/t1/1")
        away = await archivist.get(f"{API}/segments/t1/2?as=browser")
        assert (away.status, json.loads(away.text)["code"]) == (503, "objects_unavailable")
