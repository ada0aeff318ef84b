"""The tap against a real socket: what a recorder would get, and what happens when it is late, away or gone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.control import (
    Gates,
    ParticipantOrder,
    RoomOrder,
    TapChanged,
    TapOrder,
    TrackPublished,
)
from bridge.ids import ParticipantId, RecordingId
from bridge.media import Codec, GateReason, Moment, Source
from bridge.tap import (
    FrameKind,
    GateMoved,
    Lost,
    TrackDeclared,
    unpack_declaration,
)
from sfu.core.keyframes import starts_key_frame
from sfu.core.rtp import payload_bounds
from tests.support.sfu_clients import ALL_OPEN, ROOM, WITHIN_S, Picture, Stage, Tone, only_loopback, stage
from tests.support.tap_sink import Sink

ANN = ParticipantId("ann")


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A node that keeps 3 s for the recorder."""
    only_loopback(monkeypatch)
    async with stage(tmp_path, replay_seconds=3.0) as made:
        yield made


def order(sink: Sink, recording: bool = True, **changes: object) -> TapOrder:
    """To this sink."""
    probe = changes.get("probe", ())
    assert isinstance(probe, tuple)
    return TapOrder(RecordingId("rec1"), f"unix:{sink.path}", recording, probe)


async def test_a_recording_from_start_to_stop(room: Stage, sink: Sink) -> None:
    ann = await room.join("ann")
    await ann.publish({Source.CAMERA: Picture(60), Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished, source=Source.CAMERA)
    await room.saw(TrackPublished, source=Source.MICROPHONE)
    began = await room.node.put_tap(ROOM, order(sink))
    await sink.until(FrameKind.RTP, 60)
    await sink.until(FrameKind.SENDER_REPORT, 2)
    await sink.until(FrameKind.TICK, 2)
    ended = await room.node.delete_tap(ROOM)
    [stop] = await sink.until(FrameKind.STOP)
    [start] = sink.of(FrameKind.START)
    assert unpack_declaration(start.body, Moment) == began.moment
    assert unpack_declaration(stop.body, Moment) == ended.moment
    assert sink.hellos[0].room == ROOM
    declared = {
        unpack_declaration(frame.body, TrackDeclared).source: unpack_declaration(frame.body, TrackDeclared)
        for frame in sink.of(FrameKind.TRACK)
    }
    assert declared[Source.CAMERA].codec is Codec.VP8
    assert (declared[Source.MICROPHONE].clock_rate, declared[Source.MICROPHONE].channels) == (48_000, 2)
    assert len(sink.of(FrameKind.END)) == 2
    numbers: dict[int, list[int]] = {}
    for frame in sink.frames:
        numbers.setdefault(frame.track, []).append(frame.number)
    assert all(track == list(range(1, len(track) + 1)) for track in numbers.values()), "no number is missing"
    assert max(frame.arrival for frame in sink.of(FrameKind.RTP)) <= ended.moment.mono_ns
    await room.saw(TapChanged, state="writing")


async def test_a_recorder_that_hangs_up_is_not_pestered(room: Stage, sink: Sink) -> None:
    sink.knows = False
    await room.join("ann")
    await room.node.put_tap(ROOM, order(sink))
    clock = asyncio.get_running_loop().time
    said: list[float] = []
    async with asyncio.timeout(WITHIN_S):
        while len(sink.hellos) < 5:
            said += [clock()] * (len(sink.hellos) - len(said))
            await asyncio.sleep(0.01)
    # However slow this machine is, between the first and the fifth lie the four pauses of a tap that backs off.
    assert clock() - said[0] > 0.9 * sum((0.1, 0.2, 0.5, 1.0))
    await room.saw(TapChanged, state="not_recording")
    room.events.clear()
    sink.knows = True
    await sink.until(FrameKind.START)
    await room.saw(TapChanged, state="writing")


async def test_start_brings_a_key_frame(room: Stage, sink: Sink) -> None:
    ann = await room.join("ann")
    await ann.publish({Source.CAMERA: Picture(60)})
    await room.saw(TrackPublished)
    await asyncio.sleep(0.7)  # the first key frame is gone
    await room.node.put_tap(ROOM, order(sink))

    def key_frames() -> int:
        bodies = [frame.body for frame in sink.of(FrameKind.RTP)]
        return sum(starts_key_frame(Codec.VP8, body[slice(*payload_bounds(body))]) for body in bodies)

    await sink.until(FrameKind.RTP, 20)
    before = key_frames()
    assert before
    await asyncio.sleep(0.5)  # asked at most once in that time
    await sink.ask_key_frame(sink.of(FrameKind.TRACK)[0].track)
    while key_frames() <= before:  # the next packet, or WITHIN_S
        await sink.until(FrameKind.RTP, len(sink.of(FrameKind.RTP)) + 1)
    assert room.server.node.stats()["key_frames_asked"] == 2


async def test_the_first_packet_of_a_track_is_in_the_tap(room: Stage, sink: Sink) -> None:
    await room.node.put_tap(ROOM, order(sink))
    ann = await room.join("ann")
    await ann.publish({Source.CAMERA: Picture(60)})
    body = (await sink.until(FrameKind.RTP))[0].body
    assert starts_key_frame(Codec.VP8, body[slice(*payload_bounds(body))])


async def test_muted_and_held_are_said_and_leave_nothing(room: Stage, sink: Sink) -> None:
    ann = await room.join("ann", gates=Gates(camera=True))
    await ann.publish({Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished)
    await room.node.put_tap(ROOM, order(sink))
    await sink.until(FrameKind.GATE)
    await asyncio.sleep(0.3)
    assert sink.of(FrameKind.RTP) == []
    await room.node.put_participant(ROOM, ANN, ParticipantOrder(receives=True, gates=ALL_OPEN))
    await sink.until(FrameKind.RTP, 5)
    await room.node.put_room(ROOM, RoomOrder(held=True))
    await room.node.put_room(ROOM, RoomOrder(held=False))
    gates = await sink.until(FrameKind.GATE, 4)
    said = [unpack_declaration(frame.body, GateMoved).reason for frame in gates]
    assert said == [GateReason.MUTED, None, GateReason.PAUSED, None]


async def test_probe_takes_only_who_is_named_until_the_start(room: Stage, sink: Sink) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.MICROPHONE: Tone()})
    await bob.publish({Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished, participant=ANN)
    await room.saw(TrackPublished, participant=ParticipantId("bob"))
    await room.node.put_tap(ROOM, order(sink, recording=False, probe=(ANN,)))
    await sink.until(FrameKind.RTP, 20)
    assert len(sink.of(FrameKind.TRACK)) == 1
    assert sink.of(FrameKind.START) == []
    await room.node.put_tap(ROOM, order(sink))
    [start] = await sink.until(FrameKind.START)
    await sink.until(FrameKind.RTP, 5, track=2)
    assert len(sink.hellos) == 1, "the same stream goes on"
    assert min(frame.arrival for frame in sink.of(FrameKind.RTP, 2)) >= start.arrival


async def test_a_killed_recorder_gets_everything_again(room: Stage, sink: Sink) -> None:
    ann = await room.join("ann")
    await ann.publish({Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished)
    await room.node.put_tap(ROOM, order(sink))
    await sink.until(FrameKind.RTP, 30)
    await sink.close()
    await asyncio.sleep(0.8)
    await sink.open()
    before = len(sink.of(FrameKind.RTP))
    await sink.until(FrameKind.RTP, before + 60)
    numbers = [frame.number for frame in sink.frames if frame.track == 1]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    assert sink.of(FrameKind.LOST) == []


@pytest.mark.slow
async def test_a_recorder_that_does_not_confirm(room: Stage, sink: Sink) -> None:
    sink.confirms = False
    ann = await room.join("ann")
    await ann.publish({Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished)
    await room.node.put_tap(ROOM, order(sink))
    await room.saw(TapChanged, state="degraded")
    await room.saw(TapChanged, state="not_recording")
    [lost, *_] = await sink.until(FrameKind.LOST)
    body = unpack_declaration(lost.body, Lost)
    assert body.first <= body.last
    sink.confirms = True
    async with asyncio.timeout(WITHIN_S):
        await room.next_event(TapChanged, state="writing")
