"""The queue of long jobs on the real huey: one after the other, in order, broken off at the end, nothing twice."""

import asyncio
from pathlib import Path

from bridge.archive import ViewingCopy, ViewingCopyState
from bridge.ids import AccountId, RecordingId
from deploy.renderqueue import RenderQueue


def run(name: str) -> ViewingCopy:
    return ViewingCopy(RecordingId(name), ViewingCopyState.ASKED, AccountId("a"), 1, 1)


class Work:
    """Does what is wanted, and remembers how."""

    def __init__(self, *names: str) -> None:
        self.left = [run(name) for name in names]
        self.done: list[str] = []
        self.begun = asyncio.Event()
        self.broken_off = False
        self.under_way = 0
        self.most = 0

    async def wanted(self) -> list[ViewingCopy]:
        return list(self.left)

    async def do(self, one: ViewingCopy) -> None:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        self.left.remove(one)
        self.done.append(one.recording)

    async def hang(self, _: ViewingCopy) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.broken_off = True
            raise


async def test_one_after_the_other_in_order_and_none_twice(tmp_path: Path) -> None:
    work = Work("r1", "r2", "r3")
    queue = RenderQueue(tmp_path / "jobs.sqlite", work.wanted, work.do)
    queue.start()
    try:
        assert await queue.look() == 3
        async with asyncio.timeout(30):
            while work.left:
                await queue.look()
                await asyncio.sleep(0.01)
    finally:
        await queue.close()
    assert (work.done, work.most) == (["r1", "r2", "r3"], 1)


async def test_at_the_end_the_one_under_way_is_broken_off_and_the_next_process_finds_it_again(tmp_path: Path) -> None:
    work = Work("r1", "r2")
    queue = RenderQueue(tmp_path / "jobs.sqlite", work.wanted, work.hang)
    queue.start()
    await queue.look()
    await asyncio.wait_for(work.begun.wait(), 30)
    await queue.close()
    assert work.broken_off
    again = RenderQueue(tmp_path / "jobs.sqlite", work.wanted, work.do)
    again.start()
    try:
        assert await again.look() == 2
        async with asyncio.timeout(30):
            while work.left:
                await again.look()
                await asyncio.sleep(0.01)
    finally:
        await again.close()
    assert work.done == ["r1", "r2"]
