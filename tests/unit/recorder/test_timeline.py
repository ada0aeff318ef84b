"""Sender clocks tied to the node's: wrong ones, drifting ones, ones that are set."""

import statistics
from itertools import pairwise

import pytest

from bridge.ids import NS_PER_S
from bridge.journal import ClockAnchored
from bridge.media import Codec, Source
from recorder.timeline import Anchor, SenderClock, TrackTime, rtp_delta
from tests.support.fake_media import opus, vp8
from tests.support.recorder_core import Cutting, cut
from tests.support.tap_media import SenderClock as Clock
from tests.support.tap_node import ScriptedTrack, script

SECONDS = 90


def _pair(clock: Clock, first: int = 1, every_s: float = 1.0, jitter_s: float = 0.0) -> list[ScriptedTrack]:
    who = f"p{first}"
    camera = ScriptedTrack(
        first,
        f"{who}-cam",
        who,
        Source.CAMERA,
        Codec.VP8,
        vp8(SECONDS),
        clock,
        report_every_s=every_s,
        jitter_s=jitter_s,
    )
    microphone = ScriptedTrack(
        first + 1, f"{who}-mic", who, Source.MICROPHONE, Codec.OPUS, opus(SECONDS), clock, jitter_s=jitter_s
    )
    microphone.report_every_s = every_s
    microphone.delay_s = 0.03
    return [camera, microphone]


def _errors(cutting: Cutting, encoded_s: list[float]) -> list[float]:
    """How far each frame is from where it truly belongs, s."""
    assert len(cutting.times) == len(encoded_s)
    return [placed - true for placed, true in zip(cutting.times, encoded_s, strict=True)]


def _video() -> list[float]:
    return [frame.at_s for frame in vp8(SECONDS)]


def _audio() -> list[float]:
    return [frame.at_s for frame in opus(SECONDS)]


@pytest.mark.parametrize("ahead_s", [0.0, 7200.0, -7200.0])
def test_a_clock_hours_wrong_moves_nothing(ahead_s: float) -> None:
    tracks = cut(script(_pair(Clock(ahead_s)), 0.0, None))
    for number, true in ((1, _video()), (2, _audio())):
        errors = _errors(tracks[number], true)
        assert max(map(abs, errors)) < 0.045
        assert abs(errors[-1]) < 0.02


@pytest.mark.parametrize("drift", [0.003, -0.003])
@pytest.mark.parametrize("every_s", [1.0, 5.0])
def test_a_drifting_clock_stays_with_the_others(drift: float, every_s: float) -> None:
    """A participant's sound and picture within 60 ms, two participants' pictures within 150 ms, at every moment."""
    jitter_s = 0.03
    drifting, right = _pair(Clock(0, drift), 1, every_s, jitter_s), _pair(Clock(-7200.0), 11, every_s, jitter_s)
    tracks = cut(script(drifting + right, 0.0, None))
    video, audio = _errors(tracks[1], _video()), _errors(tracks[2], _audio())
    other = _errors(tracks[11], _video())
    apart = [abs(one - audio[index * 2]) for index, one in enumerate(video)]
    assert max(apart) < 0.06
    assert statistics.median(apart) < 0.02
    tiles = [abs(one - two) for one, two in zip(video, other, strict=True)]
    assert max(tiles) < 0.15
    assert statistics.median(tiles) < 0.03


def test_frames_keep_the_spacing_of_their_timestamps() -> None:
    """Arrival jitter does not show in the recorded times; corrections come in small steps."""
    times = cut(script(_pair(Clock(3600.0), jitter_s=0.05), 0.0, None))[1].times
    steps = [later - earlier for earlier, later in pairwise(times[250:])]
    assert all(abs(step - 0.04) < 0.02 for step in steps)
    assert statistics.multimode(round(step, 6) for step in steps) == [0.04]


