"""After a kill: what the spool holds, taken up again.

A finished file with its ``.done`` is uploaded as it is; everything behind a track's last such checkpoint is made again
from its packet log, exactly as it was made before, for the cores look at nothing but the frames.
"""

import asyncio
import hashlib
import heapq
from collections.abc import Iterator
from pathlib import Path

from bridge.ids import TrackNumber
from bridge.journal import Entry, GapReason, PartBegan, RecordingBegan, SegmentWritten
from bridge.tap import Frame, FrameKind
from recorder.journal import Owner
from recorder.packetlog import PacketLog, read_track
from recorder.part import Part
from recorder.spool import DoneSegment, PartState, Spool
from recorder.upload import Waiting
from recorder.writing import Writing

YIELD_EVERY = 200
"""Frames replayed before the loop gets its turn: about 5 ms."""


async def recover(writing: Writing, spool: Spool, segment_ns: int) -> None:
    """Bring ``writing`` to where the spool says it was. Raises MalformedInput, OSError."""
    entries = await asyncio.to_thread(writing.journal.read)
    stored: dict[Owner, int] = {}
    for owner, entry in entries:
        if isinstance(entry, SegmentWritten):
            stored[owner] = max(stored.get(owner, 0), entry.number)
            writing.state.segments += 1
            writing.state.stored_bytes += entry.bytes
    usable = await asyncio.to_thread(_usable, spool, writing.state.parts, stored)
    kept = {owner: done[-1].checkpoint.entries for owner, done in usable.items() if done}
    await asyncio.to_thread(writing.journal.take_back, kept)
    _say_again(writing, [entry for _, entry in entries])
    for waiting in _unstored(spool, usable, stored):
        writing.storing.uploads.add(waiting)
    for state in writing.state.parts:
        await _replay_part(writing, spool, segment_ns, state, usable)


def _say_again(writing: Writing, said: list[Entry]) -> None:
    """``recording.json`` was saved and the kill came before the journal was synced."""
    if writing.began is not None and not any(isinstance(entry, RecordingBegan) for entry in said):
        writing.say_begun(writing.began)
    parts = {entry.part for entry in said if isinstance(entry, PartBegan)}
    for state in writing.state.parts:
        if state.part not in parts:
            writing.say_part(state)


def _usable(spool: Spool, parts: list[PartState], stored: dict[Owner, int]) -> dict[Owner, list[DoneSegment]]:
    """Per track its finished segments, up to the first whose file is not what it should be."""
    found: dict[Owner, list[DoneSegment]] = {}
    for part in parts:
        for track in spool.tracks(part.part):
            owner = (part.part, track)
            found[owner] = []
            for done in spool.load_done(*owner):
                number = done.written.number
                if number > stored.get(owner, 0) and not _intact(spool.segment_file(*owner, number), done):
                    break
                found[owner].append(done)
    return found


def _intact(path: Path, done: DoneSegment) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == done.written.sha256


def _unstored(spool: Spool, usable: dict[Owner, list[DoneSegment]], stored: dict[Owner, int]) -> list[Waiting]:
    waiting = [
        Waiting(*owner, spool.segment_file(*owner, done.written.number), done)
        for owner, segments in usable.items()
        for done in segments
        if done.written.number > stored.get(owner, 0)
    ]
    return sorted(waiting, key=lambda one: (one.part, one.done.written.end_ns, one.track))


async def _replay_part(
    writing: Writing, spool: Spool, segment_ns: int, state: PartState, usable: dict[Owner, list[DoneSegment]]
) -> None:
    opened = state.opened.mono_ns if state.opened is not None else None
    part = Part(state.part, segment_ns, opened, state.at_ns)
    log = await asyncio.to_thread(PacketLog, spool.part(state.part))
    writing.adopt(part, log)
    floors: dict[int, int] = {}
    for (number, track), segments in usable.items():
        if number == state.part and segments:
            part.restore(track, segments[-1].checkpoint)
            floors[track] = segments[-1].checkpoint.floor
    frames = _merged(spool.part(state.part), spool.tracks(state.part), floors)
    for count, frame in enumerate(frames):
        writing.take(part, part.feed(frame))
        if not count % YIELD_EVERY:
            await asyncio.sleep(0)
    if state.ended_ns is not None:
        writing.take(part, part.end(part.mono_ns(state.ended_ns), GapReason.NODE_RESTARTED))
    elif writing.state.stopped is not None:
        writing.take(part, part.end(writing.state.stopped.mono_ns))


def _merged(folder: Path, tracks: list[int], floors: dict[int, int]) -> Iterator[Frame]:
    """All tracks' frames in the order in which the node received them."""
    streams = [_in_order(folder, track, floors.get(track, 0)) for track in tracks]
    for _, _, _, frame in heapq.merge(*streams, key=lambda item: item[:3]):
        yield frame


def _in_order(folder: Path, track: int, floor: int) -> Iterator[tuple[int, TrackNumber, int, Frame]]:
    """Sorted by the latest arrival so far: within a track the order of the log stands."""
    latest = 0
    for place, frame in enumerate(read_track(folder, track)):
        if frame.number >= floor and frame.kind not in (FrameKind.START, FrameKind.STOP):
            latest = max(latest, frame.arrival)
            yield latest, frame.track, place, frame
