"""Curves as a picture: one SVG, two panels a line, readable on white and on black."""

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 380, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 34, 38
_ACROSS = 2
_INK, _PALE = "#6b7280", "#9ca3af"
_COLOURS = ("#2563eb", "#d97706", "#059669")
_TICKS = 4


class Curve(NamedTuple):
    """Points from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


class Panel(NamedTuple):
    """Both axes begin at 0."""

    title: str
    across: str
    curves: Sequence[Curve]


def drawing(panels: Sequence[Panel]) -> str:
    """The SVG's text."""
    lines = -(-len(panels) // _ACROSS)
    width, height = _WIDTH * _ACROSS, _HEIGHT * lines
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="11" fill="{_INK}">'
    ]
    for number, panel in enumerate(panels):
        x, y = number % _ACROSS * _WIDTH, number // _ACROSS * _HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{_panel(panel)}</g>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> str:
    points = [point for curve in panel.curves for point in curve.points]
    most = (_round_up(max((x for x, _ in points), default=1)), _round_up(max((y for _, y in points), default=1)))
    parts = [
        f'<text x="{_LEFT}" y="16" font-weight="bold">{escape(panel.title)}</text>',
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{escape(panel.across)}</text>',
        *(_tick(most, step / _TICKS) for step in range(_TICKS + 1)),
        *(_curve(curve, most, number) for number, curve in enumerate(panel.curves)),
    ]
    return "".join(parts)


def _tick(most: tuple[float, float], share: float) -> str:
    """A line across with its number, and a number below."""
    x, y = _place(most, (most[0] * share, most[1] * share))
    return (
        f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_PALE}" stroke-width="0.5"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most[1] * share:g}</text>'
        f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{most[0] * share:g}</text>'
    )


def _curve(curve: Curve, most: tuple[float, float], number: int) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    places = [_place(most, point) for point in curve.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in places)
    name = f'<text x="{_LEFT + 8}" y="{_TOP + 12 + 14 * number}" fill="{colour}">{escape(curve.name)}</text>'
    return f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>{dots}{name}'


def _place(most: tuple[float, float], point: tuple[float, float]) -> tuple[float, float]:
    x = _LEFT + point[0] / most[0] * (_WIDTH - _LEFT - _RIGHT)
    return x, _HEIGHT - _BOTTOM - point[1] / most[1] * (_HEIGHT - _TOP - _BOTTOM)


def _round_up(value: float) -> float:
    """To 1, 2, 4 or 8 times a power of ten, so that quarters of it read well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(f"{value:.0f}") - 1) if value >= 1 else 10.0 ** -len(f"{1 / value:.0f}")
    return next(power * step for step in (1, 2, 4, 8, 10, 20) if power * step >= value)
