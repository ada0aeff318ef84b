"""Two people behind lines that lose every tenth packet, both ways: pictures go on and sound is heard."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from deploy.folder import DataFolder
from tests.browser.conftest import AGENCY, CHAIR, gathered
from tests.support.product import Product
from tests.support.relay import Line, UdpRelay
from tests.support.room_page import RoomPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

_THROUGH_RELAY = Path(__file__).parents[1] / "bench/impaired.js"
_BAD = Line(loss=0.1, delay=0.03, jitter=0.01)
_GOES_ON = ("restored", "recovered", "repeated", "nacked")
"""What the node counts: RTX of publishers, sound made up for by its copies, and asking again both ways."""
_RECEIVED = """
async () => {
    const found = {sound: 0, pictures: 0};
    for (const peer of window.diemcauPeers)
        for (const report of (await peer.getStats()).values())
            if (report.type === "inbound-rtp") {
                if (report.kind === "audio") found.sound += report.nackCount;
                else found.pictures += report.retransmittedPacketsReceived ?? 0;
            }
    return found;
}
"""


async def test_pictures_go_on_and_sound_is_heard_over_bad_lines(installation: Product) -> None:
    async with (
        UdpRelay(("127.0.0.1", installation.port + 1), seed=7) as relay,
        gathered(installation, "bad line", CHAIR, AGENCY, fps=10) as reception,
    ):
        for who in reception.people:
            await who.who.context.add_init_script(f"window.diemcauRelay = {relay.address[1]};")
            await who.who.context.add_init_script(path=_THROUGH_RELAY)
        chair, agency = await reception.enter()
        await chair.sees(agency)
        await agency.sees(chair)
        await chair.open_microphone()
        relay.set_lines(up=_BAD, down=_BAD)
        await _mended(installation, agency)
        for _ in range(5):
            await agency.who.advancing([chair.code])
            await chair.who.advancing([agency.code])
        await _hears(agency, chair)


async def _hears(who: RoomPage, other: RoomPage) -> None:
    async with asyncio.timeout(30):
        while (await who.who.hears([other.code]))[other.code] < 0.02:
            pass  # each look takes a third of a second


async def _mended(installation: Product, who: RoomPage) -> None:
    """Until every way in which a loss is mended was seen at work: in the node and in a receiving browser."""
    async with asyncio.timeout(60):
        while True:
            counts = await _counts(installation)
            received = await who.page.evaluate(_RECEIVED)
            if all(counts.get(name, 0) > 0 for name in _GOES_ON) and received["sound"] and received["pictures"]:
                return
            await asyncio.sleep(0.5)


async def _counts(installation: Product) -> dict[str, int]:
    socket = DataFolder(installation.folder).socket("sfu").removeprefix("unix:")
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(socket)) as session,
        session.get("http://node/stats") as answer,
    ):
        counts: dict[str, int] = await answer.json()
        return counts
