"""Lines are tried by every path in a real browser, with a real relay; a room outlives a changed network."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.conftest import CHAIR, CITIZEN, OPERATOR, gathered
from tests.support.browser import Publishes, chromium, person
from tests.support.coturn import SECRET, Coturn, running_coturn
from tests.support.ports import free_ports
from tests.support.product import Product
from tests.support.room_page import RoomPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
WITHIN_MS = 60_000
LEAST_KBPS = 60
"""More than sound alone: a picture went both ways."""

UFRAGS = """() => {
  const ufrag = (one) => /a=ice-ufrag:(\\S+)/.exec(one.currentRemoteDescription.sdp)[1];
  const { uplink, downlink } = window.__room;
  return [uplink, downlink].map((one) => [ufrag(one), one.connectionState, one.getTransceivers().length]);
}"""
"""Of both connections: the node's ICE user name, the state, how many m-lines."""

BREAK = """() => {
  window.before = [window.__room.uplink, window.__room.downlink];
  for (const one of window.before) {
    Object.defineProperty(one, "connectionState", { configurable: true, get: () => "failed" });
    one.dispatchEvent(new Event("connectionstatechange"));
    delete one.connectionState;
  }
}"""
"""As if the network under both had gone: the page sees them fail."""

SAME = "() => [window.__room.uplink, window.__room.downlink].every((one, place) => one === window.before[place])"


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with running_coturn(tmp_path_factory.mktemp("coturn")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def relayed(tmp_path_factory: pytest.TempPathFactory, coturn: Coturn) -> AsyncIterator[Product]:
    """An installation that knows a relay, and tests each path for two seconds."""
    environment = {
        "DIEMCAU_TURN_URLS": coturn.url,
        "DIEMCAU_TURN_SECRET": SECRET,
        "DIEMCAU_MEDIA_TEST_SECONDS": "2",
    }
    running = Product(tmp_path_factory.mktemp("relayed") / "data", free_ports(), environment=environment)
    await running.start()
    yield running
    await running.stop()


async def run_whole(page: Page) -> str:
    """The whole test; the number of its report."""
    await page.get_by_test_id("test-connection").click()
    await expect(page.get_by_test_id("connection")).to_have_attribute("data-stage", "done", timeout=WITHIN_MS)
    number = await page.get_by_test_id("connection-number").get_attribute("data-number", timeout=1_000)
    assert number is not None
    return number


async def outcomes(page: Page) -> dict[str, str]:
    """By path."""
    found = await page.locator("[data-path]").evaluate_all(
        "all => all.map((one) => [one.dataset.path, one.dataset.outcome, one.textContent.trim()])"
    )
    return {path: outcome if outcome == "works" else f"{outcome}: {text}" for path, outcome, text in found}


async def until(page: Page, script: str, holds: Callable[[Any], bool]) -> Any:
    """What the script says once it holds."""
    said: Any = None
    for _ in range(WITHIN_MS // 100):
        said = await page.evaluate(script)
        if holds(said):
            return said
        await page.wait_for_timeout(100)
    raise AssertionError(said)


async def test_every_path_is_tried_and_the_operator_reads_it(relayed: Product, pictures: Path) -> None:
    """Over UDP alone, TCP alone and the relay alone a picture goes to the node and comes back."""
    everything = dict.fromkeys(("websocket", "udp", "tcp", "relay"), "works")
    async with chromium() as browser, person(browser, Publishes(6, "Ky thuat", fps=15)) as who:
        stranger = who.page
        await stranger.goto(f"{relayed.origin}/devices")
        number = await run_whole(stranger)
        found = await outcomes(stranger)
        assert found.pop("relay").startswith("untried"), "the relay is not for strangers"
        assert found == dict.fromkeys(("websocket", "udp", "tcp"), "works")
        operator = await RoomPage(who, relayed, OPERATOR.login).sign_in()
        page = operator.page
        await page.goto(f"{relayed.origin}/devices")
        own = await run_whole(page)
        assert await outcomes(page) == everything
        rates = await page.locator("[data-path] .dc-quiet").all_inner_texts()
        assert all(int(re.findall(r"([0-9]+) kbit/s", rate)[0]) > LEAST_KBPS for rate in rates), rates
        await operator.who.picture(pictures / "connection-test.png")
        await page.goto(f"{relayed.origin}/operator/lines")
        await expect(page.get_by_test_id(f"line-test-{number}")).to_be_visible()
        row = page.get_by_test_id(f"line-test-{own}")
        await expect(row).to_contain_text(OPERATOR.name)
        assert await row.locator("[data-outcome=works]").count() == len(everything)
        await operator.who.picture(pictures / "operator-lines.png")


async def test_a_changed_network_keeps_both_connections(relayed: Product, coturn: Coturn) -> None:
    """ICE restarts under them, with the relay's credentials of the join; pictures go on both ways."""
    async with gathered(relayed, "Đổi mạng", CHAIR, CITIZEN, fps=10) as made:
        chair, citizen = await made.enter()
        await chair.start()
        await chair.sees(citizen)
        page = chair.page
        urls = await page.evaluate("window.__room.uplink.getConfiguration().iceServers.flatMap((one) => one.urls)")
        assert urls == [coturn.url]
        before = await page.evaluate(UFRAGS)
        await page.evaluate(BREAK)

        def anew(said: Any) -> bool:
            return all(now[0] != then[0] and now[1] == "connected" for now, then in zip(said, before, strict=True))

        after = await until(page, UFRAGS, anew)
        assert [one[2] for one in after] == [one[2] for one in before]
        assert await page.evaluate(SAME), "neither was made anew"
        await chair.sees(citizen)
        await citizen.sees(chair)
