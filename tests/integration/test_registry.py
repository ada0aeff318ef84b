"""Real nodes in the registry of a real database: who gets a room, who is drained, who is passed over."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from bridge.control import Gates, ParticipantOrder, RoomOrder
from bridge.errors import Unavailable
from bridge.events import DoorsOpened, ParticipantJoined
from bridge.ids import NodeId, ParticipantId, RecorderId, RoomId, SeatId
from bridge.reception import Reception
from deploy.heartbeats import Beating, Heartbeats
from deploy.names import LocalNode
from deploy.places import RegisteredPlaces
from deploy.time import SystemClock, SystemEntropy
from recorder.client import HttpRecorderNode
from recorder.places import listen, way_to
from sfu.build import MediaNodeServer, build
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig
from storage.engine import Database
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.house import NoProcesses
from tests.support.room_server import FallibleUnits
from tests.unit.bridge.receptions import after, planned

A, B = NodeId("sfu-1"), NodeId("sfu-2")
RECORDER = RecorderId("recorder-1")
SECRET = "for the two of them only"


def at(reception: Reception, node: NodeId) -> Reception:
    return msgspec.structs.replace(reception, node=node, recorder=RECORDER)


class Site:
    """Two nodes and their supervisor."""

    def __init__(self, folder: Path, units: FallibleUnits) -> None:
        self.folder = folder
        self.units = units
        self.clock = SystemClock()
        self.keeper = NoProcesses()
        self.nodes: dict[NodeId, MediaNodeServer] = {}
        self.beating: list[Beating] = []
        self.places = RegisteredPlaces(
            units, self.clock, {RECORDER: HttpRecorderNode(f"unix:{folder}/nobody.sock")}, self._connect
        )
        self.heart: Heartbeats

    def _connect(self, address: str) -> HttpMediaNode:
        return HttpMediaNode(way_to(address), secret=SECRET)

    async def start(self, stack: AsyncExitStack) -> None:
        stack.push_async_callback(self.places.close)
        for worker, id_ in enumerate((A, B), 1):
            local = LocalNode(id_, worker, f"part-{worker}", f"unix:{self.folder}/{worker}.sock", 0)
            config = SfuConfig(node=id_, control=local.control, secret=SECRET, version="1.2")
            node = self.nodes[id_] = build(config, self.clock, SystemEntropy(), listen)
            await node.start()
            stack.push_async_callback(node.close)
            self.beating.append(Beating(local, "127.0.0.1:1", SECRET, self.keeper))
        self.heart = Heartbeats(self.beating, self.units, self.clock)
        stack.push_async_callback(self.heart.close)
        await self.heart.beat()

    async def room_on(self, node: NodeId, name: str) -> None:
        """With somebody in it."""
        server = self.nodes[node].node
        await server.put_room(RoomId(name), RoomOrder(False))
        await server.put_participant(RoomId(name), ParticipantId("p"), ParticipantOrder(True, Gates()))

    async def drain(self, node: NodeId, draining: bool) -> None:
        async with self.units.writing() as unit:
            assert await unit.nodes.drain(node, draining)
            await unit.commit()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        database = Database(migrated(tmp_path / "site.db"))
        stack.push_async_callback(database.close)
        site = Site(tmp_path, FallibleUnits(SqlUnits(database)))
        await site.start(stack)
        yield site


@pytest.fixture
def reception() -> Reception:
    return msgspec.structs.replace(planned(), recorder=RECORDER)


async def test_a_room_goes_where_fewer_are(site: Site, reception: Reception) -> None:
    await site.room_on(A, "first")
    await site.heart.beat()
    assert (await site.places.choose(reception)).node == B
    async with site.units.reading() as unit:
        rows = await unit.nodes.of_kind("sfu")
    assert [(row.id, row.rooms, row.participants, row.version) for row in rows] == [(A, 1, 1, "1.2"), (B, 0, 0, "1.2")]


async def test_rooms_of_one_moment_are_spread(site: Site, reception: Reception) -> None:
    assert [(await site.places.choose(reception)).node for _ in range(4)] == [A, B, A, B]


async def test_it_stays_where_it_is(site: Site, reception: Reception) -> None:
    await site.room_on(B, "first")
    await site.heart.beat()
    assert (await site.places.choose(at(reception, B))).node == B
    assert (await site.places.choose(at(reception, B), besides=(B,))).node == A
    # A is expected to fill now; of a node that nobody knows any more a room is taken away
    assert (await site.places.choose(at(reception, NodeId("sfu-9")))).node == B


async def test_one_that_does_not_answer_is_passed_over_at_once(site: Site, reception: Reception) -> None:
    await site.nodes[A].close()
    assert (await site.places.choose(reception)).node == B
    assert (await site.places.choose(at(reception, A))).node == B
    await site.places.answers()
    await site.nodes[B].close()
    with pytest.raises(Unavailable, match="no media node takes a room"):
        await site.places.choose(reception)
    with pytest.raises(Unavailable):
        await site.places.answers()


async def test_without_the_database_what_was_read_last_counts(site: Site, reception: Reception) -> None:
    await site.places.choose(reception)
    site.units.away = True
    await site.nodes[A].close()
    assert (await site.places.choose(at(reception, A), besides=(A,))).node == B
    await site.heart.beat()


async def test_who_went_to_another_address_or_is_forgotten_is_not_held_on_to(site: Site, reception: Reception) -> None:
    await site.places.choose(reception)
    first, other = site.places.node(A), site.places.node(B)
    async with site.units.writing() as unit:
        row = next(row for row in await unit.nodes.of_kind("sfu") if row.id == A)
        await unit.nodes.heartbeat(msgspec.structs.replace(row, control=f"unix:{site.folder}/2.sock"))
        await unit.nodes.forget(B)
        await unit.commit()
    await site.places.choose(reception)
    assert site.places.node(A) is not first
    assert (await site.places.node(A).health()).node == B, "who answers there"
    await site.places.choose(reception)
    for left in (first, other):
        with pytest.raises(Unavailable, match="closed"):
            await left.health()


async def test_who_does_not_show_the_secret_orders_nothing(site: Site) -> None:
    stranger = HttpMediaNode(way_to(f"unix:{site.folder}/1.sock"), secret="another")
    try:
        with pytest.raises(Exception, match="bearer secret"):
            await stranger.health()
    finally:
        await stranger.close()


async def test_a_drained_node_ends_when_its_last_room_is_over_and_begins_again(
    site: Site, reception: Reception
) -> None:
    await site.room_on(A, "under way")
    await site.heart.beat()
    await site.drain(A, True)
    await site.heart.beat()
    assert [(await site.places.choose(reception)).node for _ in range(3)] == [B, B, B]
    busy = after(reception, [DoorsOpened(), ParticipantJoined(ParticipantId("p"), SeatId("seat-agency"))])
    assert (await site.places.choose(at(busy, A))).node == A  # its session goes on untouched
    assert (await site.places.choose(at(reception, A))).node == B  # nobody is in it yet
    assert site.keeper.resting == set()
    await site.nodes[A].node.delete_room(RoomId("under way"))
    await site.heart.beat()
    assert site.keeper.resting == {"part-1"}
    await site.nodes[A].close()
    await site.heart.beat()
    assert site.heart.all_beat  # one that is to rest is not missed
    await site.drain(A, False)
    await site.heart.beat()
    assert site.keeper.resting == set()
