"""Layouts written down and read back; what counts as a difference."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.layouts import TOLERANCE, Box, differences, parse, serialise

NUMBERS = st.integers(-10_000, 10_000)
BOXES = st.builds(Box, st.from_regex(r"[a-z-]{1,40}", fullmatch=True), NUMBERS, NUMBERS, NUMBERS, NUMBERS)


@given(st.dictionaries(st.from_regex(r"[a-z/,]{1,10}", fullmatch=True), st.lists(BOXES, max_size=3), max_size=3))
def test_what_is_written_down_is_read_back(layouts: dict[str, list[Box]]) -> None:
    assert parse(serialise(layouts)) == layouts


def test_a_pixel_does_not_count_and_a_move_does() -> None:
    kept = {"room": [Box("bar", 0, 700, 1366, 64), Box("tile", 8, 56, 700, 600)]}
    near = {"room": [Box("bar", 0, 700 + TOLERANCE, 1366, 64), Box("tile", 8, 56, 700 - TOLERANCE, 600)]}
    assert differences(kept, near) == []
    moved = {"room": [Box("bar", 0, 700, 1366, 64), Box("tile", 8, 56 + TOLERANCE + 1, 700, 600)]}
    told = differences(kept, moved)
    assert told[0] == "# room"
    assert [line.split()[1] for line in told[1:]] == ["tile", "tile"]


def test_parts_and_layouts_that_come_and_go_are_told() -> None:
    one = Box("bar", 0, 0, 10, 10)
    assert differences({"a": [one]}, {}) == ["- # a"]
    assert differences({}, {"a": [one]}) == ["# a", f"+ {one.line()}"]
    assert differences({"a": [one, one]}, {"a": [one]}) == ["# a"]
