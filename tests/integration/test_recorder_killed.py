"""A recorder that is killed with -9 and started again on the same spool loses nothing that the node still has."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.ids import NS_PER_S, RecordingId
from bridge.journal import (
    GapDeclared,
    GapReason,
    PartBegan,
    RecordingBegan,
    RecordingEnded,
    SegmentWritten,
    SilenceDeclared,
    TrackEnded,
)
from bridge.media import Codec, Source
from bridge.tap import Frame
from deploy.time import SystemClock
from storage.objects.directory import DirectoryObjects
from tests.support.recorder_core import cut
from tests.support.recorder_process import KillableRecorder
from tests.support.tap_media import SenderClock, pictures, sounds
from tests.support.tap_node import ScriptedTrack, TapNode, moved, script

SEGMENT_S = 3
RECORDING = RecordingId("rec")
SAME_NS = 20_000_000
"""A track that is made again knows the reports that came later: it may be placed a little better than before."""


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[KillableRecorder]:
    objects = DirectoryObjects(tmp_path / "objects", SystemClock())
    await objects.prepare()
    running = KillableRecorder(tmp_path, objects, SEGMENT_S)
    await running.start()
    try:
        yield running
    finally:
        await running.close()
        objects.close()


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    camera = ScriptedTrack(1, "cam", "ann", Source.CAMERA, Codec.VP8, pictures(Codec.VP8, 20, 1.0), SenderClock(7200.0))
    camera = replace(camera, lost=frozenset({210}), silent=((12.0, 12.5),), jitter_s=0.02)
    sound = ScriptedTrack(2, "mic", "ann", Source.MICROPHONE, Codec.OPUS, sounds(20), SenderClock(7200.0))
    sound = replace(sound, lost=frozenset({300, 301}), muted=((9.0, 11.0),), jitter_s=0.02)
    h264 = ScriptedTrack(3, "bob", "bob", Source.CAMERA, Codec.H264, pictures(Codec.H264, 20, 1.0))
    return script([camera, sound, h264], 1.0, 19.0)


@pytest.mark.parametrize("kills", [(0.08,), (0.3, 0.35, 0.9), (1.0,)])
async def test_no_packet_is_lost(recorder: KillableRecorder, frames: list[Frame], kills: tuple[float, ...]) -> None:
    await recorder.arm(RECORDING)
    for share in kills:
        sent = frames[: round(len(frames) * share)]
        node = await TapNode.connect(recorder.tap_address, RECORDING)
        await node.send(sent)
        await node.until_confirmed(sent[: len(sent) // 2])
        await recorder.kill()
        await node.close()
        await recorder.start()
    await _hand_over(recorder, frames)
    status = await recorder.api.finished(RECORDING)
    assert status.state == "finished"
    await _is_whole(recorder, frames)


async def _hand_over(recorder: KillableRecorder, frames: list[Frame], at_s: float = 0.0) -> None:
    """Everything that it does not have yet. It takes no more of a recording that it has whole, and stored already."""
    try:
        node = await TapNode.connect(recorder.tap_address, RECORDING, at_s=at_s)
    except ConnectionError:
        assert (await recorder.api.status(RECORDING)).state == "finished"
        return
    await node.send(frames)
    await node.until_confirmed(frames)
    await node.close()


def _packets(hole: GapDeclared | SilenceDeclared) -> int:
    return hole.packets if isinstance(hole, GapDeclared) else 0


async def _is_whole(recorder: KillableRecorder, frames: list[Frame]) -> None:
    """The journal says, and the files hold, what one uninterrupted recorder would have made."""
    journal = await recorder.journal(RECORDING)
    assert isinstance(journal[0], RecordingBegan)
    assert isinstance(journal[-1], RecordingEnded)
    assert sum(isinstance(entry, RecordingBegan | RecordingEnded) for entry in journal) == 2
    names = {1: "cam", 2: "mic", 3: "bob"}
    for number, whole in cut(frames, SEGMENT_S).items():
        if number == 0:
            continue
        said = [entry for entry in journal if getattr(entry, "track", None) == names[number]]
        segments = [entry for entry in said if isinstance(entry, SegmentWritten)]
        assert [(one.number, one.frames) for one in segments] == [(one.number, one.frames) for one in whole.segments]
        holes = [entry for entry in said if isinstance(entry, GapDeclared | SilenceDeclared)]
        expected = [entry for entry in whole.entries if isinstance(entry, GapDeclared | SilenceDeclared)]
        assert [(one.reason, _packets(one)) for one in holes] == [(one.reason, _packets(one)) for one in expected]
        for one, other in zip((*segments, *holes), (*whole.segments, *expected), strict=True):
            assert abs(one.start_ns - other.start_ns) < SAME_NS
            assert abs(one.end_ns - other.end_ns) < SAME_NS
        times = [at for segment in segments for at, _ in await recorder.decode(segment)]
        assert len(times) == len(whole.times)
        assert max(abs(one - other) for one, other in zip(times, whole.times, strict=True)) < SAME_NS / NS_PER_S
    stored = [stored.key async for stored in recorder.objects.list("recordings/rec/")]
    assert sorted(stored) == sorted(
        [entry.key for entry in journal if isinstance(entry, SegmentWritten)] + ["recordings/rec/journal.jsonl"]
    )


async def test_what_a_kill_cut_off_the_journal_is_said_again(recorder: KillableRecorder) -> None:
    """The parts are in ``recording.json`` before they are in the journal."""
    await recorder.arm(RECORDING)
    camera = ScriptedTrack(1, "one", "ann", Source.CAMERA, Codec.VP8, pictures(Codec.VP8, 3, 1.0))
    last = script([replace(camera, track="two", start_s=4.0)], 4.0, 6.5)
    for frames, at_s in ((script([camera], 0.0, None), 0.0), (moved(last, 4.0), 4.0)):
        node = await TapNode.connect(recorder.tap_address, RECORDING, at_s=at_s)
        await node.send(frames)
        await node.until_confirmed(frames)
        await node.close()
        await recorder.kill()
        (recorder.folder / "spool" / RECORDING / "journal.spool").write_bytes(b"")
        await recorder.start()
    await recorder.api.finished(RECORDING)
    journal = await recorder.journal(RECORDING)
    assert sum(isinstance(entry, RecordingBegan) for entry in journal) == 1
    assert [entry.part for entry in journal if isinstance(entry, PartBegan)] == [1, 2]


async def test_parts_are_found_again(recorder: KillableRecorder) -> None:
    """Killed in the second node run, before and after: what each run brought is there once."""
    await recorder.arm(RECORDING)
    camera = ScriptedTrack(1, "one", "ann", Source.CAMERA, Codec.VP8, pictures(Codec.VP8, 8, 1.0))
    runs = [(script([camera], 0.0, None), 0.0)]
    runs.append((moved(script([replace(camera, track="two", start_s=9.0)], 9.0, 16.5), 9.0), 9.0))
    for frames, at_s in runs:
        for share in (0.4, 1.0):
            node = await TapNode.connect(recorder.tap_address, RECORDING, at_s=at_s)
            await node.send(frames[: round(len(frames) * share)])
            await node.until_confirmed(frames[: round(len(frames) * share / 2)])
            await recorder.kill()
            await node.close()
            await recorder.start()
        await _hand_over(recorder, frames, at_s)
    await recorder.api.finished(RECORDING)
    journal = await recorder.journal(RECORDING)
    assert [entry.part for entry in journal if isinstance(entry, PartBegan)] == [1, 2]
    gaps = [(entry.track, entry.reason) for entry in journal if isinstance(entry, GapDeclared)]
    assert gaps == [("one", GapReason.NODE_RESTARTED)]
    assert [entry.track for entry in journal if isinstance(entry, TrackEnded)] == ["one", "two"]
    for track, count in (("one", 200), ("two", 188)):
        segments = [entry for entry in journal if isinstance(entry, SegmentWritten) and entry.track == track]
        assert [segment.number for segment in segments] == [1, 2, 3]
        assert sum(segment.frames for segment in segments) == count
