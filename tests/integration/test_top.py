"""``diemcau top`` beside a real node: what it prints, and whom it names when nobody answers."""

from io import StringIO
from pathlib import Path

import msgspec
from rich.console import Console

from bridge.control import ParticipantOrder, RoomOrder
from bridge.ids import NodeId, ParticipantId, RoomId
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.time import SystemClock, SystemEntropy
from deploy.top import Asked, top
from deploy.topview import View
from recorder.places import listen
from sfu.build import build
from sfu.settings import SfuConfig
from tests.support.product_tools import diemcau
from tests.support.sfu_clients import ALL_OPEN


async def looked(configuration: Configuration, **asked: bool | str) -> tuple[int, str]:
    console = Console(file=StringIO(), width=160)
    wish = Asked(**{"room": "", "once": True, "json": False, "every_s": 1.0, **asked})  # type: ignore[arg-type]
    code = await top(configuration, wish, console)
    assert isinstance(console.file, StringIO)
    return code, console.file.getvalue()


async def test_a_node_that_answers_beside_a_recorder_that_does_not(tmp_path: Path) -> None:
    configuration = Configuration(data=str(tmp_path / "data"))
    folder = prepare(configuration)
    server = build(
        SfuConfig(node=NodeId("sfu-1"), control=folder.socket("sfu")), SystemClock(), SystemEntropy(), listen
    )
    await server.start()
    try:
        room = RoomId("room-1")
        await server.node.put_room(room, RoomOrder(held=False))
        await server.node.put_participant(room, ParticipantId("p-1"), ParticipantOrder(receives=True, gates=ALL_OPEN))
        code, text = await looked(configuration)
        assert code == 1
        assert "recorder-1 does not answer" in text
        assert "room-1" in text
        assert "p-1" not in text
        _, one = await looked(configuration, room="room-1")
        assert "p-1" in one
        _, told = await looked(configuration, json=True)
        view = msgspec.json.decode(told, type=View)
        assert [(row.node, row.fault, row.rooms, row.in_per_s) for row in view.nodes] == [("sfu-1", "", 1, 0.0)]
    finally:
        await server.close()


async def test_nobody_answers(tmp_path: Path) -> None:
    done = await diemcau("top", "--once", "--data", str(tmp_path / "data"))
    assert done.code == 1
    assert "sfu-1 does not answer" in done.text
    assert "recorder-1 does not answer" in done.text
    assert "Traceback" not in done.text
