"""Lines of a reception from its beginning: what is kept of a look, and what all of them say together."""

from bridge.board import RoomSample, SeatSample
from bridge.ids import NS_PER_S, SeatId
from bridge.linehistory import KeptLook, WaySummary, kept_of, summed_up, thinned
from bridge.quality import LineSpan, Quality, r_value

A, B = SeatId("a"), SeatId("b")


def sample(**seats: SeatSample) -> RoomSample:
    return RoomSample(7, {SeatId(key): one for key, one in seats.items()}, True, None, True, 0)


def line(loss: float = 0.0, rtt: float = 40.0) -> LineSpan:
    return LineSpan(loss, 5.0, rtt, 100.0, loss)


def test_who_was_not_measured_is_not_kept_and_nobody_is_no_row() -> None:
    idle = SeatSample(True)
    kept = kept_of(sample(a=SeatSample(True, line()), b=idle), 3)
    assert kept == KeptLook(7, 3, {A: SeatSample(True, line(), None)})
    assert kept_of(sample(b=idle)) is None


def test_numbers_are_kept_as_finely_as_a_reader_can_use_them() -> None:
    kept = kept_of(sample(a=SeatSample(True, None, LineSpan(0.123456, 1.23, 45.67, 890.12, 0.00004))))
    assert kept is not None
    assert kept.seats[A].down == LineSpan(0.1235, 1.2, 45.7, 890.1, 0.0)


def test_a_seat_is_summed_up_over_the_looks_in_which_it_was_measured() -> None:
    looks = [
        KeptLook(10 * NS_PER_S, 0, {A: SeatSample(True, line(), line(rtt=60))}),
        KeptLook(20 * NS_PER_S, 0, {B: SeatSample(True, line())}),
        KeptLook(30 * NS_PER_S, 0, {A: SeatSample(True, line(0.1), line(rtt=80))}),
        KeptLook(40 * NS_PER_S, 0, {A: SeatSample(False, line(0.5), None)}),
    ]
    first, second = summed_up(looks)
    assert (first.seat, second.seat) == (A, B)
    assert first.ratings[1] is None
    assert first.least == r_value(0.5, 5, 40)
    assert first.middle == r_value(0.1, 5, 40)
    assert first.shares == {Quality.GOOD: 1 / 3, Quality.POOR: 1 / 3, Quality.BAD: 1 / 3}
    assert first.up is not None
    assert (round(first.up.loss, 6), first.up.worst_loss) == (0.2, 0.5)
    assert first.down == WaySummary(0.0, 0.0, 70.0)
    assert second.down is None


def test_a_drawing_keeps_the_worst_moments() -> None:
    assert thinned([1.0, None, 3.0], 5) == [1.0, None, 3.0]
    values = [90.0] * 1000
    values[777] = 12.0
    drawn = thinned(values, 150)
    assert len(drawn) == 150
    assert min(one for one in drawn if one is not None) == 12.0
    assert thinned([None] * 8, 2) == [None, None]
