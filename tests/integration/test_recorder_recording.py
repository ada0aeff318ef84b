"""A scripted tap over a real socket becomes decodable segments and a journal in a real object store."""

import statistics
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from bridge.errors import Code, Conflict, Unavailable
from bridge.ids import NS_PER_S, RecordingId
from bridge.journal import (
    Entry,
    GapDeclared,
    GapReason,
    PartBegan,
    RecordingBegan,
    RecordingEnded,
    SegmentWritten,
    SilenceDeclared,
    TrackBegan,
    TrackEnded,
)
from bridge.media import Codec, Source
from recorder.remux import browser_form
from tests.support.recorder_process import RecorderUnderTest, decode, running_recorder
from tests.support.tap_media import SenderClock, pictures, sounds
from tests.support.tap_node import ScriptedTrack, TapNode, moved, script

RECORDING = RecordingId("rec")


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[RecorderUnderTest]:
    async with running_recorder(tmp_path) as running:
        yield running


def _segments(journal: list[Entry], track: str) -> list[SegmentWritten]:
    return [entry for entry in journal if isinstance(entry, SegmentWritten) and entry.track == track]


def _camera(number: int, who: str, clock: SenderClock, codec: Codec = Codec.VP8, seconds: int = 26) -> ScriptedTrack:
    return ScriptedTrack(number, f"{who}-cam", who, Source.CAMERA, codec, pictures(codec, seconds, 2.0), clock)


def _microphone(number: int, who: str, clock: SenderClock, seconds: int = 26) -> ScriptedTrack:
    return ScriptedTrack(number, f"{who}-mic", who, Source.MICROPHONE, Codec.OPUS, sounds(seconds), clock)


async def _flashes(recorder: RecorderUnderTest, journal: list[Entry], track: str) -> list[float]:
    """Media times at which the picture turns white."""
    found: list[float] = []
    lit = True
    for segment in _segments(journal, track):
        for at, frame in await recorder.decode(segment):
            assert isinstance(frame, av.VideoFrame)
            bright = float(frame.to_ndarray(format="gray").mean()) > 128
            if bright and not lit:
                found.append(at)
            lit = bright
    return found


async def _beeps(recorder: RecorderUnderTest, journal: list[Entry], track: str) -> list[float]:
    """Media times at which the tone sets in."""
    found: list[float] = []
    loud = True
    for segment in _segments(journal, track):
        for at, frame in await recorder.decode(segment):
            assert isinstance(frame, av.AudioFrame)
            heard = float(np.abs(frame.to_ndarray()).mean()) > 0.05
            if heard and not loud:
                found.append(at)
            loud = heard
    return found


async def test_picture_and_sound_of_all_points_on_one_clock(recorder: RecorderUnderTest) -> None:
    """One clock right, one two hours wrong, one 3 ms a second fast, one that joins late, with jitter on the way."""
    points = {"right": SenderClock(), "wrong": SenderClock(-7200.0), "fast": SenderClock(30.0, 0.003)}
    tracks = []
    for index, (who, clock) in enumerate(points.items()):
        tracks += [
            replace(_camera(2 * index + 1, who, clock), jitter_s=0.03),
            replace(_microphone(2 * index + 2, who, clock), jitter_s=0.03, delay_s=0.05),
        ]
    tracks.append(replace(_camera(9, "late", SenderClock(5.0), Codec.H264, 10), start_s=12.0))
    await recorder.record(RECORDING, script(tracks, 1.0, 25.0))
    journal = await recorder.journal(RECORDING)
    seen = {who: await _flashes(recorder, journal, f"{who}-cam") for who in [*points, "late"]}
    for who in points:
        heard = await _beeps(recorder, journal, f"{who}-mic")
        apart = [at - min(seen[who], key=lambda flash: abs(flash - at)) for at in heard if at > seen[who][0] - 0.5]
        assert len(apart) >= 20
        assert abs(statistics.median(apart)) <= 0.06
        assert max(map(abs, apart)) <= 0.1
    for who, flashes in seen.items():
        assert len(flashes) >= (9 if who == "late" else 20)
        off = [flash - round(flash) for flash in flashes]
        assert max(map(abs, off)) < 0.075, who


