"""Sender clocks tied to the media node's clock, so that all participants of a recording share one timeline.

A sender report pairs the sender's own wall clock (NTP, possibly hours wrong or drifting) with a track's RTP time. The
NTP side relates the tracks of one participant and connection to each other; where that clock stands on the node's
is estimated here: *offset* = (arrival - NTP time), the least over a sliding window, less half the least round trip.

The least alone lags behind a drifting clock (3 ms/s over 30 s: 90 ms), so the offset is a line: the one below all
samples and nearest to them in the mean, which is the edge of their lower convex hull over the mean time
(Moon, Skelly and Towsley, "Estimation and removal of clock skew from network delay measurements", 1999).

Both clocks are plain structs: they are stored in checkpoints and restored after a restart.
"""

from itertools import pairwise

import msgspec

from bridge.ids import NS_PER_S

WINDOW_NS = 30 * NS_PER_S
SLOPE_AFTER_NS = 8 * NS_PER_S
"""With less than this no slope is believed: the jitter of two samples would be taken for drift."""

MAX_SLOPE = 0.01
"""10 ms/s; three times the worst drift reported by others (20 s in 1 h 44 min)."""

JUMP_NS = NS_PER_S
"""A clock that moves by more is not drifting, it was set."""

HELD_UP_IN_A_ROW = 3
MAX_SAMPLES = 128
MAX_ANCHORS = 64
"""A clock that was set more often than this belongs to a hostile sender, whose tracks may then drift apart."""

STEADY_NS = 10_000_000
"""10 ms: smaller corrections wait, so that frames keep the exact spacing of their RTP timestamps."""

AHEAD_NS = NS_PER_S
BEHIND_NS = 15 * NS_PER_S
"""A packet cannot be sampled after it arrived, nor travel this long: beyond, its timestamps began anew."""

_HALF = 1 << 31


def ntp_to_ns(ntp: int) -> int:
    """32.32 fixed point seconds → ns."""
    return (ntp * NS_PER_S) >> 32


def rtp_delta(later: int, earlier: int) -> int:
    """Signed difference of two 32-bit RTP timestamps."""
    return ((later - earlier + _HALF) & 0xFFFFFFFF) - _HALF


class Anchor(msgspec.Struct):
    """One stretch in which the sender's clock ran without being set: its samples and the line below them."""

    samples: list[tuple[int, int]] = []
    """(arrival, arrival - sender time), ns, oldest first."""
    rtt_ns: int = 0
    at_ns: int = 0
    offset_ns: int = 0
    slope: float = 0.0

    def add(self, arrival: int, difference: int, rtt_ns: int) -> None:
        """One more sample; the line is drawn anew."""
        if rtt_ns and (not self.rtt_ns or rtt_ns < self.rtt_ns):
            self.rtt_ns = rtt_ns
        kept = [sample for sample in self.samples if arrival - sample[0] <= WINDOW_NS]
        kept.append((arrival, difference))
        kept.sort()
        self.samples = kept[-MAX_SAMPLES:]
        self.slope = _slope_below(self.samples)
        self.at_ns = arrival
        least = min(value + self.slope * (arrival - at) for at, value in self.samples)
        self.offset_ns = round(least) - self.rtt_ns // 2

    def offset(self, at_ns: int) -> int:
        """node clock - sender clock at this moment of the node's clock; the slope is trusted for one window."""
        return self.offset_ns + round(self.slope * min(at_ns - self.at_ns, WINDOW_NS))

    def above(self, arrival: int, sender_ns: int) -> int:
        """How far a sample lies above the line, ns."""
        return arrival - sender_ns - self.rtt_ns // 2 - self.offset(arrival)


def _slope_below(samples: list[tuple[int, int]]) -> float:
    """Slope of the hull edge under the mean time of the samples, held within what a clock can drift."""
    if samples[-1][0] - samples[0][0] < SLOPE_AFTER_NS:
        return 0.0
    hull = _lower_hull(samples)
    middle = sum(at for at, _ in samples) / len(samples)
    for (at, value), (next_at, next_value) in pairwise(hull):
        if next_at >= middle:
            return max(-MAX_SLOPE, min(MAX_SLOPE, (next_value - value) / (next_at - at)))
    return 0.0


