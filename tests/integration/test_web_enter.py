"""Entering by a code on the real pages: the way in, and everything that is tried to get in without one."""

import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bridge.commands import CancelReception, OpenDoors, ScheduleReception
from bridge.decisions import decide_join
from bridge.events import DevicesChecked, NoticeAcknowledged, SeatConfirmed
from bridge.guests import NOTICE_VERSION
from bridge.ids import AccountId, ParticipantId
from bridge.invitations import shown_code
from bridge.model import AdmitRule
from bridge.policy import SYSTEM
from bridge.ports import JoinGrant
from bridge.reception import Reception
from bridge.states import AttendanceState
from tests.support.pages import Pages, Reader, serving
from tests.support.receptions import AGENCY_SEAT, CHAIR
from tests.support.waiting import FIRST, SECOND, invited, scheduled_to_wait

NEVER = "000-000-000"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


@pytest.fixture
async def reception(pages: Pages) -> Reception:
    return await scheduled_to_wait(pages.ports.receptions, pages.clock.utc())


async def code_of(pages: Pages, reception: Reception, seat: object = FIRST) -> str:
    assert seat in (FIRST, SECOND, CHAIR)
    ports = pages.ports
    at = next(one for one in (FIRST, SECOND, CHAIR) if one is seat)
    return await invited(ports.units, ports.secrets, ports.clock, ports.entropy, reception, at)


async def enters(reader: Reader, code: str) -> None:
    """By the code on paper, to the first step after it."""
    assert "Is this right?" in (await reader.send("/enter?lang=en", {"code": code})).text
    answer = await reader.send("/enter/begin", {"code": code})
    assert answer.path == "/enter/devices", answer.path


async def prepared(reader: Reader) -> None:
    """Devices checked, notice read."""
    page = await reader.get("/enter/notice")
    token = page.token()
    assert (await reader.post("/enter/devices", {"camera": True, "microphone": True}, token)).status == 204
    sent = {"csrf": token, "read": "yes", "version": NOTICE_VERSION}
    assert (await reader.send("/enter/notice", sent)).path == "/enter/room"


async def test_the_way_in_one_step_after_another_each_stored(pages: Pages, reception: Reception) -> None:
    code = await code_of(pages, reception)
    async with pages.reader() as reader:
        spoken = f" {shown_code(code).lower().replace('-', ' ')} "
        page = await reader.send("/enter?lang=en", {"code": spoken})
        assert FIRST.name in page.text
        assert "Land at Kim Lien" in page.text
        assert SECOND.name not in page.text
        await enters(reader, spoken)
        assert (await reader.get("/enter/room")).path == "/enter/devices"
        token = (await reader.get("/enter/notice")).token()
        refused = await reader.send("/enter/notice", {"csrf": token, "version": NOTICE_VERSION})
        assert (refused.status, "Confirm that you have read it" in refused.text) == (422, True)
        await prepared(reader)
        room = await reader.get("/enter/room")
        assert 'data-island="room"' in room.text
        reply = await reader.post("/api/enter/join", {"take_over": False}, token)
        grant = await pages.redeem(msgspec.json.decode(reply.body)["token"])
        assert (grant.reception, grant.seat, grant.account) == (reception.id, FIRST.id, FIRST.account)
    events = [one.event for one in await pages.ports.receptions.history(reception.id)]
    wanted = [SeatConfirmed(FIRST.id), DevicesChecked(FIRST.id, True, True)]
    assert [event for event in events if event in wanted] == wanted
    assert NoticeAcknowledged(FIRST.id, NOTICE_VERSION) in events
    present = await pages.ports.receptions.present(reception.id)
    assert present.attendance_of(FIRST.id) is AttendanceState.DEVICE_CHECKED


async def test_a_look_at_the_picture_s_address_changes_nothing(pages: Pages, reception: Reception) -> None:
    code = await code_of(pages, reception)
    before = await pages.ports.receptions.history(reception.id)
    async with pages.reader() as reader:
        page = await reader.get(f"/enter/{code}")
        assert (page.status, FIRST.name in page.text) == (200, True)
        assert "Set-Cookie" not in page.headers
        assert page.headers["Referrer-Policy"] == "strict-origin"
        assert page.headers["Cache-Control"] == "no-store"
        assert (await reader.get("/enter/room")).path == "/enter"
    assert await pages.ports.receptions.history(reception.id) == before


