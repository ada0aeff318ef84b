"""A recorder that goes on from a checkpoint makes the same segments and says the same things again."""

from dataclasses import replace

import msgspec
import pytest

from bridge.ids import NS_PER_S
from bridge.media import Codec, Source
from bridge.tap import Frame, FrameKind
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


@pytest.mark.parametrize("track", [_camera(), _microphone()])
def test_everything_behind_a_checkpoint_is_made_again(track: ScriptedTrack) -> None:
    frames = script([track], 0.0, 38.0)
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
