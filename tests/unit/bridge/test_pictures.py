"""Logos from outside: PNG and JPEG by content, whole, nothing behind them; any other bytes are refused as one kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.pictures import MAX_BYTES, SIDES, MalformedPicture, Picture, parse_picture
from tests.support.pictures import chunk, jpeg, png

THUMBNAIL = b"\xff\xe1\x00\x0a" + b"\xff\xd8ab\xff\xd9zz"
"""A camera's own small picture, with an end of its own."""


def test_what_a_picture_is_stands_in_its_bytes() -> None:
    assert parse_picture(png()) == Picture("image/png", "png", 64, 32)
    assert parse_picture(jpeg()) == Picture("image/jpeg", "jpg", 64, 32)
    assert parse_picture(jpeg(before=THUMBNAIL)).width == 64
    assert parse_picture(png(16, 2000)).height == 2000


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "kind"),
        (b"GIF89a" + b"\0" * 40, "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (png()[:-1], "kind"),
        (png()[:60], "kind"),
        (png() + b"<script>", "kind"),
        (jpeg() + b"PK\x03\x04", "kind"),
        (jpeg()[:-2], "kind"),
        (jpeg()[:9], "kind"),
        (png().replace(b"IDAT", b"IDAX"), "kind"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "kind"),
        (png(15, 64), "sides"),
        (png(64, 2001), "sides"),
        (jpeg(60000, 60000), "sides"),
        (png(more=chunk(b"tEXt", b"x" * MAX_BYTES)), "size"),
    ],
)
def test_what_is_refused_says_why(body: bytes, why: str) -> None:
    with pytest.raises(MalformedPicture) as refused:
        parse_picture(body)
    assert refused.value.why == why


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", png()[:40], jpeg()[:30], b"\xff\xd8\xff", png(), jpeg()]))
def test_any_bytes_are_a_picture_or_malformed(body: bytes, start: bytes) -> None:
    try:
        found = parse_picture(start + body)
    except MalformedPicture:
        return
    assert found.width in SIDES
    assert body == b"" or start not in (png(), jpeg())


@settings(deadline=None)
@given(st.integers(0, len(png()) - 1), st.integers(1, 255))
def test_a_changed_byte_of_a_png_is_found(at: int, change: int) -> None:
    body = bytearray(png())
    body[at] ^= change
    with pytest.raises(MalformedPicture):
        parse_picture(bytes(body))