async def test_every_code_that_opens_nothing_is_answered_alike(
    pages: Pages, reception: Reception, caplog: pytest.LogCaptureFixture
) -> None:
    old = await code_of(pages, reception)
    new = await code_of(pages, reception)
    chairs = await code_of(pages, reception, CHAIR)
    answers = []
    with caplog.at_level(logging.INFO):
        for wrong in (NEVER, old, "x", "'; drop", chairs, "Z" * 39):
            async with pages.reader() as reader:
                answers.append(await reader.send("/enter?lang=en", {"code": wrong}))
                assert (await reader.get(f"/enter/{old}")).status == 404
                pages.clock.forward(60)
        late = pages.clock.now_ns
        pages.clock.forward(2 * 86_400)
        async with pages.reader() as reader:
            answers.append(await reader.send("/enter?lang=en", {"code": new}))
        pages.clock.now_ns = late
    told = {(one.status, re.sub(r"Printed at [^<]+", "", one.text)) for one in answers}  # but when one would print it
    assert [status for status, _ in told] == [404]
    # the product keeps no log of requests; the test's server does
    written = " ".join(one.getMessage() for one in caplog.records if one.name != "aiohttp.access")
    assert "opens nothing" in written
    assert old not in written
    assert new not in written


async def test_guessing_is_slowed_down_where_it_comes_from_and_nowhere_else(tmp_path: Path) -> None:
    async with serving(tmp_path, proxies=("127.0.0.1",)) as pages:
        reception = await scheduled_to_wait(pages.ports.receptions, pages.clock.utc())
        code = await code_of(pages, reception)
        async with pages.reader() as reader:

            async def tries(address: str, typed: str = NEVER) -> int:
                return (await reader.send("/enter", {"code": typed}, headers={"X-Forwarded-For": address})).status

            assert [await tries("192.0.2.1") for _ in range(12)] == [404] * 10 + [429] * 2
            assert await tries("192.0.2.1", code) == 429
            assert await tries("192.0.2.2", code) == 200
            for number in range(100):
                await tries(f"198.51.100.{number}")
            assert await tries("192.0.2.3", code) == 200
            assert [await tries("192.0.2.4") for _ in range(4)] == [404] * 3 + [429]
            pages.clock.forward(70)
            assert await tries("192.0.2.1", code) == 200


async def test_a_new_code_or_none_ends_the_visit(pages: Pages, reception: Reception) -> None:
    code = await code_of(pages, reception)
    async with pages.reader() as reader:
        await enters(reader, code)
        await prepared(reader)
        token = (await reader.get("/enter/after")).token()
        again = await code_of(pages, reception)
        assert (await reader.get("/enter/room")).path == "/enter"
        assert (await reader.post("/api/enter/join", {}, token)).status == 401
        await enters(reader, again)
        async with pages.ports.units.writing() as unit:
            await unit.invitations.remove(FIRST.id)
            await unit.commit()
        assert (await reader.get("/enter/after")).path == "/enter"


async def test_a_visit_opens_its_own_seat_and_nothing_else(pages: Pages, reception: Reception) -> None:
    code = await code_of(pages, reception)
    other = await scheduled_to_wait(pages.ports.receptions, pages.clock.utc())
    async with pages.reader() as reader:
        await enters(reader, code)
        await prepared(reader)
        token = (await reader.get("/enter/after")).token()
        for path in ("/today", "/archive", f"/receptions/{reception.id}", f"/receptions/{other.id}/enter/room"):
            assert (await reader.get(path)).path.startswith("/sign-in"), path
        for path in (f"/api/receptions/{reception.id}", "/api/receptions", "/api/recordings"):
            assert (await reader.get(path)).status == 401
        assert (await reader.post(f"/api/receptions/{reception.id}/join", {}, token)).status == 401
        assert (await reader.post(f"/api/receptions/{reception.id}/open", {}, token)).status in (401, 403)
        assert (await reader.get("/enter/someone")).status == 404


async def test_an_account_s_session_is_no_visit(pages: Pages, reception: Reception) -> None:
    async with pages.reader() as reader:
        await reader.sign_in("chair")
        assert (await reader.get("/enter/room")).path == "/enter"
        page = await reader.get("/enter?lang=en")
        assert "Sign out" not in page.text


async def test_the_secret_is_new_and_forged_forms_are_refused(pages: Pages, reception: Reception) -> None:
    code, second = await code_of(pages, reception), await code_of(pages, reception, SECOND)
    name = pages.config.visit_cookie
    async with pages.reader() as reader:
        reader.client.cookie_jar.update_cookies({name: "chosen-by-somebody-else"})
        await enters(reader, code)
        mine = {cookie.key: cookie for cookie in reader.client.cookie_jar}[name]
        assert mine.value != "chosen-by-somebody-else"
        assert (mine["httponly"], mine["samesite"]) == (True, "Lax")
        await prepared(reader)
        forged = await reader.send("/enter/notice", {"read": "yes", "version": "x", "csrf": "guessed"})
        assert forged.status == 403
        elsewhere = await reader.send("/enter/begin", {"code": second}, headers={"Origin": "https://evil.example"})
        assert elsewhere.status == 403
        assert (await reader.post("/api/enter/join", {}, "guessed")).status == 403
        await enters(reader, second)
        async with pages.reader() as thief:
            thief.client.cookie_jar.update_cookies({name: mine.value})
            assert (await thief.get("/enter/room")).path == "/enter"


