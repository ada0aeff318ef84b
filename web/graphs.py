"""Ten minutes as a small drawing: numbers over time to the points of SVG lines. Pure; the style sheet styles."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 300, 40
"""Of the drawing's own coordinates; a page shows it in whatever size it has room for."""


class Graph(NamedTuple):
    """``lines``: values of the attribute ``points``, a new line after each gap. ``least``, ``greatest``, ``last``: None
    when there is no value at all, or none at the end."""

    lines: tuple[str, ...]
    least: float | None
    greatest: float | None
    last: float | None


def graph_of(values: Sequence[float | None], places: int, top: float) -> Graph:
    """Of ``values``, the newest at the right edge; ``places``: how many fit from edge to edge; ``top``: what is drawn
    at the upper edge, everything above it too."""
    known = [value for value in values if value is not None]
    first = places - len(values)
    lines = tuple(_line(run, places, top) for run in _runs(values, first))
    last = values[-1] if values else None
    return Graph(lines, min(known, default=None), max(known, default=None), last)


def _runs(values: Sequence[float | None], first: int) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for place, value in enumerate(values, start=first):
        if value is not None:
            run.append((place, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _line(run: Sequence[tuple[int, float]], places: int, top: float) -> str:
    """A lone value is a short stroke: a line of one point draws nothing."""
    step = WIDTH / max(1, places - 1)
    points = [(place * step, HEIGHT * (1 - min(max(value, 0.0), top) / top)) for place, value in run]
    if len(points) == 1:
        x, y = points[0]
        points = [(max(0.0, x - step / 2), y), (min(x + step / 2, WIDTH), y)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
