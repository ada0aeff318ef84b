"""Renders a viewing copy piece by piece into a folder; begun again it goes on behind the last whole piece. Blocks.

Meant for a process of its own: it decodes hostile media, and libav may crash or hang. Whoever runs it kills it to
cancel; nothing half-written counts.
"""

from array import array
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import av
from av.video.frame import VideoFrame

from bridge.ids import NS_PER_S, TrackId
from bridge.media import Source
from recorder.rendition.bodies import Fetch
from recorder.rendition.compose import Composer
from recorder.rendition.decoding import SoundDecoder, pictures
from recorder.rendition.faults import Faults
from recorder.rendition.join import join
from recorder.rendition.mixing import RATE, mixed
from recorder.rendition.order import Rendered, RenderOrder
from recorder.rendition.pictures import PictureTrack
from recorder.rendition.piece import FPS, PieceWriter
from recorder.rendition.plan import Scene, scenes
from recorder.rendition.sound import SoundTrack

_JOINING = 0.03
"""The part of the whole progress that joining is."""


class RenderFailed(Exception):
    """The copy cannot be made on this machine as it is (disk full, no encoder); the text is for the log."""


class Renderer:
    """``fetch`` gives a segment's sealed bytes; after each step, of some ms mostly, ``tell`` hears the progress,
    0 … 1, and ``rest`` may sleep."""

    def __init__(
        self, order: RenderOrder, fetch: Fetch, rest: Callable[[], None], tell: Callable[[float], None]
    ) -> None:
        self._order = order
        self._fetch = fetch
        self._rest = rest
        self._tell = tell
        manifest = order.manifest
        self._frames = max(1, round(manifest.duration_ns * FPS / NS_PER_S))
        self._per_piece = order.piece_seconds * FPS

    def run(self) -> Rendered:
        """Raises Unavailable when the store is away, RenderFailed when nothing can be written."""
        try:
            return self._run()
        except (av.FFmpegError, OSError) as error:
            raise RenderFailed(str(error)) from error

    def _run(self) -> Rendered:
        folder = self._order.pieces
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{number:05d}.mkv" for number in range(-(-self._frames // self._per_piece))]
        first = next((number for number, path in enumerate(paths) if not path.exists()), len(paths))
        faults = Faults(folder / "faults.json")
        if first < len(paths):
            self._render(paths, first, faults)
        join(paths, self._order.target, lambda done: self._step(1 - _JOINING * (1 - done)))
        return Rendered(faults.by_key)

    def _render(self, paths: list[Path], first: int, faults: Faults) -> None:
        drawn = _Drawing(self._order, self._fetch, faults, first * self._order.piece_seconds)
        for number in range(first, len(paths)):
            begin = number * self._per_piece
            end = min(begin + self._per_piece, self._frames)
            writer = PieceWriter(paths[number], self._order.threads)
            try:
                self._piece(drawn, writer, begin, end)
            except BaseException:
                writer.abandon()
                raise
            faults.keep()
            writer.finish()

    def _piece(self, drawn: "_Drawing", writer: PieceWriter, begin: int, end: int) -> None:
        until = end * RATE // FPS
        if end == self._frames:  # the last may end within a frame
            until = max(begin * RATE // FPS + 1, round(self._order.manifest.duration_ns * RATE / NS_PER_S))
        drawing = 1 - _JOINING
        sound = drawn.sound(until - begin * RATE // FPS, lambda: self._step(begin / self._frames * drawing))
        for frame in range(begin, end):
            if (frame - begin) % FPS == 0:
                second = (frame - begin) // FPS
                last = frame + FPS >= end
                writer.sound(sound[second * RATE :] if last else sound[second * RATE : (second + 1) * RATE])
            writer.picture(drawn.picture(frame * NS_PER_S // FPS))
            self._step(frame / self._frames * drawing)

    def _step(self, progress: float) -> None:
        self._tell(progress)
        self._rest()


class _Drawing:
    """Every track's decoder, going forward together from ``from_s``."""

    def __init__(self, order: RenderOrder, fetch: Fetch, faults: Faults, from_s: int) -> None:
        from_ns = from_s * NS_PER_S
        tracks = order.manifest.tracks
        self._scenes = list(scenes(order.manifest)) or [Scene(0, 0, ())]
        self._scene = 0
        self._composer = Composer(order.manifest, order.wording, ZoneInfo(order.zone))
        self._pictures: dict[TrackId, PictureTrack] = {
            track.id: PictureTrack(pictures(track, from_ns, fetch, faults))
            for track in tracks
            if track.source is not Source.MICROPHONE
        }
        self._voices = [
            SoundTrack(SoundDecoder(track, fetch, faults).frames(from_ns), from_s * RATE)
            for track in tracks
            if track.source is Source.MICROPHONE
        ]

    def sound(self, count: int, step: Callable[[], None]) -> "array[int]":
        """The next samples of all; ``step`` after each voice."""
        voices = []
        for voice in self._voices:
            voices.append(voice.take(count))
            step()
        return mixed(voices, count)

    def picture(self, at_ns: int) -> VideoFrame:
        """Times only ever grow."""
        while self._scene + 1 < len(self._scenes) and self._scenes[self._scene].end_ns <= at_ns:
            self._scene += 1
        return self._composer.paint(self._scenes[self._scene], self._pictures, at_ns)
