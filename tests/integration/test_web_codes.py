"""Codes at sign-in: switched on, asked, guessed at, lost."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from yarl import URL

from bridge import totp
from bridge.accounts import ANSWER_WITHIN_NS, FREE_FAILURES
from bridge.ids import AccountId
from bridge.model import SecondFactor
from deploy.time import SystemEntropy
from storage.secretbox import AesSecretBox
from tests.support.pages import PASSWORD, Answer, Pages, Reader, serving

CHAIR = AccountId("id-chair")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


async def factor_of(pages: Pages, account: AccountId = CHAIR) -> SecondFactor | None:
    async with pages.storage.units.reading() as unit:
        return await unit.second_factors.get(account)


async def code_now(pages: Pages, account: AccountId = CHAIR, later: int = 0) -> str:
    """What the account's device shows."""
    factor = await factor_of(pages, account)
    assert factor is not None
    secret = pages.ports.secrets.open(factor.sealed, account)
    assert secret is not None
    return totp.code_at(secret, totp.step_of(pages.clock.utc()) + later)


async def begun(reader: Reader, password: str = PASSWORD) -> Answer:
    token = (await reader.get("/account/code")).token()
    return await reader.send("/account/code/begin", {"csrf": token, "old": password})


async def confirmed(reader: Reader, code: str) -> Answer:
    token = (await reader.get("/account/code")).token()
    return await reader.send("/account/code/confirm", {"csrf": token, "code": code})


async def with_codes(pages: Pages, login: str = "chair") -> list[str]:
    """Codes switched on and the device at its next one; the recovery codes."""
    async with pages.reader() as reader:
        await reader.sign_in(login)
        await begun(reader)
        shown = await confirmed(reader, await code_now(pages, AccountId(f"id-{login}")))
        await reader.send("/sign-out", {"csrf": await reader.token()})
    pages.clock.forward(totp.STEP_S)
    return re.findall(r"<code>([A-Z2-7 ]{19})</code>", shown.text)


async def asked(reader: Reader, login: str = "chair") -> Answer:
    """After the password."""
    return await reader.send("/sign-in?lang=en", {"login": login, "password": PASSWORD, "next": "/today"})


async def typed(reader: Reader, code: str) -> Answer:
    return await reader.send("/sign-in/code", {"code": code, "next": "/today"})


async def outcomes(pages: Pages, *actions: str) -> list[tuple[str, str]]:
    async with pages.storage.units.reading() as unit:
        entries = [link.entry for link in await unit.audit.entries(0, 1000)]
    return [(entry.action, entry.outcome) for entry in entries if entry.action in actions]


