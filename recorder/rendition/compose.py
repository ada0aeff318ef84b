"""Paints scenes: pictures, names under them, reasons where there is none, title and running clock above."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from av.video.frame import VideoFrame

from bridge.ids import NS_PER_S, SeatId, TrackId
from bridge.manifest import Manifest
from bridge.media import Source
from recorder.rendition import lettering
from recorder.rendition.canvas import BLACK, GROUND, Canvas
from recorder.rendition.layout import BAR, HEIGHT, WIDTH, Box, Place, fitted, places
from recorder.rendition.order import Wording
from recorder.rendition.pictures import PictureTrack
from recorder.rendition.plan import BROKEN, NOTHING, Scene, Tile

_CLOCK_WIDTH = 420
_CLOCK = Box(WIDTH - _CLOCK_WIDTH, 0, _CLOCK_WIDTH, BAR)
_TITLE = Box(0, 0, WIDTH - _CLOCK_WIDTH, BAR)


class Composer:
    """One canvas; only what changes is painted anew."""

    def __init__(self, manifest: Manifest, wording: Wording, zone: ZoneInfo) -> None:
        self.canvas = Canvas()
        self._wording = wording
        self._zone = zone
        self._title = manifest.title
        self._began_ns = manifest.began.utc_ns
        self._names: dict[SeatId, str] = {
            person.seat: f"{person.name} · {person.point_name}" if person.point_name else person.name
            for person in manifest.participants
        }
        self._scene: Scene | None = None
        self._places: list[Place] = []
        self._shown: list[VideoFrame | str | None] = []
        self._inner: list[Box | None] = []
        self._second = -1

    def paint(self, scene: Scene, tracks: Mapping[TrackId, PictureTrack], at_ns: int) -> VideoFrame:
        """The frame of that moment; it is painted over at the next call."""
        if scene is not self._scene:
            self._lay_out(scene)
        for index, tile in enumerate(scene.tiles):
            self._tile(index, _wanted(tile, tracks, at_ns))
        self._clock(at_ns)
        return self.canvas.frame

    def _lay_out(self, scene: Scene) -> None:
        self._scene = scene
        self._places = places(scene.tiles)
        self._shown = [None] * len(scene.tiles)
        self._inner = [None] * len(scene.tiles)
        self._second = -1
        self.canvas.fill(Box(0, 0, WIDTH, HEIGHT), GROUND)
        self.canvas.letters(_TITLE, lettering.box_line(self._title, _TITLE, GROUND))
        for tile, place in zip(scene.tiles, self._places, strict=True):
            self.canvas.letters(place.plate, lettering.box_line(self._name(tile), place.plate, GROUND))
        if not scene.tiles:
            field = Box(0, BAR, WIDTH, HEIGHT - BAR)
            self.canvas.letters(field, lettering.card(self._wording.empty, field.width, field.height, GROUND))

    def _name(self, tile: Tile) -> str:
        name = self._names[tile.seat]
        return name if tile.source is Source.CAMERA else self._wording.screen.replace("{name}", name)

    def _tile(self, index: int, wanted: VideoFrame | str) -> None:
        before = self._shown[index]
        if wanted is before or (isinstance(wanted, str) and wanted == before):
            return
        self._shown[index] = wanted
        box = self._places[index].picture
        if isinstance(wanted, str):
            self.canvas.fill(box, BLACK)
            words = self._wording.reasons.get(wanted, wanted)
            self.canvas.letters(box, lettering.card(words, box.width, box.height, BLACK))
            self._inner[index] = None
            return
        inner = fitted(wanted.width, wanted.height, box)
        if inner != self._inner[index]:
            self.canvas.fill(box, BLACK)  # a picture of another shape stood here, or words
            self._inner[index] = inner
        self.canvas.picture(inner, wanted)

    def _clock(self, at_ns: int) -> None:
        second = at_ns // NS_PER_S
        if second == self._second:
            return
        self._second = second
        words = clock_words(self._began_ns, at_ns, self._zone)
        self.canvas.letters(_CLOCK, lettering.clock(words, _CLOCK.width, _CLOCK.height, GROUND))


def clock_words(began_utc_ns: int, at_ns: int, zone: ZoneInfo) -> str:
    """``22/11/2026  08:30:05  ·  0:00:05``: the office's day and hour, and how long the recording has run."""
    local = datetime.fromtimestamp((began_utc_ns + at_ns) // NS_PER_S, UTC).astimezone(zone)
    elapsed = at_ns // NS_PER_S
    run = f"{elapsed // 3600}:{elapsed // 60 % 60:02}:{elapsed % 60:02}"
    return f"{local:%d/%m/%Y}  {local:%H:%M:%S}  ·  {run}"


def _wanted(tile: Tile, tracks: Mapping[TrackId, PictureTrack], at_ns: int) -> VideoFrame | str:
    """The picture, or the code of why there is none."""
    if tile.track is None:
        return tile.missing
    shown = tracks[tile.track].at(at_ns)
    if shown is None:
        return NOTHING
    return BROKEN if shown.frame is None else shown.frame