async def test_begin_and_end_are_start_and_stop(recorder: RecorderUnderTest) -> None:
    tracks = [_camera(1, "ann", SenderClock()), _microphone(2, "ann", SenderClock())]
    await recorder.record(RECORDING, script(tracks, 1.0, 9.0))
    journal = await recorder.journal(RECORDING)
    assert isinstance(journal[0], RecordingBegan)
    assert isinstance(journal[1], PartBegan)
    ended = journal[-1]
    assert isinstance(ended, RecordingEnded)
    assert ended.at_ns == 8 * NS_PER_S
    for began in (entry for entry in journal if isinstance(entry, TrackBegan)):
        segments = _segments(journal, began.track)
        gaps = [entry for entry in journal if isinstance(entry, GapDeclared) and entry.track == began.track]
        assert segments[0].start_ns - began.first_packet_ns <= NS_PER_S
        assert segments[0].start_ns == (gaps[0].end_ns if gaps else began.first_packet_ns)
        assert abs(segments[-1].end_ns - ended.at_ns) < 0.2 * NS_PER_S


async def test_files_are_what_the_journal_says_and_play_in_browsers(recorder: RecorderUnderTest) -> None:
    tracks = [
        _camera(1, "ann", SenderClock(), seconds=8),
        _microphone(2, "ann", SenderClock(), seconds=8),
        _camera(3, "bob", SenderClock(), Codec.H264, seconds=8),
        _camera(4, "eve", SenderClock(), Codec.VP9, seconds=8),
        _camera(5, "dan", SenderClock(), Codec.AV1, seconds=8),
    ]
    await recorder.record(RECORDING, script(tracks, 0.0, 7.5))
    journal = await recorder.journal(RECORDING)
    types = set()
    for segment in (entry for entry in journal if isinstance(entry, SegmentWritten)):
        stored = await recorder.objects.stat(segment.key)
        assert (stored.sha256, stored.bytes) == (segment.sha256, segment.bytes)
        body = await recorder.read(segment.key)
        frames = decode(body)
        assert len(frames) == segment.frames
        assert frames[0][0] == 0
        media_type, form = browser_form(segment.container, body)
        types.add(media_type.split(".")[0])
        again = decode(form)
        assert len(again) == segment.frames
        assert max(abs(one[0] - other[0]) for one, other in zip(frames, again, strict=True)) < 0.002
        if segment.codec is not Codec.OPUS:
            assert isinstance(frames[0][1], av.VideoFrame)
            assert (frames[0][1].width, frames[0][1].height) == (segment.width, segment.height)
    assert types == {
        'video/webm; codecs="vp8"',
        'video/webm; codecs="vp09',
        'video/webm; codecs="av01',
        'audio/webm; codecs="opus"',
        'video/mp4; codecs="avc1',
    }


async def test_muted_lost_and_stalled_spans_are_declared_in_the_journal(recorder: RecorderUnderTest) -> None:
    camera = replace(_camera(1, "ann", SenderClock()), lost=frozenset({130}), silent=((15.0, 15.7),))
    microphone = replace(_microphone(2, "ann", SenderClock()), lost=frozenset({400, 401}), muted=((12.0, 14.0),))
    await recorder.record(RECORDING, script([camera, microphone], 0.0, 24.0))
    journal = await recorder.journal(RECORDING)
    gaps = [entry for entry in journal if isinstance(entry, GapDeclared)]
    assert [(gap.track, gap.reason) for gap in gaps if gap.track == "ann-mic"] == [("ann-mic", GapReason.LOSS)]
    assert [gap.reason for gap in gaps if gap.track == "ann-cam"] == [GapReason.LOSS, GapReason.SENDER_STALLED]
    (silence,) = [entry for entry in journal if isinstance(entry, SilenceDeclared)]
    assert (silence.start_ns, silence.end_ns) == (12 * NS_PER_S, 14 * NS_PER_S)
    holes: list[GapDeclared | SilenceDeclared] = [*gaps, silence]
    for track in ("ann-cam", "ann-mic"):
        times = [at for segment in _segments(journal, track) for at, _ in await recorder.decode(segment)]
        for entry in holes:
            if entry.track == track:
                inside = [at for at in times if entry.start_ns / 1e9 + 0.002 < at < entry.end_ns / 1e9 - 0.02]
                assert not inside, track


