"""Sound of somebody whose browser sends none in pauses (DTX): forwarded, recorded and replayed as it was."""

import asyncio
import time
from pathlib import Path

import pytest
from playwright.async_api import Page

from bridge.manifest import ManifestTrack, parse_manifest
from bridge.media import Source
from tests.browser.conftest import AGENCY, CHAIR, Reception, gathered, open_recording
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

_A_SECOND = 50
"""Packets of sound without DTX."""
_LISTENED_S = 12
"""Three turns of tone and pause."""
_PAUSES = 6
"""Stretches of sound in a player that does not fill what is not sent: two and more in each second of pause."""

_ASK_FOR_DTX = """(() => {
    const set = RTCPeerConnection.prototype.setLocalDescription;
    RTCPeerConnection.prototype.setLocalDescription = function (description) {
        if (!description?.sdp || description.type !== "offer") return set.call(this, description);
        const sdp = description.sdp.replaceAll("useinbandfec=1", "useinbandfec=1;usedtx=1");
        return set.call(this, { type: description.type, sdp });
    };
    window.diemcauMark.pauses = true;
})()"""
_SENT = """async () => [...(await window.__room.uplink.getStats()).values()]
    .filter((row) => row.type === "outbound-rtp" && row.kind === "audio")
    .reduce((sum, row) => sum + row.packetsSent, 0)"""
_KEEP_SOUNDS = """(() => {
    const create = document.createElement;
    window.sounds = [];
    document.createElement = function (name, ...rest) {
        const made = create.call(this, name, ...rest);
        if (name === "audio") window.sounds.push(made);
        return made;
    };
})()"""
"""The player's elements of microphones lie in no document."""
_STRETCHES = "() => sounds[0].buffered.length"
_TONE = """async (code) => {
    const elements = window.sounds?.length ? window.sounds : marks.players();
    const heard = await Promise.all(elements.map((one) => marks.hear(one, [code])));
    return Math.max(0, ...heard.map((one) => one[code] ?? 0));
}"""


async def test_pauses_without_packets_are_forwarded_recorded_and_replayed(installation: Product) -> None:
    async with gathered(installation, "dtx", CHAIR, AGENCY, fps=10) as reception:
        chair, agency = reception.people
        await chair.page.add_init_script(_ASK_FOR_DTX)
        await chair.page.add_init_script(_KEEP_SOUNDS)
        await reception.enter()
        await chair.start()
        await chair.open_microphone()
        await _hears(agency.page, chair.code)
        assert await _share_sent(chair.page) < 0.7
        await chair.end()
        await open_recording(chair.page, reception)
        _recorded_as_pauses(_microphone(reception))
        await chair.page.get_by_test_id("play-button").click()
        await _hears(chair.page, chair.code)
        assert await chair.page.evaluate(_STRETCHES) < _PAUSES
        await _plays_on(chair.page, 4.0)


async def _share_sent(page: Page) -> float:
    """Of the packets that a sender without DTX would have sent in some turns of tone and pause."""
    began, before = time.monotonic(), await page.evaluate(_SENT)
    await asyncio.sleep(_LISTENED_S)
    sent = await page.evaluate(_SENT) - before
    return float(sent / (_A_SECOND * (time.monotonic() - began)))


async def _hears(page: Page, code: int) -> None:
    """Within some turns of tone and pause."""
    async with asyncio.timeout(30):
        while await page.evaluate(_TONE, code) < 0.02:
            pass  # each look takes a third of a second


async def _plays_on(page: Page, seconds: float) -> None:
    """For so long, over pauses. A player that stands still in each of them would take minutes."""
    began = await page.evaluate("() => sounds[0].currentTime")
    await page.wait_for_function(f"(began) => sounds[0].currentTime > began + {seconds}", arg=began, timeout=30_000)


def _microphone(reception: Reception) -> ManifestTrack:
    """The one with sound in it."""
    found = [parse_manifest(path.read_bytes()) for path in _manifests(reception)]
    tracks = next(one.tracks for one in found if one.reception == reception.id)
    return next(one for one in tracks if one.source is Source.MICROPHONE and one.segments)


def _manifests(reception: Reception) -> list[Path]:
    return sorted(reception.product.folder.rglob("recordings/*/manifest.json"))


def _recorded_as_pauses(track: ManifestTrack) -> None:
    """Fewer packets than time, and hardly any of it a gap (a busy machine's microphone may stall)."""
    began, ended = track.segments[0].start_ns, track.segments[-1].end_ns
    length_s = (ended - began) / 1e9
    assert length_s > _LISTENED_S
    assert sum(segment.frames for segment in track.segments) < 0.7 * _A_SECOND * length_s
    assert sum(gap.end_ns - gap.start_ns for gap in track.gaps if gap.start_ns >= began) / 1e9 < 0.1 * length_s
