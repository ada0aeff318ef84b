"""Who is seen when, and if not, why: a sealed manifest as scenes that follow one another without a hole. Pure.

The rules are those of the player (``web/client/player/tiles.ts``): a tile for each seat, one more for each screen
that is shared at the moment. Time is never squeezed: the scenes cover the recording from its first nanosecond to its
last.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from bridge.ids import NS_PER_MS, SeatId, TrackId
from bridge.manifest import Manifest, ManifestTrack
from bridge.media import Source

LEEWAY_NS = 1_000 * NS_PER_MS
"""Tracks do not begin and end in the same instant as their people come and go; this much is no absence."""
BRIEF_NS = 700 * NS_PER_MS
"""A picture that stands still for a moment needs no words over it."""

ABSENT, NOTHING, BROKEN = "absent", "nothing", "broken"
"""Reasons beside those of the manifest: nobody at this seat; no picture came; the stored part cannot be loaded."""


class Tile(msgspec.Struct, frozen=True):
    """One picture's place. ``track``: what is shown in it while ``missing`` is empty."""

    seat: SeatId
    source: Source
    track: TrackId | None
    missing: str


class Scene(msgspec.Struct, frozen=True):
    """What stands still between two changes; cameras first, then screens."""

    start_ns: int
    end_ns: int
    tiles: tuple[Tile, ...]


class Span(msgspec.Struct, frozen=True):
    """``[start, end)`` with its reason (empty: something is there)."""

    start_ns: int
    end_ns: int
    reason: str = ""

    def covers(self, at_ns: int) -> bool:
        """Whether the moment is in it."""
        return self.start_ns <= at_ns < self.end_ns


class _Spans:
    """Asked many times for the one that covers a moment; where two overlap, the one that began first."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.all = sorted(spans, key=lambda span: span.start_ns)
        self._starts = [span.start_ns for span in self.all]

    def at(self, at_ns: int) -> Span | None:
        until = bisect_right(self._starts, at_ns)
        # Spans of one track hardly overlap: the few before the moment decide.
        return next((span for span in self.all[max(0, until - 4) : until] if span.covers(at_ns)), None)


class _Track:
    """A track with its holes and files ready to be asked."""

    def __init__(self, track: ManifestTrack, seat: SeatId) -> None:
        self.track = track
        self.seat = seat
        gaps = [Span(gap.start_ns, gap.end_ns, gap.reason) for gap in track.gaps]
        silences = [Span(one.start_ns, one.end_ns, one.reason) for one in track.silences]
        self.holes = _Spans([*silences, *(gap for gap in gaps if gap.end_ns - gap.start_ns >= BRIEF_NS)])
        self.pieces = _Spans(Span(one.start_ns, one.end_ns) for one in track.segments)

    def moments(self) -> Iterable[int]:
        """When what is seen of it may change."""
        yield from (self.track.start_ns, self.track.end_ns)
        yield from (self.track.start_ns - LEEWAY_NS, self.track.end_ns - LEEWAY_NS, self.track.end_ns + LEEWAY_NS)
        for span in (*self.holes.all, *self.pieces.all):
            yield from (span.start_ns, span.end_ns)

    def missing(self, at_ns: int) -> str:
        """The reason; empty when there is a picture, or the last one may stand for a moment."""
        hole = self.holes.at(at_ns)
        if hole is not None:
            return hole.reason
        if self.pieces.at(at_ns) is not None:
            return ""
        behind = [span for span in self.pieces.all if span.end_ns <= at_ns]
        if not behind:
            return NOTHING
        # What lies between two files and is no declared hole of some length is a moment: the last picture stands.
        brief = at_ns - max(span.end_ns for span in behind) < BRIEF_NS
        return "" if brief or at_ns >= self.track.end_ns - LEEWAY_NS else NOTHING


class _Seat:
    """A seat with the spans in which somebody sat there."""

    def __init__(self, seat: SeatId, there: Sequence[Span], tracks: Sequence[_Track]) -> None:
        self.id = seat
        self.there = there
        self.tracks = tracks

    def tiles(self, at_ns: int) -> list[Tile]:
        """Its camera, and its screen when one is shared."""
        camera, screen = self._pick(Source.CAMERA, at_ns), self._pick(Source.SCREEN, at_ns)
        tiles = [self._tile(Source.CAMERA, camera, at_ns)]
        if screen is not None and screen.holes.at(at_ns) is None and screen.pieces.at(at_ns) is not None:
            tiles.append(self._tile(Source.SCREEN, screen, at_ns))
        return tiles

    def _tile(self, source: Source, track: _Track | None, at_ns: int) -> Tile:
        missing = self._missing(track, at_ns)
        return Tile(self.id, source, track.track.id if track and not missing else None, missing)

    def _missing(self, track: _Track | None, at_ns: int) -> str:
        if not any(span.covers(at_ns) for span in self.there):
            return ABSENT
        return NOTHING if track is None else track.missing(at_ns)

    def _pick(self, source: Source, at_ns: int) -> _Track | None:
        own = [one for one in self.tracks if one.track.source is source]
        for leeway in (0, LEEWAY_NS):
            for one in own:
                if one.track.start_ns - leeway <= at_ns < one.track.end_ns + leeway:
                    return one
        return None


def scenes(manifest: Manifest) -> tuple[Scene, ...]:
    """From 0 to the recording's end; each differs from the one before."""
    seats = _seats(manifest)
    found: list[Scene] = []
    moments = _moments(manifest, seats)
    for start, end in pairwise(moments):
        tiles = [tile for seat in seats for tile in seat.tiles(start)]
        ordered = tuple(sorted(tiles, key=lambda tile: tile.source is Source.SCREEN))
        if found and found[-1].tiles == ordered:
            found[-1] = Scene(found[-1].start_ns, end, ordered)
        else:
            found.append(Scene(start, end, ordered))
    return tuple(found)


def _seats(manifest: Manifest) -> list[_Seat]:
    seat_of = {person.id: person.seat for person in manifest.participants}
    tracks = [_Track(one, seat_of[one.participant]) for one in manifest.tracks if one.participant in seat_of]
    there: dict[SeatId, list[Span]] = {}
    for person in manifest.participants:
        there.setdefault(person.seat, []).append(Span(person.joined_ns, person.left_ns))
    return [_Seat(seat, spans, [one for one in tracks if one.seat == seat]) for seat, spans in there.items()]


def _moments(manifest: Manifest, seats: Sequence[_Seat]) -> list[int]:
    """Every moment at which something may change, from 0 to the end."""
    end = manifest.duration_ns
    found = {0, end}
    for seat in seats:
        found.update(moment for span in seat.there for moment in (span.start_ns, span.end_ns))
        found.update(moment for track in seat.tracks for moment in track.moments())
        # Behind a file that no declared hole follows the last picture stands, but not for ever.
        found.update(span.end_ns + BRIEF_NS for track in seat.tracks for span in track.pieces.all)
    return sorted(moment for moment in found if 0 <= moment <= end)
