"""Renders a made recording in this process, and reads a viewing copy back: marks by tile, words, sound."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import av

from bridge.ids import NS_PER_S
from bridge.manifest import Manifest, ManifestSegment
from bridge.ports import ObjectStore
from deploy.marks import Luma, Mark, read_mark
from recorder.rendition.bodies import sealed_body
from recorder.rendition.canvas import BLACK
from recorder.rendition.layout import Box, fitted, places
from recorder.rendition.lettering import card
from recorder.rendition.order import RenderOrder, Wording
from recorder.rendition.plan import Tile, scenes
from recorder.rendition.render import Renderer
from tests.support.made_recordings import BEGAN_UTC_NS, ns

ZONE = "Asia/Ho_Chi_Minh"
WORDING = Wording({"camera_off": "tắt camera", "loss": "khoảng trống", "broken": "không tải được"}, "{name}", "trống")


async def rendered(
    objects: ObjectStore, manifest: Manifest, folder: Path, tell: Callable[[float], None] = lambda _: None
) -> tuple[Path, dict[str, str]]:
    """In pieces of two seconds. → (the file, its faults)."""
    loop = asyncio.get_running_loop()

    def fetch(segment: ManifestSegment) -> bytes:
        return asyncio.run_coroutine_threadsafe(sealed_body(objects, segment), loop).result()

    order = RenderOrder(manifest, WORDING, ZONE, str(folder), piece_seconds=2)
    made = await asyncio.to_thread(Renderer(order, fetch, lambda: None, tell).run)
    return order.target, made.faults


class Seen(NamedTuple):
    """A tile in one picture. ``late_ms``: how long before the picture's moment its mark was painted."""

    at: float
    tile: Tile
    mark: Mark | None
    luma: Luma

    @property
    def late_ms(self) -> float:
        assert self.mark is not None
        return BEGAN_UTC_NS / 1e6 + self.at * 1000 - self.mark.utc_ms

    def says(self, words: str) -> bool:
        """Whether these words stand there (a lossy picture of them)."""
        wanted = card(words, self.luma.width, self.luma.height, BLACK)
        rows = range(self.luma.height)
        found = b"".join(self.luma.pixels[row * self.luma.stride :][: self.luma.width] for row in rows)
        ink = sum(abs(b - BLACK) for b in wanted)
        return sum(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 0.4 * ink


class Copy:
    """A viewing copy of a made recording, whose pictures are all 16 : 9."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.body = path.read_bytes()
        self._scenes = scenes(manifest)
        self._path = path

    def lengths(self) -> tuple[int, float, float]:
        """(pictures, seconds of picture, seconds of sound)."""
        with av.open(str(self._path)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            seconds = [float((one.duration or 0) * (one.time_base or 0)) for one in (video, audio)]
            return video.frames, seconds[0], seconds[1]

    def tiles(self, every: int = 1) -> Iterator[Seen]:
        """All tiles of every so many pictures."""
        with av.open(str(self._path)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                if index % every == 0:
                    yield from self._seen(frame)

    def at(self, seconds: float) -> dict[str, Seen]:
        """By seat and source."""
        found = [seen for seen in self.tiles() if abs(seen.at - seconds) < 0.001]
        return {f"{seen.tile.seat}/{seen.tile.source}": seen for seen in found}

    def _seen(self, frame: av.VideoFrame) -> Iterator[Seen]:
        at = frame.time or 0.0
        scene = next(one for one in self._scenes if one.start_ns <= ns(at) < one.end_ns)
        for tile, place in zip(scene.tiles, places(scene.tiles), strict=True):
            box = place.picture if tile.missing else fitted(16, 9, place.picture)
            luma = _cut(frame, box)
            yield Seen(round(at * NS_PER_S) / NS_PER_S, tile, read_mark(luma), luma)


def _cut(frame: av.VideoFrame, box: Box) -> Luma:
    plane = frame.planes[0]
    pixels = bytes(plane)[box.top * plane.line_size + box.left :]
    return Luma(box.width, box.height, plane.line_size, pixels)
