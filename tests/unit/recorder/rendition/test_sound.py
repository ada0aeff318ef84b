"""Sound is placed by its timestamps: holes are silence, overlaps are cut, small steps are no holes."""

from array import array
from collections.abc import Iterator

from av.audio.frame import AudioFrame

from bridge.ids import NS_PER_S
from recorder.rendition.mixing import RATE
from recorder.rendition.sound import SoundTrack

COUNT = 960


def frames(*starts: float, value: int = 100) -> Iterator[tuple[int, AudioFrame]]:
    """20 ms of a constant each; the n-th is n times as loud."""
    for number, start in enumerate(starts, start=1):
        frame = AudioFrame(format="s16", layout="mono", samples=COUNT)
        body = array("h", [value * number] * COUNT).tobytes()
        frame.planes[0].update(body.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = RATE
        yield round(start * NS_PER_S), frame


def spans(samples: "array[int]") -> list[tuple[int, int]]:
    """Runs of equal samples: (value, length)."""
    found: list[tuple[int, int]] = []
    for sample in samples:
        if found and found[-1][0] == sample:
            found[-1] = (sample, found[-1][1] + 1)
        else:
            found.append((sample, 1))
    return found


def test_a_hole_is_silence_of_its_length() -> None:
    track = SoundTrack(frames(0.02, 0.1), 0)
    expected = [(0, COUNT), (100, COUNT), (0, 3 * COUNT), (200, COUNT), (0, 4 * COUNT)]
    assert spans(track.take(10 * COUNT)) == expected


def test_it_may_be_asked_for_in_any_steps() -> None:
    whole = SoundTrack(frames(0.0, 0.02, 0.5, 1.0), 0).take(RATE * 2)
    track = SoundTrack(frames(0.0, 0.02, 0.5, 1.0), 0)
    steps = array("h")
    for count in (1, 7, 959, 10_000, RATE):
        steps.extend(track.take(count))
    assert steps == whole[: len(steps)]


def test_a_rounded_timestamp_is_no_hole_and_a_fast_clock_is_cut_back() -> None:
    assert spans(SoundTrack(frames(0.0, 0.021), 0).take(3 * COUNT)) == [(100, COUNT), (200, COUNT), (0, COUNT)]
    late = SoundTrack(frames(0.0, 0.005), 0).take(3 * COUNT)  # 15 ms of it were heard already
    assert spans(late) == [(100, COUNT), (200, 240), (0, 3 * COUNT - COUNT - 240)]


def test_what_was_before_the_first_wanted_sample_is_left_out() -> None:
    track = SoundTrack(frames(0.96, 0.98, 1.0, 1.02), RATE)
    assert spans(track.take(2 * COUNT)) == [(300, COUNT), (400, COUNT)]


def test_nothing_at_all_is_silence() -> None:
    assert spans(SoundTrack(frames(), 0).take(RATE)) == [(0, RATE)]
