"""Numbers over time as lines."""

from hypothesis import given
from hypothesis import strategies as st

from web.graphs import HEIGHT, WIDTH, graph_of


def test_the_newest_is_at_the_right_and_the_top_is_up() -> None:
    graph = graph_of([0.0, 50.0, 100.0], 3, 100.0)
    assert graph.lines == (f"0.0,{HEIGHT}.0 150.0,20.0 {WIDTH}.0,0.0",)
    assert (graph.least, graph.greatest, graph.last) == (0.0, 100.0, 100.0)


def test_a_gap_begins_a_new_line_and_a_lone_value_is_seen() -> None:
    graph = graph_of([10.0, None, 20.0, 30.0, None], 5, 40.0)
    assert graph.lines == ("0.0,30.0 37.5,30.0", "150.0,20.0 225.0,10.0")
    assert graph.last is None
    assert graph_of([10.0], 5, 40.0).lines == ("262.5,30.0 300.0,30.0",)


def test_nothing_measured_draws_nothing() -> None:
    assert graph_of([], 5, 40.0) == ((), None, None, None)
    assert graph_of([None, None], 5, 40.0) == ((), None, None, None)


@given(st.lists(st.none() | st.floats(-10, 1000), max_size=60))
def test_everything_stays_in_the_picture(values: list[float | None]) -> None:
    for line in graph_of(values, 60, 93.2).lines:
        for point in line.split():
            x, y = (float(part) for part in point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
