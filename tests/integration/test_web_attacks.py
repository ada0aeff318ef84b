"""Tried, and refused: forged requests to every address, guessing from behind other names, foreign hosts, paths that
lead out, links that lead away."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bridge.accounts import FREE_FAILURES
from bridge.ids import AccountId, AgencyId
from bridge.model import Account, Role
from tests.support.pages import PASSWORD, Pages, QuickPasswords, Reader, serving
from web.access import ASKED, OWN

PLACES: Mapping[str, str] = {
    "reception": "r", "recording": "r", "track": "t", "number": "1", "agency": "office-central",
    "point": "point-central", "account": "id-citizen", "session": "s", "form": "f",
    "seat": "s", "client": "c", "node": "n",
}  # fmt: skip


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """With an administrator, who may do most, and a built client to break out of."""
    build = tmp_path / "static" / "build"
    (build / ".vite").mkdir(parents=True)
    (build / ".vite" / "manifest.json").write_text('{"web/client/styles/main.css": {"isEntry": true, "file": "a.css"}}')
    (build / "a.js").write_text("ours")
    (tmp_path / "secret.txt").write_text("not ours")
    async with serving(tmp_path) as running:
        async with running.storage.units.writing() as unit:
            stored, roles = QuickPasswords().hash(PASSWORD), frozenset({Role.ADMINISTRATOR, Role.CHAIR})
            place = AgencyId("office-central")
            await unit.accounts.add(Account(AccountId("id-admin"), "admin", "Admin", roles, place, None, stored))
            await unit.commit()
        yield running


async def audit_head(pages: Pages) -> int:
    async with pages.storage.units.reading() as unit:
        head = await unit.audit.head()
    return head.number if head else 0


# ── forged requests ────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_address_takes_a_request_without_the_sessions_token_or_from_another_site(pages: Pages) -> None:
    async with pages.reader() as admin:
        await admin.sign_in("admin")
        token = await admin.token()
        before = await audit_head(pages)
        for method, path in (*ASKED, *OWN):
            if method == "GET":
                continue
            address = path.format(**PLACES)
            for headers, fields in (
                ({"Origin": admin.origin}, {"x": "1"}),
                ({"Origin": admin.origin}, {"csrf": "wrong"}),
                ({"Origin": "https://evil.example"}, {"csrf": token}),
                ({"Sec-Fetch-Site": "cross-site"}, {"csrf": token}),
                ({"Origin": "null"}, {"csrf": token}),
            ):
                answer = await admin.ask(method, address, data=fields, headers=headers, allow_redirects=False)
                assert answer.status == 403, (method, path, headers)
        assert await audit_head(pages) == before


async def test_what_changes_something_is_not_asked_by_get(pages: Pages) -> None:
    reads = {path for method, path in (*ASKED, *OWN) if method == "GET"}
    async with pages.reader() as admin:
        await admin.sign_in("admin")
        before = await audit_head(pages)
        for method, path in (*ASKED, *OWN):
            if method == "POST" and path not in reads:
                assert (await admin.get(path.format(**PLACES))).status == 405, path
        assert await audit_head(pages) == before


# ── guessing ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_guesser_is_not_another_by_saying_so(pages: Pages) -> None:
    async with pages.reader() as guesser:
        for number in range(FREE_FAILURES):
            told = {"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}", "X-Real-IP": "10.1.1.1"}
            answer = await guesser.send("/sign-in", {"login": "admin", "password": "guess"}, headers=told)
            assert answer.status == 401
        again = await guesser.send(
            "/sign-in", {"login": " ADMIN ", "password": PASSWORD}, headers={"X-Forwarded-For": "10.9.9.9"}
        )
        assert again.status == 429


async def test_behind_our_proxy_each_counts_alone(tmp_path: Path) -> None:
    async with serving(tmp_path, proxies=("127.0.0.1",)) as pages, pages.reader() as proxy:

        async def tried(address: str, password: str) -> int:
            fields = {"login": "chair", "password": password, "next": "/today"}
            # What stands before the last address anybody could have written.
            headers = {"X-Forwarded-For": f"10.0.0.77, {address}"}
            return (await proxy.send("/sign-in", fields, headers=headers, allow_redirects=False)).status

        assert [await tried("192.0.2.1", "guess") for _ in range(FREE_FAILURES + 1)][-1] == 429
        assert await tried("192.0.2.2", PASSWORD) == 303


async def test_an_unknown_login_costs_the_work_of_a_known_one(pages: Pages) -> None:
    checked: list[str] = []

    class Counting(QuickPasswords):
        """Notes what it was asked."""

        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored)
            return super().verify(stored, password)

    object.__setattr__(pages.ports, "passwords", Counting())
    async with pages.reader() as guesser:
        answers = [await guesser.sign_in(login, "guess") for login in ("admin", "nobody", "đ", "x" * 300)]
    assert len(checked) == 4
    texts = {answer.text.partition("<h1>")[0] for answer in answers}
    assert len(texts) == 1
    assert {answer.status for answer in answers} == {401}


async def test_ids_are_not_told_from_one_another_by_their_answer(pages: Pages) -> None:
    async with pages.reader() as citizen:
        await citizen.sign_in("citizen")
        for theirs, nothing in (
            ("/setup/agencies/office-central", "/setup/agencies/nowhere"),
            ("/setup/people/id-chair", "/setup/people/nobody"),
            ("/setup/points/point-central", "/setup/points/nowhere"),
        ):
            answers = [await citizen.get(path) for path in (theirs, nothing)]
            assert [answer.status for answer in answers] == [404, 404]
            plain = [answer.text.replace(path, "") for answer, path in zip(answers, (theirs, nothing), strict=True)]
            assert len({re.sub(r"[0-9A-F]{4}-[0-9A-F]{4}", "", text) for text in plain}) == 1


# ── hosts, paths, links ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_foreign_host_gets_nothing(pages: Pages) -> None:
    async with pages.reader() as stranger:
        for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:80", "127.0.0.1:1", "", " "):
            for path in (
                "/sign-in",
                "/first-administrator",
                "/office/logos/x",
                "/static/build/a.js",
                "/api/receptions",
            ):
                answer = await stranger.get(path, headers={"Host": host})
                assert answer.status in (400, 421), (host, path)
                assert "ours" not in answer.text


async def test_no_header_makes_a_page_name_another_host(pages: Pages) -> None:
    lies = {"X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "Forwarded": "host=evil.example"}
    async with pages.reader() as stranger:
        for path in ("/sign-in", "/today", "/nowhere"):
            answer = await stranger.get(path, headers=lies)
            assert "evil.example" not in answer.text + str(answer.headers)


async def status(pages: Pages, path: str) -> tuple[int, bytes]:
    """Of these very bytes: clients would tidy the path up before they send it."""
    host = pages.origin.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1]), answer


UP = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "%252e%252e/", "/")


async def test_no_path_leads_out(pages: Pages) -> None:
    assert (await status(pages, "/static/build/a.js"))[0] == 200
    for root in ("/static/build/", "/office/logos/", "/i18n/"):
        for up in UP:
            for depth in (1, 2, 3):
                got, answer = await status(pages, f"{root}{up * depth}secret.txt")
                assert 400 <= got < 500, (root, up)
                assert b"not ours" not in answer


AWAY = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "javascript:alert(1)", "/%0d%0aX: y\r\nX: y", "http:evil.example", "evil.example",
)  # fmt: skip


async def test_no_link_leads_away(pages: Pages) -> None:
    async def led(reader: Reader, path: str, fields: Mapping[str, str]) -> str:
        return (await reader.send(path, fields, allow_redirects=False)).headers.get("Location", "")

    async with pages.reader() as elsewhere:
        await elsewhere.sign_in("citizen")
        for wish in AWAY:
            async with pages.reader() as reader:
                page = await reader.get("/sign-in", params={"next": wish})
                assert 'name="next" value="/"' in page.text, wish
                asked = await led(reader, "/sign-in", {"login": "citizen", "password": PASSWORD, "next": wish})
                assert (asked.startswith("/sign-in/place"), "evil" in asked) == (True, False), wish
                assert await led(reader, "/sign-in/place", {"keep": "here", "next": wish}) == "/", wish
                inside = await reader.get("/sign-in", params={"next": wish}, allow_redirects=False)
                assert (inside.status, inside.headers["Location"]) == (303, "/"), wish
            async with pages.reader() as chair:
                assert await led(chair, "/sign-in", {"login": "chair", "password": PASSWORD, "next": wish}) == "/", wish


async def test_a_path_that_looks_like_a_host_makes_no_link_to_it(pages: Pages) -> None:
    async with pages.reader() as stranger:
        for path in ("//evil.example/x", "/\\evil.example"):
            _, answer = await status(pages, path)
            assert b'href="//evil' not in answer
            assert b"Location: //evil" not in answer
        assert (await stranger.get("/sign-in?lang=en&next=//evil.example")).status == 200


async def test_a_session_given_beforehand_is_never_the_one_that_opens(pages: Pages) -> None:
    name = pages.config.session_cookie
    async with pages.reader() as victim:
        planted = {"Cookie": f"{name}=planted-by-somebody; {pages.config.step_cookie}=planted-by-somebody"}
        fields = {"login": "admin", "password": PASSWORD}
        answer = await victim.send("/sign-in", fields, headers=planted, allow_redirects=False)
        assert answer.status == 303
        assert "planted" not in answer.headers["Set-Cookie"]
    async with pages.reader() as attacker:
        opened = await attacker.get("/today", headers={"Cookie": f"{name}=planted-by-somebody"})
        assert opened.path.startswith("/sign-in")
