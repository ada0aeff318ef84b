"""The tools of the browser tests themselves: Chromium's marks are read by Python's reader and the reverse."""

import asyncio
import itertools
from array import array
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiortc.mediastreams import MediaStreamTrack
from av import AudioFrame

from bridge.control import DownlinkTrack
from bridge.ids import Mid, ParticipantId, TrackId
from bridge.media import Source
from deploy.marks import SAMPLE_RATE, Painter, PointSound, find_beeps, find_tones
from deploy.points import Downlink, Gate, MarkedAudio, MarkedVideo, PointClock, Uplink
from deploy.time import SystemClock
from tests.support.browser import Person, Publishes, chromium, person
from tests.support.frames import mono_of

pytestmark = pytest.mark.browser

_CHROMIUM = ParticipantId("chromium")
_TRACKS = (
    DownlinkTrack(Mid("0"), TrackId("a"), _CHROMIUM, Source.MICROPHONE),
    DownlinkTrack(Mid("1"), TrackId("v"), _CHROMIUM, Source.CAMERA),
)
_PUBLISH = """async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const peer = new RTCPeerConnection();
    window.peer = peer;
    for (const track of [...stream.getAudioTracks(), ...stream.getVideoTracks()])
        peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    await peer.setLocalDescription();
    return peer.localDescription.sdp;
}"""
_WATCH = """async (sdp) => {
    const peer = new RTCPeerConnection();
    window.peer = peer;
    peer.ontrack = ({ track }) => {
        const player = document.createElement(track.kind);
        player.srcObject = new MediaStream([track]);
        player.autoplay = true;
        document.body.append(player);
    };
    await peer.setRemoteDescription({ type: "offer", sdp });
    await peer.setLocalDescription();
    return peer.localDescription.sdp;
}"""


@pytest.fixture
async def someone() -> AsyncIterator[Person]:
    """A person on an empty page of a trustworthy origin."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>empty</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with chromium() as browser, person(browser, Publishes(5, "Vinh")) as found:
        await found.page.goto(f"http://localhost:{port}/")
        yield found
    await runner.cleanup()


def _without_candidates(sdp: str) -> str:
    """Chromium hides its addresses behind names that nobody here resolves; it is learnt from its checks."""
    return "".join(line for line in sdp.splitlines(True) if not line.startswith("a=candidate"))


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110  counters of a decoder have no event
            await asyncio.sleep(0.05)


async def test_chromium_publishes_marks(someone: Person) -> None:
    downlink = Downlink()
    offer = _without_candidates(await someone.page.evaluate(_PUBLISH))
    answer = await downlink.answer(offer, _TRACKS)
    await someone.page.evaluate("(sdp) => peer.setRemoteDescription({ type: 'answer', sdp })", answer)
    await _until(lambda: downlink.seen[_CHROMIUM, Source.CAMERA].marks > 30)
    mark = downlink.seen[_CHROMIUM, Source.CAMERA].mark
    assert mark is not None
    assert mark.code == 5
    assert abs(mark.utc_ms * 1_000_000 - SystemClock().utc()) < 2_000_000_000
    await downlink.close()


async def test_chromium_reads_marks_and_hears(someone: Person) -> None:
    clock, gate = PointClock(SystemClock()), Gate(True)
    uplink = Uplink(clock)
    uplink.publish(Source.MICROPHONE, MarkedAudio(PointSound(9), clock, gate))
    uplink.publish(Source.CAMERA, MarkedVideo(Painter(9, "Con Cuông"), clock, gate))
    offer, _ = await uplink.offer()
    await uplink.take(_without_candidates(await someone.page.evaluate(_WATCH, offer)))
    await someone.advancing([9])
    heard = await someone.hears(range(1, 13))
    assert max(heard, key=lambda code: heard[code]) == 9, heard
    assert heard[9] > 0.02
    await uplink.close()


async def test_chromium_beeps_on_the_second(someone: Person) -> None:
    """Sound as it arrives (not by its media time, so within a jitter buffer's delay)."""
    downlink = _Ear()
    offer = _without_candidates(await someone.page.evaluate(_PUBLISH))
    answer = await downlink.answer(offer, ())
    await someone.page.evaluate("(sdp) => peer.setRemoteDescription({ type: 'answer', sdp })", answer)
    await _until(lambda: _even_seconds(downlink) >= 3)
    await downlink.close()
    assert set(find_tones(downlink.samples[-SAMPLE_RATE // 5 :], SAMPLE_RATE, range(40))) == {5}


def _even_seconds(ear: "_Ear") -> int:
    """How many of the last beeps came a second after the one before: where a busy machine stood still between two, its
    sound has a hole."""
    beeps = find_beeps(ear.samples, SAMPLE_RATE)
    gaps = [later - earlier for earlier, later in itertools.pairwise(beeps)]
    even = itertools.takewhile(lambda gap: abs(gap - 1) < 0.06, reversed(gaps))
    return sum(1 for _ in even)


class _Ear(Downlink):
    """Keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.samples: array[int] = array("h")

    async def _read(self, mid: Mid, track: MediaStreamTrack) -> None:
        while track.readyState == "live":
            frame = await track.recv()
            if isinstance(frame, AudioFrame):
                self.samples.extend(mono_of(frame))