async def test_a_store_that_goes_away_is_waited_for_and_nothing_is_stored_twice(recorder: RecorderUnderTest) -> None:
    recorder.store.away = True
    await recorder.arm(RECORDING)
    frames = script([_camera(1, "ann", SenderClock()), _microphone(2, "ann", SenderClock())], 0.0, 20.0)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    events = recorder.api.events("", 0)
    await node.send(frames)
    await node.until_confirmed(frames)
    away = (await anext(events)).event
    assert getattr(away, "available", None) is False
    assert (await recorder.api.status(RECORDING)).state == "degraded"
    recorder.store.away = False
    back = (await anext(events)).event
    assert getattr(back, "available", None) is True
    assert (await recorder.api.finished(RECORDING)).state == "finished"
    await events.aclose()
    await node.close()
    assert len(recorder.store.puts) == len(set(recorder.store.puts)) == 3
    assert recorder.store.puts[-1].endswith("journal.jsonl")


async def test_a_line_that_breaks_is_taken_up_where_it_was(recorder: RecorderUnderTest) -> None:
    await recorder.arm(RECORDING)
    frames = script([_camera(1, "ann", SenderClock()), _microphone(2, "ann", SenderClock())], 0.0, 20.0)
    for share in (0.2, 0.5, 0.51):
        sent = frames[: round(len(frames) * share)]
        node = await TapNode.connect(recorder.tap_address, RECORDING)
        await node.send(sent)
        await node.until_confirmed(sent[: len(sent) // 2])
        await node.close()
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    assert sum(node.resumed.values()) > 0.1 * len(frames)
    await node.send(frames)
    await node.until_confirmed(frames)
    await recorder.api.finished(RECORDING)
    await node.close()
    journal = await recorder.journal(RECORDING)
    assert not [entry for entry in journal if isinstance(entry, GapDeclared)]


async def test_a_restarted_node_is_a_new_part_and_its_absence_a_gap(recorder: RecorderUnderTest) -> None:
    await recorder.arm(RECORDING)
    first = script([_camera(1, "ann", SenderClock(), seconds=10)], 0.0, None)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(first)
    await node.until_confirmed(first)
    await node.close()
    again = replace(_camera(1, "again", SenderClock(), seconds=8), start_s=14.2)
    renumbered = moved(script([again], 13.0, 20.0), 13.0)
    node = await TapNode.connect(recorder.tap_address, RECORDING, at_s=13.0)
    assert node.resumed == {}
    await node.send(renumbered)
    await node.until_confirmed(renumbered)
    await recorder.api.finished(RECORDING)
    await node.close()
    journal = await recorder.journal(RECORDING)
    parts = [entry for entry in journal if isinstance(entry, PartBegan)]
    assert [(part.part, part.at_ns) for part in parts] == [(1, 0), (2, 13 * NS_PER_S)]
    (gap,) = [entry for entry in journal if isinstance(entry, GapDeclared)]
    assert (gap.track, gap.reason, gap.end_ns) == ("ann-cam", GapReason.NODE_RESTARTED, 13 * NS_PER_S)
    assert [entry.track for entry in journal if isinstance(entry, TrackEnded)] == ["ann-cam", "again-cam"]
    (segment,) = _segments(journal, "again-cam")
    assert abs(segment.start_ns - 14.2 * NS_PER_S) < 0.05 * NS_PER_S


async def test_proof_then_start_leaves_nothing_of_what_came_before(recorder: RecorderUnderTest) -> None:
    await recorder.arm(RECORDING)
    frames = script([_camera(1, "ann", SenderClock(), seconds=10)], 4.0, 9.0)
    begin = next(index for index, frame in enumerate(frames) if frame.track == 0 and frame.arrival >= 5004 * NS_PER_S)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(frames[:begin])
    proof = await recorder.api.prove(RECORDING)
    assert proof.track == "ann-cam"
    assert proof.seconds >= 1
    assert proof.packets > 25
    assert await recorder.read(proof.probe_object)
    assert (await recorder.api.status(RECORDING)).state == "armed"
    await node.send(frames[begin:])
    started = await recorder.api.started(RECORDING)
    assert started.state == "writing"
    await node.until_confirmed(frames)
    await recorder.api.finished(RECORDING)
    await node.close()
    journal = await recorder.journal(RECORDING)
    (began,) = [entry for entry in journal if isinstance(entry, TrackBegan)]
    assert abs(began.first_packet_ns) < 0.06 * NS_PER_S
    assert not [entry for entry in journal if isinstance(entry, GapDeclared)]


async def test_a_silent_central_point_or_an_absent_store_is_no_proof(
    recorder: RecorderUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.proof.PROOF_MEDIA_S", 0.3)
    await recorder.arm(RECORDING)
    with pytest.raises(Conflict) as silent:
        await recorder.api.prove(RECORDING)
    assert silent.value.code is Code.CENTRAL_POINT_SILENT
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    frames = script([_microphone(1, "ann", SenderClock(), 3)], 9.0, None)
    await node.send(frames)
    await node.until_confirmed([frame for frame in frames if frame.track])
    recorder.store.away = True
    with pytest.raises(Unavailable) as absent:
        await recorder.api.prove(RECORDING)
    assert absent.value.code is Code.RECORDER_NOT_WRITING
    await node.close()


async def test_a_probe_ordered_anew_leaves_nothing_of_the_first(recorder: RecorderUnderTest) -> None:
    await recorder.arm(RECORDING)
    tried = script([_camera(1, "ann", SenderClock(), seconds=3)], 60.0, None)[:-1]
    node = await TapNode.connect(recorder.tap_address, RECORDING, at_s=-9.0)
    await node.send(tried)
    await node.until_confirmed(tried)
    await node.close()
    frames = script([_camera(1, "bob", SenderClock(), seconds=5)], 0.0, 5.0)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    assert node.resumed == {}
    await node.send(frames)
    await node.until_confirmed(frames)
    await recorder.api.finished(RECORDING)
    await node.close()
    journal = await recorder.journal(RECORDING)
    assert [entry.part for entry in journal if isinstance(entry, PartBegan)] == [1]
    assert [entry.track for entry in journal if isinstance(entry, TrackBegan)] == ["bob-cam"]


async def test_another_run_of_the_node_is_known_by_its_moment_not_by_its_number(recorder: RecorderUnderTest) -> None:
    """Who orders the tap may have lost count of the parts: nothing of the new run may be taken for the old one's."""
    await recorder.arm(RECORDING)
    first = script([_microphone(1, "ann", SenderClock(), 5)], 0.0, None)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(first)
    await node.until_confirmed(first)
    await node.close()
    renumbered = moved(script([replace(_microphone(1, "again", SenderClock(), 5), start_s=8.0)], 8.0, 13.0), 8.0)
    node = await TapNode.connect(recorder.tap_address, RECORDING, at_s=8.0)
    assert node.resumed == {}
    await node.send(renumbered)
    await node.until_confirmed(renumbered)
    await recorder.api.finished(RECORDING)
    await node.close()
    journal = await recorder.journal(RECORDING)
    assert [entry.part for entry in journal if isinstance(entry, PartBegan)] == [1, 2]
    assert len(_segments(journal, "again-mic")) == 1


async def test_other_bytes_under_a_key_are_left_and_another_key_is_taken(recorder: RecorderUnderTest) -> None:
    await recorder.objects.put("recordings/rec/ann-mic/00001.webm", b"from a copy of this spool", 0)
    await recorder.record(RECORDING, script([_microphone(1, "ann", SenderClock(), 3)], 0.0, 2.5))
    (segment,) = _segments(await recorder.journal(RECORDING), "ann-mic")
    assert segment.key == "recordings/rec/ann-mic/00001-2.webm"
    assert len(await recorder.decode(segment)) == segment.frames


async def test_what_came_before_an_orderly_end_is_durable(tmp_path: Path) -> None:
    frames = script([_microphone(1, "ann", SenderClock(), 6)], 0.0, 5.0)
    async with running_recorder(tmp_path) as recorder:
        await recorder.arm(RECORDING)
        node = await TapNode.connect(recorder.tap_address, RECORDING)
        await node.send(frames[:200])
        await node.until_confirmed(frames[:50])
        await recorder.process.close()
        await node.close()
    async with running_recorder(tmp_path) as recorder:
        node = await TapNode.connect(recorder.tap_address, RECORDING)
        assert node.resumed[1] >= 50
        await node.send(frames)
        await node.until_confirmed(frames)
        await recorder.api.finished(RECORDING)
        await node.close()
        (segment,) = _segments(await recorder.journal(RECORDING), "ann-mic")
        assert segment.frames == 249
