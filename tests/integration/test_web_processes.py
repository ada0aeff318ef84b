"""Two processes with rooms on one database and one real Redis: who has a room, who takes it over, what they tell."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from bridge import commands as c
from bridge.errors import Code
from bridge.ids import ParticipantId, ReceptionId, room_of
from bridge.policy import SYSTEM
from bridge.ports import JoinGrant
from bridge.reception import Reception
from deploy.time import SystemClock, SystemEntropy
from signaling.notices import MISSED
from signaling.redis_notices import WAITING, RedisNotices
from tests.support.clocks import HastyClock
from tests.support.fakes import OnePlace
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.redis_server import RedisServer, redis_server
from tests.support.room_server import CONFIG, Browser, RoomServer, eventually

LEASE_S = 6.0
"""Longer than a busy machine takes from the end of one process to a question to the other."""


class Ear:
    """What one process hears."""

    def __init__(self, url: str) -> None:
        self.notices = RedisNotices(url, SystemEntropy())
        self.heard: list[tuple[str, str, dict[str, str]]] = []
        self.notices.subscribe(lambda reception, kind, body: self.heard.append((reception, kind, dict(body))))

    def said(self, kind: str) -> list[str]:
        return [reception for reception, said, _ in self.heard if said == kind]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
async def ears(redis: RedisServer) -> AsyncIterator[tuple[Ear, Ear]]:
    ears = Ear(redis.url), Ear(redis.url)
    for ear in ears:
        await ear.notices.start()
    for ear in ears:
        await asyncio.wait_for(ear.notices.connected.wait(), 30)
    yield ears
    for ear in ears:
        await ear.notices.close()


async def test_what_one_publishes_all_hear_once(ears: tuple[Ear, Ear]) -> None:
    one, other = ears
    one.notices.publish(ReceptionId("r1"), "stored", {"version": "3"})
    assert one.heard[-1] == ("r1", "stored", {"version": "3"})  # at once, without Redis
    other.notices.publish(ReceptionId("r2"), "stored", {"version": "4"})
    await eventually(lambda: one.said("stored") == ["r1", "r2"])
    await eventually(lambda: sorted(other.said("stored")) == ["r1", "r2"])


async def test_without_redis_each_works_on_and_looks_again_once_it_is_back(
    redis: RedisServer, ears: tuple[Ear, Ear]
) -> None:
    one, other = ears
    missed = len(other.said(MISSED))
    redis.stop()
    one.notices.publish(ReceptionId("r1"), "stored", {"version": "3"})
    assert one.said("stored") == ["r1"]
    redis.start()
    await eventually(lambda: len(other.said(MISSED)) > missed)


async def test_what_one_could_not_carry_the_others_are_told_to_look_for(ears: tuple[Ear, Ear]) -> None:
    one, other = ears
    missed = len(other.said(MISSED))
    for version in range(WAITING + 1):
        one.notices.publish(ReceptionId("r1"), "stored", {"version": str(version)})
    await eventually(lambda: len(other.said("stored")) == WAITING)
    await eventually(lambda: len(other.said(MISSED)) > missed)


async def test_a_redis_that_hangs_is_noticed(
    redis: RedisServer, ears: tuple[Ear, Ear], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.redis_notices.QUIET_S", 0.2)
    one, other = ears
    one.notices.publish(ReceptionId("r1"), "stored", {"version": "1"})  # ends the wait that began before
    await eventually(lambda: other.said("stored") == ["r1"])
    missed = len(other.said(MISSED))
    with redis.hanging():
        one.notices.publish(ReceptionId("r2"), "stored", {"version": "2"})
        await eventually(lambda: not one.notices.connected.is_set() and not other.notices.connected.is_set())
    await eventually(lambda: len(other.said(MISSED)) > missed)


class Houses:
    """``one`` and ``other`` on one database, node and recorder."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.clock = HastyClock()
        """Of the other, by which it finds that a lease is over."""
        self.one = self._made(folder, redis_url, "http://127.0.0.1:1", SystemClock())
        self.other = self._made(folder, redis_url, "http://127.0.0.1:2", self.clock)
        self.other.places = OnePlace(self.one.node, self.one.recorder)

    def _made(self, folder: Path, redis_url: str, owner: str, clock: SystemClock) -> RoomServer:
        config = msgspec.structs.replace(CONFIG, owner=owner, lease_s=LEASE_S)
        return RoomServer(folder, config, clock=clock, notices=RedisNotices(redis_url, SystemEntropy()))

    async def address_by(self, server: RoomServer, reception: Reception) -> str:
        assert server.signaling is not None
        return await server.signaling.rooms.address(reception.id)


