"""Whether memory grew while ten points were in a room: what a soak saw, against what may be. Pure.

The first two minutes are not judged: buffers get their size, the recorder writes its first files. What may grow
afterwards is said as a slope, not as an end: a run of twice the length may show twice as much of what is leaked, and no
more of what is merely busy.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import msgspec

from tests.soak.look import Look

WARM_S = 110.0
MOST_BLOCKS = {"web": 1_200, "sfu": 700, "recorder": 1_000, "jobs": 300}
"""Small objects a minute. One kept for each packet received would be 8,000 a minute in node and recorder, one for each
sent 70,000, two for each receiver's report 1,200. Some are kept on purpose: in web ten minutes of everybody's line
(800 a minute until they are full), in the node the last repeats of each track (360). The recorder begins and ends
twenty files a minute, so that its looks differ by 2,000; without growth their slope was between 40 and 110."""
MOST_HEAP = 150_000
"""Bytes a minute: a packet kept for every tenth second of each point would be twice that."""
MOST_RSS_MB = 1.0
"""A minute. Beside the heap this sees what a library maps by itself. (Of what is free and not given back the recorder
alone took 0.3 to 1.1 MB a minute, less and less: each look gives it back.)"""
MOST_OF_A_KIND = 30
"""Objects of one class a minute; half of what one a minute for each track would be in the recorder, or one every twenty
seconds for each point."""
BOUNDED = frozenset({"bridge.board.SeatSample", "bridge.board.RoomSample", "bridge.control.Numbered"})
"""Kept on purpose: lines of the last ten minutes, events that a reader may ask for again."""
EVENTS = ("bridge.control.", "bridge.recorder_control.")
"""What those events are."""
_LIBRARIES = frozenset({"weakref.ReferenceType"})
"""Of classes' caches: some hundreds come and go with each collection."""
OURS = ("bridge", "deploy", "recorder", "sfu", "signaling", "storage", "web")
SPARE = 4
"""Threads of a pool, each with a file of its own, that were not needed before. There are ten points."""
KEPT_RECORDINGS = frozenset(
    {
        "recorder.recording.Recording",
        "recorder.spool.RecordingState",
        "recorder.spool.PartState",
        "recorder.spool.Spool",
        "recorder.news.News",
    }
)
"""A finished recording can be asked about for a while: one of each."""


class Outside(msgspec.Struct, frozen=True):
    """``at_s``: since everybody was in."""

    at_s: float
    cpu_s: float
    rss_mb: float


class Part(msgspec.Struct):
    """What was seen of one process. ``before`` and ``after``: with nobody there."""

    before: Look
    outside: list[Outside] = []
    inside: list[Look] = []
    after: Look | None = None


class Flow(msgspec.Struct):
    """Of all points together. ``least_tracks``: of the point that was offered fewest."""

    sent: int = 0
    came: int = 0
    missing: int = 0
    repeated: int = 0
    pictures_asked: int = 0
    least_tracks: int = 0
    others_cpu_s: float = 0.0
    """Of the points' own process."""


class Seen(msgspec.Struct):
    """``node``: the media node's own counts at the end."""

    minutes: float
    parts: dict[str, Part]
    flow: Flow
    node: dict[str, int]


def faults(seen: Seen) -> list[str]:
    """Everything that is not as it has to be, in sentences."""
    found = _of_flow(seen)
    for name, part in seen.parts.items():
        found += [f"{name}: {fault}" for fault in (*_growth(name, part), *left(part))]
    return found


def _of_flow(seen: Seen) -> list[str]:
    """A run in which little flowed proves nothing."""
    flow, others, found = seen.flow, 9, []
    if flow.came - flow.repeated < 0.9 * others * flow.sent:
        found.append(f"{flow.sent} packets were sent, {flow.came} came to nine others each")
    if flow.least_tracks != 2 * others:
        found.append(f"somebody had {flow.least_tracks} tracks")
    if seen.node["rooms"] or seen.node["participants"]:
        found.append(f"the node still has somebody: {seen.node}")
    return found


def _growth(name: str, part: Part) -> list[str]:
    looks = [one for one in part.inside if one.at_s > WARM_S]
    outside = [(one.at_s, one.rss_mb) for one in part.outside if one.at_s > WARM_S]
    if len(looks) < 3:
        return [f"looked at {len(looks)} times only"]
    found = []
    for what, rate, most in (
        ("small objects", a_minute((one.at_s, one.blocks) for one in looks), MOST_BLOCKS[name]),
        ("bytes of the heap", a_minute((one.at_s, one.heap) for one in looks), MOST_HEAP),
        ("MB of memory", a_minute(outside), MOST_RSS_MB),
    ):
        if rate > most:
            found.append(f"{rate:.1f} {what} more each minute; {most} are allowed")
    return found + _kinds(looks)


def a_minute(points: Iterable[tuple[float, float]]) -> float:
    """The slope, as the median of the slopes of all pairs (Theil and Sen): a look in a busy moment does not tilt it."""
    known = list(points)
    slopes = [
        (later - earlier) / (then - at) * 60
        for index, (at, earlier) in enumerate(known)
        for then, later in known[index + 1 :]
        if then > at
    ]
    return median(slopes) if slopes else 0.0


def _kinds(looks: Sequence[Look]) -> list[str]:
    names = {name for one in looks for name in one.kinds} - BOUNDED - _LIBRARIES
    found = []
    for name in sorted(name for name in names if not name.startswith(EVENTS)):
        rate = a_minute((one.at_s, one.kinds.get(name, 0)) for one in looks)
        if rate > MOST_OF_A_KIND:
            found.append(f"{rate:.1f} more of {name} each minute; {MOST_OF_A_KIND} are allowed")
    return found


def left(part: Part) -> list[str]:
    """What it still had when everybody had gone, in sentences."""
    before, after = part.before, part.after
    if after is None:
        return ["not looked at when everybody had gone"]
    found = [f"task left: {task}" for task in _more(before.tasks, after.tasks)]
    for kind in _more(before.kinds, after.kinds):
        if kind.split(".")[0] in OURS and not _is_kept(kind, before.kinds, after.kinds):
            found.append(f"left behind: {after.kinds[kind]} of {kind}, {before.kinds.get(kind, 0)} before")
    for what, then, now in (("files", before.files, after.files), ("threads", before.threads, after.threads)):
        if now > then + SPARE:
            found.append(f"{now} {what} open when everybody had gone, {then} before")
    return found


def _more(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    return sorted(name for name, count in after.items() if count > before.get(name, 0))


def _is_kept(kind: str, before: Mapping[str, int], after: Mapping[str, int]) -> bool:
    one_more = kind in KEPT_RECORDINGS and after[kind] == before.get(kind, 0) + 1
    return one_more or kind in BOUNDED or kind.startswith(EVENTS)
