"""The way of an official and of a citizen through the pages, up to the token that opens the room's socket."""

import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import TokenRefused
from tests.support.pages import Answer, Pages, Reader, serving

NEW = {
    "title": "Đất đai xã Suối Mơ",
    "date": "2026-11-23",
    "time": "14:30",
    "seat-id-chair": "1",
    "role-id-chair": "chair",
    "name-id-chair": "Trần Thị B",
    "seat-id-citizen": "1",
    "role-id-citizen": "citizen",
    "name-id-citizen": "",
    "once": "0123456789abcdef",
    "case-rows": "1,2,3",
    "case-1-title": "Đường vào xã",
    "case-2-title": "",
    "case-3-title": "Thoát nước",
    "admit": "on_join",
}


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        yield running


async def made(chair: Reader, **changes: str) -> Answer:
    """A new reception's page."""
    token = await chair.token()
    return await chair.send("/receptions", {**NEW, **changes, "csrf": token})


def config_of(page: Answer) -> dict[str, Any]:
    found = re.search(r'data-config="([^"]+)"', page.text)
    assert found, page.text
    parsed: dict[str, Any] = json.loads(html.unescape(found[1]))
    return parsed


async def test_from_sign_in_to_the_token(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as citizen:
        today = await chair.sign_in("chair")
        assert (today.status, today.path) == (200, "/today")
        assert "No reception today." in today.text

        reception = await made(chair)
        assert reception.status == 200, reception.text
        assert "Trần Thị B" in reception.text
        assert "Nguyễn Văn A" in reception.text
        assert "14:30, 23 November 2026" in reception.text
        assert "Thoát nước" in reception.text

        await citizen.sign_in("citizen")
        waiting = await citizen.get(f"{reception.path}/room")
        assert "You are in the right place." in waiting.text
        assert waiting.headers["Refresh"]
        early = await citizen.post(f"/api{reception.path}/join", {}, await citizen.token())
        assert (early.status, json.loads(early.text)["code"]) == (409, "doors_closed")

        opened = await chair.send(f"{reception.path}/open", {"csrf": reception.token()})
        assert "Go to the room" in opened.text
        room = await citizen.get(f"{reception.path}/room")
        config = config_of(room)
        assert config["point"] == "Point commune"
        assert config["role"] == "citizen"
        joined = await citizen.post(config["join"], {}, config["page"]["csrf"])
        reply = json.loads(joined.text)
        assert reply["namespace"] == "/room"
        grant = await pages.redeem(reply["token"])
        assert (grant.reception, grant.account) == (config["reception"], "id-citizen")
        with pytest.raises(TokenRefused):
            await pages.redeem(reply["token"])


async def test_a_faulty_form_comes_back_with_everything_in_it(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        page = await made(chair, title=" ", time="25:99", **{"role-id-chair": "citizen", "name-id-citizen": "x" * 121})
        assert page.status == 422
        for words in (
            "There is a problem",
            "Enter a title",
            "Enter the time",
            "Choose one chair",
            "Enter a name of at most 120",
        ):
            assert words in page.text
        assert 'value="Trần Thị B"' in page.text
        assert "Thoát nước" in page.text
        assert 'href="#title"' in page.text
        assert 'href="#name-id-citizen"' in page.text
        lines = await made(chair, **{"case-3-title": "x" * 201})
        assert (lines.status, "Write each case" in lines.text) == (422, True)


async def test_cancel_asks_for_a_reason(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        reception = await made(chair)
        asked = await chair.send(f"{reception.path}/cancel", {"csrf": reception.token(), "reason": " "})
        assert asked.status == 422
        assert "Write the reason" in asked.text
        done = await chair.send(f"{reception.path}/cancel", {"csrf": reception.token(), "reason": "Bão số 9"})
        assert "Cancelled" in done.text
        assert "Reason: Bão số 9" in done.text
        after = await chair.get(f"{reception.path}/room")
        assert "The reception was cancelled" in after.text


async def test_what_one_may_not_see_looks_as_if_it_were_not_there(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as agency:
        await chair.sign_in("chair")
        reception = await made(chair)
        await agency.sign_in("agency")
        token = await agency.token()
        answers = [
            await agency.get(reception.path),
            await agency.get("/receptions/00000000000000000000"),
            await agency.get("/receptions/new"),
            await agency.get("/nowhere"),
        ]
        assert [answer.status for answer in answers] == [404] * 4
        assert len({re.sub(r"[0-9A-F]{4}-[0-9A-F]{4}|href=\"[^\"]*\"", "", answer.text) for answer in answers}) == 1
        denied = await agency.send(f"{reception.path}/open", {"csrf": token})
        assert denied.status == 404
        api = await agency.get(f"/api{reception.path}")
        assert (api.status, api.headers["Content-Type"].partition(";")[0]) == (404, "application/problem+json")


async def test_rest_makes_lists_opens_and_cancels(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        token = await chair.token()
        body = {
            "title": "REST",
            "starts_ms": pages.clock.now_ns // 1_000_000,
            "seats": [{"account": "id-chair", "role": "chair"}, {"account": "id-agency", "role": "agency"}],
        }
        created = await chair.post("/api/receptions", body, token)
        assert created.status == 201, created.text
        path = created.headers["Location"]
        listed = json.loads((await chair.get("/api/receptions")).text)
        assert [one["title"] for one in listed["receptions"]] == ["REST"]
        assert json.loads((await chair.post(f"{path}/open", {}, token)).text)["doors_open"] is True
        refused = await chair.post(f"{path}/cancel", {"reason": ""}, token)
        assert (refused.status, json.loads(refused.text)["code"]) == (422, "reason_required")
        done = await chair.post(f"{path}/cancel", {"reason": "storm"}, token)
        assert json.loads(done.text)["state"] == "cancelled"
        over = await chair.post(f"{path}/join", {}, token)
        assert (over.status, json.loads(over.text)["code"]) == (409, "reception_over")
        for nonsense in (
            {"title": 1},
            {**body, "extra": 1},
            {**body, "seats": [{"account": "nobody", "role": "chair"}]},
        ):
            answer = await chair.post("/api/receptions", nonsense, token)
            assert answer.status in (400, 422), answer.text