def test_a_clock_that_is_set_is_anchored_anew_and_moves_nothing() -> None:
    clock, video, audio = SenderClock(), TrackTime(90_000), TrackTime(48_000)
    moved = []
    for second in range(60):
        at = second * NS_PER_S
        ahead = 3600 * NS_PER_S if second >= 30 else 0
        ntp = ((at + ahead) << 32) // NS_PER_S
        for time, rate, late in ((video, 90_000, 0), (audio, 48_000, NS_PER_S // 2)):
            moved.append(time.learn(at + late, second * rate, ntp, 0, clock))
            assert abs(time.place(second * rate, at, clock) - at) < 10_000_000 + late
    anchors = [move for move in moved if move is not None]
    assert [anchor.jumped for anchor in anchors] == [False, True]


def test_a_report_held_up_on_the_way_does_not_count_as_a_set_clock() -> None:
    clock, time = SenderClock(), TrackTime(90_000)
    for second in range(20):
        held_up = 3 * NS_PER_S if second == 12 else 0
        at = second * NS_PER_S
        moved = time.learn(at + held_up, second * 90_000, (at << 32) // NS_PER_S, 0, clock)
        assert (moved is None) == (second > 0)
        assert abs(time.place(second * 90_000, at, clock) - at) < 1_000_000


def test_timestamps_that_begin_anew_are_placed_by_arrival() -> None:
    clock, time = SenderClock(), TrackTime(90_000)
    assert time.place(0, 0, clock) == 0
    assert time.place(90_000, NS_PER_S, clock) == NS_PER_S
    assert time.place(5_000_000, 2 * NS_PER_S, clock) == 2 * NS_PER_S
    assert time.place(5_090_000, 3 * NS_PER_S, clock) == 3 * NS_PER_S


def test_half_the_least_round_trip_is_taken_off() -> None:
    anchor = Anchor()
    anchor.add(1000 * NS_PER_S, 40_000_000, 60_000_000)
    anchor.add(1001 * NS_PER_S, 50_000_000, 40_000_000)
    assert anchor.offset(1001 * NS_PER_S) == 20_000_000


@pytest.mark.parametrize("earlier", [0, 1, 127, 128, 32_767, 32_768, 65_534, 65_535, 2**31 - 1, 2**32 - 1])
@pytest.mark.parametrize("ticks", [0, 1, 3000, 2**31 - 1, -1, -3000])
def test_differences_of_timestamps_wrap(earlier: int, ticks: int) -> None:
    assert rtp_delta((earlier + ticks) % 2**32, earlier) == ticks


def test_the_first_anchor_is_told_once_per_connection() -> None:
    tracks = cut(script(_pair(Clock(5.0)), 0.0, None))
    told = [entry for cutting in tracks.values() for entry in cutting.entries if isinstance(entry, ClockAnchored)]
    assert len(told) == 1
    assert not told[0].jumped


@pytest.mark.parametrize(("reports", "stop_s"), [(2.0, 30.0), (100.0, 30.0), (2.0, 13.4)])
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.OPUS])
def test_a_pause_that_timestamps_do_not_show_is_a_hole_where_it_was(
    codec: Codec, reports: float, stop_s: float
) -> None:
    """A phone sleeps from 10.0 to 13.0 and goes on as if nothing had been, with and without a report after it."""
    encoded = vp8(30) if codec is Codec.VP8 else opus(30)
    source = Source.CAMERA if codec is Codec.VP8 else Source.MICROPHONE
    track = ScriptedTrack(1, "one", "ann", source, codec, encoded, sleeps=(10.0, 3.0), report_every_s=reports)
    cutting = cut(script([track], 0.0, stop_s))[1]
    (gap,) = cutting.gaps
    assert abs(gap.start_ns / NS_PER_S - 10.0) < 0.06
    assert abs(gap.end_ns / NS_PER_S - 13.0) < 0.06
    true = [frame.at_s if frame.at_s < 10 else frame.at_s + 3 for frame in encoded if frame.at_s < 26.9]
    errors = [abs(placed - at) for placed, at in zip(cutting.times, true, strict=False)]
    assert max(errors) < 0.05


def test_packets_held_back_by_the_network_are_placed_where_they_belong() -> None:
    """Nothing arrives from 10.0 to 10.9; then all of it does."""
    track = ScriptedTrack(1, "one", "ann", Source.CAMERA, Codec.VP8, vp8(30), held_back=(10.0, 10.9))
    cutting = cut(script([track], 0.0, 30.0))[1]
    assert not cutting.gaps
    assert max(abs(placed - frame.at_s) for placed, frame in zip(cutting.times, vp8(30), strict=False)) < 0.03


def test_nothing_is_placed_after_it_arrived_when_all_reports_were_held_up() -> None:
    """Every report is 300 ms late, as on a busy machine; the packets are not."""
    track = ScriptedTrack(1, "one", "ann", Source.CAMERA, Codec.VP8, vp8(30), report_delay_s=0.3)
    cutting = cut(script([track], 0.0, 30.0))[1]
    errors = [placed - frame.at_s for placed, frame in zip(cutting.times, vp8(30), strict=False)]
    assert max(errors[50:]) <= track.delay_s + 0.001
    assert min(errors) >= 0


def test_a_correction_backwards_slows_time_down_and_heaps_nothing_up() -> None:
    """The first report was 300 ms late, the second is not."""
    clock, time = SenderClock(), TrackTime(48_000)
    time.learn(300_000_000, 0, 0, 0, clock)
    placed = [time.place(index * 960, index * 20_000_000 + 310_000_000, clock) for index in range(50)]
    assert placed[0] == 300_000_000
    time.learn(NS_PER_S, 48_000, 1 << 32, 0, clock)
    later = [time.place(index * 960, index * 20_000_000 + 310_000_000, clock) for index in range(50, 150)]
    steps = [two - one for one, two in pairwise([placed[-1], *later])]
    assert set(steps[:29]) == {10_000_000}
    assert later[-1] == pytest.approx(149 * 20_000_000, abs=10_000_000)
