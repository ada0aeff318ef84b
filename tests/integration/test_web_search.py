"""Searching the archive, who may, and who read what; on a real server with a real database."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bridge.archive import AccessEvent, AccessKind
from bridge.ids import AccountId, AgencyId, BridgePointId, RecordingId
from bridge.model import Account, RecordingRow, Role
from bridge.policy import SYSTEM
from bridge.search import RecordingPerson
from tests.support.pages import PASSWORD, Pages, QuickPasswords, Reader, serving
from tests.support.sealed import RECORDING, sealed
from web.wire import RecordingsPage

PAGE = f"/archive/{RECORDING}"
DAY_NS = 86_400_000_000_000
TITLES = ("Khiếu nại về đất đai", "Kiến nghị đường vào xã")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


async def sign_up(pages: Pages, login: str, role: Role, agency: str = "office-central") -> None:
    """One more account."""
    stored = QuickPasswords().hash(PASSWORD)
    who = Account(AccountId(f"id-{login}"), login, login.title(), frozenset({role}), AgencyId(agency), None, stored)
    async with pages.storage.units.writing() as unit:
        await unit.accounts.add(who)
        await unit.commit()


async def filled(pages: Pages, count: int = 4) -> RecordingRow:
    """The sealed one, today, and further rows, a day apart, each with somebody in it at one of two points."""
    row = await sealed(pages)
    async with pages.storage.units.writing() as unit:
        for number in range(1, count):
            began = row.began_utc_ns - number * DAY_NS
            other = RecordingId(f"other-{number}")
            title = f"{TITLES[number % 2]} {number}"
            await unit.recordings.put(
                msgspec.structs.replace(row, id=other, title=title, began_utc_ns=began, ended_utc_ns=began + 1)
            )
            point = BridgePointId(f"p{number % 2}")
            person = RecordingPerson(other, f"Nguyễn Văn {number}", point, f"Điểm cầu {number % 2}", "citizen")
            await unit.recordings.name_people(other, [person])
        await unit.commit()
    return row


async def asked(reader: Reader, query: str = "") -> list[str]:
    """Ids of what the API finds."""
    answer = await reader.get(f"/api/recordings?{query}")
    assert answer.status == 200, answer.text
    return [row.id for row in msgspec.json.decode(answer.body, type=RecordingsPage).recordings]


async def test_every_filter_finds_its_own(pages: Pages) -> None:
    await filled(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        assert await asked(archivist) == [RECORDING, "other-1", "other-2", "other-3"]
        assert await asked(archivist, "title=dat") == ["other-2"]
        assert await asked(archivist, "person=nguyen%203") == ["other-3"]
        assert await asked(archivist, "person=Chu") == [RECORDING]  # named by the manifest when it was sealed
        assert await asked(archivist, "point=p1") == ["other-1", "other-3"]
        assert await asked(archivist, "point=point-central") == [RECORDING]
        assert await asked(archivist, "from=2026-11-21&to=2026-11-22") == ["other-1", "other-2"]
        assert await asked(archivist, "proof=whole") == []
        assert len(await asked(archivist, "proof=unchecked&title=&person=")) == 4


async def test_the_api_goes_on_where_it_ended(pages: Pages) -> None:
    await filled(pages, 6)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        read: list[str] = []
        after: str | None = ""
        while after is not None:
            answer = await archivist.get(f"/api/recordings?limit=2&after={after}")
            page = msgspec.json.decode(answer.body, type=RecordingsPage)
            read += [row.id for row in page.recordings]
            after = page.next
        assert (
            read == await asked(archivist, "limit=200") == [RECORDING, *(f"other-{number}" for number in range(1, 6))]
        )
        for query, field in (
            ("from=31/2/2026", "from"),
            ("proof=x", "proof"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=x", "limit"),
        ):
            refused = await archivist.get(f"/api/recordings?{query}")
            problem = json.loads(refused.text)
            assert (refused.status, problem["code"], problem["params"]["field"]) == (422, "invalid_field", field)


async def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(pages: Pages) -> None:
    await filled(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        wrong = await archivist.get("/archive?from=31/2/2026&person=Nguy%E1%BB%85n&title=%22%3E")
        assert wrong.status == 422
        assert "Enter the day as day, month and year, like 31/12/2026." in wrong.text
        for typed in ('value="31/2/2026"', 'value="Nguyễn"', 'value="&#34;&gt;"'):
            assert typed in wrong.text
        assert "other-1" not in wrong.text
        assert (await archivist.get("/archive?after=x")).status == 400


async def test_an_empty_answer_says_how_to_find_more(pages: Pages) -> None:
    await filled(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        none = await archivist.get("/archive?title=dat&person=nobody&from=2026-11-01&point=p0")
        assert "No recording fits all of this." in none.text
        assert "Điểm cầu 0" in none.text
        without = re.findall(r'href="(/archive\?[^"]+)"', none.text)
        assert "/archive?title=dat&amp;from=2026-11-01&amp;point=p0" in without
        widened = await archivist.get("/archive?title=dat&from=2026-11-01&point=p0")
        assert "1 recording found" in widened.text


async def test_the_list_goes_on_page_by_page(pages: Pages) -> None:
    await filled(pages, 120)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        seen: list[str] = []
        address, text = "/archive?title=vao", ""
        while address:
            text = (await archivist.get(address)).text
            assert "60 recordings found" in text
            seen += re.findall(r'href="/archive/(other-\d+)"', text)
            older = re.search(r'href="([^"]+)" rel="next"', text)
            address = older[1].replace("&amp;", "&") if older else ""
        assert seen == [f"other-{number}" for number in range(1, 120, 2)]
        assert "To the newest" in text


async def test_another_agencys_archivist_finds_nothing(pages: Pages) -> None:
    await filled(pages)
    await sign_up(pages, "elsewhere", Role.ARCHIVIST, "office-province")
    async with pages.reader() as other:
        await other.sign_in("elsewhere")
        assert await asked(other) == await asked(other, "title=dat") == await asked(other, "person=nguyen") == []
        listed = await other.get("/archive")
        assert (listed.status, "The archive is empty." in listed.text) == (200, True)
        assert "Điểm cầu 1" not in listed.text  # nor which points there are
        for path in (PAGE, f"{PAGE}/proof", f"{PAGE}/readings", f"/api/recordings/{RECORDING}/verification"):
            assert (await other.get(path)).status == 404, path


async def test_an_administrator_minds_the_archive_but_asks_for_nobody(pages: Pages) -> None:
    await filled(pages)
    await sign_up(pages, "minder", Role.ADMINISTRATOR)
    async with pages.reader() as minder:
        await minder.sign_in("minder")
        listed = await minder.get("/archive")
        assert 'name="person"' not in listed.text
        assert f'href="{PAGE}/readings"' in listed.text
        assert f'href="{PAGE}"' not in listed.text
        for path in ("/archive?person=nguyen", "/api/recordings?person=nguyen"):
            assert (await minder.get(path)).status in (403, 404), path
        assert (await minder.get(f"{PAGE}/readings")).status == 200
        for path in (PAGE, f"{PAGE}/proof", f"/api/recordings/{RECORDING}/manifest"):
            assert (await minder.get(path)).status == 404, path


async def test_who_reads_leaves_who_when_and_why(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as archivist, pages.reader() as chair, pages.reader() as citizen:
        for reader, login, purpose in ((archivist, "archivist", "court <12>"), (chair, "chair", "to conclude")):
            await reader.sign_in(login)
            asked_why = await reader.get(PAGE)
            await reader.send(f"{PAGE}/purpose", {"csrf": asked_why.token(), "purpose": "   "})
            await reader.send(f"{PAGE}/purpose", {"csrf": asked_why.token(), "purpose": purpose})
            pages.clock.forward(60)
        async with pages.storage.units.reading() as unit:
            events = await unit.access_events.of(RECORDING)
            entries = [one.entry for one in await unit.audit.entries(0, 1000) if one.entry.action == "play_recording"]
        first, second = reversed(events)
        assert first == AccessEvent(
            RECORDING, entries[0].at_utc_ns, AccountId("id-archivist"), AccessKind.PLAY, "court <12>", first.number
        )
        assert (second.account, second.purpose) == ("id-chair", "to conclude")
        assert [entry.detail for entry in entries] == ["court <12>", "to conclude"]
        told = (await archivist.get(f"{PAGE}/readings")).text
        assert told.index("to conclude") < told.index("court &lt;12&gt;")
        assert told.index("Chu Trì") < told.index("court &lt;12&gt;")
        await citizen.sign_in("citizen")
        assert (await citizen.get(f"{PAGE}/readings")).status == 404


async def test_what_is_not_sealed_yet_is_listed_and_leads_nowhere(pages: Pages) -> None:
    row = await sealed(pages)
    async with pages.storage.units.writing() as unit:
        await unit.recordings.put(msgspec.structs.replace(row, state="writing", manifest_key="", ended_utc_ns=None))
        await unit.commit()
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        listed = await chair.get("/archive?proof=unsealed")
        assert "Held reception" in listed.text
        assert f'href="{PAGE}' not in listed.text


async def test_who_took_it_at_the_server_without_a_name_is_told_as_that(pages: Pages) -> None:
    row = await sealed(pages)
    async with pages.storage.units.writing() as unit:
        await unit.access_events.add(
            AccessEvent(row.id, pages.clock.utc(), SYSTEM.account, AccessKind.EXPORT, "court request")
        )
        await unit.commit()
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        told = (await archivist.get(f"{PAGE}/readings")).text
        assert "on the server, nobody was named" in told
        assert "the system, by itself" not in told


async def test_a_recording_nobody_read_says_so(pages: Pages) -> None:
    await sealed(pages)
    async with pages.reader() as archivist:
        await archivist.sign_in("archivist")
        assert "Nobody has opened this recording yet." in (await archivist.get(f"{PAGE}/readings")).text
