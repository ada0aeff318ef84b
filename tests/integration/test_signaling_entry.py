"""Into the room and back into it: tokens, doors, seats, replaced and resumed connections."""

import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge import commands as c
from bridge.ids import ReceptionId
from bridge.ports import JoinGrant
from bridge.reception import Reception
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.room_server import CONFIG, Browser, RoomServer, eventually, resumed

QUICK = msgspec.structs.replace(CONFIG, resume_s=0.3, idle_s=0.3, lease_s=0.5)


async def refusal(server: RoomServer, auth: Any) -> dict[str, Any]:
    return await Browser(server.port).refusal(auth)


async def test_a_token_opens_one_socket(server: RoomServer, reception: Reception) -> None:
    token = server.token(reception.id, CHAIR)
    first = Browser(server.port)
    await first.connect({"token": token})
    assert await refusal(server, {"token": token}) == {"code": "token_used", "params": {}}


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"token": "nonsense"}, "token_invalid"),
        ({"token": 7}, "malformed_message"),
        ({"token": "x", "seat": "chair"}, "malformed_message"),
        ({}, "malformed_message"),
        (None, "malformed_message"),
        (["token"], "malformed_message"),
        ({"participant": "nobody", "secret": "1." + "0" * 64}, "resume_invalid"),
        ({"participant": "nobody"}, "malformed_message"),
    ],
)
async def test_who_shows_nothing_good_is_refused(server: RoomServer, auth: Any, code: str) -> None:
    assert (await refusal(server, auth))["code"] == code


async def test_an_unknown_reception_a_strange_seat_and_a_strange_account_are_refused(
    server: RoomServer, reception: Reception
) -> None:
    assert server.signaling is not None
    mint = server.signaling.tokens.mint
    nowhere = mint(JoinGrant(ReceptionId("nowhere"), CHAIR.id, CHAIR.account))
    assert (await refusal(server, {"token": nowhere}))["code"] == "not_found"
    stranger = mint(JoinGrant(reception.id, CHAIR.id, CITIZEN.account))
    assert (await refusal(server, {"token": stranger}))["code"] == "token_invalid"


async def test_closed_doors_and_a_full_room_are_said(
    server: RoomServer, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = await scheduled(server.receptions, server.clock.utc(), doors=False)
    assert (await refusal(server, {"token": server.token(shut.id, CHAIR)}))["code"] == "doors_closed"
    await server.browser(reception.id, CHAIR)
    monkeypatch.setattr("bridge.rules.MAX_PARTICIPANTS", 1)
    assert (await refusal(server, {"token": server.token(reception.id, CITIZEN)}))["code"] == "room_full"


async def test_a_token_of_another_process_says_where_to_go(server: RoomServer, reception: Reception) -> None:
    other = RoomServer.__new__(RoomServer)
    other.__dict__ = {**server.__dict__, "config": msgspec.structs.replace(CONFIG, owner="elsewhere:1"), "port": 0}
    await other.start()
    answer = await refusal(server, {"token": other.token(reception.id, CHAIR)})
    assert answer == {"code": "room_elsewhere", "params": {"address": "elsewhere:1"}}
    await server.browser(reception.id, CHAIR)
    answer = await refusal(other, {"token": other.token(reception.id, CITIZEN)})
    assert answer == {"code": "room_elsewhere", "params": {"address": CONFIG.owner}}
    await other.stop()


async def test_a_newer_device_replaces_the_older(server: RoomServer, reception: Reception) -> None:
    old = await server.browser(reception.id, CHAIR)
    new = await server.browser(reception.id, CHAIR)
    await old.until(old.gone.is_set)
    assert old.last("ended") == {"how": "replaced", "reason": ""}
    room = await new.sees(lambda _: True)
    assert [tile.id for tile in room.participants] == [new.id]


async def test_who_loses_the_line_is_away_and_comes_back_as_the_same(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await citizen.close()
    await chair.sees(lambda room: room.participants[1].state == "away")
    again = await resumed(citizen)
    assert again.id == citizen.id
    await chair.sees(lambda room: room.participants[1].state == "connected")
    assert citizen.welcome is not None
    old_secret = {"participant": citizen.id, "secret": citizen.welcome.secret}
    await again.done(c.SetHand(True))
    assert (await refusal(server, old_secret))["code"] == "resume_invalid"


async def test_a_welcome_that_was_lost_locks_nobody_out(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    await resumed(chair)  # says nothing: its Welcome may never have come
    again = await resumed(chair)
    assert again.welcome is not None
    assert again.welcome.secret.startswith("3.")
    await resumed(again)


async def test_no_secret_is_in_the_log(
    server: RoomServer, reception: Reception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("engineio.client").setLevel(logging.WARNING)
    logging.getLogger("socketio.client").setLevel(logging.WARNING)
    token = server.token(reception.id, CHAIR)
    chair = Browser(server.port)
    await chair.connect({"token": token})
    await chair.until(lambda: chair.welcome is not None)
    again = await resumed(chair)
    await Browser(server.port).refusal({"token": token})
    assert chair.welcome is not None
    assert again.welcome is not None
    logged = caplog.text
    assert [word for word in (token, chair.welcome.secret, again.welcome.secret) if word in logged] == []


async def test_one_may_resume_before_the_server_saw_the_loss(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    again = await resumed(chair)
    await chair.until(chair.gone.is_set)
    assert (await again.sees(lambda room: room.participants[0].state == "connected")).you == chair.id


async def test_who_does_not_come_back_has_left(tmp_path: Path) -> None:
    server = RoomServer(tmp_path, QUICK)
    await server.start()
    reception = await scheduled(server.receptions, server.clock.utc())
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await citizen.close()
    await chair.sees(lambda room: len(room.participants) == 1)
    assert citizen.welcome is not None
    late = {"participant": citizen.id, "secret": citizen.welcome.secret}
    assert (await refusal(server, late))["code"] == "resume_invalid"
    await server.close()


async def test_a_restarted_process_takes_its_rooms_back(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    agency = await server.browser(reception.id, AGENCY_SEAT)
    await chair.done(c.StartReception("on paper"))
    before = await chair.sees(lambda room: room.state == "live")
    await server.stop()
    await chair.until(chair.gone.is_set)
    assert chair.last("ended") is None
    await server.start()
    again = await resumed(chair)
    room = await again.sees(lambda view: view.participants[0].state == "connected")
    assert (room.state, room.recording) == ("live", "writing")
    assert room.revision > before.revision
    assert [tile.state for tile in room.participants] == ["connected", "away"]
    await resumed(agency)
    await again.sees(lambda view: view.participants[1].state == "connected")
    await again.done(c.CloseReception())


async def test_an_empty_room_is_given_up(tmp_path: Path) -> None:
    server = RoomServer(tmp_path, QUICK)
    await server.start()
    reception = await scheduled(server.receptions, server.clock.utc())
    chair = await server.browser(reception.id, CHAIR)
    await chair.ask("leave")
    await eventually(lambda: not server.node.rooms)
    await server.browser(reception.id, CHAIR)
    await server.close()
