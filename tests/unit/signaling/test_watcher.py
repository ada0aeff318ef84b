"""Each event of a node once and in order, over lost lines and restarts of the node."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.control import NodeEvent, Numbered, SpeakersChanged
from bridge.errors import Code, LineSilent, Refusal
from bridge.ids import NS_PER_S, MonoNs, ParticipantId, RoomId
from bridge.recorder_control import RecorderEvent
from signaling.watcher import Watcher
from tests.support.fakes import FakeNode, HandClock


def speaks(name: str) -> SpeakersChanged:
    return SpeakersChanged(RoomId("r"), (ParticipantId(name),))


class Ear:
    def __init__(self) -> None:
        self.node = FakeNode(HandClock())
        self.heard: list[str] = []
        self.restarts = 0
        self.times_away = 0
        self.last_heard: list[MonoNs] = []
        self.clock = HandClock()
        self._more = asyncio.Event()

    def hear(self, event: NodeEvent | RecorderEvent) -> None:
        assert isinstance(event, SpeakersChanged)
        self.heard.append(event.participants[0])
        self._more.set()
        if event.participants[0] == "bad":
            raise Refusal
        if event.participants[0] == "strange":
            raise ValueError

    def restarted(self, heard: MonoNs) -> None:
        self.restarts += 1
        self.last_heard.append(heard)
        self._more.set()

    def away(self, heard: MonoNs) -> None:
        self.times_away += 1
        self.last_heard.append(heard)
        self._more.set()

    async def until_away(self, times: int) -> None:
        async with asyncio.timeout(30):
            while self.times_away < times:
                self._more.clear()
                await self._more.wait()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.heard) + self.restarts < count:
                self._more.clear()
                await self._more.wait()


@pytest.fixture
async def ear(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ear]:
    monkeypatch.setattr("signaling.watcher.FIRST_AGAIN_S", 0.01)
    ear = Ear()
    task = asyncio.create_task(Watcher("node", lambda: ear.node, ear.hear, ear.restarted, ear.away, ear.clock).run())
    yield ear
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_said_before_is_heard_too_and_a_refusal_ends_nothing(ear: Ear) -> None:
    ear.node.say(speaks("a"))
    await ear.until(1)
    ear.node.say(speaks("bad"))
    ear.node.say(speaks("strange"))
    ear.node.say(speaks("b"))
    await ear.until(4)
    assert ear.heard == ["a", "bad", "strange", "b"]


async def test_a_restarted_node_is_told_of_once_and_counted_anew(ear: Ear) -> None:
    ear.node.say(speaks("a"))
    await ear.until(1)
    ear.node.restart()
    ear.node.say(speaks("b"))
    await ear.until(3)
    assert (ear.heard, ear.restarts) == (["a", "b"], 1)


async def test_a_lost_line_repeats_nothing(ear: Ear) -> None:
    ear.node.say(speaks("a"))
    await ear.until(1)
    ear.node.drop()
    ear.node.say(speaks("b"))
    await ear.until(2)
    assert ear.heard == ["a", "b"]


async def test_a_node_that_is_away_is_asked_again(ear: Ear) -> None:
    ear.node.down = True
    ear.node.drop()
    await ear.until_away(2)
    ear.node.down = False
    ear.node.say(speaks("a"))
    await ear.until(1)


async def test_an_event_that_comes_twice_is_heard_once() -> None:
    ear = Ear()

    class Stutters(FakeNode):
        async def _twice(self) -> AsyncIterator[Numbered]:
            for number in (1, 1, 2):
                yield Numbered("run-1", number, speaks(str(number)))
            await asyncio.Event().wait()

        def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
            return self._twice()

    stutters = Stutters(HandClock())
    task = asyncio.create_task(Watcher("node", lambda: stutters, ear.hear, ear.restarted, ear.away, ear.clock).run())
    await ear.until(2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert ear.heard == ["1", "2"]


async def test_who_hangs_up_was_heard_until_then(ear: Ear) -> None:
    ear.node.say(speaks("a"))
    await ear.until(1)
    ear.clock.pass_s(9)
    ear.node.down = True
    ear.node.drop()
    await ear.until_away(1)
    ear.clock.pass_s(1)
    await ear.until_away(2)
    assert set(ear.last_heard) == {9 * NS_PER_S}


async def test_a_line_that_fell_silent_was_heard_before_that() -> None:
    ear = Ear()

    class Stands(FakeNode):
        async def _nothing_more(self) -> AsyncIterator[Numbered]:
            yield Numbered("run-1", 1, speaks("a"))
            ear.clock.pass_s(20)
            self.down = True
            raise LineSilent(Code.NODE_UNAVAILABLE, "no pong", 7.5)

        def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
            return self._nothing_more()

    stands = Stands(HandClock())
    task = asyncio.create_task(Watcher("n", lambda: stands, ear.hear, ear.restarted, ear.away, ear.clock).run())
    await ear.until_away(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert ear.last_heard[0] == 12.5 * NS_PER_S
