"""A recorder that goes on from a checkpoint makes the same segments and says the same things again."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from bridge.ids import NS_PER_S
from bridge.journal import GapReason
from bridge.media import Codec, Source
from bridge.tap import Frame, FrameKind, pack_sender_report, unpack_sender_report
from recorder.part import Part
from recorder.track import Checkpoint
from tests.support.fake_media import opus, vp8
from tests.support.recorder_core import CoreUnderTest, cut
from tests.support.tap_media import SenderClock
from tests.support.tap_node import ScriptedTrack, mono, script

SEGMENT_S = 5.0


def _camera() -> ScriptedTrack:
    camera = ScriptedTrack(1, "cam", "ann", Source.CAMERA, Codec.VP8, vp8(40), SenderClock(99.0, 0.003))
    return replace(
        camera, lost=frozenset({300, 301, 900}), muted=((17.0, 19.5),), silent=((26.0, 27.0),), jitter_s=0.05
    )


def _microphone() -> ScriptedTrack:
    microphone = ScriptedTrack(2, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(40), SenderClock(99.0, 0.003))
    return replace(microphone, lost=frozenset(range(400, 700, 7)), muted=((21.0, 23.0),), jitter_s=0.05)


def _resume(frames: list[Frame], checkpoint: Checkpoint, track: int) -> CoreUnderTest:
    """As the recorder does after a kill: the checkpoint as it was written, the log from its floor on."""
    kept = msgspec.json.decode(msgspec.json.encode(checkpoint), type=Checkpoint)
    part = Part(1, round(SEGMENT_S * NS_PER_S), mono(0.0))
    part.restore(track, kept)
    core = CoreUnderTest(part=part)
    logged = [frame for frame in frames if frame.kind is not FrameKind.START]
    return core.feed(frame for frame in logged if frame.track == 0 or frame.number >= checkpoint.floor)


def _as_sent(frames: list[Frame]) -> list[Frame]:
    return frames


def _with_another_ssrc(frames: list[Frame]) -> list[Frame]:
    """From 20.0 on the sender has another SSRC, other sequence numbers and other timestamps."""
    changed = []
    for frame in frames:
        body = frame.body
        if frame.kind is FrameKind.RTP and frame.arrival > mono(20.0):
            sequence = (int.from_bytes(body[2:4], "big") + 40_000) % 65_536
            stamp = (int.from_bytes(body[4:8], "big") + 10**9) % 2**32
            body = body[:2] + sequence.to_bytes(2, "big") + stamp.to_bytes(4, "big") + b"\x01\x02\x03\x04" + body[12:]
        elif frame.kind is FrameKind.SENDER_REPORT and frame.arrival > mono(20.0):
            report = unpack_sender_report(frame.body)
            body = pack_sender_report(msgspec.structs.replace(report, rtp=(report.rtp + 10**9) % 2**32))
        changed.append(Frame(frame.kind, frame.track, frame.number, frame.arrival, body))
    return changed


def _with_frames_the_node_could_not_keep(frames: list[Frame]) -> list[Frame]:
    droppable = (FrameKind.RTP, FrameKind.SENDER_REPORT)
    return [one for one in frames if one.kind not in droppable or not mono(12.0) < one.arrival < mono(14.5)]


@pytest.mark.parametrize("change", [_as_sent, _with_another_ssrc, _with_frames_the_node_could_not_keep])
@pytest.mark.parametrize("track", [_camera(), _microphone()])
def test_everything_behind_a_checkpoint_is_made_again(
    track: ScriptedTrack, change: Callable[[list[Frame]], list[Frame]]
) -> None:
    frames = change(script([track], 0.0, 38.0))
    whole = cut(frames, SEGMENT_S)[track.number]
    assert len(whole.checkpoints) >= 6
    for checkpoint in whole.checkpoints:
        again = _resume(frames, checkpoint, track.number).tracks[track.number]
        assert again.segments == [segment for segment in whole.segments if segment.number > checkpoint.segment]
        written = sum(segment.frames for segment in whole.segments if segment.number <= checkpoint.segment)
        assert again.bodies == whole.bodies[written:]
        assert again.entries == whole.entries[checkpoint.entries :]


def test_a_checkpoint_needs_little_of_the_log() -> None:
    """What is stored for good need not be kept: at most the packets of one repair window."""
    frames = script([_microphone()], 0.0, 38.0)
    whole = cut(frames, SEGMENT_S)[2]
    for segment, checkpoint in zip(whole.segments[:-1], whole.checkpoints, strict=False):
        needed = next(frame for frame in frames if frame.track == 2 and frame.number >= checkpoint.floor)
        assert needed.arrival - mono(0.0) > segment.end_ns - NS_PER_S


@pytest.mark.parametrize("track", [_camera(), _microphone()])
def test_what_the_node_could_not_keep_is_a_gap_of_its_own_reason(track: ScriptedTrack) -> None:
    frames = _with_frames_the_node_could_not_keep(script([replace(track, lost=frozenset())], 0.0, 38.0))
    gaps = cut(frames, SEGMENT_S)[track.number].gaps
    (away,) = [gap for gap in gaps if gap.reason is GapReason.RECORDER_AWAY]
    assert abs(away.start_ns / NS_PER_S - 12.0) < 0.1
    assert 14.4 < away.end_ns / NS_PER_S < 16.1
    assert away.packets > 100
    assert not [gap for gap in gaps if gap.reason is GapReason.LOSS and gap.start_ns < 37 * NS_PER_S]
