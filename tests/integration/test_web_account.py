"""My account: the password and the sessions; a point in one place at a time; what stays the same for a stranger."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from yarl import URL

from bridge.accounts import ANSWER_WITHIN_NS, FREE_FAILURES
from bridge.audit import audit_faults
from bridge.ids import AccountId
from bridge.model import Session
from bridge.repositories import AuditEntry
from tests.support.pages import PASSWORD, Answer, Pages, Reader, serving

NEW = "bốn từ dài và lạ"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


async def changed(reader: Reader, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> Answer:
    """The answer to the form."""
    token = (await reader.get("/account/password")).token()
    fields = {"csrf": token, "old": old, "new": new, "again": new if again is None else again}
    return await reader.send("/account/password", fields)


async def sessions_of(pages: Pages, login: str) -> list[Session]:
    async with pages.storage.units.reading() as unit:
        return await unit.sessions.of(AccountId(f"id-{login}"))


async def told(pages: Pages) -> list[AuditEntry]:
    """What the audit has; its chain holds."""
    async with pages.storage.units.reading() as unit:
        entries = await unit.audit.entries(0, 1000)
    assert audit_faults(entries) == []
    return [link.entry for link in entries]


def secret(reader: Reader, pages: Pages) -> str:
    """Of the cookie this browser carries."""
    return next((one.value for one in reader.client.cookie_jar if one.key == pages.config.session_cookie), "")


async def test_a_new_password_ends_every_other_session_and_renews_this_one(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as elsewhere:
        await chair.sign_in("chair")
        await elsewhere.sign_in("chair")
        before, token = secret(chair, pages), await chair.token()
        done = await changed(chair)
        assert (done.status, done.path) == (200, "/account?done=password")
        assert "The password was changed." in done.text
        assert secret(chair, pages) not in ("", before)
        assert done.token() != token
        assert (await elsewhere.get("/today")).path.startswith("/sign-in")
        assert len(await sessions_of(pages, "chair")) == 1
        async with pages.reader() as thief:
            thief.client.cookie_jar.update_cookies({pages.config.session_cookie: before}, URL(pages.origin))
            assert (await thief.get("/today")).path.startswith("/sign-in")
            assert (await thief.sign_in("chair")).status == 401
            assert (await thief.sign_in("chair", NEW)).path == "/today"
    entries = await told(pages)
    entry = next(entry for entry in entries if entry.action == "change_password")
    assert (entry.actor, entry.outcome, entry.detail) == ("id-chair", "done", "2 sessions ended")
    assert not any(word in str(entries) for word in (PASSWORD, NEW))


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("", NEW, NEW, "Enter your present password."),
        ("wrong", NEW, NEW, "The present password is not right."),
        (PASSWORD, "too short", "too short", "Choose at least 12 characters"),
        (PASSWORD, "x" * 201, "x" * 201, "Choose at least 12 characters"),
        (PASSWORD, "I am the Chair now", "I am the Chair now", "Choose at least 12 characters"),
        (PASSWORD, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "Choose at least 12 characters"),
        (PASSWORD, PASSWORD, PASSWORD, "differs from the present one"),
        (PASSWORD, NEW, NEW + "x", "a second time, exactly as above"),
        (PASSWORD, "", "", "Choose at least 12 characters"),
    ],
)
async def test_a_password_that_cannot_be_taken(pages: Pages, old: str, new: str, again: str, said: str) -> None:
    async with pages.reader() as chair, pages.reader() as elsewhere:
        await chair.sign_in("chair")
        await elsewhere.sign_in("chair")
        answer = await changed(chair, old, new, again)
        assert (answer.status, said in answer.text) == (422, True), answer.text
        assert not (new and f'value="{new}"' in answer.text)
        assert (await elsewhere.get("/today")).path == "/today"
        assert (await elsewhere.sign_in("chair")).path == "/today"


async def test_a_stolen_session_cannot_try_passwords_for_ever(pages: Pages) -> None:
    async with pages.reader() as thief:
        await thief.sign_in("chair")
        tries = [await changed(thief, f"guess number {number}") for number in range(FREE_FAILURES + 1)]
        assert [answer.status for answer in tries] == [422] * FREE_FAILURES + [429]
        assert (await changed(thief)).status == 429
        pages.clock.forward(10)
        assert (await changed(thief)).path == "/account?done=password"
    outcomes = [entry.outcome for entry in await told(pages) if entry.action == "change_password"]
    assert outcomes == ["refused:sign_in_failed", "done"]  # the others of the minute are told as a count


async def test_sessions_are_shown_and_ended(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader(**{"User-Agent": FIREFOX}) as one, pages.reader() as two:
        for reader in (one, two):
            await reader.sign_in("chair")
            pages.clock.forward(60)
        await chair.sign_in("chair")
        page = await chair.get("/account")
        assert page.text.count("this device") == 1
        assert "Firefox on Windows" in page.text
        assert "Unknown device" in page.text
        assert "127.0.0.1" in page.text
        assert "09:00, 23 November 2026" in page.text
        theirs = next(session for session in await sessions_of(pages, "chair") if session.device == FIREFOX)
        ended = await chair.send(f"/account/sessions/{theirs.id}/end", {"csrf": page.token()})
        assert ended.path == "/account?done=session"
        assert "Firefox" not in ended.text
        assert (await one.get("/today")).path.startswith("/sign-in")
        assert (await two.get("/today")).path == "/today"
        others = await chair.send("/account/sessions/others/end", {"csrf": page.token()})
        assert (others.path, others.text.count('/end"')) == ("/account?done=others", 0)
        assert (await two.get("/today")).path.startswith("/sign-in")
        assert (await chair.get("/today")).path == "/today"
    actions = [entry.action for entry in await told(pages)]
    assert actions[-2:] == ["end_session", "end_other_sessions"]


async def test_nobody_ends_anothers_session(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as archivist, pages.reader() as stranger:
        await chair.sign_in("chair")
        await archivist.sign_in("archivist")
        (theirs,) = await sessions_of(pages, "chair")
        token = await archivist.token()
        for id_ in (theirs.id, "0" * 64, "others2"):
            assert (await archivist.send(f"/account/sessions/{id_}/end", {"csrf": token})).status == 404
        forged = await archivist.send("/account/sessions/others/end", {"csrf": "wrong"})
        assert forged.status == 403
        assert (await chair.get("/today")).path == "/today"
        for path in ("/account", "/account/password"):
            assert (await stranger.get(path)).path.startswith("/sign-in")
        assert theirs.id not in (await archivist.get("/account")).text


async def given(pages: Pages, login: str) -> None:
    """Its password was set by an administrator."""
    async with pages.storage.units.writing() as unit:
        account = await unit.accounts.get(AccountId(f"id-{login}"))
        await unit.accounts.replace(msgspec.structs.replace(account, must_change_password=True))
        await unit.commit()


async def test_a_given_password_opens_nothing_but_its_change(pages: Pages) -> None:
    await given(pages, "chair")
    async with pages.reader() as chair:
        asked = await chair.sign_in("chair")
        assert (asked.path, "given to you by somebody else" in asked.text) == ("/account/password", True)
        for path in ("/today", "/account", "/archive", "/receptions/new", "/nowhere"):
            assert (await chair.get(path)).path == "/account/password"
        for path in ("/receptions", "/account/sessions/others/end"):
            led = await chair.send(path, {"csrf": asked.token()}, allow_redirects=False)
            assert (led.status, led.headers["Location"]) == (303, "/account/password")
        api = await chair.get("/api/receptions")
        assert (api.status, "password_change_required" in api.text) == (403, True)
        join = await chair.post("/api/receptions/x/join", {}, asked.token())
        assert (join.status, "password_change_required" in join.text) == (403, True)
        assert (await changed(chair, new=PASSWORD)).status == 422
        done = await changed(chair)
        assert (done.status, done.path) == (200, "/today")
        assert (await chair.get("/api/receptions")).status == 200
        assert (await chair.sign_in("chair", NEW)).path == "/today"


async def test_no_cookie_from_before_is_a_session_after(pages: Pages) -> None:
    async with pages.reader() as victim:
        for name in (pages.config.session_cookie, pages.config.step_cookie):
            victim.client.cookie_jar.update_cookies({name: "chosen-by-somebody-else"}, URL(pages.origin))
        await victim.sign_in("chair")
        first = secret(victim, pages)
        assert first not in ("", "chosen-by-somebody-else")
        await victim.sign_in("chair")
        assert secret(victim, pages) != first
        assert len(await sessions_of(pages, "chair")) == 1


async def test_a_point_is_signed_in_at_one_place(pages: Pages) -> None:
    async with pages.reader(**{"User-Agent": FIREFOX}) as there, pages.reader() as here:
        await there.sign_in("agency")
        fields = {"login": "agency", "password": PASSWORD, "next": "/archive"}
        asked = await here.send("/sign-in?lang=en", fields)
        assert (asked.status, asked.path) == (200, "/sign-in/place?next=/archive")
        assert "Firefox on Windows, address 127.0.0.1, since 09:00, 23 November 2026" in asked.text
        assert secret(here, pages) == ""
        assert (await here.get("/today")).path.startswith("/sign-in")
        assert (await there.get("/today")).path == "/today"
        kept = await here.send("/sign-in/place", {"keep": "there", "next": "/"})
        assert kept.path == "/sign-in"
        assert (await there.get("/today")).path == "/today"
        assert (await here.send("/sign-in/place", {"keep": "here"})).path == "/sign-in"

        await here.send("/sign-in", fields)
        taken = await here.send("/sign-in/place", {"keep": "here", "next": "/today"})
        assert (taken.status, taken.path) == (200, "/today")
        assert (await there.get("/today")).path.startswith("/sign-in")
        assert len(await sessions_of(pages, "agency")) == 1
    actions = [(entry.action, entry.outcome) for entry in await told(pages)]
    assert actions == [(action, "done") for action in ("sign_in", "give_up_sign_in", "end_other_sessions", "sign_in")]


async def test_a_point_in_the_same_browser_is_not_asked(pages: Pages) -> None:
    async with pages.reader() as here:
        fields = {"login": "agency", "password": PASSWORD, "next": "/today"}
        assert (await here.send("/sign-in", fields)).path == "/today"
        assert (await here.send("/sign-in", fields)).path == "/today"
        assert len(await sessions_of(pages, "agency")) == 1
        pages.clock.forward(pages.config.session_idle_s)
        async with pages.reader() as later:  # what ran out holds no place
            assert (await later.send("/sign-in", fields)).path == "/today"


async def test_people_are_signed_in_wherever_they_are(pages: Pages) -> None:
    async with pages.reader() as one, pages.reader() as two:
        for reader in (one, two):
            assert (await reader.send("/sign-in", {"login": "chair", "password": PASSWORD})).path == "/today"
        assert (await one.get("/today")).path == "/today"


async def test_a_question_of_place_is_answered_in_time_and_once(pages: Pages) -> None:
    async with pages.reader() as there, pages.reader() as late:
        await there.sign_in("agency")
        fields = {"login": "agency", "password": PASSWORD}
        await late.send("/sign-in", fields)
        pages.clock.forward(ANSWER_WITHIN_NS // 1_000_000_000)
        assert (await late.send("/sign-in/place", {"keep": "here"})).path == "/sign-in"
        assert (await there.get("/today")).path == "/today"
        await late.send("/sign-in", fields)
        jar = {one.key: one.value for one in late.client.cookie_jar}
        await late.send("/sign-in/place", {"keep": "here"})
        async with pages.reader() as again:
            again.client.cookie_jar.update_cookies(jar, URL(pages.origin))
            assert (await again.send("/sign-in/place", {"keep": "here"})).path == "/sign-in"
        assert (await late.get("/today")).path == "/today"


async def test_a_new_password_ends_sign_ins_under_way(pages: Pages) -> None:
    async with pages.reader() as there, pages.reader() as thief:
        await there.sign_in("agency")
        await thief.send("/sign-in", {"login": "agency", "password": PASSWORD})
        await changed(there)
        assert (await thief.send("/sign-in/place", {"keep": "here"})).path == "/sign-in"
        assert (await there.get("/today")).path == "/today"


async def test_every_wrong_sign_in_looks_the_same(pages: Pages) -> None:
    """Whether the login exists, is a point signed in elsewhere, was given its password, or is closed."""
    await given(pages, "archivist")
    async with pages.storage.units.writing() as unit:
        account = await unit.accounts.get(AccountId("id-citizen"))
        await unit.accounts.replace(msgspec.structs.replace(account, disabled=True))
        await unit.commit()
    async with pages.reader() as point:
        await point.sign_in("agency")
        seen = set()
        for login in ("nobody", "chair", "agency", "archivist", "citizen", "Đ"):
            async with pages.reader() as guesser:
                answer = await guesser.sign_in(login, "a wrong password")
                assert answer.status == 401
                assert "Set-Cookie" not in answer.headers or "-step" not in answer.headers["Set-Cookie"]
                seen.add(re.sub(re.escape(f'value="{login}"'), "", answer.text))
        assert len(seen) == 1
