"""What stands between a stranger and the pages: hosts, sessions, forgery, throttling, sizes, failures."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from bridge.accounts import FREE_FAILURES, Attempt
from bridge.audit import audit_faults
from bridge.errors import Code, Unavailable
from bridge.pace import FREE
from tests.support.pages import PASSWORD, Pages, another, serving


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


async def test_a_foreign_host_is_not_served_but_the_health_check_is(pages: Pages) -> None:
    async with pages.reader() as stranger:
        foreign = await stranger.get("/sign-in", headers={"Host": "evil.example"})
        assert (foreign.status, foreign.text) == (421, "unknown host\n")
        health = await stranger.get("/healthz", headers={"Host": "10.0.0.7"})
        assert health.status == 200
        assert json.loads(health.text) == {
            "status": "degraded",
            "parts": {"database": "ok", "client": "not built"},
        }


async def test_every_answer_carries_the_security_headers(pages: Pages) -> None:
    async with pages.reader() as stranger:
        for path in ("/sign-in", "/nowhere", "/api/receptions", "/healthz"):
            answer = await stranger.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Server"] == "diemcau"
            assert answer.headers["Cache-Control"] == "no-store"
        page = await stranger.get("/sign-in")
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", page.text)


async def test_the_cookie_is_closed_to_scripts_and_holds_no_name(pages: Pages) -> None:
    async with pages.reader() as chair:
        answer = await chair.send(
            "/sign-in", {"login": "CHAIR ", "password": PASSWORD, "next": "/today"}, allow_redirects=False
        )
        assert answer.status == 303
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        secret = re.search(r"=([^;]+)", cookie)
        assert secret is not None
        async with pages.storage.units.reading() as unit:
            assert await unit.sessions.get(secret[1]) is None  # type: ignore[arg-type]  # the point: it is hashed


@pytest.mark.parametrize("wish", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", ""])
async def test_the_sign_in_leads_nowhere_else(pages: Pages, wish: str) -> None:
    async with pages.reader() as chair:
        fields = {"login": "chair", "password": PASSWORD, "next": wish}
        answer = await chair.send("/sign-in", fields, allow_redirects=False)
        assert answer.headers["Location"] == "/"


async def test_many_guesses_at_once_are_no_way_round_the_waiting(pages: Pages) -> None:
    async with pages.reader() as guesser:
        answers = await asyncio.gather(*(guesser.sign_in("chair", f"guess number {n}") for n in range(20)))
        assert [answer.status for answer in answers].count(401) <= FREE_FAILURES + 1
        assert {answer.status for answer in answers} == {401, 429}


async def test_who_is_not_signed_in_is_asked_and_comes_back(pages: Pages) -> None:
    async with pages.reader() as chair:
        asked = await chair.get("/receptions/new?x=1")
        assert asked.path.startswith("/sign-in?next=")
        assert 'value="/receptions/new?x=1"' in asked.text
        api = await chair.get("/api/receptions")
        assert (api.status, json.loads(api.text)["code"]) == (401, "not_signed_in")


async def test_forged_requests_change_nothing(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        token = await chair.token()
        forged = [
            await chair.ask("POST", "/sign-out", data={}),
            await chair.ask("POST", "/sign-out", data={"csrf": "wrong"}),
            await chair.ask("POST", "/sign-out", data={"csrf": "đúng"}),
            await chair.ask("POST", "/sign-out", data={}, headers={"X-CSRF-Token": "đúng"}),
            await chair.ask("POST", "/sign-out", data={"csrf": token}, headers={"Origin": "https://evil.example"}),
            await chair.ask("POST", "/sign-out", data={"csrf": token}, headers={"Origin": "null"}),
            await chair.ask("POST", "/sign-out", data={"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"}),
            await chair.post("/api/receptions", {}, "wrong"),
            await chair.ask("POST", "/api/receptions", data="csrf=x", headers={"Content-Type": "text/plain"}),
        ]
        assert [answer.status for answer in forged] == [403] * 9
        assert (await chair.get("/today")).path == "/today"
        other = await chair.send("/sign-in", {"login": "citizen", "password": PASSWORD}, headers={"Origin": "null"})
        assert other.status == 403
        out = await chair.send("/sign-out", {"csrf": token})
        assert out.path == "/sign-in"
        assert (await chair.get("/today")).path.startswith("/sign-in")


async def test_a_session_ends_when_idle_and_in_any_case(tmp_path: Path) -> None:
    async with serving(tmp_path, session_idle_s=600, session_absolute_s=1500) as pages, pages.reader() as chair:
        await chair.sign_in("chair")
        for _ in range(2):
            pages.clock.forward(599)
            assert (await chair.get("/today")).path == "/today"
        pages.clock.forward(302)
        assert (await chair.get("/today")).path.startswith("/sign-in")
        await chair.sign_in("chair")
        pages.clock.forward(601)
        assert (await chair.get("/today")).path.startswith("/sign-in")


async def test_a_closed_account_is_out_at_once(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        async with pages.storage.units.writing() as unit:
            account = await unit.accounts.by_login("chair")
            assert account is not None
            await unit.accounts.replace(msgspec.structs.replace(account, disabled=True))
            await unit.commit()
        assert (await chair.get("/today")).path.startswith("/sign-in")
        assert (await chair.sign_in("chair")).status == 401


async def test_guessing_is_slowed_down_and_told(pages: Pages) -> None:
    async with pages.reader() as guesser:
        for _ in range(5):
            answer = await guesser.sign_in("chair", "guess")
            assert (answer.status, "is not right" in answer.text) == (401, True)
            assert 'value="chair"' in answer.text
            assert "guess" not in answer.text
        slowed = await guesser.sign_in("chair")
        assert (slowed.status, "Wait 10 seconds" in slowed.text) == (429, True)
        assert (await guesser.sign_in("citizen")).path == "/today"
        pages.clock.forward(10)
        assert (await guesser.sign_in("chair")).path == "/today"
        pages.clock.forward(60)
        await guesser.sign_in("chair", "guess")
    async with pages.storage.units.reading() as unit:
        entries = await unit.audit.entries(0, 100)
    told = [link.entry for link in entries if link.entry.action == "sign_in"]
    refused = "refused:sign_in_failed"
    assert [entry.outcome for entry in told] == [refused, "done", "done", refused, refused]
    assert told[3].detail == "4 more in a minute, the last: chair from 127.0.0.1"
    assert audit_faults(entries) == []


async def test_mistakes_count_in_every_process_and_over_a_restart(pages: Pages) -> None:
    async with another(pages) as second, pages.reader() as here, second.reader() as there:
        for reader in (here, there, here, there, here):
            assert (await reader.sign_in("chair", "guess")).status == 401
        assert [(await reader.sign_in("chair")).status for reader in (here, there)] == [429, 429]
        for number in range(FREE):
            reader = here if number % 2 else there
            assert (await reader.send("/enter", {"code": "111-111-111"})).status == 404
        assert [(await reader.send("/enter", {"code": "111-111-111"})).status for reader in (here, there)] == [429, 429]
    async with another(pages) as third, third.reader() as reader:
        assert (await reader.sign_in("chair")).status == 429
        assert (await reader.send("/enter", {"code": "111-111-111"})).status == 429
        pages.clock.forward(10)
        assert (await reader.sign_in("chair")).path == "/today"
    async with pages.storage.units.reading() as unit:
        assert not await unit.tries.of([Attempt("chair", "127.0.0.1").key])  # who signs in starts anew


async def test_the_language_is_the_readers(pages: Pages) -> None:
    async with pages.reader(**{"Accept-Language": "de, en;q=0.5, vi;q=0.8"}) as reader:
        assert 'lang="vi"' in (await reader.get("/sign-in")).text
        english = await reader.get("/sign-in?lang=en")
        assert '<html lang="en" dir="ltr"' in english.text
        assert '<html lang="en"' in (await reader.get("/sign-in")).text
        words = await reader.get("/i18n/vi.json")
        assert json.loads(words.text)["refusals"]["room_full"]["happened"] == "Phòng đã đủ người."
        assert (await reader.get("/i18n/xx.json")).status == 404
    async with pages.reader(**{"Accept-Language": ""}) as reader:
        assert '<html lang="vi"' in (await reader.get("/sign-in")).text


async def test_too_much_is_refused(pages: Pages) -> None:
    async with pages.reader() as chair:
        answer = await chair.send("/sign-in", {"login": "x" * 300_000, "password": "y"})
        assert (answer.status, "too large" in answer.text) == (413, True)
        await chair.sign_in("chair")
        token = await chair.token()
        big = await chair.post("/api/receptions", {"title": "x" * 300_000}, token)
        assert (big.status, json.loads(big.text)["code"]) == (413, "too_large")


async def test_a_fault_of_ours_is_told_with_a_reference_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(tmp_path) as pages, pages.reader() as reader:

        async def broken(_: object) -> None:
            raise ZeroDivisionError("secret detail")

        pages.ports.receptions.present = broken  # type: ignore[assignment,method-assign]  # a fault no part has
        await reader.sign_in("chair")
        page = await reader.get("/receptions/x")
        assert (page.status, "Something went wrong on our side." in page.text) == (500, True)
        assert "secret" not in page.text
        number = re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", page.text)
        assert number is not None
        logged = [record for record in caplog.records if number[0] in record.getMessage()]
        assert logged[0].exc_info is not None
        problem = json.loads((await reader.get("/api/receptions/x")).text)
        assert (problem["code"], problem["status"]) == ("internal", 500)


async def test_parts_that_are_away_are_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, pages.reader() as reader:

        async def away() -> None:
            raise Unavailable(Code.NODE_UNAVAILABLE)

        pages.ports.probes["node"] = away  # type: ignore[index]  # a dict here
        health = json.loads((await reader.get("/healthz")).text)
        assert health["parts"]["node"] == "unavailable"
        await reader.sign_in("chair")
        await pages.storage.close()
        (tmp_path / "pages.db").rename(tmp_path / "away.db")
        down = await reader.get("/today")
        assert (down.status, "Cơ sở dữ liệu không trả lời" in down.text) == (503, True)
        assert (await reader.get("/healthz")).status == 503
        # by it the device check measures the line, which is no worse for that
        assert (await reader.get("/build.json")).status == 200


async def test_the_sockets_pass_by_the_pages_own_rules(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, aiohttp.ClientSession() as client:
        url = f"{pages.origin}/socket.io/?EIO=4"
        async with client.post(url, data=b"40", headers={"Origin": pages.origin}) as answer:
            assert answer.status == 404  # nothing attached here; no page, no session, no CSRF in its way
            assert isinstance(pages.app, web.Application)
            assert "text/html" not in answer.headers["Content-Type"]
