"""Figures become a picture that a browser reads."""

from xml.etree import ElementTree

import pytest

from tests.bench.drawing import Curve, Panel, _round_up, drawing

_SVG = "{http://www.w3.org/2000/svg}"


def test_every_point_is_inside_its_panel() -> None:
    panel = Panel("CPU < 100 %", "rooms", [Curve("a & b", [(1, 3.5), (50, 71)]), Curve("none", [])])
    root = ElementTree.fromstring(drawing([panel, panel, panel]))  # noqa: S314  our own text
    assert root.get("height") == "440"
    dots = root.findall(f".//{_SVG}circle")
    assert len(dots) == 6
    assert all(0 <= float(dot.get("cx", -1)) <= 380 and 0 <= float(dot.get("cy", -1)) <= 220 for dot in dots)


@pytest.mark.parametrize(
    ("value", "shown"), [(0, 1), (0.3, 0.4), (1, 1), (7.5, 8), (9, 10), (71, 80), (101, 200), (1000, 1000)]
)
def test_axes_end_at_round_numbers(value: float, shown: float) -> None:
    assert _round_up(value) == pytest.approx(shown)
