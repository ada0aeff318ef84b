"""Receptions on the web: guests and their codes, two who edit at once, and a room that is open."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bridge.audit import audit_faults
from bridge.auditing import check_database
from bridge.decisions import decide_join
from bridge.events import ReceptionStarted
from bridge.ids import AccountId, AgencyId, ParticipantId, RecordingId, SeatId, guest_of
from bridge.invitations import mark_of, read_code
from bridge.media import Moment
from bridge.office import OfficeText, OfficeVersion
from bridge.policy import SYSTEM
from tests.support.pages import Answer, Pages, serving
from tests.support.planning import PEOPLE, TITLE, id_of, made, marks, present, typed
from tests.support.province import audited, signed_in
from web.keys import OFFICES


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, language="en") as running:
        yield running


async def came_in(pages: Pages, page: Answer, seat: SeatId) -> None:
    """As the room would store it."""
    state = await present(pages, page)
    await pages.ports.receptions.append(SYSTEM, "join", state, decide_join(state, seat, ParticipantId("p-1")))


# ── guests and their codes ─────────────────────────────────────────────────────────────────────────────────────


async def test_people_without_an_account_sit_where_the_form_says(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        page = await made(chair)
        state = await present(pages, page)
        by_name = {seat.name: seat for seat in state.seats.values()}
        assert set(by_name) == {"Trần Thị B", "Nguyễn Văn A", "Lê Văn C", "Phạm Thị E"}
        own, at_point, account = by_name["Lê Văn C"], by_name["Phạm Thị E"], by_name["Nguyễn Văn A"]
        assert own.account == guest_of(own.id)
        assert (own.point_name, at_point.point_name) == ("Own device", "Point province")
        assert [person.name for person in own.people] == ["Lê Văn C", "Luật sư D"]
        assert [person.name for person in account.people] == ["Nguyễn Văn A", "Nguyễn Thị G"]
        assert [set(item.seats) for item in state.agenda] == [
            {account.id, at_point.id},
            {account.id, at_point.id, own.id},
        ]
        assert state.public
        assert set(await marks(pages, page)) == {own.id, at_point.id}
        # The form of a change says the same again, and sending it as it is changes nothing.
        edit = await chair.get(f"{page.path}/edit")
        again = await chair.send(f"{page.path}/edit", typed(edit))
        assert again.path.endswith("?saved")
        assert await present(pages, page) == state


async def test_a_code_is_printed_renewed_and_revoked(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        page = await made(chair)
        sheets = await chair.get(f"{page.path}/invitations")
        codes = re.findall(r'data-testid="code">([0-9A-Z-]+)<', sheets.text)
        assert len(codes) == 2
        assert all(re.fullmatch(r"\w{3}-\w{3}-\w{3}", code) for code in codes)
        assert sheets.text.count("<svg") == 2
        assert "Luật sư D" in sheets.text
        stored = await marks(pages, page)
        assert set(stored.values()) == {mark_of(read_code(code) or "", pages.ports.secrets) for code in codes}
        seat = next(key for key, one in (await present(pages, page)).seats.items() if one.name == "Phạm Thị E")
        one = await chair.send(f"{page.path}/invitations/{seat}/renew", {"csrf": sheets.token()})
        (fresh,) = re.findall(r'data-testid="code">([0-9A-Z-]+)<', one.text)
        assert fresh not in codes
        renewed = await marks(pages, page)
        assert renewed[seat] != stored[seat]
        async with pages.storage.units.reading() as unit:
            assert await unit.invitations.by_mark(stored[seat]) is None
            until = (await unit.invitations.of_reception(id_of(page)))[0].until_utc_ns
        starts = (await present(pages, page)).starts_utc_ns
        assert 24 <= (until - starts) / 3.6e12 <= 48  # the end of the day, and a day

        # A later day lengthens what is on paper; a seat that goes takes its code along.
        edit = await chair.get(f"{page.path}/edit")
        gone = next(name for name, text in typed(edit).items() if text == seat).removesuffix("-seat")
        await chair.send(f"{page.path}/edit", typed(edit, date="2026-12-01", **{f"{gone}-name": ""}))
        async with pages.storage.units.reading() as unit:
            (left,) = await unit.invitations.of_reception(id_of(page))
        assert (left.seat != seat, left.until_utc_ns > until, left.mark in stored.values()) == (True, True, True)
        done = await chair.send(f"{page.path}/cancel", {"csrf": sheets.token(), "reason": "Bão số 9"})
        assert "Cancelled" in done.text
        assert await marks(pages, page) == {}
        late = await chair.send(f"{page.path}/invitations/{left.seat}/renew", {"csrf": sheets.token()})
        assert late.status == 409
    assert await audited(pages, "ReadInvitations") == ["done", "done"]
    assert await audited(pages, "RenewInvitation") == ["done"]
    async with pages.storage.units.reading() as unit:
        assert audit_faults(await unit.audit.entries(0, 100)) == []
    assert (await check_database(pages.storage.units)).faults == ()


async def test_codes_are_the_offices_alone(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as citizen, pages.reader() as stranger:
        await signed_in(chair, "chair")
        page = await made(chair)
        seat = next(iter(await marks(pages, page)))
        one = f"{page.path}/invitations"
        await signed_in(citizen, "citizen")  # has a seat there
        seen = await citizen.get(page.path)
        assert seen.status == 200
        assert "Invitations" not in seen.text
        for path in (one, f"{one}/{seat}", f"{one}/{seat}/calendar", f"{page.path}/edit", f"/api{one}"):
            assert (await citizen.get(path)).status == 404, path
        token = await citizen.token()
        for path in (f"{one}/{seat}/renew", f"{page.path}/edit"):
            assert (await citizen.send(path, {"csrf": token})).status == 403
        assert (await stranger.get(one)).path.startswith("/sign-in")
        assert (await chair.get(f"{one}/nobody")).status == 404
    assert set(await audited(pages, "ReadInvitations")) == {"refused:not_permitted"}


# ── the form ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_rows_come_go_and_move_by_buttons_alone(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        page = await chair.get("/receptions/new")
        for button in ("add-person", "add-case", "add-case"):
            page = await chair.send("/receptions", typed(page, do=button))
            assert page.status == 200
        page = await chair.send(
            "/receptions", typed(page, **{"case-1-title": "First", "case-2-title": "Second"}, do="down-case-1")
        )
        form = typed(page)
        assert (form["case-rows"], form["person-rows"]) == ("2,1,3", "1")
        page = await chair.send("/receptions", typed(page, do="drop-case-3", **{"person-1-name": "Kept"}))
        page = await chair.send("/receptions", typed(page, do="drop-person-9"))
        assert typed(page)["case-rows"] == "2,1"
        assert typed(page)["person-1-name"] == "Kept"
        assert "No reception is planned." in (await chair.get("/receptions")).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Enter a title of at most 200 characters."),
        ({"date": "tomorrow"}, "Enter the day."),
        ({"role-id-chair": "citizen"}, "Choose one chair."),
        ({"person-1-name": "x" * 121}, "Enter a name of at most 120 characters."),
        ({"person-2-where": "person:9"}, "Choose where this person sits"),
        ({"person-2-where": "person:2"}, "Choose where this person sits"),
        ({"person-3-where": "point:moon"}, "Choose at least one"),
        ({"case-2-title": "x" * 201}, "Write each case in at most 200 characters"),
        ({"note": "x" * 2001}, "Write at most 2000 characters."),
    ],
)
async def test_each_refusal_stands_at_its_field_and_loses_nothing(
    pages: Pages, changes: dict[str, str], sentence: str
) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        sent = {**typed(await chair.get("/receptions/new")), **PEOPLE, **changes}
        answer = await chair.send("/receptions", sent)
        assert (answer.status, sentence in answer.text) == (422, True), answer.text
        back = typed(answer)
        assert {name: back[name] for name in (*PEOPLE, *changes)} == {**{n: sent[n] for n in PEOPLE}, **changes} | (
            # a place that is not on the list cannot stay chosen
            {name: "own" for name in changes if name.endswith("-where")}
        )


async def test_where_the_office_allows_none_nobody_comes_on_a_device_of_their_own(pages: Pages) -> None:
    version = OfficeVersion(AgencyId("office-central"), 1, 0, AccountId("id-chair"), OfficeText(own_devices=False))
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        before = await made(chair)
        async with pages.storage.units.writing() as unit:
            await unit.offices.add(version)
            await unit.commit()
        pages.app[OFFICES].changed()
        form = typed(await chair.get("/receptions/new"))
        page = await chair.send("/receptions", {**form, **PEOPLE})
        assert page.status == 422
        assert 'id="person-1-where-fault"' in page.text
        assert "a device of their own" not in (await chair.get("/receptions/new")).text
        token, asked = await chair.token(), await chair.get(f"/api{before.path}/plan")
        plan = msgspec.json.decode(asked.body)["plan"]
        for guest in plan["guests"]:
            guest["seat"] = None
        for case in plan["cases"]:
            case["case"] = None
        refused = await chair.post("/api/receptions", plan, token)
        assert (refused.status, msgspec.json.decode(refused.body)["code"]) == (422, "invalid_field")
        # Who had one before keeps it: what was planned can still be changed.
        again = await chair.send(f"{before.path}/edit", typed(await chair.get(f"{before.path}/edit"), note="late"))
        assert again.path.endswith("?saved")


async def test_a_form_sent_twice_makes_one_reception(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        form = {**typed(await chair.get("/receptions/new")), **PEOPLE}
        sent = await asyncio.gather(*(chair.send("/receptions", form) for _ in range(3)))
        assert len({answer.path for answer in sent}) == 1
        edit = typed(await chair.get(f"{sent[0].path}/edit"), title="Renamed")
        twice = await asyncio.gather(*(chair.send(f"{sent[0].path}/edit", edit) for _ in range(2)))
        twice.append(await chair.send(f"{sent[0].path}/edit", edit))  # back, and pressed again
        assert {(answer.status, answer.path) for answer in twice} == {(200, f"{sent[0].path}?saved")}
        assert (await present(pages, sent[0])).version == 2
        assert (await chair.get("/receptions")).text.count("Renamed") >= 1


# ── two people, and a room that is open ────────────────────────────────────────────────────────────────────────


async def test_who_is_overtaken_is_told_and_loses_nothing(pages: Pages) -> None:
    async with pages.reader() as first, pages.reader() as second:
        await signed_in(first, "chair")
        await signed_in(second, "chair")
        page = await made(first)
        mine = typed(await second.get(f"{page.path}/edit"), title="Mine", note="Mine too")
        theirs = typed(await first.get(f"{page.path}/edit"), do="add-person")
        theirs = typed(await first.send(f"{page.path}/edit", theirs), time="09:15")
        added = max(theirs["person-rows"].split(","), key=int)
        await first.send(f"{page.path}/edit", {**theirs, f"person-{added}-name": "Hoàng Văn H"})
        told = await second.send(f"{page.path}/edit", mine)
        assert told.status == 409
        assert "It now begins at 09:15" in told.text
        assert "Hoàng Văn H was added." in told.text
        again = typed(told)
        assert (again["title"], again["note"], again["time"]) == ("Mine", "Mine too", mine["time"])
        assert (await present(pages, page)).title == TITLE
        # Sent again it is meant; what the other added is not lost unseen.
        done = await second.send(f"{page.path}/edit", {**again, "time": "09:15"})
        assert done.path.endswith("?saved"), done.text
        state = await present(pages, page)
        assert state.title == "Mine"
        assert "Hoàng Văn H" in {seat.name for seat in state.seats.values()}
        assert set(await marks(pages, page)) == {
            one.id for one in state.seats.values() if one.account.startswith("guest-")
        }


async def test_under_way_the_agenda_goes_on_being_put_in_order(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        page = await made(chair)
        started = ReceptionStarted(RecordingId("r"), Moment(5, 7), "trial")
        await pages.ports.receptions.append(SYSTEM, "start", await present(pages, page), [started])
        edit = await chair.get(f"{page.path}/edit")
        assert "The reception is under way" in edit.text
        assert 'name="title"' not in edit.text
        assert "(called already)" in edit.text
        more = await chair.send(f"{page.path}/edit", typed(edit, do="add-case", **{"case-1-title": "Renamed"}))
        done = await chair.send(f"{page.path}/edit", typed(more, **{"case-2-title": "New"}))
        assert done.path.endswith("?saved"), done.text
        state = await present(pages, page)
        assert [item.title for item in state.agenda] == ["Đường vào xã", "Renamed", "New"]
        assert state.title == TITLE


async def test_a_citizen_sees_officials_and_their_own_alone(pages: Pages) -> None:
    async with pages.reader() as chair, pages.reader() as citizen:
        await signed_in(chair, "chair")
        page = await made(chair, **{"cases-id-citizen": "1"})
        await signed_in(citizen, "citizen")
        seen, told = await citizen.get(page.path), await citizen.get(f"/api{page.path}")
        for shown in ("Trần Thị B", "Nguyễn Văn A", "Đường vào xã"):
            assert shown in seen.text
            assert shown in told.text
        for hidden in ("Lê Văn C", "Phạm Thị E", "Luật sư D", "Thoát nước"):
            assert hidden not in seen.text
            assert hidden not in told.text
        assert (
            "Lê Văn C" not in (await citizen.get("/api/receptions?from_ms=1795300000000&before_ms=1795900000000")).text
        )


async def test_a_joining_is_no_edit_and_a_taken_seat_stays(pages: Pages) -> None:
    async with pages.reader() as chair:
        await signed_in(chair, "chair")
        page = await made(chair)
        form = typed(await chair.get(f"{page.path}/edit"), title="Renamed")
        await chair.send(f"{page.path}/open", {"csrf": page.token()})
        guest = next(seat for seat in (await present(pages, page)).seats.values() if seat.name == "Lê Văn C")
        await came_in(pages, page, guest.id)
        assert (await chair.send(f"{page.path}/edit", form)).path.endswith("?saved")
        edit = await chair.get(f"{page.path}/edit")
        row = next(name for name, text in typed(edit).items() if text == guest.id).removesuffix("-seat")
        refused = await chair.send(f"{page.path}/edit", typed(edit, **{f"{row}-name": "Somebody else"}))
        assert (refused.status, "Lê Văn C is connected" in refused.text) == (422, True)
        assert guest.id in (await present(pages, page)).seats
