"""Who is seen when, by the player's rules; nothing of the recording's length is left out."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.journal import GapReason
from bridge.manifest import Manifest, ManifestSegment
from bridge.media import Codec, GateReason, Source
from recorder.rendition.plan import Scene, scenes
from tests.support.made_recordings import Made, Person, Take, manifest_of, ns, track_of


def manifest(people: Sequence[Person], made: Sequence[Made], seconds: float = 10) -> Manifest:
    """With segments that nobody will read."""
    tracks = [track_of(one, f"t{number}", _segments(one)) for number, one in enumerate(made, start=1)]
    return manifest_of(tracks, people, seconds)


def _segments(made: Made) -> list[ManifestSegment]:
    return [
        ManifestSegment(number, f"k/{number}", "", 1, "", "webm", Codec.VP8, 320, 180, 1, *span, *span, *span)
        for number, take in enumerate(made.takes, start=1)
        for span in [(ns(take.start), ns(take.end))]
    ]


def at(found: Sequence[Scene], seconds: float) -> dict[str, str]:
    """By seat and source: the track, or in brackets why there is none."""
    scene = next(one for one in found if one.start_ns <= ns(seconds) < one.end_ns)
    return {f"{tile.seat}/{tile.source}": tile.track or f"({tile.missing})" for tile in scene.tiles}


def camera(code: int, *takes: tuple[float, float], **more: object) -> Made:
    return Made(code, Source.CAMERA, [Take(*take) for take in takes], **more)  # type: ignore[arg-type]  # passed on


TWO = [Person(1, "A", (0, 10)), Person(2, "B", (4, 8))]


def test_a_tile_for_each_seat_also_while_nobody_sits_there() -> None:
    found = scenes(manifest(TWO, [camera(1, (0, 10)), camera(2, (4, 8))]))
    assert at(found, 1) == {"s1/camera": "t1", "s2/camera": "(absent)"}
    assert at(found, 5) == {"s1/camera": "t1", "s2/camera": "t2"}
    assert at(found, 9) == {"s1/camera": "t1", "s2/camera": "(absent)"}


def test_who_has_no_camera_has_a_tile_that_says_so() -> None:
    assert at(scenes(manifest(TWO, [])), 5) == {"s1/camera": "(nothing)", "s2/camera": "(nothing)"}


def test_a_camera_that_was_switched_off_says_so_for_as_long() -> None:
    off = camera(1, (0, 3), (6, 10), silences=[(3, 6, GateReason.CAMERA_OFF)])
    found = scenes(manifest(TWO[:1], [off]))
    assert [(one.start_ns, one.tiles[0].missing) for one in found] == [(0, ""), (ns(3), "camera_off"), (ns(6), "")]


@pytest.mark.parametrize("reason", GapReason)
def test_a_gap_says_why_unless_it_is_but_a_moment(reason: GapReason) -> None:
    long = camera(1, (0, 3), (5, 10), gaps=[(3, 5, reason)])
    assert at(scenes(manifest(TWO[:1], [long])), 4) == {"s1/camera": f"({reason})"}
    short = camera(1, (0, 3), (3.5, 10), gaps=[(3, 3.5, reason)])
    assert len(scenes(manifest(TWO[:1], [short]))) == 1


def test_a_hole_that_nobody_declared_is_no_picture() -> None:
    found = scenes(manifest(TWO[:1], [camera(1, (0, 3), (6, 10))]))
    assert at(found, 3.5) == {"s1/camera": "t1"}
    assert at(found, 5) == {"s1/camera": "(nothing)"}


def test_a_second_connection_takes_the_same_seat() -> None:
    found = scenes(manifest(TWO[:1], [camera(1, (0, 4)), camera(1, (5, 10))]))
    assert at(found, 3) == {"s1/camera": "t1"}
    assert at(found, 7) == {"s1/camera": "t2"}


def test_a_shared_screen_comes_behind_all_cameras() -> None:
    screen = Made(1, Source.SCREEN, [Take(2, 6)])
    found = scenes(manifest(TWO, [camera(1, (0, 10)), screen, camera(2, (4, 8))]))
    assert list(at(found, 5)) == ["s1/camera", "s2/camera", "s1/screen"]
    assert list(at(found, 7)) == ["s1/camera", "s2/camera"]


def test_a_recording_without_anybody_is_one_empty_scene() -> None:
    assert scenes(manifest([], [])) == (Scene(0, ns(10), ()),)


TIMES = st.floats(0, 10).map(lambda value: round(value, 2))


@st.composite
def tracks(draw: st.DrawFn) -> Made:
    edges = sorted(draw(st.lists(TIMES, min_size=2, max_size=8, unique=True)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    gaps = [(min(two), max(two), GapReason.LOSS) for two in draw(st.lists(st.tuples(TIMES, TIMES), max_size=3))]
    source = draw(st.sampled_from([Source.CAMERA, Source.SCREEN]))
    return Made(draw(st.integers(1, 2)), source, [Take(*pair) for pair in pairs], gaps=gaps)


@given(st.lists(tracks(), max_size=5))
def test_time_is_never_squeezed(made: list[Made]) -> None:
    found = scenes(manifest(TWO, made))
    assert (found[0].start_ns, found[-1].end_ns) == (0, ns(10))
    assert all(before.end_ns == after.start_ns for before, after in itertools.pairwise(found))
    assert all(before.tiles != after.tiles for before, after in itertools.pairwise(found))
    assert all((tile.track is None) == bool(tile.missing) for one in found for tile in one.tiles)
