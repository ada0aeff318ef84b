"""A held reception with a recording whose segments and journal lie in the store, as the recorder left them; not sealed.

On any database and store; how many tracks and minutes and how large a minute is, the caller says.
"""

import asyncio
import hashlib
from collections.abc import Callable

import msgspec

from bridge import events as e
from bridge import journal as j
from bridge.ids import NS_PER_S, NodeId, ParticipantId, RecorderId, RecordingId, TrackId, room_of
from bridge.live import prefix_of, recording_row
from bridge.media import Codec, Moment, Source
from bridge.model import RecordingRow
from bridge.policy import SYSTEM
from bridge.ports import Clock, ObjectStore
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from bridge.verification import journal_key
from deploy.time import SystemEntropy
from signaling.notices import InProcessNotices
from tests.support.receptions import CHAIR, scheduled

MINUTE_NS = 60 * NS_PER_S
PROVISIONAL_NS = 3600 * NS_PER_S
_AT_ONCE = 8


class Shape(msgspec.Struct, frozen=True):
    """``body``: the bytes of a track's minute."""

    tracks: int = 2
    minutes: int = 2
    body: Callable[[int, int], bytes] = lambda track, minute: b"%d/%d " % (track, minute) * 100


async def premade(
    units: UnitsOfWork, objects: ObjectStore, clock: Clock, name: str = "recording1", shape: Shape | None = None
) -> RecordingRow:
    """The recording's row, of a reception that has closed."""
    asked, recording = shape or Shape(), RecordingId(name)
    length_ns = asked.minutes * MINUTE_NS
    reception = await _held(
        ReceptionService(units, clock, SystemEntropy(), InProcessNotices()), clock, recording, length_ns
    )
    assert reception.began is not None
    assert reception.ended is not None
    lines: list[j.Entry] = [j.RecordingBegan(recording, room_of(reception.id), NodeId("n1"), reception.began, "test")]
    for track in range(asked.tracks):
        source = Source.MICROPHONE if track % 2 else Source.CAMERA
        codec = Codec.OPUS if track % 2 else Codec.VP8
        lines.append(j.TrackBegan(TrackId(f"t{track}"), ParticipantId("p1"), 1, 1, source, codec, 90_000, 0))
    turns, until = asyncio.Semaphore(_AT_ONCE), clock.utc() + PROVISIONAL_NS

    async def stored(track: int, minute: int) -> j.SegmentWritten:
        async with turns:
            return await _stored(objects, recording, track, minute, asked.body(track, minute), until)

    every = [(track, minute) for track in range(asked.tracks) for minute in range(asked.minutes)]
    lines += await asyncio.gather(*(stored(*one) for one in every))
    lines.append(j.RecordingEnded(reception.ended, length_ns))
    await objects.put(journal_key(prefix_of(recording)), b"".join(map(j.serialise_entry, lines)), until)
    row = recording_row(reception, recording, reception.began.utc_ns, reception.ended)
    async with units.writing() as unit:
        await unit.recordings.put(row)
        await unit.commit()
    return row


async def _held(service: ReceptionService, clock: Clock, recording: RecordingId, length_ns: int) -> Reception:
    reception = await scheduled(service, clock.utc())
    began = Moment(0, clock.utc() - length_ns)
    happened: list[e.Event] = [
        e.RoomPlaced(NodeId("n1"), RecorderId("r1")),
        e.ParticipantJoined(ParticipantId("p1"), CHAIR.id),
        e.ReceptionStarted(recording, began, "test"),
        e.ParticipantLeft(ParticipantId("p1"), e.Departure.ENDED),
        e.ReceptionClosed(e.Cause.CHAIR, "", Moment(length_ns, began.utc_ns + length_ns)),
    ]
    return await service.append(SYSTEM, "test", reception, happened)


async def _stored(
    objects: ObjectStore, recording: RecordingId, track: int, minute: int, body: bytes, until: int
) -> j.SegmentWritten:
    key = f"{prefix_of(recording)}t{track}/{minute + 1:05d}.webm"
    stored = await objects.put(key, body, until)
    start, end = minute * MINUTE_NS, (minute + 1) * MINUTE_NS
    return j.SegmentWritten(
        track=TrackId(f"t{track}"),
        number=minute + 1,
        key=key,
        version=stored.version,
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        container="webm",
        codec=Codec.OPUS if track % 2 else Codec.VP8,
        width=320,
        height=180,
        frames=25,
        start_ns=start,
        end_ns=end,
        arrival_start_ns=start,
        arrival_end_ns=end,
    )
