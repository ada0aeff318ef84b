"""How good a line is, from what a media node counts. Pure; the same measure as the client's ``room/quality.ts``.

A simplified E-model (ITU-T G.107 in the short form used for VoIP: R = 93.2 - delay - loss impairment); R >= 80 is good,
>= 40 poor, else bad.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from bridge.control import LineCounters
from bridge.ids import NS_PER_S

GOOD, POOR = 80.0, 40.0
"""Least ratings of the two better words."""

BEST = 93.2
"""R of a line without any fault (G.107 with its default values)."""


class Quality(StrEnum):
    """In a word."""

    GOOD = "good"
    POOR = "poor"
    BAD = "bad"


class LineSpan(msgspec.Struct, frozen=True):
    """One direction between two looks. ``loss``: share of the expected packets; ``kbps``: of payload."""

    loss: float
    jitter_ms: float
    rtt_ms: float
    kbps: float

    @property
    def rating(self) -> float:
        """The R value, 0 to 93.2."""
        delay = self.rtt_ms / 2 + 2 * self.jitter_ms + 10
        by_delay = delay / 40 if delay < 160 else (delay - 120) / 10
        # 2.5 per percent: Opus with in-band FEC, as commonly taken.
        return max(0.0, BEST - by_delay - 250 * self.loss)


def span_of(before: LineCounters | None, now: LineCounters | None, passed_ns: int) -> LineSpan | None:
    """What happened since ``before``; None when nothing was expected. Counters that fell belong to fewer tracks or to a
    new connection: they say nothing of the time between."""
    if before is None or now is None or passed_ns <= 0:
        return None
    packets, octets = now.packets - before.packets, now.octets - before.octets
    if packets <= 0 or octets < 0 or now.lost < before.lost:
        return None
    loss = min(1.0, (now.lost - before.lost) / packets)
    return LineSpan(loss, now.jitter_ms, now.rtt_ms, octets * 8 * NS_PER_S / passed_ns / 1000)


def quality_of(rating: float) -> Quality:
    """The word for an R value."""
    if rating >= GOOD:
        return Quality.GOOD
    return Quality.POOR if rating >= POOR else Quality.BAD


def worst_rating(spans: Iterable[LineSpan | None]) -> float | None:
    """Of those that were measured; None when none was."""
    return min((span.rating for span in spans if span is not None), default=None)