async def test_a_visit_runs_out_and_is_ended_by_leaving(pages: Pages, reception: Reception) -> None:
    code = await code_of(pages, reception)
    async with pages.reader() as reader:
        await enters(reader, code)
        token = (await reader.get("/enter/after")).token()
        assert (await reader.send("/enter/leave", {"csrf": token})).path == "/enter"
        assert (await reader.get("/enter/after")).path == "/enter"
        await enters(reader, code)
        pages.clock.forward(pages.config.session_idle_s)
        assert (await reader.get("/enter/after")).path == "/enter"


async def test_before_the_day_and_after_the_end(pages: Pages) -> None:
    starts = pages.clock.utc() + 2 * 86_400 * 1_000_000_000
    reception = await scheduled_to_wait(pages.ports.receptions, starts, doors=False)
    code = await code_of(pages, reception)
    async with pages.reader() as reader:
        await reader.send("/enter?lang=en", {"code": code})
        page = await reader.send("/enter/begin", {"code": code})
        assert page.path == "/enter/early"
        assert "What to bring" in page.text
        assert "/enter/devices" in page.text
        await pages.ports.receptions.execute(SYSTEM, reception.id, CancelReception("Trời mưa bão"))
        page = await reader.get("/enter/room")
        assert page.path == "/enter/after"
        assert "Trời mưa bão" in page.text
        assert reception.id in page.text
        refused = await reader.post("/api/enter/join", {}, page.token())
        assert refused.status == 409


async def test_a_point_goes_the_same_way_from_its_reception(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as citizen:
        await chair.sign_in("chair")
        seats = [{"account": "id-chair", "role": "chair"}, {"account": "id-citizen", "role": "citizen"}]
        body = {"title": "Two", "starts_ms": pages.clock.now_ns // 1_000_000, "seats": seats, "cases": []}
        made = msgspec.json.decode((await chair.post("/api/receptions", body, await chair.token())).body)
        await pages.ports.receptions.execute(SYSTEM, made["id"], OpenDoors())
        assert (await chair.get(f"/receptions/{made['id']}/room")).path.endswith("/room")
        await citizen.sign_in("citizen")
        base = f"/receptions/{made['id']}/enter"
        page = await citizen.get(f"/receptions/{made['id']}/room")
        assert page.path == f"{base}/you"
        token = page.token()
        assert (await citizen.send(f"{base}/you", {"csrf": token})).path == f"{base}/devices"
        assert (await citizen.post(f"{base}/devices", {"camera": False, "microphone": True}, token)).status == 204
        sent = {"csrf": token, "read": "yes", "version": NOTICE_VERSION}
        assert (await citizen.send(f"{base}/notice", sent)).path == f"{base}/room"


async def test_a_citizen_with_an_account_learns_of_no_other_citizen(pages: Pages) -> None:
    async with pages.reader() as citizen, pages.reader() as agency:
        reception = await scheduled_to_wait(pages.ports.receptions, pages.clock.utc())
        seats = [(CHAIR, "id-chair"), (AGENCY_SEAT, "id-agency"), (SECOND, "id-citizen"), (FIRST, FIRST.account)]
        command = ScheduleReception(
            reception.title,
            reception.agency,
            reception.office,
            reception.kind,
            pages.clock.utc(),
            tuple(msgspec.structs.replace(seat, account=AccountId(account)) for seat, account in seats),
            reception.agenda,
            AdmitRule.BY_OFFICE,
        )
        made = await pages.ports.receptions.schedule(SYSTEM, command)
        for reader, login in ((citizen, "citizen"), (agency, "agency")):
            await reader.sign_in(login)
            for path in (f"/receptions/{made.id}", f"/api/receptions/{made.id}", "/api/receptions"):
                text = (await reader.get(path)).text
                assert SECOND.name in text
                assert (FIRST.name in text) is (login == "agency")
                assert ("Land at Kim Lien" in text) is (login == "agency")


async def test_a_seat_that_is_open_elsewhere_is_not_taken_without_a_word(pages: Pages, reception: Reception) -> None:
    code = await code_of(pages, reception)
    receptions = pages.ports.receptions
    present = await receptions.present(reception.id)
    await receptions.append(SYSTEM, "JoinRoom", present, decide_join(present, FIRST.id, ParticipantId("p")))
    async with pages.reader(**{"User-Agent": "Mozilla/5.0 (Android 15; Mobile) Firefox/140.0"}) as reader:
        await enters_waiting(reader, code)
        token = (await reader.get("/enter/after")).token()
        refused = await reader.post("/api/enter/join", {"take_over": False}, token)
        assert (refused.status, msgspec.json.decode(refused.body)["code"]) == (409, "seat_taken")
        reply = await reader.post("/api/enter/join", {"take_over": True}, token)
        grant = await pages.redeem(msgspec.json.decode(reply.body)["token"])
        assert grant == JoinGrant(reception.id, FIRST.id, FIRST.account, grant.session, "Firefox · Android")


async def enters_waiting(reader: Reader, code: str) -> None:
    """Their other device is inside already, which asks for no check of this one."""
    await reader.send("/enter/begin", {"code": code})
