"""The operator's pages: who reaches what, rows with alarms first, one room's ten minutes, the offer and its answers."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge.board import BoardAlarm, RoomSample, SeatSample, WatchedRoom
from bridge.commands import AnswerHelp, OpenDoors, ScheduleReception
from bridge.decisions import decide_join
from bridge.events import Cause, ReceptionClosed, ReceptionStarted
from bridge.ids import NS_PER_S, AccountId, AgencyId, BridgePointId, ParticipantId, RecordingId, SeatId
from bridge.linehistory import KeptLook
from bridge.linetests import LinePath, LineTest, Outcome, PathResult
from bridge.media import Moment
from bridge.model import Account, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.policy import SYSTEM, Actor
from bridge.quality import LineSpan
from bridge.reception import Reception
from bridge.states import HelpState
from tests.support.pages import PASSWORD, Pages, QuickPasswords, serving
from tests.support.province import COMMUNE_ADMINISTRATOR, signed_in, with_administrators

CHAIR = ParticipantId("p-chair")
OPERATOR, COMMUNE_OPERATOR = "operator", "commune-operator"


async def with_operators(pages: Pages) -> None:
    """One of the central office, one of the commune below it."""
    stored, roles = QuickPasswords().hash(PASSWORD), frozenset({Role.OPERATOR})
    async with pages.storage.units.writing() as unit:
        for login, level in ((OPERATOR, "central"), (COMMUNE_OPERATOR, "commune")):
            agency = AgencyId(f"office-{level}")
            await unit.accounts.add(
                Account(AccountId(f"id-{login}"), login, f"Op {level}", roles, agency, None, stored)
            )
        await unit.commit()


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        await with_administrators(running)
        await with_operators(running)
        yield running


def seat(login: str, role: Role, level: Level) -> Seat:
    point = BridgePointId(f"point-{level}")
    return Seat(
        SeatId(f"seat-{login}"), AccountId(f"id-{login}"), role, login, point, f"Point {level}", level,
        (SeatPerson(login, role),),
    )  # fmt: skip


async def live(pages: Pages, title: str, level: Level = Level.CENTRAL) -> Reception:
    """Of the agency of that level; chair in the room, the citizen missing."""
    service, now = pages.ports.receptions, pages.clock.utc()
    seats = (seat("chair", Role.CHAIR, Level.CENTRAL), seat("citizen", Role.CITIZEN, Level.COMMUNE))
    asked = ScheduleReception(title, AgencyId(f"office-{level}"), f"Office {level}", ReceptionKind.AD_HOC, now, seats)
    made = await service.schedule(SYSTEM, asked)
    made = await service.execute(SYSTEM, made.id, OpenDoors())
    made = await service.append(SYSTEM, "JoinRoom", made, decide_join(made, seats[0].id, CHAIR))
    started = ReceptionStarted(RecordingId(f"rec-{made.id}"), Moment(0, now), "on paper")
    return await service.append(SYSTEM, "StartReception", made, [started])


def sampled(reception: Reception, *alarms: BoardAlarm, loss: float = 0.0) -> WatchedRoom:
    line = LineSpan(loss, 5, 40, 512)
    samples = [
        RoomSample(reception.starts_utc_ns, {SeatId("seat-chair"): SeatSample(True, line, line)}, True, late, True, 0)
        for late in (20, 3_000)
    ]
    return WatchedRoom(reception, alarms, samples, recorder_free=50_000_000_000)


async def test_only_operators_and_administrators_find_it(pages: Pages) -> None:
    reception = await live(pages, "Live one")
    here = f"/operator/receptions/{reception.id}"
    # Who may see the reception otherwise is told that this is not theirs to do; the others, that there is nothing.
    for login, told in (("agency", 404), ("archivist", 404), ("citizen", 403), ("chair", 403)):
        async with pages.reader() as reader:
            await signed_in(reader, login)
            assert 'href="/operator"' not in (await reader.get("/today")).text
            assert (await reader.get("/operator")).status == 404, login
            assert (await reader.get(here)).status == 404, login
            refused = await reader.send(f"{here}/help", {"csrf": await reader.token()})
            assert refused.status == told, login
    async with pages.reader() as stranger:
        assert (await stranger.get("/operator")).path.startswith("/sign-in?next=")
    assert not (await pages.ports.receptions.present(reception.id)).helps


async def test_one_sees_down_the_tree_but_not_up(pages: Pages) -> None:
    central, commune = await live(pages, "Above"), await live(pages, "Below", Level.COMMUNE)
    async with pages.reader() as above, pages.reader() as below, pages.reader() as administrator:
        await signed_in(above, OPERATOR)
        page = await above.get("/operator")
        assert "Above" in page.text
        assert "Below" in page.text
        for reader, login in ((below, COMMUNE_OPERATOR), (administrator, COMMUNE_ADMINISTRATOR)):
            await signed_in(reader, login)
            assert 'href="/operator"' in (await reader.get("/today")).text
            page = await reader.get("/operator")
            assert "Below" in page.text
            assert "Above" not in page.text
            assert (await reader.get(f"/operator/receptions/{central.id}")).status == 404
        own = await administrator.get(f"/operator/receptions/{commune.id}")
        assert "Only an operator may offer to come in" in own.text


async def test_an_empty_board_says_how_it_fills(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        page = await reader.get("/operator")
        assert "No room is open now." in page.text
        assert re.search(r"As of \d\d:\d\d:\d\d", page.text)


async def test_alarms_come_first_and_what_is_not_measured_is_said(pages: Pages) -> None:
    calm, short = await live(pages, "Calm"), await live(pages, "Short of disk")
    pages.rooms.rooms[short.id] = sampled(short, BoardAlarm("disk_short", {"free": 1.5, "wanted": 9.0}))
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        pages.clock.forward(125)
        text = (await reader.get("/operator")).text
        assert text.index("Short of disk") < text.index("Calm")
        assert "1.5 GB are free, 9 GB are needed" in text
        assert "for 2 minutes 5 seconds" in text
        assert "The lines are measured where the room is held." in text
        assert "2 of them need a look" in text  # the citizen's point is missing in both
        assert f"/operator/receptions/{calm.id}" in text


async def test_one_room_shows_its_lines_and_its_recording(pages: Pages) -> None:
    reception = await live(pages, "Seen closely")
    pages.rooms.rooms[reception.id] = sampled(reception, loss=0.25)
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        text = (await reader.get(f"/operator/receptions/{reception.id}")).text
        assert "25.0 % lost, 5 ms jitter, 40 ms there and back, 512 kbit/s" in text
        assert len(re.findall(r'<svg class="dc-graph"', text)) == 2
        assert "now 3000 ms, most 3000 ms" in text
        assert "50.0 GB" in text
        assert "style=" not in text
        assert (await reader.get("/operator/receptions/nowhere")).status == 404


async def chosen(pages: Pages, reception: Reception, accepted: bool) -> None:
    """The chair's answer, as the room gives it."""
    present = await pages.ports.receptions.present(reception.id)
    waiting = next(one for one in present.helps.values() if one.state is HelpState.OFFERED)
    chair = Actor(AccountId("id-chair"), "chair", frozenset(), present.agency, SeatId("seat-chair"), Role.CHAIR, CHAIR)
    await pages.ports.receptions.execute(chair, reception.id, AnswerHelp(waiting.seat.id, accepted))


