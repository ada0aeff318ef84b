"""Bad input and parts that fail: a code for who asked, nobody else disturbed, nothing lost, nothing left over."""

import asyncio
import json
import logging
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from bridge import commands as c
from bridge.errors import Code, Unavailable
from bridge.ids import room_of
from bridge.reception import Reception
from bridge.watch import WatchTimes
from signaling.wire import Refused, UplinkRequest
from tests.support.fakes import SOURCES
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.room_server import CONFIG, WITHIN_S, Browser, RoomServer, eventually

UPLINK = UplinkRequest("v=0", SOURCES)


@pytest.fixture
async def pair(server: RoomServer, reception: Reception) -> tuple[Browser, Browser]:
    """Chair and citizen, live, the citizen with the floor."""
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception("on paper"))
    await chair.done(c.GiveFloor(citizen.id))
    return chair, citizen


async def code(browser: Browser, command: c.RoomCommand) -> str:
    answer = await browser.command(command)
    assert isinstance(answer, Refused)
    return answer.code


# ── bad input ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("command", None),
        ("command", {}),
        ("command", {"command": {"type": "Nothing"}}),
        ("command", {"command": {"type": "SetHand", "raised": "yes"}}),
        ("command", {"command": {"type": "OpenDoors"}}),
        ("command", {"command": {"type": "SetHand", "raised": True}, "more": 1}),
        ("uplink", {"sdp": "v=0", "sources": {"0": "ear"}}),
        ("downlink", {"offer": "1", "sdp": ""}),
        ("trigger_event", {}),
        ("connect", {}),
        ("__class__", {}),
        ("x", {}),
    ],
)
async def test_a_malformed_message_is_answered_with_its_code(
    pair: tuple[Browser, Browser], event: str, body: Any
) -> None:
    answer = await pair[1].ask(event, body)
    assert answer == {"code": "malformed_message", "params": {}}
    await pair[1].done(c.SetHand(True))


async def test_an_offer_that_is_too_long_is_refused(pair: tuple[Browser, Browser]) -> None:
    answer = await pair[1].ask("uplink", UplinkRequest("v=0" + "a" * CONFIG.max_uplink_sdp, SOURCES))
    assert answer["code"] == "too_large"


async def test_an_oversize_frame_closes_only_its_own_socket(pair: tuple[Browser, Browser]) -> None:
    chair, citizen = pair
    await citizen.socket.emit("command", "a" * (CONFIG.max_message + 1), namespace="/room")
    await citizen.until(citizen.gone.is_set)
    await chair.sees(lambda room: room.participants[1].state == "away")


async def test_too_many_messages_are_refused_and_a_flood_is_cut(pair: tuple[Browser, Browser]) -> None:
    chair, citizen = pair
    answers = await asyncio.gather(*(citizen.ask("command", None) for _ in range(100)))
    assert {"code": "too_many_requests", "params": {"seconds": "1"}} in answers
    async with asyncio.timeout(WITHIN_S):
        while citizen.last("refused") is None and citizen.socket.connected:
            await citizen.socket.emit("command", None, namespace="/room")
            await asyncio.sleep(0.001)  # the client's own queue takes any number
    await citizen.until(citizen.gone.is_set)
    assert citizen.last("refused") == {"code": "too_many_requests", "params": {"seconds": "1"}}
    await chair.done(c.MuteAll())


async def raw(server: RoomServer, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    url = f"http://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    socket = await session.ws_connect(url)
    await socket.receive()
    return socket


@pytest.mark.parametrize("frame", ["x", "", "é", "4", "49", "42/room,{", "451-[]", "42/room,5[7]", "6", "0", "b!!!"])
async def test_a_malformed_frame_ends_at_most_its_own_socket(
    server: RoomServer,
    reception: Reception,
    pair: tuple[Browser, Browser],
    frame: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await raw(server, session)
        token = json.dumps({"token": server.token(reception.id, AGENCY_SEAT)})
        await socket.send_str(f"40/room,{token}")
        await pair[0].sees(lambda room: len(room.participants) == 3)
        await socket.send_str(frame)
        await socket.close()
    await pair[0].sees(lambda room: room.participants[2].state == "away")
    await pair[0].done(c.SetHand(True))
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_socket_that_enters_no_room_is_closed(tmp_path: Path) -> None:
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, enter_s=0.2))
    await server.start()
    async with aiohttp.ClientSession() as session:
        socket = await raw(server, session)
        async with asyncio.timeout(WITHIN_S):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                await socket.send_str("3")
    await server.close()


