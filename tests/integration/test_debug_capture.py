"""``diemcau debug capture``: who may, what the audit says, and what is left in the file system."""

import stat
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import msgspec
import pytest

from bridge.control import CaptureOrder, ParticipantOrder, RoomOrder
from bridge.debugging import CaptureRequest, Capturing
from bridge.errors import Conflict, Invalid, NotExported, NotFound, NotPermitted, Refusal, Unavailable
from bridge.ids import AccountId, AgencyId, NodeId, ParticipantId, ReceptionId, RoomId
from bridge.model import Role
from bridge.policy import Actor
from bridge.receptions import ReceptionService
from deploy.capturing import write_capture
from deploy.time import SystemClock, SystemEntropy
from recorder.places import listen, way_to
from sfu.build import build as build_node
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig
from signaling.notices import InProcessNotices
from storage.build import Storage, StorageConfig, build
from tests.support.databases import migrated
from tests.support.pcapng import read
from tests.support.receptions import AGENCY, scheduled
from tests.support.sfu_clients import ALL_OPEN


class Scene:
    """A reception in the database, its room with one participant on a real node."""

    def __init__(self, storage: Storage, node: HttpMediaNode, room: RoomId) -> None:
        self.storage = storage
        self.node = node
        clock = SystemClock()
        receptions = ReceptionService(storage.units, clock, SystemEntropy(), InProcessNotices())
        self.service = Capturing(storage.units, receptions, lambda _: node, clock)
        operator = Actor(AccountId("an"), "Ân", frozenset({Role.OPERATOR}), AGENCY)
        reception, why = ReceptionId(room), "picture stands still"
        self.request = CaptureRequest(operator, "root", reception, ParticipantId("p"), 1, why)

    async def told(self) -> list[tuple[str, str, str, str]]:
        """Actor, object, outcome, detail of every such entry."""
        async with self.storage.units.reading() as unit:
            entries = [link.entry for link in await unit.audit.entries(0, 1000)]
        return [(one.actor, one.object, one.outcome, one.detail) for one in entries if one.action == "capture_packets"]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock, entropy = SystemClock(), SystemEntropy()
    storage = build(StorageConfig(migrated(tmp_path / "d.db"), tmp_path / "objects"), clock)
    await storage.prepare()
    service = ReceptionService(storage.units, clock, entropy, InProcessNotices())
    reception = await scheduled(service, clock.utc())
    server = build_node(SfuConfig(node=NodeId("n"), control=f"unix:{tmp_path / 'n.sock'}"), clock, entropy, listen)
    await server.start()
    node, room = HttpMediaNode(way_to(server.control)), RoomId(reception.id)
    await node.put_room(room, RoomOrder(held=False))
    await node.put_participant(room, ParticipantId("p"), ParticipantOrder(receives=True, gates=ALL_OPEN))
    yield Scene(storage, node, room)
    await node.close()
    await server.close()
    await storage.close()


async def test_an_operator_gets_a_file_of_their_own_and_an_entry(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "one.pcapng"
    await write_capture(scene.service, scene.request, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert read(out.read_bytes()).interfaces == ["uplink", "downlink"]
    concern = f"reception {scene.request.reception}"
    detail = "participant p, 1 s, by hand of root: picture stands still"
    assert await scene.told() == [("an", concern, "done", detail)]
    with pytest.raises(NotExported):
        await write_capture(scene.service, scene.request, out)


@pytest.mark.parametrize(
    ("changes", "refused", "outcome"),
    [
        ({"roles": frozenset({Role.CHAIR, Role.SECRETARY, Role.ARCHIVIST})}, NotPermitted, "refused:not_permitted"),
        ({"roles": frozenset({Role.CITIZEN})}, NotFound, "refused:not_found"),
        ({"agency": AgencyId("beside")}, NotFound, "refused:not_found"),
    ],
)
async def test_who_may_not_gets_nothing_and_an_entry(
    scene: Scene, tmp_path: Path, changes: dict[str, object], refused: type[Refusal], outcome: str
) -> None:
    actor = msgspec.structs.replace(scene.request.actor, **changes)
    out = tmp_path / "none.pcapng"
    with pytest.raises(refused):
        await write_capture(scene.service, msgspec.structs.replace(scene.request, actor=actor), out)
    assert not out.exists()
    assert [outcome for _, _, outcome, _ in await scene.told()] == [outcome]


async def test_a_capture_that_the_node_refuses_is_told_as_refused(scene: Scene, tmp_path: Path) -> None:
    stranger = msgspec.structs.replace(scene.request, participant=ParticipantId("eve"))
    with pytest.raises(NotFound):
        await write_capture(scene.service, stranger, tmp_path / "none")
    pieces = scene.node.capture(RoomId(scene.request.reception), scene.request.participant, CaptureOrder(60))
    await anext(pieces)
    with pytest.raises(Conflict):
        await write_capture(scene.service, scene.request, tmp_path / "none")
    await pieces.aclose()
    assert [outcome for _, _, outcome, _ in await scene.told()] == ["refused:unknown_participant", "refused:conflict"]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("changes", [{"reason": " "}, {"reason": "x" * 301}, {"seconds": 0}, {"seconds": 61}])
async def test_a_reason_is_needed_and_a_minute_is_the_most(
    scene: Scene, tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        await write_capture(scene.service, msgspec.structs.replace(scene.request, **changes), tmp_path / "none")
    assert await scene.told() == []


class Empty:
    """A node that hangs up before the first byte."""

    async def capture(
        self, room: RoomId, participant: ParticipantId, order: CaptureOrder
    ) -> AsyncGenerator[bytes, None]:
        return
        yield b""


async def test_a_node_that_hangs_up_at_once_is_told_as_refused(scene: Scene, tmp_path: Path) -> None:
    storage, clock = scene.storage, SystemClock()
    receptions = ReceptionService(storage.units, clock, SystemEntropy(), InProcessNotices())
    with pytest.raises(Unavailable):
        await write_capture(
            Capturing(storage.units, receptions, lambda _: Empty(), clock), scene.request, tmp_path / "n"
        )
    assert [outcome for _, _, outcome, _ in await scene.told()] == ["refused:node_unavailable"]
    assert not (tmp_path / "n").exists()
