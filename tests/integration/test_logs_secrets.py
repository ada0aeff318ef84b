"""A session and a day at the pages, logged as in production: ids are there, what people are called or say is not."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from bridge import commands as c
from bridge.errors import Refusal
from bridge.ids import CaseId, ParticipantId, SeatId
from bridge.model import AgendaItem, ReceptionKind, SeatPerson
from bridge.reception import Reception
from deploy.logs import LogForm, LogFormatter
from tests.support.pages import serving
from tests.support.receptions import AGENCY, CHAIR, CITIZEN, KEEPER
from tests.support.room_server import RoomServer, eventually
from tests.support.sfu_clients import ROOM, stage

NAME, TITLE, CHAT, CASE = "Nguyễn Thị Kín", "Buổi tiếp riêng tư", "tôi xin nói nhỏ một điều", "Đất ở xóm Vắng"
PASSWORD, CODE, BEARER = "mat-khau-rat-kin", "K7M-2QX-9RD", "diemcau_bearer-of-nobody"
UNTOLD = (NAME, TITLE, CHAT, CASE, PASSWORD, CODE, CODE.replace("-", ""), BEARER)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is said at INFO and above, as JSON lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LogFormatter("web", LogForm.JSON))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    monkeypatch.setattr(logging.getLogger("aiohttp.access"), "disabled", True)  # the product writes none
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines(log: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def untold(log: io.StringIO, *more: str) -> None:
    said = log.getvalue()
    assert [secret for secret in (*UNTOLD, *more) if secret in said] == []


async def private(server: RoomServer) -> Reception:
    """With people and matters whose names stand nowhere else."""
    seats = tuple(
        msgspec.structs.replace(seat, name=f"{NAME} {seat.id}", people=(SeatPerson(NAME, seat.role),))
        for seat in (CHAIR, CITIZEN)
    )
    agenda = (AgendaItem(1, CaseId("case-1"), CASE, (CITIZEN.id,)),)
    command = c.ScheduleReception(TITLE, AGENCY, "Office", ReceptionKind.REGULAR, server.clock.utc(), seats, agenda)
    reception = await server.receptions.schedule(KEEPER, command)
    return await server.receptions.execute(KEEPER, reception.id, c.OpenDoors())


async def test_a_session(server: RoomServer, log: io.StringIO) -> None:
    reception = await private(server)
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception(CHAT))
    await citizen.done(c.SendToAll(CHAT))
    await citizen.command(c.SendToOfficials(CHAT))
    await citizen.command(c.GiveFloor(citizen.id))
    await citizen.ask("command", {"command": {"type": "SendToAll", "text": [CHAT]}})
    await citizen.ask("nothing", {"text": CHAT})
    token = server.token(reception.id, msgspec.structs.replace(CITIZEN, id=SeatId("none"), name=NAME))
    other = type(citizen)(server.port)
    await other.refusal({"token": token})
    await other.refusal({"participant": citizen.id, "secret": PASSWORD})
    server.node.drop()
    await chair.done(c.CloseReception())
    for browser in (chair, citizen, other):
        await browser.close()
    refused = [line for line in lines(log) if line["logger"] == "signaling.namespace" and "participant" in line]
    assert {line["participant"] for line in refused} == {citizen.id}
    assert {line["room"] for line in refused} == {reception.id}
    assert len(refused) >= 3
    untold(log, token)


_OF_ALL_ROOMS = {"signaling.watcher"}
"""Says of a node or recorder, once, that it is away or began anew; what that means to a room the room says."""


async def test_in_a_session_in_which_everything_fails_each_warning_says_of_which_room(
    server: RoomServer, log: io.StringIO
) -> None:
    reception = await private(server)
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception(CHAT))
    server.node.down = True
    server.node.drop()
    await citizen.command(c.SetMicrophone(open=True))
    await eventually(lambda: "node node-1: no events" in log.getvalue())
    server.units.away = True
    await citizen.done(c.SendToAll(CHAT))
    await eventually(lambda: "storage is away" in log.getvalue())
    server.units.away = False
    await eventually(lambda: "storage is back" in log.getvalue())
    server.node.down = False
    server.node.restart()
    await eventually(lambda: "node node-1: answers again" in log.getvalue())
    server.recorder.down = True
    await chair.done(c.CloseReception())
    await eventually(lambda: "not yet recording finished" in log.getvalue())
    server.recorder.down = False
    for browser in (chair, citizen):
        await browser.close()
    bad = [line for line in lines(log) if line["level"] in ("warning", "error", "critical")]
    assert [line for line in bad if line.get("room") != reception.id and line["logger"] not in _OF_ALL_ROOMS] == []
    away = [line for line in bad if "node node-1: no events" in line["message"]]
    assert len(away) == 1, "said once, not each second"
    assert "room" not in away[0]
    untold(log)


async def test_a_day_at_the_pages(tmp_path: Path, log: io.StringIO) -> None:
    async with serving(tmp_path) as pages:
        async with pages.reader() as chair:
            await chair.sign_in("chair", PASSWORD)
            await chair.sign_in("chair")
            token = await chair.token()
            await chair.get(f"/enter/{CODE}")
            await chair.send("/enter", {"code": CODE, "csrf": token})
            await chair.get("/receptions/nowhere")
            await chair.post("/api/receptions", {"title": TITLE, "seats": [{"name": NAME}]}, token)
            await chair.send("/receptions", {"csrf": token, "title": TITLE, "case-1": CASE})
        async with pages.reader(Authorization=f"Bearer {BEARER}") as program:
            await program.get("/api/me")
    assert [line["room"] for line in lines(log) if "/receptions/nowhere" in line["message"]] == ["nowhere"]
    untold(log, token)


async def test_a_fault_in_a_node_says_whose_request_it_was(
    tmp_path: Path, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(tmp_path) as room:

        async def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(room.server.node, "restart_downlink", broken)
        with pytest.raises(Refusal):
            await room.node.restart_downlink(ROOM, ParticipantId("ann"))
    [line] = [line for line in lines(log) if line["level"] == "error"]
    assert (line["room"], line["participant"]) == (ROOM, "ann")
    assert line["error"].endswith("ZeroDivisionError")
