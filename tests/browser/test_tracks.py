"""What is sent and to whom, with real browsers: nothing to a hidden tab, nothing that nobody sees, and every codec."""

import asyncio

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Reception, open_recording
from tests.support.room_page import RoomPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

_HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
_SENDING = """(sending) => window.__room.uplink.getSenders()
    .filter((sender) => sender.track?.kind === "video")
    .every((sender) => sender.getParameters().encodings[0].active === sending)"""

_PREFER = """(() => {
    const add = RTCPeerConnection.prototype.addTransceiver;
    RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
        const line = add.call(this, kind, init);
        if (line.receiver.track.kind !== "video") return line;
        const all = RTCRtpReceiver.getCapabilities("video").codecs;
        const first = all.filter((codec) => codec.mimeType === "MIME");
        line.setCodecPreferences([...first, ...all.filter((codec) => !first.includes(codec))]);
        return line;
    };
})()"""
_CODEC = """async () => {
    const report = await window.__room.uplink.getStats();
    const rows = [...report.values()];
    const sent = rows.find((row) => row.type === "outbound-rtp" && row.kind === "video" && row.framesSent > 0);
    return sent === undefined ? "" : report.get(sent.codecId).mimeType;
}"""


async def test_a_hidden_tab_gets_no_pictures_and_then_nobody_sends_them(reception: Reception) -> None:
    """Before the beginning: what is recorded is always sent."""
    chair, agency, _ = await reception.enter()
    await agency.sees(chair)
    await chair.sees(agency)
    await agency.page.evaluate(_HIDE, True)
    await chair.page.wait_for_function(_SENDING, arg=False, timeout=30_000)
    before = await _at_rest(agency)
    assert any(before.values())
    await chair.sees(agency)
    assert await agency.who.frames_decoded() == before
    await agency.page.evaluate(_HIDE, False)
    await agency.sees(chair)
    assert await chair.page.evaluate(_SENDING, True)
    await agency.page.evaluate(_HIDE, True)
    await chair.page.wait_for_function(_SENDING, arg=False, timeout=30_000)
    await chair.start()
    await chair.page.wait_for_function(_SENDING, arg=True, timeout=30_000)


@pytest.mark.slow
async def test_every_codec_is_seen_recorded_and_replayed(reception: Reception) -> None:
    wanted = dict(zip(reception.people, ("video/AV1", "video/VP9", "video/H264"), strict=True))
    for who, codec in wanted.items():
        await who.page.add_init_script(_PREFER.replace("MIME", codec))
    chair, *_ = await reception.enter()
    await chair.start()
    for who in wanted:
        await who.sees(*(other for other in wanted if other is not who))
    assert {who: await _sent(who) for who in wanted} == wanted
    await chair.end()
    await open_recording(chair.page, reception)
    await chair.page.get_by_test_id("play-button").click()
    await chair.who.seen([1, 2, 3])


async def _at_rest(who: RoomPage) -> dict[str, int]:
    """How many frames it has decoded, once the last that was on its way is among them."""
    async with asyncio.timeout(30):
        before: dict[str, int] = {}
        while (now := await who.who.frames_decoded()) != before:
            before = now
            await asyncio.sleep(0.5)
    return now


async def _sent(who: RoomPage) -> str:
    page: Page = who.page
    codec: str = await page.evaluate(_CODEC)
    return codec
