"""The spool folder of one recording: what has to survive a kill of the recorder, and where each thing lies in it.

::

    {recording}/recording.json          the order, the parts, how far it got
    {recording}/journal.spool           see recorder/journal.py
    {recording}/{part}/{track}/N.log    packet log
    {recording}/{part}/{track}/N.done   a finished segment's facts and the checkpoint behind it
    {recording}/segments/…              files being muxed or waiting for the store
"""

import os
import shutil
from pathlib import Path

import msgspec

from bridge.errors import MalformedInput
from bridge.ids import NodeId, RecordingId
from bridge.journal import SegmentWritten
from bridge.media import Moment
from bridge.recorder_control import ArmOrder
from recorder.packetlog import sync_folder
from recorder.track import Checkpoint


class PartState(msgspec.Struct):
    """One node run, counted here. ``hello``: the moment its HELLO names, the same on each of its connections;
    ``opened``: START (for a later part its HELLO) on its clocks; ``at_ns`` its media time."""

    part: int
    node: NodeId
    hello: Moment
    opened: Moment | None
    at_ns: int
    ended_ns: int | None = None
    """Media time at which a later part took its place."""


class RecordingState(msgspec.Struct):
    """``recording.json``."""

    recording: RecordingId
    order: ArmOrder
    parts: list[PartState] = []
    stopped: Moment | None = None
    journal: str | None = None
    """Key of the stored journal: everything is done."""

    segments: int = 0
    stored_bytes: int = 0


class DoneSegment(msgspec.Struct):
    """``N.done``: a muxed, synced file and the state to go on from behind it."""

    written: SegmentWritten
    checkpoint: Checkpoint


class Spool:
    """The folder of one recording. Every method blocks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "journal.spool"
        self.segments = folder / "segments"

    def prepare(self) -> None:
        """Make the folder. Raises OSError."""
        self.segments.mkdir(parents=True, exist_ok=True)
        sync_folder(self.folder.parent)

    def part(self, part: int) -> Path:
        """Where the logs of a part lie."""
        return self.folder / f"{part:03d}"

    def save(self, state: RecordingState) -> None:
        """Replace ``recording.json``."""
        write_durably(self.folder / "recording.json", msgspec.json.encode(state))

    def load(self) -> RecordingState:
        """Raises MalformedInput when the file is not ours, OSError when there is none."""
        content = (self.folder / "recording.json").read_bytes()
        try:
            return msgspec.json.decode(content, type=RecordingState)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise MalformedInput(f"{self.folder.name}/recording.json: {error}") from error

    def changed_s(self) -> float:
        """When ``recording.json`` was last written, UTC in seconds. Raises OSError."""
        return (self.folder / "recording.json").stat().st_mtime

    def segment_file(self, part: int, track: int, number: int) -> Path:
        """Where a segment is muxed and waits for the store."""
        return self.segments / f"{part:03d}-{track:06d}-{number:05d}"

    def save_done(self, part: int, track: int, done: DoneSegment) -> None:
        """Write ``N.done``; from then on the segment need not be muxed again."""
        path = self._done_file(part, track, done.written.number)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, msgspec.json.encode(done))

    def load_done(self, part: int, track: int) -> list[DoneSegment]:
        """In order of number. Raises MalformedInput."""
        folder = self.part(part) / f"{track:06d}"
        found = []
        for path in sorted(folder.glob("*.done")):
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=DoneSegment))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise MalformedInput(f"{path.name}: {error}") from error
        return found

    def forget_stored(self, part: int, track: int, number: int) -> None:
        """This segment is stored and journalled: its file and the checkpoints before it are needed no more."""
        self.segment_file(part, track, number).unlink(missing_ok=True)
        for earlier in (self.part(part) / f"{track:06d}").glob("*.done"):
            if int(earlier.stem) < number:
                earlier.unlink(missing_ok=True)

    def tracks(self, part: int) -> list[int]:
        """Numbers of the tracks that left anything."""
        return sorted(int(folder.name) for folder in self.part(part).glob("[0-9]*"))

    def shrink(self, state: RecordingState) -> None:
        """Everything is stored: keep only ``recording.json``, which answers for the recording from here on."""
        self.save(state)
        self.journal.unlink(missing_ok=True)
        shutil.rmtree(self.segments, ignore_errors=True)
        for part in state.parts:
            shutil.rmtree(self.part(part.part), ignore_errors=True)

    def remove_part(self, part: int) -> None:
        """A part in which the recording never began leaves nothing."""
        shutil.rmtree(self.part(part), ignore_errors=True)

    def remove(self) -> None:
        """Forget the recording."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _done_file(self, part: int, track: int, number: int) -> Path:
        return self.part(part) / f"{track:06d}" / f"{number:05d}.done"


def write_durably(path: Path, content: bytes) -> None:
    """Whole or not at all, synced. Blocks."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)
