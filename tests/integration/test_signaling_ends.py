"""The end of a reception when its process is killed over it: carried out once, and nothing left on node or recorder."""

import asyncio
from typing import Any

import pytest

from bridge import commands as c
from bridge.events import ReceptionClosed
from bridge.ids import room_of
from bridge.reception import Reception
from signaling.room import Room
from signaling.rooms import Rooms
from tests.support.receptions import CHAIR, CITIZEN
from tests.support.room_server import CONFIG, HANGING, WITHIN_S, Browser, RoomServer, eventually


@pytest.fixture
async def pair(server: RoomServer, reception: Reception) -> tuple[Browser, Browser]:
    """Chair and citizen, both in the lobby."""
    return await server.browser(reception.id, CHAIR), await server.browser(reception.id, CITIZEN)


@pytest.mark.parametrize("server_class", [HANGING], ids=["hanging"])
@pytest.mark.parametrize("after_stop", [False, True])
async def test_a_process_killed_between_stop_and_storing_is_closed_when_it_is_back(
    server: RoomServer,
    reception: Reception,
    pair: tuple[Browser, Browser],
    monkeypatch: pytest.MonkeyPatch,
    after_stop: bool,
) -> None:
    chair, _ = pair
    await chair.done(c.StartReception("on paper"))
    stop, reached = server.node.delete_tap, asyncio.Event()

    async def hangs(room: Any) -> Any:
        if after_stop:
            await stop(room)
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(server.node, "delete_tap", hangs)
        ordered = server.clock.utc()
        asking = asyncio.ensure_future(chair.command(c.CloseReception("heard to the end")))
        async with asyncio.timeout(WITHIN_S):
            await reached.wait()
        by = server.clock.utc()
        await server.stop()
        asking.cancel()
    assert (await server.receptions.present(reception.id)).state == "live"
    await server.start()
    await eventually(lambda: not server.node.rooms)
    history = await server.receptions.history(reception.id)
    (closed,) = (one for one in history if isinstance(one.event, ReceptionClosed))
    assert isinstance(closed.event, ReceptionClosed)
    assert (closed.event.reason, closed.event.cause, closed.actor) == ("heard to the end", "chair", CHAIR.account)
    assert ordered <= closed.event.moment.utc_ns <= by
    assert history == sorted(history, key=lambda one: one.at_utc_ns)
    async with server.units.reading() as unit:
        (row,) = await unit.recordings.all()
    assert row.ended_utc_ns == closed.event.moment.utc_ns
    await eventually(lambda: list(server.recorder.recordings.values()) == ["finished"])
    assert await server.journal.receptions() == []
    await server.stop()
    await server.start()
    assert await server.receptions.history(reception.id) == history


async def test_a_room_whose_end_was_stored_by_a_killed_process_is_cleared_away(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair, _ = pair
    await chair.done(c.StartReception("on paper"))

    async def killed(_: object, room: Room) -> None:
        await room.close()

    with monkeypatch.context() as patch:
        patch.setattr(Rooms, "_wind_up", killed)
        asking = asyncio.ensure_future(chair.command(c.CloseReception("done")))
        await chair.until(chair.gone.is_set)
        asking.cancel()
        await server.stop()
    assert server.node.rooms
    server.node.down = True
    await server.start()  # what does not answer keeps no other room waiting
    await server.stop()
    assert server.node.rooms
    server.node.down = False
    await server.start()
    await eventually(lambda: not server.node.rooms)
    await eventually(lambda: server.recorder.finished_calls == 1)
    await server.stop()  # the lease is given back, so nothing is left to be done
    orders = len(server.node.orders)
    await server.start()
    async with server.units.reading() as unit:
        assert await unit.leases.free_for(CONFIG.owner, server.clock.utc()) == []
    assert server.node.orders[orders:] == []


@pytest.mark.parametrize("node_down", [False, True])
async def test_the_lease_of_an_empty_lobby_is_given_back_by_whoever_finds_it(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser], node_down: bool
) -> None:
    """Its owner was killed between the last one's leaving and the end of an empty room."""
    for browser in pair:
        await browser.ask("leave")
    await eventually(lambda: not server.node.rooms[room_of(reception.id)].participants)
    await server.stop()
    assert await held(server) == [f"room {reception.id}"]
    server.node.down = node_down
    await server.start()
    async with asyncio.timeout(WITHIN_S):
        while await held(server):  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.02)
    assert bool(server.node.rooms) is node_down
    server.node.down = False
    again = await server.browser(reception.id, CHAIR)
    assert again.id in server.node.rooms[room_of(reception.id)].participants


async def held(server: RoomServer) -> list[str]:
    """Names of our leases."""
    async with server.units.reading() as unit:
        return [lease.name for lease in await unit.leases.free_for(CONFIG.owner, 0)]
