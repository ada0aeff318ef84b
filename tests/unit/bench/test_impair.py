"""What a bad line's runs are held against, and how it is told."""

from statistics import StatisticsError

import pytest

from tests.bench.impair_figures import CASES, Captured, Goal, Seen, left, markdown, met, middle, row, said, screen, seen

GOAL = Goal(frames=0.95, gap_s=1.0, concealed=0.04)
GOOD = Seen(frames=0.95, gap_s=1.0, concealed=0.04)


def test_every_figure_has_to_reach_its_goal() -> None:
    assert met(GOAL, GOOD)
    assert not met(GOAL, GOOD._replace(frames=0.94))
    assert not met(GOAL, GOOD._replace(frames=None))
    assert not met(GOAL, GOOD._replace(gap_s=1.01))
    assert not met(GOAL, GOOD._replace(concealed=0.05))


def test_after_an_outage_the_first_frame_counts() -> None:
    assert met(Goal(back_s=1.0), GOOD._replace(back_s=0.9))
    assert not met(Goal(back_s=1.0), GOOD._replace(back_s=1.1))
    assert not met(Goal(back_s=1.0), GOOD)


def page(**counted: int) -> Captured:
    """What a page counted; what is not named here is 0."""
    nothing = dict.fromkeys(
        ("captured", "encoded", "decoded", "dropped", "keys", "pli", "lost", "asked", "samples", "concealed", "height"),
        0,
    )
    return Captured(**{**nothing, **counted}, gap_ms=480.0, stalls=[(1000.0, 480.0)])


RUN = seen(
    page(captured=750, encoded=746, keys=2, height=720),
    page(decoded=740, dropped=5, samples=1000, concealed=20, lost=250, asked=260),
    {"repeated": 300, "repeated_twice": 40, "repeat_often": 1, "nacked": 12, "repaired": 9, "recovered": 2},
)


def test_it_is_told_where_frames_went() -> None:
    assert (RUN.frames, RUN.gap_s, RUN.concealed, RUN.stalls) == (740 / 750, 0.48, 0.02, [(1.0, 0.48)])
    told = {word: RUN.where[word] for word in ("unsent", "undecoded", "dropped", "twice", "often", "mended")}
    assert told == {"unsent": 4, "undecoded": 6, "dropped": 5, "twice": 40, "often": 1, "mended": 11}
    assert said(RUN) == "frames 0.987, gap 0.48 s, concealed 2.00%; unsent 4, undecoded 6, keys 2"


def test_each_figure_has_a_median_of_its_own() -> None:
    runs = [RUN, RUN._replace(frames=0.5, gap_s=0.1), RUN._replace(frames=0.99, gap_s=0.2, back_s=3.0)]
    found = middle(runs)
    assert (found.frames, found.gap_s, found.back_s) == (740 / 750, 0.2, 3.0)
    assert found.where == RUN.where
    with pytest.raises(StatisticsError):
        middle([])


def test_a_line_whose_runs_all_failed_says_so_and_the_others_stay() -> None:
    told = screen({"good": [], "receiver-10": [RUN]}, {"good": "run 1: TimeoutError: took too long"})
    assert "run 1: TimeoutError: took too long" in told
    assert row("good", [], "why")["failed"] == "why"
    assert row("receiver-10", [RUN], None)["met"] == "no"


def test_markdown_is_the_table_of_the_documents() -> None:
    told = markdown({"receiver-20": [RUN], "outage": [RUN._replace(frames=None, back_s=0.08)], "good": []}).splitlines()
    assert told[2] == (
        "| receiver’s, 20 % | 0.987 | 0.48 s | 2.00% | frames ≥ 0.95, gap ≤ 1.0 s, concealed ≤ 0.04 | yes |"
    )
    assert told[3] == "| receiver’s, cut for 10 s | – | back after 0.08 s | 2.00% | back ≤ 1.0 s | yes |"
    assert told[-1].startswith("| receiver’s, cut for 10 s | 4 | 6 | 2 | 250 | 300, 40 | 1 | 12 |")
    assert len({line.count("|") for line in told[:4]}) == len({line.count("|") for line in told[5:]}) == 1


def test_time_left_is_guessed_first_and_measured_then() -> None:
    assert left(0, 50, 0.0, 52.0) == "0 of 50 runs, about 43 minutes left"
    assert left(10, 50, 600.0, 0.0) == "10 of 50 runs, about 40 minutes left"
    assert left(50, 50, 3000.0, 0.0).startswith("50 of 50")
    assert len(CASES) == 10