async def test_an_offer_is_made_once_taken_back_declined_and_accepted(pages: Pages) -> None:
    reception = await live(pages, "To be helped", Level.COMMUNE)
    here = f"/operator/receptions/{reception.id}"
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        fields = {"csrf": await reader.token()}
        offered = await reader.send(f"{here}/help", fields)
        assert (await reader.send(f"{here}/help", fields)).path == offered.path == here
        assert 'data-state="offered"' in offered.text
        assert (await reader.get(f"/receptions/{reception.id}/room")).status == 404
        assert 'data-state="none"' in (await reader.send(f"{here}/help/take-back", fields)).text
        await reader.send(f"{here}/help", fields)
        await chosen(pages, reception, False)
        assert "Your offer was declined." in (await reader.get(here)).text
        await reader.send(f"{here}/help", fields)
        await chosen(pages, reception, True)
        accepted = await reader.get(here)
        assert f'href="/receptions/{reception.id}/room"' in accepted.text
        assert (await reader.get(f"/receptions/{reception.id}/room")).status == 200
        answer = await reader.post(f"/api/receptions/{reception.id}/join", {}, fields["csrf"])
        grant = await pages.redeem(msgspec.json.decode(answer.body)["token"])
        assert grant.account == "id-operator"
        async with pages.storage.units.reading() as unit:
            (session,) = await unit.sessions.of(AccountId("id-operator"))
        assert grant.session == session.id
    present = await pages.ports.receptions.present(reception.id)
    assert present.seats[grant.seat].point_name == "Point central"
    assert [str(one.state) for one in present.helps.values()] == ["ended", "declined", "accepted"]