@pytest.mark.parametrize("query", ["EIO=4&transport=polling", "EIO=3&transport=websocket", ""])
async def test_only_websockets_of_the_present_protocol_are_taken(server: RoomServer, query: str) -> None:
    url = f"http://127.0.0.1:{server.port}/socket.io/?{query}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 400


async def test_another_origin_is_refused(server: RoomServer) -> None:
    url = f"http://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url, headers={"Origin": "https://elsewhere.example"})


# ── parts that fail ────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_offer_to_a_node_that_forgot_the_room_still_works(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    server.node.rooms.clear()
    assert await pair[1].ask("uplink", UPLINK) == {"sdp": "v=0 answer"}


async def test_a_mute_that_does_not_reach_the_node_is_refused_and_made_good(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    await citizen.done(c.SetMicrophone(True))
    server.node.down = True
    assert await code(chair, c.MuteParticipant(citizen.id)) == "node_unavailable"
    assert (await citizen.ask("uplink", UPLINK))["code"] == "node_unavailable"
    server.node.down = False
    await eventually(lambda: not server.gates(reception.id, citizen.id).microphone)


async def test_a_node_that_is_away_at_the_first_join_refuses_it(server: RoomServer, reception: Reception) -> None:
    server.node.down = True
    answer = await Browser(server.port).refusal({"token": server.token(reception.id, CHAIR)})
    assert answer["code"] == "node_unavailable"
    server.node.down = False
    await server.browser(reception.id, CHAIR)


async def test_without_the_database_the_room_goes_on_and_is_written_later(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    server.units.away = True
    await citizen.done(c.SetMicrophone(True))
    assert server.gates(reception.id, citizen.id).microphone
    await chair.done(c.MuteParticipant(citizen.id))
    assert not server.gates(reception.id, citizen.id).microphone
    assert await code(chair, c.CloseReception()) == "storage_unavailable"
    assert server.node.rooms[room_of(reception.id)].tap is not None

    assert citizen.welcome is not None
    again = Browser(server.port)
    await again.connect({"participant": citizen.id, "secret": citizen.welcome.secret})
    await chair.sees(lambda room: room.participants[1].state == "connected")
    newcomer = await Browser(server.port).refusal({"token": server.token(reception.id, AGENCY_SEAT)})
    assert newcomer["code"] == "storage_unavailable"

    server.units.away = False
    await chair.persists(c.CallNextCase())
    names = [type(one.event).__name__ for one in await server.receptions.history(reception.id)]
    assert names[names.index("FloorGiven") + 1 :] == [
        "MicrophoneMoved",
        "MicrophoneMoved",
        "ParticipantLost",
        "AttendanceMoved",
        "ParticipantReturned",
        "AttendanceMoved",
        "AgendaMoved",
    ]
    await chair.done(c.CloseReception())


async def test_a_room_that_breaks_is_made_anew_from_what_is_stored(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, citizen = pair

    async def breaks(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(server.receptions, "append", breaks)
        await chair.socket.emit("command", {"command": {"type": "CallNextCase"}}, namespace="/room")
        await citizen.until(citizen.gone.is_set)
    assert citizen.last("refused") == {"code": "internal", "params": {}}
    again = await server.browser(reception.id, CHAIR)
    assert (await again.sees(lambda _: True)).state == "live"
    await again.done(c.CloseReception())


async def test_a_lease_that_another_process_took_ends_the_room_here(tmp_path: Path) -> None:
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, lease_s=0.3))
    await server.start()
    reception = await scheduled(server.receptions, server.clock.utc())
    chair = await server.browser(reception.id, CHAIR)
    async with server.units.writing() as unit:
        now = server.clock.utc()
        await unit.leases.release(f"room {reception.id}", CONFIG.owner)
        await unit.leases.take(f"room {reception.id}", "elsewhere:1", now, now + 60_000_000_000)
        await unit.commit()
    await chair.until(chair.gone.is_set)
    assert chair.last("refused") == {"code": "room_elsewhere", "params": {"address": "elsewhere:1"}}
    await server.close()


async def test_no_official_for_long_interrupts_and_then_closes(tmp_path: Path) -> None:
    times = WatchTimes(interrupt_after_s=0.3, close_after_s=0.5)
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, watch=times))
    await server.start()
    reception = await scheduled(server.receptions, server.clock.utc())
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception("on paper"))
    await chair.ask("leave")
    seen = await citizen.sees(lambda room: room.state == "interrupted")
    assert seen.interrupted_by == "system"
    await citizen.until(citizen.gone.is_set)
    assert citizen.last("ended") == {"how": "closed", "reason": "no_official_connected"}
    await server.close()


