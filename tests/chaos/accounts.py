"""Every picture that was sent and accepted is in the recording or inside a declared gap: the reckoning. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from bridge.ids import NS_PER_S
from bridge.journal import GapReason
from bridge.manifest import ManifestTrack
from deploy.marks import Mark
from tests.chaos.points import Sending
from tests.support.recordings import SeenAt

_PICTURE_S = 0.1
TOLERANCE_S = 1.2 * _PICTURE_S
"""A gap begins with the end of the last picture before it: about one picture after that was shown."""
UNDECLARED_S = 0.25
"""The recorder declares what is longer than 0.2 s; a busy sender may be late by a little more than that."""

Span = tuple[float, float]
"""From, to: seconds on the recording's clock."""


class Account(msgspec.Struct):
    """Of all points of a session."""

    sent: int = 0
    accepted: int = 0
    recorded: int = 0
    in_gaps: int = 0
    lost: list[Mark] = []
    twice: list[Mark] = []


class Window(msgspec.Struct, frozen=True):
    """The recording on the wall clock, and when the node died in it (0: it did not)."""

    began_utc_ns: int
    ended_utc_ns: int
    node_died_utc_ns: int = 0


def reckon(
    account: Account, sendings: Sequence[Sending], seen: Sequence[SeenAt], holes: Sequence[Span], window: Window
) -> None:
    """One participant's camera is added to the account. ``holes``: its declared gaps and silences."""
    shown = Counter(one.mark for one in seen)
    places = {one.mark: one.at for one in seen}
    account.recorded += len(shown)
    account.twice += [mark for mark, times in shown.items() if times > 1]
    for sending in sendings:
        account.sent += len(sending.pictures)
        marks = [one.mark for one in sending.pictures if _accepted(one.mark, one.by_utc_ns, sending, window)]
        account.accepted += len(marks)
        for mark in marks:
            if mark in places:
                continue
            if _inside(_place(mark, sending, places, window), holes):
                account.in_gaps += 1
            else:
                account.lost.append(mark)


def _accepted(mark: Mark, by_utc_ns: int, sending: Sending, window: Window) -> bool:
    """What was sent to a dead node, before START or after STOP was not."""
    if mark.utc_ms * 1_000_000 < window.began_utc_ns or by_utc_ns > window.ended_utc_ns:
        return False
    died = window.node_died_utc_ns
    return not (died and sending.began_utc_ns < died <= by_utc_ns)


def _place(mark: Mark, sending: Sending, places: dict[Mark, float], window: Window) -> float:
    """Where it would be shown: as far from its nearest recorded neighbour as it was painted from it."""
    neighbours = [one.mark for one in sending.pictures if one.mark in places]
    if not neighbours:
        return mark.utc_ms / 1000 - window.began_utc_ns / NS_PER_S
    nearest = min(neighbours, key=lambda other: abs(other.utc_ms - mark.utc_ms))
    return places[nearest] + (mark.utc_ms - nearest.utc_ms) / 1000


def _inside(at: float, holes: Iterable[Span]) -> bool:
    return any(start - TOLERANCE_S <= at <= end + TOLERANCE_S for start, end in holes)


def declared(track: ManifestTrack) -> list[Span]:
    """Its gaps and silences."""
    gaps = [(gap.start_ns / NS_PER_S, gap.end_ns / NS_PER_S) for gap in track.gaps]
    return gaps + [(silence.start_ns / NS_PER_S, silence.end_ns / NS_PER_S) for silence in track.silences]


def undeclared(track: ManifestTrack) -> list[Span]:
    """Holes between what is stored and what is declared, from the track's first packet to its last."""
    spans = [(segment.start_ns / NS_PER_S, segment.end_ns / NS_PER_S) for segment in track.segments]
    start, end = track.start_ns / NS_PER_S, track.end_ns / NS_PER_S
    covered = union([(start, start), *spans, *declared(track), (end, end)])
    return [(before[1], after[0]) for before, after in pairwise(covered) if after[0] - before[1] > UNDECLARED_S]


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time in spans that do not touch, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def overlap(track: ManifestTrack) -> float:
    """Seconds of a track that lie in two of its files: the same stored twice."""
    spans = sorted((segment.start_ns, segment.end_ns) for segment in track.segments)
    return max((max(0, before[1] - after[0]) for before, after in pairwise(spans)), default=0) / NS_PER_S


def gap_seconds(track: ManifestTrack, *, stalled: bool = False) -> float:
    """What is declared lost, but for what came before the track's first key frame; or instead that the sender
    stalled, which points of a busy machine do by themselves."""
    gaps = [
        (gap.start_ns / NS_PER_S, gap.end_ns / NS_PER_S)
        for gap in track.gaps
        if gap.start_ns > track.start_ns and (gap.reason is GapReason.SENDER_STALLED) is stalled
    ]
    return sum(end - start for start, end in union(gaps))
