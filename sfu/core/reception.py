"""What a receiver report says of one publisher's track (RFC 3550 §6.4 and appendix A.3, A.8)."""

from typing import NamedTuple

_MAX_LOST = 0x7FFFFF


class ReportBlock(NamedTuple):
    """One block of a receiver report. ``fraction`` of 256 lost since the last; ``lsr``, ``dlsr`` in 1/65536 s."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    lsr: int
    dlsr: int


class Reception:
    """Counts what came. ``sequence`` arguments are extended; jitter is kept in 1/16 timestamp units."""

    def __init__(self, sequence: int, clock_rate: int) -> None:
        self._base = sequence
        self._clock_rate = clock_rate
        self.received = 0
        self.highest = sequence
        self._jitter = 0
        self._transit: int | None = None
        self._expected_before = 0
        self._received_before = 0
        self._report_ntp = 0
        self._report_ns = 0

    def came(self, sequence: int, timestamp: int, now_ns: int) -> None:
        """A packet in order. ``sequence`` is higher than all before."""
        self.received += 1
        self.highest = sequence
        transit = now_ns * self._clock_rate // 1_000_000_000 - timestamp & 0xFFFFFFFF
        before = self._transit
        self._transit = transit
        if before is not None:
            step = transit - before & 0xFFFFFFFF
            if step >= 0x80000000:
                step = 0x100000000 - step
            self._jitter += step - (self._jitter + 8 >> 4)

    def came_late(self) -> None:
        """A packet that was missing until now: reordered, or repeated for a NACK."""
        self.received += 1

    @property
    def expected(self) -> int:
        """Packets that should have come, from the first to the newest."""
        return self.highest - self._base + 1

    @property
    def lost(self) -> int:
        """Of them never came, at least; repeated ones that came twice hide as many."""
        return max(0, self.expected - self.received)

    @property
    def jitter_ms(self) -> float:
        """RFC 3550 §6.4.1."""
        return (self._jitter >> 4) * 1000 / self._clock_rate

    def sender_report(self, ntp: int, now_ns: int) -> None:
        """The peer's sender report came: the next block says when, so that it can measure the round trip."""
        self._report_ntp = ntp
        self._report_ns = now_ns

    def block(self, ssrc: int, now_ns: int) -> ReportBlock:
        """The block for now; starts the next interval."""
        expected = self.expected
        lost = expected - self.received
        interval = expected - self._expected_before
        lost_now = interval - (self.received - self._received_before)
        self._expected_before = expected
        self._received_before = self.received
        fraction = min(255, (lost_now << 8) // interval) if interval > 0 and lost_now > 0 else 0
        since = (now_ns - self._report_ns) * 65_536 // 1_000_000_000 if self._report_ntp else 0
        return ReportBlock(
            ssrc=ssrc,
            fraction=fraction,
            lost=max(-_MAX_LOST - 1, min(_MAX_LOST, lost)),
            highest=self.highest & 0xFFFFFFFF,
            jitter=self._jitter >> 4,
            lsr=self._report_ntp >> 16 & 0xFFFFFFFF,
            dlsr=min(since, 0xFFFFFFFF),
        )