async def test_officials_are_minded_also_while_nothing_can_be_recorded(tmp_path: Path) -> None:
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, watch=WatchTimes(interrupt_after_s=0.3)))
    await server.start()
    reception = await scheduled(server.receptions, server.clock.utc())
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception("on paper"))
    server.recorder.down = True
    server.node.restart()
    await citizen.until(lambda: citizen.last("renegotiate") is not None)
    await chair.ask("leave")
    await citizen.sees(lambda room: room.state == "interrupted")
    await server.close()


async def test_an_interruption_that_is_not_stored_lets_media_flow_again(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    append = server.receptions.append

    async def fails(actor: Any, action: str, *rest: Any) -> Any:
        if action == "InterruptReception":
            raise Unavailable(Code.STORAGE_UNAVAILABLE)
        return await append(actor, action, *rest)

    monkeypatch.setattr(server.receptions, "append", fails)
    assert await code(pair[0], c.InterruptReception()) == "storage_unavailable"
    assert "room held=True" in server.node.orders
    await eventually(lambda: not server.node.rooms[room_of(reception.id)].order.held)


@pytest.mark.parametrize(
    "server_class", [partial(RoomServer, config=msgspec.structs.replace(CONFIG, ping_timeout_s=5))], ids=["ping-5s"]
)
async def test_who_gave_up_while_entering_is_not_taken_for_present(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    put, hangs = server.node.put_participant, asyncio.Event()

    async def slow(*order: Any) -> None:
        await hangs.wait()
        await put(*order)

    monkeypatch.setattr(server.node, "put_participant", slow)
    async with aiohttp.ClientSession() as session:
        socket = await raw(server, session)
        await socket.send_str(f"40/room,{json.dumps({'token': server.token(reception.id, AGENCY_SEAT)})}")
        async with asyncio.timeout(WITHIN_S):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                continue  # pings, never answered: the server closes
    hangs.set()
    await pair[0].sees(lambda room: len(room.participants) == 3 and room.participants[2].state == "away")


async def test_rooms_leave_no_tasks_behind(server: RoomServer) -> None:
    async def one_room() -> None:
        reception = await scheduled(server.receptions, server.clock.utc())
        chair = await server.browser(reception.id, CHAIR)
        citizen = await server.browser(reception.id, CITIZEN)
        await citizen.ask("uplink", UPLINK)
        await chair.done(c.StartReception("on paper"))
        await chair.done(c.CloseReception())
        await chair.until(chair.gone.is_set)
        await citizen.until(citizen.gone.is_set)
        for browser in (chair, citizen):
            await browser.close()

    await one_room()
    await eventually(lambda: server.recorder.finished_calls == 1 and not server.node.rooms)
    await asyncio.sleep(1.2)  # one ping interval, which the library sleeps through after a socket's end
    before = {task.get_coro().__qualname__ for task in asyncio.all_tasks()}  # type: ignore[union-attr]
    count = len(asyncio.all_tasks())
    for _ in range(5):
        await one_room()
    await eventually(lambda: server.recorder.finished_calls == 6 and not server.node.rooms)
    await eventually(lambda: len(asyncio.all_tasks()) <= count)
    assert {task.get_coro().__qualname__ for task in asyncio.all_tasks()} <= before  # type: ignore[union-attr]


async def test_a_store_or_recorder_that_is_away_is_said_before_anybody_presses_start(
    server: RoomServer, reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.overseer.LOOK_S", 0.05)
    server.recorder.store_answers = False
    chair, citizen = await server.browser(reception.id, CHAIR), await server.browser(reception.id, CITIZEN)
    await chair.sees(lambda room: [alarm.code for alarm in room.alarms] == ["store_away"])
    assert citizen.room is not None
    assert citizen.room.alarms == ()
    server.recorder.down = True
    await chair.sees(lambda room: [alarm.code for alarm in room.alarms] == ["recorder_away"])
    server.recorder.down, server.recorder.store_answers = False, True
    await chair.sees(lambda room: room.alarms == ())
    await chair.done(c.StartReception("on paper"))
    server.recorder.store_answers = False  # what is late then is said by the recording itself
    server.recorder.down = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await chair.sees(lambda room: room.alarms != ())
