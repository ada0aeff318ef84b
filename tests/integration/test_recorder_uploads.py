"""A store that was away, and a recorder killed while it sends what it kept: everything in order, nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.errors import Refusal
from bridge.ids import RecordingId
from bridge.journal import GapDeclared, SegmentWritten
from bridge.media import Codec, Source
from bridge.recorder_control import StoreChanged
from bridge.tap import Frame
from deploy.time import SystemClock
from storage.objects.directory import DirectoryObjects
from tests.support.recorder_process import KillableRecorder, RecorderUnderTest, running_recorder
from tests.support.tap_media import pictures, sounds
from tests.support.tap_node import ScriptedTrack, TapNode, script

RECORDING = RecordingId("rec")
STOPPED_S = 16.0


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[KillableRecorder]:
    objects = DirectoryObjects(tmp_path / "objects", SystemClock())
    await objects.prepare()
    running = KillableRecorder(tmp_path, objects, 1)
    await running.start()
    try:
        yield running
    finally:
        await running.close()
        objects.close()


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    camera = ScriptedTrack(1, "cam", "ann", Source.CAMERA, Codec.VP8, pictures(Codec.VP8, 16, 1.0))
    sound = ScriptedTrack(2, "mic", "ann", Source.MICROPHONE, Codec.OPUS, sounds(16))
    other = ScriptedTrack(3, "bob", "bob", Source.CAMERA, Codec.H264, pictures(Codec.H264, 16, 1.0))
    return script([camera, sound, other], 0.0, STOPPED_S)


def puts(folder: Path) -> list[str]:
    """Keys in the order in which the store took them."""
    path = folder / "puts"
    return path.read_text().splitlines() if path.exists() else []


async def until_put(folder: Path, count: int) -> None:
    async with asyncio.timeout(30):
        while len(puts(folder)) < count:  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.005)


async def record_while_away(recorder: KillableRecorder, frames: list[Frame]) -> None:
    """All of it is in the spool, none in the store, and the recorder says so."""
    (recorder.folder / "store-away").touch()
    await recorder.arm(RECORDING)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(frames)
    await node.until_confirmed(frames)
    await node.close()
    async for numbered in recorder.api.events("", 0):
        if isinstance(numbered.event, StoreChanged):
            assert not numbered.event.available
            break
    assert (await recorder.api.status(RECORDING)).state == "degraded"


async def test_what_was_kept_is_sent_in_order_and_once_however_often_it_is_killed(
    recorder: KillableRecorder, frames: list[Frame]
) -> None:
    await record_while_away(recorder, frames)
    await recorder.kill()
    await recorder.start()
    (recorder.folder / "store-away").unlink()
    for count in (1, 2, 8, 9, 20, 33):
        await until_put(recorder.folder, count)
        await recorder.kill()
        await recorder.start()
    await recorder.api.finished(RECORDING)
    journal = await recorder.journal(RECORDING)
    written = [entry for entry in journal if isinstance(entry, SegmentWritten)]
    assert len({entry.key for entry in written}) == len(written) >= 45
    stored = [stored.key async for stored in recorder.objects.list("recordings/rec/")]
    assert sorted(stored) == sorted([*(entry.key for entry in written), "recordings/rec/journal.jsonl"])
    assert not [entry for entry in journal if isinstance(entry, GapDeclared)]
    first_put = list(dict.fromkeys(puts(recorder.folder)))
    assert first_put[-1] == "recordings/rec/journal.jsonl"
    ends = {entry.key: entry.end_ns for entry in written}
    for track in ("cam", "mic", "bob"):
        of_track = [ends[key] for key in first_put[:-1] if f"/{track}/" in key]
        assert of_track == sorted(of_track)
    again = len(puts(recorder.folder)) - len(first_put)
    assert again <= 6, "only what the kill cut off between storing and journal is asked for again"
    total = sum(entry.frames for entry in written if entry.track == "cam")
    assert total == 25 * STOPPED_S


async def test_a_store_that_goes_away_between_two_files_is_said(
    tmp_path: Path, frames: list[Frame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.upload.LOOK_S", 0.05)
    async with running_recorder(tmp_path, steered=True) as running:
        node = await _begun(running, frames, 2.0)
        said = running.api.events("", 0)
        (tmp_path / "store-away").touch()
        async with asyncio.timeout(30):
            assert (await anext(said)).event == StoreChanged(RECORDING, False, 0)
        assert (await running.api.status(RECORDING)).state == "degraded"
        (tmp_path / "store-away").unlink()
        async with asyncio.timeout(30):
            assert (await anext(said)).event == StoreChanged(RECORDING, True, 0)
        assert (await running.api.status(RECORDING)).state == "writing"
        await node.close()


async def test_a_start_that_is_taken_back_leaves_nothing(tmp_path: Path, frames: list[Frame]) -> None:
    async with running_recorder(tmp_path) as running:
        node = await _begun(running, frames, 2.0)
        await running.api.disarm(RECORDING)
        assert [stored async for stored in running.objects.list("recordings/")] == []
        assert list((tmp_path / "spool").iterdir()) == []
        await node.close()


async def test_a_recording_that_goes_on_cannot_be_forgotten(tmp_path: Path) -> None:
    sound = ScriptedTrack(1, "mic", "ann", Source.MICROPHONE, Codec.OPUS, sounds(45))
    async with running_recorder(tmp_path) as running:
        node = await _begun(running, script([sound], 0.0, 44.0), 43.0)
        with pytest.raises(Refusal, match="illegal_transition"):
            await running.api.disarm(RECORDING)
        await node.close()


async def _begun(running: RecorderUnderTest, frames: list[Frame], seconds: float) -> TapNode:
    """Recorded for so long, and the node is still there."""
    began = frames[0].arrival
    sent = [frame for frame in frames if frame.arrival - began < seconds * 1e9]
    await running.arm(RECORDING)
    node = await TapNode.connect(running.tap_address, RECORDING)
    await node.send(sent)
    await node.until_confirmed(sent)
    status = await running.api.started(RECORDING)
    assert status.at_ns is not None
    assert status.at_ns >= (seconds - 0.5) * 1e9
    return node