async def test_a_reception_without_open_doors_is_not_there(pages: Pages) -> None:
    made = await live(pages, "Live one")
    office, seats = AgencyId("office-central"), tuple(made.seats.values())
    planned = await pages.ports.receptions.schedule(
        SYSTEM, ScheduleReception("Not open", office, "O", ReceptionKind.AD_HOC, 0, seats)
    )
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        assert (await reader.get(f"/operator/receptions/{planned.id}")).status == 404
        assert "Not open" not in (await reader.get("/operator")).text


async def looked_at(pages: Pages, reception: Reception, count: int) -> None:
    """That many looks at the chair's line, every second one bad; before the last the database was away."""
    at, good, bad = pages.clock.utc(), LineSpan(0, 5, 40, 512, 0.0), LineSpan(0.5, 5, 80, 512, 0.5)
    looks = [
        KeptLook(
            at + step * 10 * NS_PER_S,
            3 if step == count - 1 else 0,
            {SeatId("seat-chair"): SeatSample(True, bad if step % 2 else good, good)},
        )
        for step in range(count)
    ]
    async with pages.storage.units.writing() as unit:
        await unit.line_looks.add(reception.id, looks)
        await unit.commit()


async def test_lines_of_a_reception_that_is_over_are_read_on_the_page_and_by_the_api(pages: Pages) -> None:
    reception = await live(pages, "Over by now")
    await looked_at(pages, reception, 60)
    closed = ReceptionClosed(Cause.CHAIR, "done", Moment(9, pages.clock.utc()))
    await pages.ports.receptions.append(SYSTEM, "CloseReception", reception, [closed])
    page, api = f"/operator/receptions/{reception.id}/lines", f"/api/receptions/{reception.id}/lines"
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        assert page in (await reader.get(f"/receptions/{reception.id}")).text
        text = (await reader.get(page)).text
        assert "good 50 %, weak 0 %, very weak 50 % of the time" in text
        assert "25.0 % lost, at worst 50.0 %, 60 ms there and back" in text
        assert "3 looks are missing" in text
        looks: list[dict[str, Any]] = []
        after = ""
        while after is not None:
            told = msgspec.json.decode((await reader.get(f"{api}?limit=25&after={after}")).body)
            looks, after = looks + told["looks"], told["next"]
        assert len(looks) == 60
        assert sum(look["missed"] for look in looks) == 3
        assert looks[1]["seats"][0]["up"]["loss"] == 0.5
        assert looks[0]["seats"][0]["rating"] > 90 > 40 > looks[1]["seats"][0]["rating"]
    async with pages.reader() as reader:
        await signed_in(reader, "chair")
        assert page not in (await reader.get(f"/receptions/{reception.id}")).text
        assert (await reader.get(page)).status == 404
        assert (await reader.get(api)).status == 404


async def test_a_reception_without_measures_says_so(pages: Pages) -> None:
    reception = await live(pages, "Never looked at")
    async with pages.reader() as reader:
        await signed_in(reader, OPERATOR)
        text = (await reader.get(f"/operator/receptions/{reception.id}/lines")).text
        assert "No line was measured in this reception." in text


async def test_a_line_that_was_tried_stands_beside_its_seat(pages: Pages) -> None:
    reception = await live(pages, "Live one")
    works = PathResult(LinePath.UDP, Outcome.WORKS, 0.4, 0.0, 4.0, 30.0, 900.0, 880.0)
    citizen = AccountId("id-citizen")
    test = LineTest("t", "123456", pages.clock.utc(), "Nguyễn Văn A", None, citizen, None, None, "Firefox", (works,))
    async with pages.storage.units.writing() as unit:
        await unit.line_tests.keep(test, 10)
        await unit.commit()
    async with pages.reader() as operator:
        await operator.sign_in(OPERATOR)
        room = (await operator.get(f"/operator/receptions/{reception.id}")).text
    beside = room.partition('data-testid="tested-seat-citizen"')[2].partition("</th>")[0]
    assert "line: very weak" in beside
    assert "tested-seat-chair" not in room
