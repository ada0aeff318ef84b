"""That nodes are said to live whatever happens, and how much of a core one is said to use."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

from bridge.control import NodeHealth
from bridge.errors import Unavailable
from bridge.ids import NodeId
from deploy import heartbeats as under_test
from deploy.heartbeats import Beating, Heartbeats
from deploy.names import LocalNode
from deploy.time import SystemClock
from storage.build import StorageConfig, build
from tests.support.databases import migrated
from tests.support.fakes import HandClock

LOCAL = LocalNode(NodeId("sfu-1"), 1, "sfu", "unix:/nowhere", 8081)


class Running:
    """:class:`deploy.heartbeats.Keeper` of one process."""

    def __init__(self) -> None:
        self.process: int | None = 7

    def pid(self, name: str) -> int | None:
        return self.process

    def rest(self, name: str) -> None:
        raise AssertionError(name)

    def wake(self, name: str) -> None:
        raise AssertionError(name)


class Node:
    """Its health, without a socket."""

    async def health(self) -> NodeHealth:
        return NodeHealth(LOCAL.id, "run", 2, 9, "1.0")

    async def close(self) -> None:
        pass


async def test_load_is_the_share_of_a_core_since_the_beat_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, keeper, used = HandClock(), Running(), {7: 1.0, 8: 50.0}
    beating = Beating(LOCAL, "10.0.0.1:8081", "", keeper)
    await beating.client.close()
    monkeypatch.setattr(beating, "client", Node())
    monkeypatch.setattr(under_test, "processor_seconds", used.get)
    first = await beating.row(clock)
    assert (first.id, first.rooms, first.participants, first.announced) == ("sfu-1", 2, 9, "10.0.0.1:8081")
    assert first.load == 0  # nothing to compare with
    clock.pass_s(5)
    used[7] = 3.0
    assert (await beating.row(clock)).load == 0.4
    keeper.process = 8  # another process: its seconds are no share of these five
    clock.pass_s(5)
    assert (await beating.row(clock)).load == 0
    clock.pass_s(2)
    used[8] = 51.0
    assert (await beating.row(clock)).load == 0.5
    keeper.process = None
    assert (await beating.row(clock)).load == 0


async def test_one_that_does_not_answer_has_no_row() -> None:
    beating = Beating(LOCAL, "10.0.0.1:8081", "", Running())
    with pytest.raises(Unavailable):
        await beating.row(HandClock())
    await beating.client.close()


def test_processor_time_is_the_kernels() -> None:
    used = under_test.processor_seconds(os.getpid())
    assert used is not None
    assert used > 0
    assert under_test.processor_seconds(2**22 + 1) is None


class Strange(Node):
    """Answers what nobody expects, at first."""

    def __init__(self) -> None:
        self.strange = 2

    async def health(self) -> NodeHealth:
        self.strange -= 1
        if self.strange >= 0:
            raise ValueError("nobody thought of this")
        return await super().health()


async def test_a_beat_that_fails_strangely_is_logged_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    storage = build(StorageConfig(migrated(tmp_path / "d.db"), tmp_path / "objects"), SystemClock())
    await storage.prepare()
    other = LocalNode(NodeId("sfu-2"), 2, "sfu-2", "unix:/nowhere", 8082)
    nodes = [Beating(LOCAL, "10.0.0.1:8081", "", Running()), Beating(other, "10.0.0.1:8082", "", Running())]
    for beating, node in zip(nodes, (Strange(), Node()), strict=True):
        await beating.client.close()
        monkeypatch.setattr(beating, "client", node)
    heartbeats = Heartbeats(nodes, storage.units, SystemClock())
    with pytest.raises(ValueError, match="nobody"):
        await heartbeats.beat()
    async with storage.units.reading() as unit:  # the other one's beat is not lost by that
        assert [row.id for row in await unit.nodes.of_kind("sfu")] == [NodeId("sfu-2")]
    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(under_test, "BEAT_S", 0.05)
    running = asyncio.create_task(heartbeats.run())
    async with asyncio.timeout(30):
        while not heartbeats.all_beat:
            assert not running.done()
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [record.exc_info is not None for record in caplog.records] == [True]
    await storage.close()
