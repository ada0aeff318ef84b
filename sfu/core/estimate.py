"""What a publisher's line carries: aiortc's delay gradient, fed from RTP timestamps, told to the sender as REMB.

Its usual input is the abs-send-time extension, but that changes at each sending, and a browser that repeats a
packet plainly would then encrypt a changed packet under a used sequence number. So the time a frame was captured
stands for the time it was sent, one entry a frame (as REMB did before abs-send-time).

aiortc's own rate control is not used: it falls to what came in whenever the picture is simple (tried with Chromium:
1 Mb/s promised, 320 kbit/s left after 3 s of a still picture). Here a promise only falls when a queue is seen.
"""

from aiortc.rate import BandwidthUsage, RemoteBitrateEstimator

from bridge.ids import NS_PER_MS, NS_PER_S
from sfu.core.rtp import unwrap_timestamp

_VIDEO_CLOCK = 90_000
_CEILING = 2_500_000
"""bit/s; our client sends at most 2 Mb/s (screen), a higher promise is of no use."""
START = 1_000_000
"""bit/s promised with the first packet: libwebrtc believes a REMB in its first two seconds and starts there
instead of at 300 kbit/s."""
_FLOOR = 100_000
"""bit/s; below that no picture is left to protect."""
_BACKOFF = 0.85
"""Of what comes in while a queue builds up: draft-ietf-rmcat-gcc §5.5."""
_GROWTH = 0.08
"""A second, likewise there."""
_QUEUE_NS = 80 * NS_PER_MS
"""Delay above the least. A busy encoder alone moves frames by 20-50 ms and must not halve the picture."""
_CALM_NS = NS_PER_S
_BASE_NS = 30 * NS_PER_S
_FORGOTTEN_NS = NS_PER_S
"""aiortc's window. Its counter walks through a silence millisecond by millisecond, 1.2 ms for each second of it: a
camera that was off for ten minutes made the whole node stand still for 0.7 s."""


class LineEstimate:
    """Bits per second one video track may use: ``bitrate``."""

    def __init__(self, ssrc: int, timestamp: int) -> None:
        self._ssrc = ssrc
        self._estimator = RemoteBitrateEstimator()
        self._timestamp = timestamp
        self._size = 0
        self._arrival_ns = 0
        self._closed_ns = 0
        """When the last frame came whose end is known."""
        self._least_ns: int | None = None
        self._least_at_ns = 0
        self._delay_ns = 0.0
        self._changed_ns = 0
        self._queued_ns = 0
        self._noted: list[tuple[int, int, int]] = []
        self.bitrate = START

    def note(self, timestamp: int, size: int, now_ns: int) -> None:
        """As :meth:`came`, but it counts when it is settled: closing a frame takes 70 µs while the processor's caches
        hold something else, and the packet at hand is not to wait for that."""
        self._noted.append((timestamp, size, now_ns))

    def settle(self) -> None:
        """With each tick."""
        for noted in self._noted:
            self.came(*noted)
        self._noted.clear()

    def came(self, timestamp: int, size: int, now_ns: int) -> None:
        """A packet in order; a new timestamp closes the frame before."""
        if timestamp != self._timestamp & 0xFFFFFFFF:
            self._close_frame()
            self._timestamp = unwrap_timestamp(timestamp, self._timestamp)
        self._size += size
        self._arrival_ns = now_ns

    def _close_frame(self) -> None:
        now_ns = self._arrival_ns
        if now_ns - self._closed_ns > _FORGOTTEN_NS:
            self._estimator = RemoteBitrateEstimator()
        self._closed_ns = now_ns
        sent = (self._timestamp << 18) // _VIDEO_CLOCK & 0xFFFFFF
        self._estimator.add(now_ns // NS_PER_MS, sent, self._size, self._ssrc)
        self._size = 0
        self._measure_delay(now_ns)
        overused = self._estimator.detector.state() is BandwidthUsage.OVERUSING
        if overused and self._delay_ns > _QUEUE_NS:
            self._queued_ns = now_ns
            self._fall(now_ns)
        elif now_ns - self._queued_ns > _CALM_NS:
            self._rise(now_ns)

    def _measure_delay(self, now_ns: int) -> None:
        """Capture to arrival, less the least of it in the last half minute or so; smoothed over some frames."""
        transit = now_ns - self._timestamp * NS_PER_S // _VIDEO_CLOCK
        if self._least_ns is None or transit < self._least_ns or now_ns - self._least_at_ns > _BASE_NS:
            self._least_ns, self._least_at_ns = transit, now_ns
        self._delay_ns += (transit - self._least_ns - self._delay_ns) / 8

    def _fall(self, now_ns: int) -> None:
        incoming = self._estimator.incoming_bitrate.rate(now_ns // NS_PER_MS)
        if incoming is not None:
            self.bitrate = max(_FLOOR, min(self.bitrate, int(incoming * _BACKOFF)))
        self._changed_ns = now_ns

    def _rise(self, now_ns: int) -> None:
        if self._changed_ns:
            passed = min(now_ns - self._changed_ns, NS_PER_S) / NS_PER_S
            self.bitrate = min(_CEILING, int(self.bitrate * (1 + _GROWTH * passed)) + 1)
        self._changed_ns = now_ns
