"""What a synthetic point sends: marked picture and sound, or packets that were encoded before."""

import asyncio
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from deploy.marks import SAMPLE_RATE, Painter, Picture, PointSound
from deploy.points.clock import PointClock

VIDEO_RATE = 90_000
_CHUNK = SAMPLE_RATE // 50
"""20 ms, the packet time of Opus in browsers."""


class Gate:
    """Whether a source is sent. A closed one sends no packets, as a browser without a track."""

    def __init__(self, is_open: bool) -> None:
        self._opened = asyncio.Event()
        self.set(is_open)

    def set(self, is_open: bool) -> None:
        """Open or close it."""
        if is_open:
            self._opened.set()
        else:
            self._opened.clear()

    async def passed(self) -> None:
        """Wait until it is open."""
        await self._opened.wait()


class _Paced(MediaStreamTrack):
    """Hands out units at their time on the point's own clock, skipping those whose time is long past."""

    def __init__(self, clock: PointClock, gate: Gate, per_second: float) -> None:
        super().__init__()
        self._clock = clock
        self._gate = gate
        self._per_second = per_second
        self._began = clock.utc()
        self._next = 0

    async def _due(self) -> int:
        """The number of the next unit, once its time has come."""
        await self._gate.passed()
        if self.readyState != "live":
            raise MediaStreamError
        behind = int((self._clock.utc() - self._began) * self._per_second) - self._next
        if behind > self._per_second / 4:
            self._next += behind
        await asyncio.sleep(self._clock.delay_until(self._at(self._next)))
        self._next += 1
        return self._next - 1

    def _at(self, number: int) -> float:
        return self._began + number / self._per_second


class MarkedVideo(_Paced):
    """The painter's pictures, each with the time at which it is handed out."""

    kind = "video"

    def __init__(self, painter: Painter, clock: PointClock, gate: Gate, per_second: float = 15.0) -> None:
        super().__init__(clock, gate, per_second)
        self._painter = painter

    async def recv(self) -> av.VideoFrame:
        """The next picture."""
        number = await self._due()
        now = self._clock.utc()
        self._clock.hand_out(now)
        frame = _frame_of(self._painter.paint(number, int(now * 1000)))
        frame.pts = round((now - self._began) * VIDEO_RATE)
        frame.time_base = Fraction(1, VIDEO_RATE)
        return frame


class MarkedAudio(_Paced):
    """The participant's tone and beeps, in pieces of 20 ms, each sent at the time of its first sample."""

    kind = "audio"

    def __init__(self, sound: PointSound, clock: PointClock, gate: Gate) -> None:
        super().__init__(clock, gate, SAMPLE_RATE / _CHUNK)
        self._sound = sound

    async def recv(self) -> av.AudioFrame:
        """The next 20 ms."""
        number = await self._due()
        self._clock.hand_out(self._at(number))
        frame = av.AudioFrame(format="s16", layout="mono", samples=_CHUNK)
        frame.planes[0].update(self._sound.samples(self._at(number), _CHUNK))
        frame.sample_rate = SAMPLE_RATE
        frame.pts = number * _CHUNK
        frame.time_base = Fraction(1, SAMPLE_RATE)
        return frame


class PacketTrack(_Paced):
    """Encoded payloads over and over, one per tick: media at next to no cost, for load."""

    def __init__(self, kind: str, payloads: Iterable[bytes], clock: PointClock, gate: Gate, per_second: float) -> None:
        super().__init__(clock, gate, per_second)
        self.kind = kind
        self._payloads = tuple(payloads)
        self._rate = SAMPLE_RATE if kind == "audio" else VIDEO_RATE

    async def recv(self) -> "av.Packet[av.stream.Stream]":
        """The next payload; after the last the first."""
        number = await self._due()
        self._clock.hand_out(self._at(number))
        packet = av.Packet(self._payloads[number % len(self._payloads)])
        packet.pts = round(number / self._per_second * self._rate)
        packet.time_base = Fraction(1, self._rate)
        return packet


def _frame_of(picture: Picture) -> av.VideoFrame:
    frame = av.VideoFrame(picture.width, picture.height, "yuv420p")
    for plane, pixels in zip(frame.planes, (picture.y, picture.u, picture.v), strict=True):
        plane.update(b"".join(_padded(pixels, plane.width, plane.line_size)))
    return frame


def _padded(pixels: bytes, width: int, stride: int) -> Iterator[bytes]:
    """av's rows may be longer than the picture is wide."""
    for at in range(0, len(pixels), width):
        yield pixels[at : at + width].ljust(stride, b"\0")