def _lower_hull(samples: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Andrew's monotone chain, lower half; samples in order of time."""
    hull: list[tuple[int, int]] = []
    for point in samples:
        if hull and hull[-1][0] == point[0]:
            continue
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _turns_down(first: tuple[int, int], second: tuple[int, int], third: tuple[int, int]) -> bool:
    ahead = (second[0] - first[0]) * (third[1] - first[1])
    return ahead <= (second[1] - first[1]) * (third[0] - first[0])


class Moved(msgspec.Struct, frozen=True):
    """A sender clock was tied to the node's: for the first time, or anew because it was set."""

    offset_ns: int
    jumped: bool


class SenderClock(msgspec.Struct):
    """The clock of one participant and connection. Tracks name the anchor their last sender report belongs to:
    when the clock is set, each track stays with the old anchor until its own next report."""

    anchors: list[Anchor] = []
    held_up: int = 0
    """Reports in a row that lay far above the line though the sender's clocks ran on together."""

    def report(self, arrival: int, sender_ns: int, rtt_ns: int, *, runs_on: bool) -> tuple[int, Moved | None]:
        """A sender report came. → (index of its anchor, what moved).

        ``runs_on``: nothing in the report itself says that the sender's clock was set. One that lies far above the
        line was then only held up on the way, unless several do so in a row.
        """
        if not self.anchors:
            return self._anchor(arrival, sender_ns, rtt_ns, jumped=False)
        newest = self.anchors[-1]
        above = newest.above(arrival, sender_ns)
        held_up = runs_on and above > JUMP_NS
        self.held_up = self.held_up + 1 if held_up else 0
        if held_up and self.held_up < HELD_UP_IN_A_ROW:
            return len(self.anchors) - 1, None
        if abs(above) > JUMP_NS:
            return self._anchor(arrival, sender_ns, rtt_ns, jumped=True)
        newest.add(arrival, arrival - sender_ns, rtt_ns)
        return len(self.anchors) - 1, None

    def offset(self, anchor: int, at_ns: int) -> int:
        """node clock - sender clock under this anchor."""
        return self.anchors[anchor].offset(at_ns)

    def correct(self, anchor: int, arrival: int, sender_ns: int) -> None:
        """A packet came before it was sampled, as the line has it: all reports so far were held up on the way, and
        the packet is the better sample."""
        self.anchors[anchor].add(arrival, arrival - sender_ns, 0)

    def _anchor(self, arrival: int, sender_ns: int, rtt_ns: int, *, jumped: bool) -> tuple[int, Moved | None]:
        if len(self.anchors) == MAX_ANCHORS:
            return len(self.anchors) - 1, None
        anchor = Anchor()
        anchor.add(arrival, arrival - sender_ns, rtt_ns)
        self.anchors.append(anchor)
        return len(self.anchors) - 1, Moved(anchor.offset_ns, jumped)


class TrackTime(msgspec.Struct):
    """Places one track's RTP timestamps on the node's clock.

    Before the first sender report: by arrival (the least of arrival - RTP time). From then on by the sender's clock.
    """

    clock_rate: int
    report: tuple[int, int, int] | None = None
    """(RTP time, sender's clock in ns, anchor) of the last sender report."""
    base: tuple[int, int] | None = None
    """(RTP time, node's clock in ns) while no report speaks for these timestamps."""
    last: tuple[int, int] | None = None
    """(RTP time, node's clock in ns) as last placed."""

    def learn(self, arrival: int, rtp: int, ntp: int, rtt_ns: int, clock: SenderClock) -> Moved | None:
        """A sender report of this track."""
        sender_ns = ntp_to_ns(ntp)
        runs_on = self._runs_on(rtp, sender_ns)
        anchor, moved = clock.report(arrival, sender_ns, rtt_ns, runs_on=runs_on)
        self.report = (rtp, sender_ns, anchor)
        self.base = None
        return moved

    def place(self, timestamp: int, arrival: int, clock: SenderClock) -> int:
        """Node's clock in ns at which this timestamp was sampled.

        A correction backwards makes the track's time run at half its speed for a while: frames are never heaped up.
        """
        wanted = self._wanted(timestamp, arrival, clock)
        if not -BEHIND_NS < wanted - arrival < AHEAD_NS:
            self.report = self.last = None
            self.base = (timestamp, arrival)
            wanted = arrival
        if self.last is not None:
            span = self._span(rtp_delta(timestamp, self.last[0]))
            steady, slowest = self.last[1] + span, self.last[1] + span // 2
            if abs(steady - wanted) <= STEADY_NS:
                wanted = min(steady, arrival)
            elif wanted < slowest < arrival:
                wanted = slowest
        self.last = (timestamp, wanted)
        return wanted

    def shift(self, lag_ns: int) -> None:
        """From here on timestamps stand for moments that much later, whatever was reported of earlier ones."""
        if self.report is not None:
            rtp, sender_ns, anchor = self.report
            self.report = (rtp, sender_ns + lag_ns, anchor)
        elif self.base is not None:
            self.base = (self.base[0], self.base[1] + lag_ns)

    def forget(self) -> None:
        """The sender began new timestamps (another SSRC): nothing known of them."""
        self.report = self.base = self.last = None

    def _wanted(self, timestamp: int, arrival: int, clock: SenderClock) -> int:
        if self.report is not None:
            rtp, reported_ns, anchor = self.report
            sender_ns = reported_ns + self._span(rtp_delta(timestamp, rtp))
            wanted = sender_ns + clock.offset(anchor, arrival)
            if 0 < wanted - arrival < AHEAD_NS:
                clock.correct(anchor, arrival, sender_ns)
                return arrival
            return wanted
        if self.base is None:
            self.base = (timestamp, arrival)
            return arrival
        by_base = self.base[1] + self._span(rtp_delta(timestamp, self.base[0]))
        if arrival < by_base:
            self.base = (timestamp, arrival)
            return arrival
        return by_base

    def _runs_on(self, rtp: int, sender_ns: int) -> bool:
        """As far as is known neither the sender's clock nor its RTP time was set since the last report."""
        if self.report is None:
            return True
        went = self._span(rtp_delta(rtp, self.report[0]))
        return abs(sender_ns - self.report[1] - went) < JUMP_NS

    def _span(self, ticks: int) -> int:
        return ticks * NS_PER_S // self.clock_rate
