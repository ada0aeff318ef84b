"""What is seen over a bad line, what is expected of it, and both as tables. Nothing is measured here."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

import msgspec

from tests.bench.report import Row, table
from tests.support.relay import GOOD, Line

_COLUMNS = ("line", "runs", "frames", "gap_s", "concealed", "back_s", "goal", "met", "failed")
_WHERE = (
    "line", "captured", "unsent", "undecoded", "dropped", "keys", "pli", "pli_on", "height",
    "lost", "asked", "repeated", "twice", "often", "dear", "gone", "nacked", "mended",
)  # fmt: skip
_KEY = """
captured   frames of the publisher's camera        asked     packets that the receiver missed, each once
unsent     refused by its own encoder              repeated  sent to it again, twice: of them second copies
undecoded  sent, but not decoded                   often     not any more: answered too often
dropped    of them thrown away by the receiver     dear      not now: repeats cost as much as the track
keys       key frames encoded                      gone      no longer in the node's cache
pli        asked of the node, pli_on: by the node  nacked    asked of the publisher by the node
height     of the picture at the end               mended    came again (pictures), or as a copy (sound)
lost       sent to the receiver, never came
"""


class Goal(NamedTuple):
    """What issue and notes ask of a line; None: nothing."""

    frames: float | None = None
    gap_s: float | None = None
    concealed: float | None = None
    back_s: float | None = None


class Case(NamedTuple):
    """Which line turns bad, and how."""

    said: str
    publisher: Line
    receiver: Line
    goal: Goal
    outage: bool = False


def _lossy(share: float) -> Line:
    return Line(loss=share)


_FAR = Line(loss=0.05, delay=0.15)
CASES = {
    "good": Case("good", GOOD, GOOD, Goal(0.99, 0.5, 0.01)),
    "receiver-5": Case("receiver’s, 5 %", GOOD, _lossy(0.05), Goal()),
    "receiver-10": Case("receiver’s, 10 %", GOOD, _lossy(0.10), Goal(0.99, 0.5, 0.01)),
    "receiver-20": Case("receiver’s, 20 %", GOOD, _lossy(0.20), Goal(0.95, 1.0, 0.04)),
    "publisher-5": Case("publisher’s, 5 %", _lossy(0.05), GOOD, Goal()),
    "publisher-10": Case("publisher’s, 10 %", _lossy(0.10), GOOD, Goal(frames=0.97)),
    "publisher-20": Case("publisher’s, 20 %", _lossy(0.20), GOOD, Goal(frames=0.75, gap_s=1.0)),
    "receiver-300ms-5": Case("receiver’s, 300 ms there and back, 5 %", GOOD, _FAR, Goal()),
    "publisher-300ms-5": Case("publisher’s, 300 ms there and back, 5 %", _FAR, GOOD, Goal()),
    "outage": Case("receiver’s, cut for 10 s", GOOD, _lossy(1.0), Goal(back_s=1.0), outage=True),
}


class Captured(msgspec.Struct, frozen=True):
    """What a page counted while it was watched. ``stalls``: when the picture stood still for a quarter of a second or
    longer, and how long, in ms."""

    captured: int
    encoded: int
    decoded: int
    dropped: int
    keys: int
    pli: int
    lost: int
    asked: int
    samples: int
    concealed: int
    height: int
    gap_ms: float
    stalls: list[tuple[float, float]] = []


class Seen(NamedTuple):
    """One run."""

    frames: float | None
    gap_s: float
    concealed: float
    back_s: float | None = None
    """Only of an outage, which has no ``frames``."""
    where: Mapping[str, int] = {}
    """By the words of the second table."""
    stalls: Sequence[tuple[float, float]] = ()


def seen(sent: Captured, got: Captured, node: Mapping[str, int]) -> Seen:
    """Publisher's page, receiver's page, and by how much the node's counts rose."""
    where = {
        "captured": sent.captured,
        "unsent": max(0, sent.captured - sent.encoded),
        "undecoded": max(0, sent.encoded - got.decoded),
        "dropped": got.dropped,
        "keys": sent.keys,
        "pli": node.get("pictures_lost", 0),
        "pli_on": node.get("key_frames_asked", 0),
        "height": sent.height,
        "lost": got.lost,
        "asked": got.asked,
        "repeated": node.get("repeated", 0),
        "twice": node.get("repeated_twice", 0),
        "often": node.get("repeat_often", 0),
        "dear": node.get("repeat_dear", 0),
        "gone": node.get("repeat_gone", 0),
        "nacked": node.get("nacked", 0),
        "mended": node.get("repaired", 0) + node.get("recovered", 0),
    }
    return Seen(
        frames=got.decoded / max(sent.captured, 1),
        gap_s=got.gap_ms / 1000,
        concealed=got.concealed / max(got.samples, 1),
        where=where,
        stalls=[(at / 1000, lasted / 1000) for at, lasted in got.stalls],
    )


