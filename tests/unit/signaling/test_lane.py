"""One task's work in order, with answers and failures to who asked."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.errors import Code, Refusal
from signaling.lane import LENGTH, Lane


@pytest.fixture
async def lane() -> AsyncIterator[Lane]:
    lane = Lane("test")
    task = asyncio.create_task(lane.run())
    yield lane
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_works_are_done_one_after_another(lane: Lane) -> None:
    done: list[int] = []

    async def work(number: int) -> int:
        await asyncio.sleep(0)
        done.append(number)
        return number

    assert await asyncio.gather(*(lane.do(lambda n=n: work(n)) for n in range(5))) == [0, 1, 2, 3, 4]  # type: ignore[misc]
    assert done == [0, 1, 2, 3, 4]


async def test_a_failure_goes_to_who_asked_and_the_next_work_is_done(lane: Lane) -> None:
    async def fails() -> None:
        raise Refusal(Code.ROOM_FULL)

    async def works() -> str:
        return "yes"

    with pytest.raises(Refusal):
        await lane.do(fails)
    assert await lane.do(works) == "yes"


async def test_a_work_goes_on_when_who_asked_is_gone(lane: Lane) -> None:
    begin, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await begin.wait()
        done.set()

    asking = asyncio.create_task(lane.do(work))
    await asyncio.sleep(0)
    asking.cancel()
    begin.set()
    await asyncio.wait_for(done.wait(), 30)


async def test_more_than_it_holds_is_refused() -> None:
    async def work() -> None: ...

    lane = Lane("nobody works")
    for _ in range(LENGTH):
        lane.post(work)
    with pytest.raises(Refusal) as caught:
        await lane.do(work)
    assert caught.value.code is Code.TOO_MANY_REQUESTS