@pytest.fixture
async def houses(tmp_path: Path, redis: RedisServer) -> AsyncIterator[Houses]:
    houses = Houses(tmp_path, redis.url)
    await houses.one.start()
    await houses.other.start()
    yield houses
    await houses.one.close()
    await houses.other.close()


@pytest.fixture
async def reception(houses: Houses) -> Reception:
    return await scheduled(houses.one.receptions, houses.one.clock.utc())


@pytest.fixture
async def pair(houses: Houses, reception: Reception) -> tuple[Browser, Browser]:
    chair = await houses.one.browser(reception.id, CHAIR)
    citizen = await houses.one.browser(reception.id, CITIZEN)
    await chair.done(c.StartReception("on paper"))
    return chair, citizen


async def test_everybody_is_sent_to_the_process_that_has_the_room(
    houses: Houses, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    assert await houses.address_by(houses.one, reception) == houses.one.config.owner
    assert await houses.address_by(houses.other, reception) == houses.one.config.owner
    assert houses.other.signaling is not None
    grant = JoinGrant(reception.id, AGENCY_SEAT.id, AGENCY_SEAT.account)
    token = houses.other.signaling.tokens.mint(grant, houses.one.config.owner)
    refused = await Browser(houses.other.port).refusal({"token": token})
    assert refused == {"code": Code.ROOM_ELSEWHERE, "params": {"address": houses.one.config.owner}}
    agency = Browser(houses.one.port)
    await agency.connect({"token": token})
    await agency.until(lambda: agency.welcome is not None)


async def test_a_page_of_one_process_changes_a_room_of_the_other(
    houses: Houses, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    await houses.other.receptions.execute(SYSTEM, reception.id, c.GiveFloor(participant=pair[1].id))
    await pair[0].sees(lambda room: any(one.id == pair[1].id and one.floor for one in room.participants))


async def test_whoever_asks_the_way_back_finds_the_room_where_it_is_taken_over(
    houses: Houses, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    welcomes = {browser.id: browser.welcome for browser in pair}
    await houses.one.stop()  # it gives no lease back: whoever starts under that name has its rooms
    assert await houses.address_by(houses.other, reception) == houses.one.config.owner
    houses.clock.passed_s += LEASE_S
    assert await houses.address_by(houses.other, reception) == houses.other.config.owner
    for before in pair:
        welcome = welcomes[before.id]
        assert welcome is not None
        back = Browser(houses.other.port)
        await back.connect({"participant": welcome.participant, "secret": welcome.secret})
        await back.until(lambda back=back: back.welcome is not None)  # type: ignore[misc]  # mypy on lambda defaults
        assert back.id == welcome.participant
        assert back.room is not None
        assert back.room.recording == "writing"
        await back.done(c.SetHand(True))
    assert set(houses.one.node.rooms[room_of(reception.id)].participants) == {chair.id, citizen.id}


async def test_a_room_that_nobody_asks_for_is_taken_over_too(
    houses: Houses, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    await houses.one.stop()
    houses.clock.passed_s += LEASE_S
    assert houses.other.signaling is not None
    rooms = houses.other.signaling.rooms
    await eventually(lambda: rooms.watched_room(reception.id) is not None)
    present = rooms.watched_room(reception.id)
    assert present is not None
    there = {one.id for one in present.reception.participants.values()}
    assert there == {ParticipantId(pair[0].id), ParticipantId(pair[1].id)}


async def test_a_look_that_failed_strangely_is_not_the_last(
    houses: Houses,
    reception: Reception,
    pair: tuple[Browser, Browser],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def strange() -> None:
        raise RuntimeError("nobody thought of this")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(houses.other.units, "reading", strange)
        await eventually(lambda: "nobody thought of this" in caplog.text)
    await houses.one.stop()
    houses.clock.passed_s += LEASE_S
    assert houses.other.signaling is not None
    rooms = houses.other.signaling.rooms
    await eventually(lambda: rooms.watched_room(reception.id) is not None)
