"""A held reception with a small sealed recording in the pages' own store: two tracks, three segments."""

import hashlib

from bridge import events as e
from bridge import journal as j
from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import (
    AccountId,
    AgencyId,
    BridgePointId,
    NodeId,
    ParticipantId,
    RecorderId,
    RecordingId,
    SeatId,
    TrackId,
    room_of,
)
from bridge.live import prefix_of, recording_row
from bridge.media import Codec, Moment, Source
from bridge.model import Level, ReceptionKind, RecordingRow, Role, Seat, SeatPerson
from bridge.policy import SYSTEM
from bridge.reception import Reception
from bridge.sealing import Sealing, SigningPorts
from bridge.verification import journal_key
from tests.support.pages import Pages

RECORDING = RecordingId("recording1")
PARTICIPANT = ParticipantId("participant1")
LENGTH_NS = 125_000_000_000
BODIES = {("t1", 1): b"one" * 1000, ("t1", 2): b"two" * 500, ("t2", 1): b"x" * 700}


async def held(pages: Pages) -> Reception:
    """Scheduled, opened, live, closed."""
    seat = Seat(
        SeatId("seat1"),
        AccountId("id-chair"),
        Role.CHAIR,
        "Chu Trì",
        BridgePointId("point-central"),
        "Point central",
        Level.CENTRAL,
        (SeatPerson("Chu Trì", Role.CHAIR),),
    )
    office = AgencyId("office-central")
    starts = pages.clock.now_ns
    command = ScheduleReception("Held reception", office, "Office central", ReceptionKind.AD_HOC, starts, (seat,))
    service = pages.ports.receptions
    reception = await service.schedule(SYSTEM, command)
    reception = await service.execute(SYSTEM, reception.id, OpenDoors())
    began, ended = Moment(0, starts), Moment(LENGTH_NS, starts + LENGTH_NS)
    happened: list[e.Event] = [
        e.RoomPlaced(NodeId("n1"), RecorderId("r1")),
        e.ParticipantJoined(PARTICIPANT, seat.id),
        e.ReceptionStarted(RECORDING, began, "test"),
    ]
    reception = await service.append(SYSTEM, "test", reception, happened)
    pages.clock.now_ns += LENGTH_NS
    over: list[e.Event] = [
        e.ParticipantLeft(PARTICIPANT, e.Departure.ENDED),
        e.ReceptionClosed(e.Cause.CHAIR, "", ended),
    ]
    return await service.append(SYSTEM, "test", reception, over)


def written(track: str, number: int, body: bytes) -> j.SegmentWritten:
    """The journal's line of one stored segment."""
    start = (number - 1) * 60_000_000_000
    return j.SegmentWritten(
        track=TrackId(track),
        number=number,
        key=f"{prefix_of(RECORDING)}{track}/{number:05d}.webm",
        version="",
        bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        container="webm",
        codec=Codec.VP8,
        width=320,
        height=180,
        frames=25,
        start_ns=start,
        end_ns=start + 60_000_000_000,
        arrival_start_ns=start,
        arrival_end_ns=start + 60_000_000_000,
    )


def sealing_of(pages: Pages) -> Sealing:
    """What jobs would run."""
    signing = SigningPorts(pages.ports.signatures, pages.keys, pages.keys)
    return Sealing(pages.storage.units, pages.ports.objects, pages.clock, signing, "test", 1)


async def sealed(pages: Pages) -> RecordingRow:
    """The recording's row, sealed but never checked."""
    reception = await held(pages)
    assert reception.began is not None
    assert reception.ended is not None
    lines: list[j.Entry] = [
        j.RecordingBegan(RECORDING, room_of(reception.id), NodeId("n1"), reception.began, "test"),
    ]
    for track in ("t1", "t2"):
        source = Source.CAMERA if track == "t1" else Source.SCREEN
        lines.append(j.TrackBegan(TrackId(track), PARTICIPANT, 1, 1, source, Codec.VP8, 90_000, 0))
    objects, until = pages.ports.objects, pages.clock.now_ns + 1
    for (track, number), body in BODIES.items():
        segment = written(track, number, body)
        await objects.put(segment.key, body, until)
        lines.append(segment)
    lines.append(j.RecordingEnded(reception.ended, LENGTH_NS))
    journal = b"".join(j.serialise_entry(line) for line in lines)
    await objects.put(journal_key(prefix_of(RECORDING)), journal, until)
    async with pages.storage.units.writing() as unit:
        await unit.recordings.put(recording_row(reception, RECORDING, reception.began.utc_ns, reception.ended))
        await unit.commit()
    assert await sealing_of(pages).seal_all() == [RECORDING]
    async with pages.storage.units.reading() as unit:
        return await unit.recordings.get(RECORDING)
