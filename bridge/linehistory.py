"""How the lines of a reception were: a look at everybody's each ten seconds, kept as long as the reception is. Pure.

It is no evidence and no event: nothing is decided by it, and the audit does not cover it. What could not be stored is
missing, and the next look that is stored says how many were.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median

import msgspec

from bridge.board import RoomSample, SeatSample
from bridge.ids import SeatId
from bridge.quality import LineSpan, Quality, quality_of


class KeptLook(msgspec.Struct, frozen=True):
    """What is stored of one look. ``missed``: looks since the one stored before that were measured and are lost;
    ``seats``: those that were measured."""

    at_utc_ns: int
    missed: int
    seats: dict[SeatId, SeatSample]


def kept_of(sample: RoomSample, missed: int = 0) -> KeptLook | None:
    """None when nobody's line was measured: nothing worth a row. Rounded to what a reader can tell apart."""
    seats = {seat: _rounded(one) for seat, one in sample.seats.items() if one.up is not None or one.down is not None}
    return KeptLook(sample.at_utc_ns, missed, seats) if seats else None


def _rounded(sample: SeatSample) -> SeatSample:
    return SeatSample(sample.connected, _round(sample.up), _round(sample.down))


def _round(span: LineSpan | None) -> LineSpan | None:
    if span is None:
        return None
    sound = None if span.sound_loss is None else round(span.sound_loss, 4)
    return LineSpan(round(span.loss, 4), round(span.jitter_ms, 1), round(span.rtt_ms, 1), round(span.kbps, 1), sound)


class WaySummary(msgspec.Struct, frozen=True):
    """One direction over the whole: mean loss, its greatest of one look, median round trip in ms."""

    loss: float
    worst_loss: float
    rtt_ms: float


class SeatSummary(msgspec.Struct, frozen=True):
    """``ratings``: of each look, None where the seat was not measured; ``shares`` of those that were."""

    seat: SeatId
    ratings: tuple[float | None, ...]
    least: float
    middle: float
    shares: dict[Quality, float]
    up: WaySummary | None
    down: WaySummary | None


def summed_up(looks: Sequence[KeptLook]) -> list[SeatSummary]:
    """Each seat that was measured, in order of its first look."""
    seats = dict.fromkeys(seat for look in looks for seat in look.seats)
    return [_summary(seat, looks) for seat in seats]


def _summary(seat: SeatId, looks: Sequence[KeptLook]) -> SeatSummary:
    samples = [look.seats.get(seat) for look in looks]
    ratings = tuple(None if sample is None else sample.rating for sample in samples)
    known = [rating for rating in ratings if rating is not None]
    words = [quality_of(rating) for rating in known]
    there = [sample for sample in samples if sample is not None]
    return SeatSummary(
        seat=seat,
        ratings=ratings,
        least=min(known),
        middle=median(known),
        shares={word: words.count(word) / len(words) for word in Quality},
        up=_way([sample.up for sample in there]),
        down=_way([sample.down for sample in there]),
    )


def _way(spans: Sequence[LineSpan | None]) -> WaySummary | None:
    known = [span for span in spans if span is not None]
    if not known:
        return None
    losses = [span.loss for span in known]
    return WaySummary(fmean(losses), max(losses), median(span.rtt_ms for span in known))


def thinned(values: Sequence[float | None], places: int) -> list[float | None]:
    """At most so many, each the least of its share: a bad moment is not lost in a drawing."""
    if len(values) <= places:
        return list(values)
    bounds = [index * len(values) // places for index in range(places + 1)]
    shares = (values[begin:end] for begin, end in pairwise(bounds))
    return [min((value for value in share if value is not None), default=None) for share in shares]
