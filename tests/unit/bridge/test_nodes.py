"""Which node a room gets, and who counts as dead."""

from bridge.ids import NS_PER_S, NodeId
from bridge.nodes import BEAT_S, DEAD_S, Registry, candidates, expecting, lives, read
from bridge.repositories import NodeRow

A, B, C = NodeId("a"), NodeId("b"), NodeId("c")


def row(
    node: str, seen: int = 1, load: float = 0.0, rooms: int = 0, participants: int = 0, draining: bool = False
) -> NodeRow:
    return NodeRow(node, "sfu", f"unix:{node}", "", seen, load, rooms, participants, "1", draining)


def known(*rows: NodeRow, at: int = 0) -> Registry:
    return read({}, rows, at)


def test_the_least_loaded_comes_first() -> None:
    rows = known(row("a", load=0.5), row("b", load=0.1), row("c", load=0.3))
    assert candidates(rows, 0) == [B, C, A]


def test_participants_weigh_before_the_processor_feels_them() -> None:
    rows = known(row("a", load=0.05, participants=30), row("b", load=0.2))
    assert candidates(rows, 0) == [B, A]


def test_of_equals_the_one_with_fewer_rooms_then_by_name() -> None:
    assert candidates(known(row("b"), row("a"), row("c", rooms=1)), 0) == [A, B, C]


def test_a_burst_of_rooms_between_two_beats_is_spread() -> None:
    rows, placed = known(row("a"), row("b")), []
    for _ in range(4):
        node = candidates(rows, 0)[0]
        placed.append(node)
        rows = expecting(rows, node, 3)
    assert placed == [A, B, A, B]
    assert [rows[node].expected for node in (A, B)] == [6, 6]


def test_a_new_beat_says_what_became_of_what_was_expected() -> None:
    rows = expecting(known(row("a")), A, 20)
    assert read(rows, [row("a", seen=1)], 5)[A].expected == 20
    assert read(rows, [row("a", seen=2)], 5)[A].expected == 0


def test_nothing_is_expected_of_an_unknown_one() -> None:
    assert expecting({}, A, 3) == {}


def test_one_whose_row_does_not_change_dies() -> None:
    late = int(DEAD_S * NS_PER_S)
    rows = read(known(row("a"), row("b")), [row("a"), row("b", seen=2)], int(BEAT_S * NS_PER_S))
    assert lives(rows, A, late)
    assert candidates(rows, late) == [A, B]
    assert not lives(rows, A, late + 1)
    assert candidates(rows, late + 1) == [B]


def test_the_time_in_a_row_is_not_compared_with_ours() -> None:
    assert candidates(known(row("a", seen=-5), row("b", seen=10**19)), 0) == [A, B]


def test_one_that_drains_gets_nothing_new_and_lives() -> None:
    rows = known(row("a", draining=True), row("b", load=0.9))
    assert candidates(rows, 0) == [B]
    assert lives(rows, A, 0)


def test_a_drain_is_seen_without_a_new_beat() -> None:
    rows = read(known(row("a"), at=0), [row("a", draining=True)], 7)
    assert (candidates(rows, 7), rows[A].read_ns) == ([], 0)


def test_who_is_left_is_passed_over() -> None:
    rows = known(row("a"), row("b", load=1.0))
    assert candidates(rows, 0, besides={A}) == [B]


def test_one_that_was_forgotten_is_not_there() -> None:
    assert candidates(read(known(row("a")), [], 0), 0) == []
    assert not lives({}, A, 0)
