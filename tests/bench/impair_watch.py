"""Two people in the real product, each in a browser behind a line of their own; a line turns bad and is watched."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
from playwright.async_api import Browser

from bridge.model import Role
from deploy.folder import DataFolder
from tests.bench.impair_figures import Captured, Case, Seen, seen
from tests.support.browser import Person, Publishes, chromium, person
from tests.support.product import Product
from tests.support.relay import GOOD, Line, UdpRelay
from tests.support.room_page import RoomPage

_SCRIPT = Path(__file__).with_name("impaired.js")
_SEATS = {"Trần Thị Chủ Trì": Role.CHAIR, "Phạm Đại Diện Sở": Role.AGENCY}
_PUBLISHER = Publishes(1, "Bench", width=1280, height=720, fps=25)
_RECEIVER = Publishes(2, "Bench", width=320, height=180, fps=5)
_SETTLED_S = 8.0
_SETTLED_WITHIN_S = 25.0
"""Until the publisher's rate has grown to what a good line carries: seconds at least, and at most where its picture
does not reach its full height (a busy machine)."""
_OUTAGE_S = 10.0
_WITHIN_S = 30.0
ENTER_S = 22.0
"""What entering and settling take, about."""


class _Side(NamedTuple):
    who: Person
    relay: UdpRelay

    def turns(self, line: Line) -> None:
        self.relay.set_lines(up=line, down=line)


async def watched(installation: Product, case: Case, seed: int, seconds: float) -> Seen:
    """One run: both enter anew, flow well, then the line is bad for so long."""
    async with _entered(installation, seed) as (publisher, receiver):
        await receiver.who.page.evaluate(f"impaired.watch({_PUBLISHER.code})")
        await _settled(publisher)
        publisher.turns(case.publisher)
        receiver.turns(case.receiver)
        if case.outage:
            return await _outage(installation, publisher, receiver, seconds)
        return await _during(installation, publisher, receiver, seconds)


async def _settled(publisher: _Side) -> None:
    await asyncio.sleep(_SETTLED_S)
    within_ms = 1000 * (_SETTLED_WITHIN_S - _SETTLED_S)
    await publisher.who.page.evaluate(f"impaired.settled({_PUBLISHER.height}, {within_ms})")


async def _during(installation: Product, publisher: _Side, receiver: _Side, seconds: float) -> Seen:
    before = await _counts(installation)
    await asyncio.gather(*(side.who.page.evaluate("impaired.begin()") for side in (publisher, receiver)))
    await asyncio.sleep(seconds)
    ends = await asyncio.gather(*(side.who.page.evaluate("impaired.end()") for side in (publisher, receiver)))
    after = await _counts(installation)
    sent, got = (msgspec.convert(end, Captured, strict=False) for end in ends)
    return seen(sent, got, {name: count - before.get(name, 0) for name, count in after.items()})


async def _outage(installation: Product, publisher: _Side, receiver: _Side, seconds: float) -> Seen:
    await asyncio.sleep(_OUTAGE_S)
    receiver.turns(GOOD)
    async with asyncio.timeout(_WITHIN_S):
        back_ms: float = await receiver.who.page.evaluate("impaired.nextFrame()")
    afterwards = await _during(installation, publisher, receiver, seconds / 3)
    return afterwards._replace(frames=None, back_s=back_ms / 1000)


async def _counts(installation: Product) -> Mapping[str, int]:
    """What the node counts, by its own words."""
    connector = aiohttp.UnixConnector(DataFolder(installation.folder).socket("sfu").removeprefix("unix:"))
    async with aiohttp.ClientSession(connector=connector) as session, session.get("http://node/stats") as answer:
        return msgspec.json.decode(await answer.read(), type=dict[str, int])


@asynccontextmanager
async def _entered(installation: Product, seed: int) -> AsyncIterator[tuple[_Side, _Side]]:
    """Both in a reception of their own with open doors, each behind a good line, the second seeing the first."""
    async with AsyncExitStack() as stack:
        chair = await stack.enter_async_context(installation.reader("chutri"))
        reception = await chair.schedule("Bench", _SEATS)
        await chair.open_doors(reception)
        sides = []
        for number, (login, publishes) in enumerate((("chutri", _PUBLISHER), ("coquan", _RECEIVER))):
            # A browser each: what one of them encodes must not starve the other's threads more than need be.
            browser = await stack.enter_async_context(chromium())
            side = await stack.enter_async_context(_side(installation, browser, publishes, seed + 10 * number))
            page = await RoomPage(side.who, installation, login).sign_in()
            await page.enter(reception)
            sides.append(side)
            if number == 0:
                await page.open_microphone()
        await sides[1].who.seen([_PUBLISHER.code])
        yield sides[0], sides[1]


@asynccontextmanager
async def _side(installation: Product, browser: Browser, publishes: Publishes, seed: int) -> AsyncIterator[_Side]:
    async with (
        UdpRelay(("127.0.0.1", installation.port + 1), seed=seed) as relay,
        person(browser, publishes) as who,
    ):
        await who.context.add_init_script(f"window.diemcauRelay = {relay.address[1]};")
        await who.context.add_init_script(path=_SCRIPT)
        yield _Side(who, relay)
