"""What a publisher's line carries: aiortc's receive-side estimator, fed from RTP timestamps.

Its own input is the abs-send-time extension, but that changes at each sending, and a browser that repeats a
packet plainly would then encrypt a changed packet under a used sequence number. So the time a frame was captured
stands for the time it was sent, one entry a frame (as REMB did before abs-send-time).
"""

from aiortc.rate import RemoteBitrateEstimator

from bridge.ids import NS_PER_MS
from sfu.core.rtp import unwrap_timestamp

_VIDEO_CLOCK = 90_000
_CEILING = 2_500_000
"""bit/s; our client sends at most 2 Mb/s (screen), a higher promise is of no use."""
START = 1_000_000
"""bit/s promised with the first packet: libwebrtc believes a REMB in its first two seconds and starts there
instead of at 300 kbit/s."""
_FLOOR = 100_000
"""bit/s; below that no picture is left to protect."""


class LineEstimate:
    """Bits per second one video track may use."""

    def __init__(self, ssrc: int, timestamp: int) -> None:
        self._ssrc = ssrc
        self._estimator = RemoteBitrateEstimator()
        self._timestamp = timestamp
        self._size = 0
        self._arrival_ns = 0
        self.bitrate = START

    def came(self, timestamp: int, size: int, now_ns: int) -> None:
        """A packet in order; a new timestamp closes the frame before."""
        if timestamp != self._timestamp & 0xFFFFFFFF:
            self._close_frame()
            self._timestamp = unwrap_timestamp(timestamp, self._timestamp)
        self._size += size
        self._arrival_ns = now_ns

    def _close_frame(self) -> None:
        sent = (self._timestamp << 18) // _VIDEO_CLOCK & 0xFFFFFF
        found = self._estimator.add(self._arrival_ns // NS_PER_MS, sent, self._size, self._ssrc)
        self._size = 0
        if found is not None:
            self.bitrate = max(_FLOOR, min(_CEILING, found[0]))