async def test_codes_are_switched_on_by_password_and_code(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        wrong = await begun(chair, "wrong")
        assert (wrong.status, "The present password is not right." in wrong.text) == (422, True)
        assert await factor_of(pages) is None
        page = await begun(chair)
        assert (page.status, page.path) == (200, "/account/code")
        assert "<svg" in page.text
        assert not re.search(r"\sstyle=|<script(?![^>]*\bsrc=)", page.text)
        factor = await factor_of(pages)
        assert factor is not None
        assert not factor.on
        secret = pages.ports.secrets.open(factor.sealed, CHAIR)
        assert secret is not None
        assert totp.shown_secret(secret) in page.text
        missed = await confirmed(chair, "000000" if await code_now(pages) != "000000" else "000001")
        assert (missed.status, "This code is not right" in missed.text) == (422, True)
        done = await confirmed(chair, await code_now(pages))
        codes = re.findall(r"<code>([A-Z2-7 ]{19})</code>", done.text)
        assert len(set(codes)) == totp.RECOVERY_CODES
        assert done.headers["Cache-Control"] == "no-store"
        after = await chair.get("/account/code")
        assert "10 recovery codes are left." in after.text
        assert not any(code in after.text for code in codes)
        assert totp.shown_secret(secret) not in after.text
        assert (await begun_again(chair)).status == 409
    assert await outcomes(pages, "totp_on") == [
        ("totp_on", "refused:sign_in_failed"), ("totp_on", "refused:code_wrong"), ("totp_on", "done"),
    ]  # fmt: skip
    kept = await factor_of(pages)
    assert kept is not None
    assert secret not in kept.sealed.encode()
    assert not any(code in str(kept) for code in codes)


async def begun_again(reader: Reader) -> Answer:
    return await reader.send("/account/code/begin", {"csrf": await reader.token(), "old": PASSWORD})


async def test_the_code_is_asked_after_the_password_and_taken_once(pages: Pages) -> None:
    await with_codes(pages)
    async with pages.reader() as chair, pages.reader() as onlooker:
        page = await asked(chair)
        assert (page.status, page.path) == (200, "/sign-in/code?next=/today")
        for path in ("/today", "/account", "/api/receptions"):
            answer = await chair.get(path)
            assert answer.status == 401 or answer.path.startswith("/sign-in?")
        code = await code_now(pages)
        assert (await typed(chair, f"{code[:3]} {code[3:]}")).path == "/today"
        await asked(onlooker)
        again = await typed(onlooker, code)
        assert (again.status, "it was used before" in again.text) == (401, True)
        before = await typed(onlooker, await code_now(pages, later=-1))
        assert before.status == 401
        pages.clock.forward(totp.STEP_S)
        assert (await typed(onlooker, await code_now(pages))).path == "/today"
    told = await outcomes(pages, "sign_in")
    assert told[1:] == [("sign_in", one) for one in ("done", "refused:code_wrong", "done")]


async def test_codes_cannot_be_guessed_from_many_places_at_once(pages: Pages) -> None:
    """The waiting counts by account: addresses and sign-ins are cheap for who knows the password."""
    await with_codes(pages)
    right = await code_now(pages)
    guesses = [f"{number:06d}" for number in range(20) if f"{number:06d}" != right]
    async with pages.reader() as guesser, pages.reader() as other:
        await asked(guesser)
        answers = await asyncio.gather(*(typed(guesser, guess) for guess in guesses))
        assert [answer.status for answer in answers].count(401) == FREE_FAILURES
        assert {answer.status for answer in answers} == {401, 429}
        await asked(other)
        slowed = await typed(other, right)
        assert (slowed.status, "Wait 10 seconds" in slowed.text) == (429, True)
        async with pages.reader() as citizen:
            assert (await citizen.sign_in("citizen")).path == "/today"
        pages.clock.forward(10)
        assert (await typed(other, await code_now(pages))).path == "/today"


async def test_a_recovery_code_opens_once(pages: Pages) -> None:
    codes = await with_codes(pages)
    async with pages.reader() as chair:
        await asked(chair)
        assert (await typed(chair, codes[3].lower().replace(" ", ""))).path == "/today"
        assert "9 recovery codes are left." in (await chair.get("/account/code")).text
        await asked(chair)
        assert (await typed(chair, codes[3])).status == 401
        assert (await typed(chair, codes[4])).path == "/today"
    assert await outcomes(pages, "use_recovery_code") == [("use_recovery_code", "done")] * 2


async def test_without_the_password_there_is_no_second_page(pages: Pages) -> None:
    await with_codes(pages)
    async with pages.reader() as stranger:
        assert (await stranger.get("/sign-in/code")).path == "/sign-in"
        code = await code_now(pages)
        assert (await typed(stranger, code)).path.startswith("/sign-in?")
        stranger.client.cookie_jar.update_cookies({pages.config.step_cookie: "guessed"}, URL(pages.origin))
        assert (await typed(stranger, code)).path.startswith("/sign-in?")
        failed = await stranger.sign_in("chair", "wrong")
        unknown = await stranger.sign_in("nobody", "wrong")
        assert (failed.status, failed.path) == (unknown.status, unknown.path) == (401, "/sign-in?lang=en")
        assert failed.text.replace('value="chair"', "") == unknown.text.replace('value="nobody"', "")


async def test_the_second_page_waits_ten_minutes_and_opens_once(pages: Pages) -> None:
    await with_codes(pages)
    async with pages.reader() as chair, pages.reader() as thief:
        await asked(chair)
        pages.clock.forward(ANSWER_WITHIN_NS // 1_000_000_000)
        assert (await typed(chair, await code_now(pages))).path.startswith("/sign-in?")
        await asked(chair)
        step = {one.key: one.value for one in chair.client.cookie_jar if one.key == pages.config.step_cookie}
        pages.clock.forward(totp.STEP_S)
        assert (await typed(chair, await code_now(pages))).path == "/today"
        assert pages.config.step_cookie not in {one.key for one in chair.client.cookie_jar}
        thief.client.cookie_jar.update_cookies(step, URL(pages.origin))
        pages.clock.forward(totp.STEP_S)
        assert (await typed(thief, await code_now(pages))).path.startswith("/sign-in?")
        assert (await thief.get("/today")).path.startswith("/sign-in")


async def test_codes_are_switched_off_by_a_code(pages: Pages) -> None:
    codes = await with_codes(pages)
    async with pages.reader() as chair:
        await asked(chair)
        await typed(chair, await code_now(pages))
        token = await chair.token()
        empty = await chair.send("/account/code/off", {"csrf": token, "code": " "})
        assert (empty.status, "Enter the six digits" in empty.text) == (422, True)
        assert (await chair.send("/account/code/off", {"csrf": token, "code": "123"})).status == 422
        off = await chair.send("/account/code/off", {"csrf": token, "code": codes[0]})
        assert (off.status, await factor_of(pages)) == (200, None)
        assert (await asked(chair)).path == "/today"
    assert ("totp_off", "done") in await outcomes(pages, "totp_off")


async def test_a_point_with_codes_is_asked_for_both(pages: Pages) -> None:
    await with_codes(pages, "agency")
    agency = AccountId("id-agency")
    async with pages.reader() as there, pages.reader() as here:
        await asked(there, "agency")
        assert (await typed(there, await code_now(pages, agency))).path == "/today"
        pages.clock.forward(totp.STEP_S)
        await asked(here, "agency")
        assert (await here.send("/sign-in/place", {"keep": "here"})).path == "/sign-in"
        assert (await there.get("/today")).path == "/today"
        await asked(here, "agency")
        assert (await typed(here, await code_now(pages, agency))).path.startswith("/sign-in/place")
        assert (await here.send("/sign-in/place", {"keep": "here", "next": "/today"})).path == "/today"
        assert (await there.get("/today")).path.startswith("/sign-in")


async def test_a_secret_that_was_not_confirmed_is_asked_of_nobody_and_forgotten(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as other:
        await chair.sign_in("chair")
        await begun(chair)
        assert (await asked(other)).path == "/today"
        pages.clock.forward(ANSWER_WITHIN_NS // 1_000_000_000)
        page = await chair.get("/account/code")
        assert ("<svg" in page.text, 'id="old"' in page.text) == (False, True)
        late = await chair.send("/account/code/confirm", {"csrf": page.token(), "code": await code_now(pages)})
        assert late.status == 409


async def test_with_another_key_only_recovery_codes_open(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    """The database was restored without the folder of secrets."""
    codes = await with_codes(pages)
    right = await code_now(pages)
    object.__setattr__(pages.ports, "secrets", AesSecretBox("another", SystemEntropy()))
    async with pages.reader() as chair:
        await asked(chair)
        assert (await typed(chair, right)).status == 401
        assert "enciphered by another key" in caplog.text
        assert (await typed(chair, codes[0])).path == "/today"


async def test_what_is_typed_is_not_shown_again(pages: Pages) -> None:
    await with_codes(pages)
    async with pages.reader() as chair:
        await asked(chair)
        for rubbish in ("<script>", "x" * 5000, "１２３４５６"):  # noqa: RUF001  digits, but not ours
            answer = await typed(chair, rubbish)
            assert answer.status in (401, 429)
            assert rubbish not in html.unescape(answer.text)
