"""A form for browsers shows its master's frames, or it is found; the offline page's tests read the same two files."""

import base64
import io
import json
import re
from fractions import Fraction
from pathlib import Path

import av
import pytest

from bridge.forms import same_frames
from recorder.remux import browser_form

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "web" / "client" / "offline" / "golden-forms.json"
UNSEEN = 664
"""Bytes of the form that say nothing about frames: name, size on the screen, index. In both languages the same."""


@pytest.fixture(scope="module")
def pair() -> tuple[bytes, bytes]:
    """Master and form, made by: python -m tests.unit.bridge.test_forms"""
    golden = json.loads(GOLDEN.read_bytes())
    return base64.b64decode(golden["master"]), base64.b64decode(golden["form"])


def test_the_form_made_of_a_master_shows_its_frames(pair: tuple[bytes, bytes]) -> None:
    master, form = pair
    assert same_frames(master, form)
    assert same_frames(master, browser_form("matroska", master)[1])


def test_a_form_that_was_changed_is_found_wherever_it_matters(pair: tuple[bytes, bytes]) -> None:
    master, form = pair
    changed = (form[:at] + bytes([form[at] ^ 0x10]) + form[at + 1 :] for at in range(len(form)))
    unseen = [at for at, body in enumerate(changed) if same_frames(master, body)]
    assert len(unseen) == UNSEEN
    for kind in (b"avcC", b"mdat"):
        for place in (found.start() for found in re.finditer(kind, form)):
            size = int.from_bytes(form[place - 4 : place])
            assert not set(unseen) & set(range(place - 4, place - 4 + size))


@pytest.mark.parametrize("cut", [0, 1, 7, 40, 900])
def test_what_is_cut_off_or_put_together_is_found(pair: tuple[bytes, bytes], cut: int) -> None:
    master, form = pair
    for body in (form[:cut], form[cut:] if cut else form * 2, form[: len(form) - cut - 1]):
        assert not same_frames(master, body)
        assert not same_frames(body, form)


def _made() -> bytes:
    """Two groups of pictures, one of which begins late."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as target:
        stream = target.add_stream("libx264", rate=25, width=64, height=48, pix_fmt="yuv420p")
        stream.codec_context.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        stream.codec_context.gop_size = 3
        for at in (0, 1, 2, 9, 10, 12):
            frame = av.VideoFrame(64, 48, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([at * 20]) * plane.buffer_size)
            frame.pts, frame.time_base = at, Fraction(1, 25)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return file.getvalue()


if __name__ == "__main__":
    made = _made()
    forms = {"master": made, "form": browser_form("matroska", made)[1]}
    GOLDEN.write_text(
        json.dumps({name: base64.b64encode(body).decode() for name, body in forms.items()}, indent=2) + "\n"
    )
