"""How good a line is, from what a media node counts. Pure; the same measure as the client's ``room/quality.ts``.

The E-model (ITU-T G.107) with its default values: R = 93.2 - Id - Ie_eff; R >= 80 is good, >= 40 poor, else bad. It
rates how people hear each other, so loss is that of the sound where sound flows. Pictures have no term of their own:
what they lose is repeated, and how long one stood still nobody but the browser that shows it can count.
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

_CODING_MS = 26.5
"""A frame of 20 ms and the 6.5 ms that Opus looks ahead (RFC 6716 §2)."""

_KNEE_MS = 177.3
"""From this delay of one way on people begin to talk into each other (G.107 clause 7.4, as two straight lines)."""

_ROBUSTNESS = 25.1
"""Bpl of G.711 with concealment (G.113 appendix I, per cent): the table has no Opus, which conceals no worse."""

_MOST_BY_LOSS = 95.0
"""G.107 (7-29)."""


class Quality(StrEnum):
    """In a word."""

    GOOD = "good"
    POOR = "poor"
    BAD = "bad"


class LineSpan(msgspec.Struct, frozen=True):
    """One direction between two looks. ``loss``: share of the expected packets; ``kbps``: of payload;
    ``sound_loss``: of the sound alone, None when none was expected."""

    loss: float
    jitter_ms: float
    rtt_ms: float
    kbps: float
    sound_loss: float | None = None

    @property
    def rating(self) -> float:
        """The R value, 0 to 93.2."""
        loss = self.loss if self.sound_loss is None else self.sound_loss
        return r_value(loss, self.jitter_ms, self.rtt_ms)


def r_value(loss: float, jitter_ms: float, rtt_ms: float) -> float:
    """``loss``: share of the packets. A receiver plays as late as twice the jitter, which few packets exceed."""
    delay = rtt_ms / 2 + 2 * jitter_ms + _CODING_MS
    by_delay = 0.024 * delay + 0.11 * max(0.0, delay - _KNEE_MS)
    by_loss = _MOST_BY_LOSS * 100 * loss / (100 * loss + _ROBUSTNESS)
    return max(0.0, BEST - by_delay - by_loss)


def span_of(before: LineCounters | None, now: LineCounters | None, passed_ns: int) -> LineSpan | None:
    """What happened since ``before``; None when nothing was expected. Counters that fell belong to fewer tracks or to a
    new connection: they say nothing of the time between."""
    if before is None or now is None or passed_ns <= 0:
        return None
    packets, octets = now.packets - before.packets, now.octets - before.octets
    if packets <= 0 or octets < 0 or now.lost < before.lost:
        return None
    loss = min(1.0, (now.lost - before.lost) / packets)
    kbps = octets * 8 * NS_PER_S / passed_ns / 1000
    return LineSpan(loss, now.jitter_ms, now.rtt_ms, kbps, _sound_loss(before, now))


def _sound_loss(before: LineCounters, now: LineCounters) -> float | None:
    packets, lost = now.sound_packets - before.sound_packets, now.sound_lost - before.sound_lost
    return min(1.0, lost / packets) if packets > 0 and lost >= 0 else None


def quality_of(rating: float) -> Quality:
    """The word for an R value."""
    if rating >= GOOD:
        return Quality.GOOD
    return Quality.POOR if rating >= POOR else Quality.BAD


def worst_rating(spans: Iterable[LineSpan | None]) -> float | None:
    """Of those that were measured; None when none was."""
    return min((span.rating for span in spans if span is not None), default=None)
