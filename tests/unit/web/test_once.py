"""Forms sent twice, and passwords told once."""

import asyncio

import pytest

from bridge.errors import Invalid
from bridge.ids import SessionId
from tests.support.fakes import HandClock
from web.once import SHOWN_WITHIN_NS, Credential, Key, Once, Untold

KEY: Key = (SessionId("session"), "form")
OTHER: Key = (SessionId("other"), "form")
TOLD = [Credential("login", "password", "name", "place")]


async def test_what_is_sent_twice_is_done_once() -> None:
    once, done = Once(), []

    async def work() -> str:
        done.append(1)
        await asyncio.sleep(0)
        return f"/made/{len(done)}"

    answers = await asyncio.gather(once.run(KEY, work), once.run(KEY, work))
    assert answers[0] == answers[1] == "/made/1"
    assert await once.run(KEY, work) == "/made/1"
    assert await once.run(OTHER, work) == "/made/2"
    await once.close()


async def test_what_was_refused_may_be_sent_again() -> None:
    once, answers = Once(), [Invalid(field="name"), None]

    async def work() -> str:
        if (refusal := answers.pop(0)) is not None:
            raise refusal
        return "/made"

    with pytest.raises(Invalid):
        await once.run(KEY, work)
    assert await once.run(KEY, work) == "/made"


async def test_a_reader_who_goes_away_stops_nothing() -> None:
    once, going, done = Once(), asyncio.Event(), []

    async def work() -> str:
        await going.wait()
        done.append(1)
        return "/made"

    first = asyncio.create_task(once.run(KEY, work))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    going.set()
    assert await once.run(KEY, work) == "/made"
    assert done == [1]


def test_a_password_is_told_once_to_its_session_and_not_for_long() -> None:
    clock = HandClock()
    untold = Untold(clock)
    untold.put(KEY, TOLD)
    assert list(untold.take(OTHER)) == []
    assert list(untold.take(KEY)) == TOLD
    assert list(untold.take(KEY)) == []
    untold.put(KEY, TOLD)
    clock.now_ns += SHOWN_WITHIN_NS + 1
    assert list(untold.take(KEY)) == []