def middle(runs: Sequence[Seen]) -> Seen:
    """The median of each figure by itself. Raises StatisticsError without a run."""
    words = runs[0].where if runs else {}
    return Seen(
        frames=_median([one.frames for one in runs]),
        gap_s=median(one.gap_s for one in runs),
        concealed=median(one.concealed for one in runs),
        back_s=_median([one.back_s for one in runs]),
        where={word: round(median(one.where.get(word, 0) for one in runs)) for word in words},
    )


def met(goal: Goal, one: Seen) -> bool:
    """Whether what was seen reaches everything that is asked."""
    return (
        (goal.frames is None or (one.frames is not None and one.frames >= goal.frames))
        and (goal.gap_s is None or one.gap_s <= goal.gap_s)
        and (goal.concealed is None or one.concealed <= goal.concealed)
        and (goal.back_s is None or (one.back_s is not None and one.back_s <= goal.back_s))
    )


def row(name: str, runs: Sequence[Seen], fault: str | None) -> Row:
    """A line's medians, beside what is asked; ``fault``: of a run that did not end."""
    goal = CASES[name].goal
    head: Row = {"line": name, "runs": len(runs), "goal": _asked(goal), "failed": fault}
    if not runs:
        return head
    found = middle(runs)
    return {
        **head,
        "frames": None if found.frames is None else f"{found.frames:.3f}",
        "gap_s": found.gap_s,
        "concealed": f"{found.concealed:.2%}",
        "back_s": found.back_s,
        "met": _verdict(goal, found),
    }


def screen(runs: Mapping[str, Sequence[Seen]], faults: Mapping[str, str]) -> str:
    """Two tables: how it was, and where frames and packets went."""
    rows = [row(name, found, faults.get(name)) for name, found in runs.items()]
    where: list[Row] = [{"line": name, **middle(found).where} for name, found in runs.items() if found]
    text = table(rows, _COLUMNS)
    return f"{text}\n\n{table(where, _WHERE)}\n{_KEY}" if where else text


def markdown(runs: Mapping[str, Sequence[Seen]]) -> str:
    """As docs/media-plane.md has it."""
    lines = [
        "| line | frames decoded of captured | longest gap | sound invented | asked for | reached |",
        "|---|---|---|---|---|---|",
        *(_markdown_row(name, middle(found)) for name, found in runs.items() if found),
        "",
        "| of the pictures | not encoded | encoded, not decoded | key frames | lost to the receiver | sent again, "
        "of them second copies | refused | asked of the publisher |",
        "|---|---|---|---|---|---|---|---|",
        *(_markdown_where(name, middle(found).where) for name, found in runs.items() if found),
    ]
    return "\n".join(lines)


def _markdown_row(name: str, one: Seen) -> str:
    case = CASES[name]
    frames = "–" if one.frames is None else f"{one.frames:.3f}"
    gap = f"{one.gap_s:.2f} s" if one.back_s is None else f"back after {one.back_s:.2f} s"
    asked = _asked(case.goal)
    return f"| {case.said} | {frames} | {gap} | {one.concealed:.2%} | {asked} | {_verdict(case.goal, one)} |"


def _markdown_where(name: str, where: Mapping[str, int]) -> str:
    refused = sum(where.get(word, 0) for word in ("often", "dear", "gone"))
    again = f"{where['repeated']}, {where['twice']}"
    figures = [where["unsent"], where["undecoded"], where["keys"], where["lost"], again, refused, where["nacked"]]
    return f"| {CASES[name].said} | {' | '.join(map(str, figures))} |"


def said(one: Seen) -> str:
    """A run in a line."""
    back = "" if one.back_s is None else f", back after {one.back_s:.2f} s"
    frames = "" if one.frames is None else f"frames {one.frames:.3f}, "
    missing = ", ".join(f"{word} {one.where[word]}" for word in ("unsent", "undecoded", "keys") if word in one.where)
    return f"{frames}gap {one.gap_s:.2f} s, concealed {one.concealed:.2%}{back}; {missing}"


def left(done: int, of: int, took_s: float, each_s: float) -> str:
    """How far it is: ``each_s`` is what a run is expected to take before any has ended."""
    pace = took_s / done if done else each_s
    return f"{done} of {of} runs, about {max(1, round((of - done) * pace / 60))} minutes left"


def _verdict(goal: Goal, one: Seen) -> str:
    return "–" if goal == Goal() else "yes" if met(goal, one) else "no"


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _asked(goal: Goal) -> str:
    parts = [
        "" if goal.frames is None else f"frames ≥ {goal.frames}",
        "" if goal.gap_s is None else f"gap ≤ {goal.gap_s} s",
        "" if goal.concealed is None else f"concealed ≤ {goal.concealed}",
        "" if goal.back_s is None else f"back ≤ {goal.back_s} s",
    ]
    return ", ".join(part for part in parts if part) or "–"
