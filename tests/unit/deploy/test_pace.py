"""The share of a core that a process keeps to, on a clock of the test's own."""

import pytest

from deploy.pace import CpuPace


class Machine:
    """``work`` uses the processor for as long as it takes; whoever sleeps uses none."""

    def __init__(self) -> None:
        self.now = 100.0
        self.used = 7.0

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.used += seconds

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def pace(self, percent: float) -> CpuPace:
        return CpuPace(percent, lambda: self.used, lambda: self.now, self.wait)


@pytest.mark.parametrize("percent", [5, 25, 80, 100])
def test_no_more_than_its_share_is_used(percent: int) -> None:
    machine = Machine()
    pace, began, used = machine.pace(percent), machine.now, machine.used
    for _ in range(1_000):
        machine.work(0.02)
        pace()
    share = (machine.used - used) / (machine.now - began)
    assert share == pytest.approx(percent / 100, rel=0.02)


def test_two_threads_on_two_cores_count_twice() -> None:
    machine = Machine()
    pace, began = machine.pace(150), machine.now
    for _ in range(1_000):
        machine.now += 0.02
        machine.used += 0.04
        pace()
    assert 40 / (machine.now - began) == pytest.approx(1.5, rel=0.02)


def test_who_waited_long_may_catch_up_for_a_second_only() -> None:
    machine = Machine()
    pace = machine.pace(50)
    machine.wait(600)
    pace()
    before = machine.now
    for _ in range(100):
        machine.work(0.1)
        pace()
    assert machine.now - before == pytest.approx(20 - 1, abs=0.2)
