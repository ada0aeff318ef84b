"""Tiles never touch, stay on the canvas, and lie on even pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import SeatId, TrackId
from bridge.media import Source
from recorder.rendition.layout import BAR, HEIGHT, WIDTH, Box, fitted, places
from recorder.rendition.plan import Tile


def tiles(cameras: int, screens: int = 0) -> list[Tile]:
    sources = [Source.CAMERA] * cameras + [Source.SCREEN] * screens
    return [Tile(SeatId(f"s{number}"), source, TrackId("t"), "") for number, source in enumerate(sources)]


def apart(one: Box, other: Box) -> bool:
    return (
        one.left + one.width <= other.left
        or other.left + other.width <= one.left
        or one.top + one.height <= other.top
        or other.top + other.height <= one.top
    )


@pytest.mark.parametrize("screens", [0, 1, 2])
@pytest.mark.parametrize("cameras", [0, 1, 2, 3, 4, 5, 7, 10, 16, 30])
def test_boxes_are_apart_even_and_on_the_canvas(cameras: int, screens: int) -> None:
    boxes = [box for place in places(tiles(cameras, screens)) for box in (place.picture, place.plate)]
    assert len(boxes) == 2 * (cameras + screens)
    for index, box in enumerate(boxes):
        assert box.left >= 0
        assert box.top >= BAR
        assert box.left + box.width <= WIDTH
        assert box.top + box.height <= HEIGHT
        assert min(box.width, box.height) >= 2
        assert (box.left | box.top | box.width | box.height) % 2 == 0
        assert all(apart(box, other) for other in boxes[:index])


def test_three_cameras_are_as_large_as_four() -> None:
    assert [place.picture for place in places(tiles(3))] == [place.picture for place in places(tiles(4))][:3]


def test_a_shared_screen_takes_most_of_the_canvas() -> None:
    *cameras, screen = places(tiles(4, 1))
    assert screen.picture.width > 0.7 * WIDTH
    assert all(place.picture.width < 0.3 * WIDTH for place in cameras)


@given(st.integers(2, 4000), st.integers(2, 4000))
def test_a_picture_is_neither_stretched_nor_cut(width: int, height: int) -> None:
    box = Box(10, 20, 640, 360)
    inner = fitted(width, height, box)
    assert box.left <= inner.left
    assert box.top <= inner.top
    assert inner.left + inner.width <= box.left + box.width
    assert inner.top + inner.height <= box.top + box.height
    if min(inner.width, inner.height) > 2:
        assert abs(inner.width * height - inner.height * width) <= 2 * max(width, height)
