"""What a soak saw and may not, each seen for itself in an otherwise quiet run."""

import msgspec
import pytest

from tests.soak.look import Look
from tests.soak.verdict import Flow, Outside, Part, Seen, a_minute, faults

QUIET = Look(0.0, 300_000, 20_000_000, 20, 2, {"sfu.peers.room.Room": 1, "builtins.dict": 100}, {"Node.run": 1})


def run(part: str = "sfu", per_minute: Look | None = None, after: Look = QUIET, rss: float = 0.0) -> Seen:
    """Ten minutes in which each of ``part``'s counts grows by so much a minute."""
    grows = per_minute or Look(0, 0, 0, 0, 0, {}, {})
    looks = [
        msgspec.structs.replace(
            QUIET,
            at_s=60.0 * minute,
            blocks=QUIET.blocks + minute * grows.blocks + (minute % 2) * 300,
            heap=QUIET.heap + minute * grows.heap,
            kinds=QUIET.kinds | {kind: minute * count for kind, count in grows.kinds.items()},
        )
        for minute in range(1, 11)
    ]
    outside = [Outside(5.0 * index, 0.0, 100 + rss * index / 12) for index in range(120)]
    flow = Flow(sent=1_000, came=9_000, least_tracks=18)
    return Seen(10, {part: Part(QUIET, outside, looks, after)}, flow, {"rooms": 0, "participants": 0})


def test_a_quiet_run_has_no_fault() -> None:
    assert faults(run()) == []


def test_what_is_kept_on_purpose_may_grow() -> None:
    kept = {"bridge.board.SeatSample": 60, "bridge.control.Numbered": 100, "bridge.control.TrackPublished": 100}
    assert faults(run(per_minute=msgspec.structs.replace(QUIET, blocks=600, heap=10_000, kinds=kept))) == []


@pytest.mark.parametrize(
    ("grows", "word"),
    [
        ({"blocks": 1_200}, "small objects"),
        ({"heap": 400_000}, "bytes of the heap"),
        ({"kinds": {"sfu.core.down.DownTrack": 60}}, "DownTrack"),
        ({"kinds": {"builtins.dict": 60}}, "builtins.dict"),
    ],
)
def test_growth_is_a_fault(grows: dict[str, object], word: str) -> None:
    nothing: dict[str, object] = {"blocks": 0, "heap": 0, "kinds": {}}
    [fault] = faults(run(per_minute=msgspec.structs.replace(QUIET, **(nothing | grows))))
    assert word in fault
    assert fault.startswith("sfu: ")


def test_memory_that_only_the_system_sees_is_a_fault() -> None:
    [fault] = faults(run(rss=3.0))
    assert "MB of memory" in fault


@pytest.mark.parametrize(
    ("left", "word"),
    [
        ({"tasks": {"Node.run": 2}}, "Node.run"),
        ({"kinds": {"sfu.peers.room.Room": 2}}, "Room"),
        ({"files": 30}, "files"),
        ({"threads": 12}, "threads"),
    ],
)
def test_what_is_left_behind_is_a_fault(left: dict[str, object], word: str) -> None:
    [fault] = faults(run(after=msgspec.structs.replace(QUIET, **left)))
    assert word in fault


def test_a_finished_recording_may_stay_once() -> None:
    kind = "recorder.recording.Recording"
    assert faults(run("recorder", after=msgspec.structs.replace(QUIET, kinds={kind: 1}))) == []
    assert len(faults(run("recorder", after=msgspec.structs.replace(QUIET, kinds={kind: 2})))) == 1


def test_a_run_in_which_little_flowed_proves_nothing() -> None:
    seen = run()
    seen.flow = Flow(sent=1_000, came=5_000, least_tracks=16)
    assert len(faults(seen)) == 2


def test_a_part_nobody_looked_at_is_a_fault() -> None:
    seen = run()
    seen.parts["sfu"].inside.clear()
    seen.parts["sfu"].after = None
    assert len(faults(seen)) == 2


def test_one_look_in_a_busy_moment_does_not_tilt_the_slope() -> None:
    steady = [(60.0 * minute, 100.0 + 5 * minute) for minute in range(9)]
    assert a_minute(steady) == pytest.approx(5)
    assert a_minute([*steady[:-1], (480.0, 10_000.0)]) == pytest.approx(5)
    assert a_minute([]) == a_minute(steady[:1]) == 0
