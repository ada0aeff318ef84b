"""What a bad line's runs are held against."""

from tests.bench.impair import Goal, Seen, met

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
