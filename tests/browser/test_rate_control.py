"""Chromium's own rate control on what the node tells it: how much it believes its line carries, and what it sends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, Route

from bridge.control import ParticipantOrder, UplinkOffer
from bridge.ids import Mid, ParticipantId
from bridge.media import Source
from tests.support.browser import chromium
from tests.support.sfu_clients import ALL_OPEN, ROOM, Stage, stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ANN = ParticipantId("ann")
START = 300_000
"""bit/s at which Chromium begins. Only feedback that it understands makes it believe in more; how much more is a matter
of the machine's load (a quiet one: 2 Mb/s after 4 s)."""

_PUBLISH = """
async () => {
    const canvas = document.createElement("canvas");
    canvas.width = 640; canvas.height = 360;
    const context = canvas.getContext("2d");
    const noise = context.createImageData(640, 360);
    setInterval(() => {
        for (let at = 0; at < noise.data.length; at += 4)
            noise.data[at] = noise.data[at + 1] = noise.data[at + 2] = Math.random() * 255, noise.data[at + 3] = 255;
        context.putImageData(noise, 0, 0);
    }, 50);
    const peer = window.peer = new RTCPeerConnection();
    peer.addTransceiver(canvas.captureStream(20).getVideoTracks()[0], {
        direction: "sendonly", sendEncodings: [{maxBitrate: 2_000_000}],
    });
    await peer.setLocalDescription(await peer.createOffer());
    await peer.setRemoteDescription({type: "answer", sdp: await negotiate(peer.localDescription.sdp)});
}
"""
_STATS = """
async () => {
    const found = {available: 0, sent: 0};
    for (const report of (await window.peer.getStats()).values()) {
        if (report.type === "candidate-pair" && report.nominated)
            found.available = report.availableOutgoingBitrate ?? 0;
        if (report.type === "outbound-rtp") found.sent = report.bytesSent;
    }
    return found;
}
"""


@asynccontextmanager
async def publishing(page: Page, room: Stage, without: str = "") -> AsyncIterator[str]:
    """Ann's browser sends noise, which no encoder makes small; the answer that it got. ``without``: an attribute of the
    offer that the node is not shown."""
    answers: list[str] = []

    async def negotiate(sdp: str) -> str:
        shown = "\r\n".join(line for line in sdp.splitlines() if not (without and without in line)) + "\r\n"
        answers.append((await room.node.offer_uplink(ROOM, ANN, UplinkOffer(shown, {Mid("0"): Source.CAMERA}))).sdp)
        return answers[0]

    async def empty(route: Route) -> None:
        await route.fulfill(body="<!doctype html><title>sends</title>", content_type="text/html")

    await room.node.put_participant(ROOM, ANN, ParticipantOrder(False, ALL_OPEN))
    await page.route("**/*", empty)
    await page.goto("http://localhost/")
    await page.expose_function("negotiate", negotiate)
    await page.evaluate(_PUBLISH)
    yield answers[0]
    await page.evaluate("() => window.peer.close()")
    await room.node.delete_participant(ROOM, ANN)


async def _round_trip_ms(room: Stage) -> float:
    (ann,) = (await room.node.room_lines(ROOM)).participants
    return ann.uplink.rtt_ms if ann.uplink else 0.0


async def test_chromium_raises_its_rate_on_what_it_is_told(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with stage(tmp_path) as room, chromium() as browser:
        page = await browser.new_page()
        async with publishing(page, room) as answer:
            assert "transport-cc" in answer
            assert "goog-remb" not in answer
            # It receives nothing, so only its answer to the node's reference time tells the round trip.
            found, round_trip_ms = await page.evaluate(_STATS), 0.0
            async with asyncio.timeout(30):
                while found["available"] < 3 / 2 * START or not found["sent"] or not round_trip_ms:
                    await asyncio.sleep(0.2)
                    found, round_trip_ms = await page.evaluate(_STATS), await _round_trip_ms(room)
            assert round_trip_ms < 1_000
        record_property("figures", f"transport-cc: {found['available'] / 1000:.0f} kbit/s believed")
