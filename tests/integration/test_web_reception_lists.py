"""Receptions for calendars, in lists, on the public page, and by programs."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.support.pages import Answer, Pages, serving
from tests.support.planning import TITLE, id_of, made, marks
from tests.support.province import signed_in


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, language="en") as running:
        yield running


def calendar_of(answer: Answer) -> Any:
    """As the library reads it, whose properties are of every kind."""
    return Calendar.from_ical(answer.body)


async def test_a_calendar_takes_it_moves_it_and_cancels_it(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        page = await made(chair, date="2026-12-01", time="14:30")
        seat = next(iter(await marks(pages, page)))
        staff = await chair.get(f"{page.path}/calendar")
        assert staff.headers["Content-Type"].startswith("text/calendar")
        before = calendar_of(staff)
        (event,) = before.walk("VEVENT")
        assert event["DTSTART"].to_ical() == b"20261201T143000"
        assert event["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"
        assert [str(zone["TZID"]) for zone in before.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh"]
        assert b"\r\n" in staff.body
        for secret in (TITLE, "Lê Văn C", "Thoát nước"):
            assert secret not in staff.text
        guest = await chair.get(f"{page.path}/invitations/{seat}/calendar")
        (own,) = calendar_of(guest).walk("VEVENT")
        assert re.fullmatch(rf"{pages.origin}/enter/\w{{3}}-\w{{3}}-\w{{3}}", str(own["URL"]))
        assert own["UID"] != event["UID"]
        await chair.send(f"{page.path}/cancel", {"csrf": page.token(), "reason": "Bão"})
        after = calendar_of(await chair.get(f"{page.path}/calendar"))
        (gone,) = after.walk("VEVENT")
        assert (after["METHOD"], gone["STATUS"], gone["UID"]) == ("CANCEL", "CANCELLED", event["UID"])
        assert gone["SEQUENCE"] > event["SEQUENCE"]


async def test_everybody_sees_when_an_office_receives_and_nothing_else(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as anybody:
        await signed_in(chair, "chair")
        empty = await anybody.get("/offices/office-central")
        assert "No reception today." in empty.text
        shown = await made(chair, date="2026-11-24", time="08:15")
        hidden = await made(chair, kind="ad_hoc", time="07:07", date="2026-11-25")
        page = await anybody.get("/offices/office-central")
        assert page.status == 200
        assert "08:15" in page.text
        assert "Point central" in page.text
        assert "07:07" not in page.text
        for secret in (TITLE, "Trần Thị B", "Lê Văn C", "Thoát nước", "Nguyễn Văn A", id_of(shown), id_of(hidden)):
            assert secret not in page.text
        assert page.headers["Cache-Control"] == "public, max-age=60"
        assert (await chair.get("/offices/office-central")).text == page.text  # nobody's session is in it
        told = json.loads((await anybody.get("/api/offices/office-central/receptions")).text)
        assert [(one["kind"], one["state"]) for one in told] == [("periodic", "planned")]
        assert (await anybody.get("/offices/nowhere")).status == 404
        await chair.send(f"{shown.path}/cancel", {"csrf": shown.token(), "reason": "Bão"})
        assert "Cancelled" in (await anybody.get("/offices/office-central")).text


async def test_the_list_is_found_by_words_goes_on_in_pages_and_shows_ones_own(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as citizen, pages.reader() as archivist:
        await signed_in(chair, "chair")
        seats = [{"account": f"id-{who}", "role": who} for who in ("chair", "citizen")]
        token = await chair.token()
        for number in range(27):
            asked = {"title": f"Tiếp dân {number:02}", "starts_ms": 1_795_485_600_000 + number * 60_000, "seats": seats}
            assert (await chair.post("/api/receptions", asked, token)).status == 201
        await made(chair, title="Đã qua", date="2026-11-20")
        first = await chair.get("/receptions")
        onward = re.search(r'href="([^"]+)" rel="next"', first.text)
        assert onward
        second = await chair.get(unescape(onward[1]))
        titles = re.findall(r"Tiếp dân (\d\d)</bdi></a>", first.text + second.text)
        assert titles == [f"{number:02}" for number in range(27)]
        assert "Open the doors" in first.text
        found = await chair.get("/receptions?title=tiep+13")
        assert re.findall(r"Tiếp dân (\d\d)</bdi></a>", found.text) == ["13"]
        assert "Đã qua" in (await chair.get("/receptions?when=past")).text
        assert "No reception has these words" in (await chair.get("/receptions?title=%25")).text
        assert (await chair.get("/receptions?after=1-x'--")).status == 400
        await signed_in(citizen, "citizen")  # by a seat
        assert "Tiếp dân 00" in (await citizen.get("/receptions")).text
        await signed_in(archivist, "archivist")
        assert "No reception is planned." in (await archivist.get("/receptions")).text


async def test_programs_do_the_same(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        token = await chair.token()
        plan: dict[str, Any] = {
            "title": "By program",
            "starts_ms": 1_795_500_000_000,
            "seats": [{"account": "id-chair", "role": "chair"}],
            "guests": [{"name": "Lê Văn C", "role": "citizen", "people": [{"name": "D", "role": "lawyer"}]}],
            "cases": [{"title": "One", "guests": [0]}],
        }
        answer = await chair.post("/api/receptions", plan, token)
        view = json.loads(answer.text)
        assert answer.status == 201, answer.text
        (guest,) = (seat for seat in view["seats"] if seat["guest"])
        one = f"/api/receptions/{view['id']}"
        (invited,) = json.loads((await chair.get(f"{one}/invitations")).text)
        assert invited["link"] == f"{pages.origin}/enter/{invited['code']}"
        renewed = json.loads((await chair.post(f"{one}/invitations/{guest['id']}/renew", {}, token)).text)
        assert renewed["code"] != invited["code"]
        body = json.loads((await chair.get(f"{one}/plan")).text)
        assert (await chair.ask("PUT", f"{one}/plan", json=body, headers={"X-CSRF-Token": token})).text == answer.text
        body["plan"]["cases"][0]["title"] = "Renamed"
        changed = await chair.ask("PUT", f"{one}/plan", json=body, headers={"X-CSRF-Token": token})
        after = json.loads(changed.text)
        assert changed.status == 200, changed.text
        assert after["seats"] == view["seats"]
        assert [(item["case"], item["title"]) for item in after["cases"]] == [(view["cases"][0]["case"], "Renamed")]
        late = await chair.ask("PUT", f"{one}/plan", json=body, headers={"X-CSRF-Token": token})
        assert (late.status, json.loads(late.text)["code"]) == (409, "conflict")
        for wrong in ({"guests": [{"name": "X", "role": "chair"}]}, {"cases": [{"title": "x", "guests": [7]}]}):
            assert (await chair.post("/api/receptions", {**plan, **wrong}, token)).status == 422
