"""A point's uplink straight into another's downlink: what is painted is seen, by which clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiortc import clock as aiortc_clock

from bridge.control import DownlinkTrack
from bridge.ids import ParticipantId, TrackId
from bridge.media import Source
from deploy.marks import Painter, PointSound
from deploy.points import Downlink, Gate, MarkedAudio, MarkedVideo, PointClock, Seen, Uplink
from deploy.points.tracks import VIDEO_RATE
from deploy.time import SystemClock

_WHO = ParticipantId("p")


@asynccontextmanager
async def _pair(clock: PointClock, gate: Gate) -> AsyncIterator[tuple[Uplink, Downlink]]:
    uplink, downlink = Uplink(clock), Downlink()
    uplink.publish(Source.MICROPHONE, MarkedAudio(PointSound(7), clock, gate))
    uplink.publish(Source.CAMERA, MarkedVideo(Painter(7, "Vinh"), clock, gate))
    offer, sources = await uplink.offer()
    tracks = [DownlinkTrack(mid, TrackId(mid), _WHO, source) for mid, source in sources.items()]
    await uplink.take(await downlink.answer(offer, tracks))
    try:
        yield uplink, downlink
    finally:
        await uplink.close()
        await downlink.close()


async def _until(holds: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  counters of a decoder have no event
            await asyncio.sleep(0.05)


def _camera(downlink: Downlink) -> Seen:
    return downlink.seen[_WHO, Source.CAMERA]


async def test_marks_and_sound_arrive() -> None:
    clock = PointClock(SystemClock(), offset_seconds=7200)
    async with _pair(clock, Gate(True)) as (uplink, downlink):
        await _until(lambda: _camera(downlink).marks > 20 and downlink.seen[_WHO, Source.MICROPHONE].seconds > 1)
        mark = _camera(downlink).mark
        assert mark is not None
        assert mark.code == 7
        assert abs(mark.utc_ms / 1000 - clock.utc()) < 1
        assert uplink.state == "connected"


async def test_closed_gate_sends_nothing_and_time_goes_on() -> None:
    gate = Gate(True)
    async with _pair(PointClock(SystemClock()), gate) as (_, downlink):
        await _until(lambda: _camera(downlink).marks > 5)
        gate.set(False)
        await asyncio.sleep(0.5)
        before, last = _camera(downlink).frames, _camera(downlink).mark
        await asyncio.sleep(1)
        assert _camera(downlink).frames == before
        gate.set(True)
        await _until(lambda: _camera(downlink).frames > before + 5)
        mark = _camera(downlink).mark
        assert mark is not None
        assert last is not None
        assert mark.utc_ms - last.utc_ms > 1000


def test_clock_drifts_and_is_its_own() -> None:
    class Hand:
        """A clock moved by hand."""

        now = 0

        def mono(self) -> int:
            return self.now

        utc = mono

    hand = Hand()
    clock = PointClock(hand, offset_seconds=100, drift=0.003)  # type: ignore[arg-type]  # bare ints will do here
    assert clock.utc() == 100
    hand.now = 1_000_000_000_000
    assert abs(clock.utc() - 1103) < 1e-6
    assert abs(clock.delay_until(1103 + 1.003) - 1) < 1e-6
    assert clock.delay_until(0) == 0
    with clock.rules():
        assert aiortc_clock.current_ntp_time() == clock.ntp()
    assert aiortc_clock.current_ntp_time() != clock.ntp()


async def test_a_report_tells_when_a_picture_was_painted_and_not_when_it_was_sent() -> None:
    clock = PointClock(SystemClock())
    track = MarkedVideo(Painter(3, "Vinh"), clock, Gate(True))

    async def reported() -> tuple[float, float]:
        """Of two pictures, each after a while of encoding: the seconds between their reports, and between them."""
        told = []
        for encoding_s in (0, 0.2):
            picture = await track.recv()
            assert picture.pts is not None
            await asyncio.sleep(encoding_s)
            told.append((aiortc_clock.current_ntp_time() / (1 << 32), picture.pts / VIDEO_RATE))
        (first, painted), (second, next_painted) = told
        return second - first, next_painted - painted

    with clock.rules():
        by_reports, by_pictures = await asyncio.create_task(reported())
        assert abs(by_reports - by_pictures) < 1e-3
        before = clock.ntp()  # a task that sends nothing reads the clock itself
        assert before <= aiortc_clock.current_ntp_time() <= clock.ntp()
