"""Where segments are cut, and that every hole is declared and nothing else: scripted taps through the pure cores."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from bridge.ids import NS_PER_S
from bridge.journal import GapReason
from bridge.media import Codec, GateReason, Source
from tests.support.fake_media import opus, vp8
from tests.support.recorder_core import Cutting, cut
from tests.support.tap_media import Encoded
from tests.support.tap_node import ScriptedTrack, script

LATE_S = 0.06
"""What the network and the clocks' estimate may move a declared time."""


def _camera(seconds: float = 20.0, key_every_s: float = 2.0, number: int = 1) -> ScriptedTrack:
    return ScriptedTrack(number, "cam", "ann", Source.CAMERA, Codec.VP8, vp8(seconds, key_every_s))


def _microphone(seconds: float = 20.0) -> ScriptedTrack:
    return ScriptedTrack(2, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(seconds))


def _only(track: ScriptedTrack, start_s: float = 0.0, stop_s: float | None = 20.0, segment_s: float = 60.0) -> Cutting:
    return cut(script([track], start_s, stop_s), segment_s)[track.number]


def _s(ns: int) -> float:
    return ns / NS_PER_S


def test_a_clean_track_is_one_segment_without_gaps() -> None:
    for track in (_camera(), _microphone()):
        cutting = _only(track)
        assert len(cutting.segments) == 1
        assert not cutting.gaps
        assert not cutting.silences
        assert cutting.began.first_packet_ns == cutting.segments[0].start_ns
        assert cutting.entries[-1] == cutting.ended
        assert abs(_s(cutting.segments[0].end_ns) - 20.0) < LATE_S


def test_a_new_segment_each_minute_at_a_key_frame() -> None:
    camera = _only(_camera(20, 2.0), segment_s=5.0)
    assert [round(_s(segment.start_ns)) for segment in camera.segments] == [0, 6, 12, 18]
    microphone = _only(_microphone(), segment_s=5.0)
    assert [round(_s(segment.start_ns)) for segment in microphone.segments] == [0, 5, 10, 15]
    for cutting in (camera, microphone):
        for one, other in pairwise(cutting.segments):
            assert one.end_ns == other.start_ns
        assert not cutting.gaps


def test_a_key_frame_is_asked_for_when_a_segment_is_long_enough() -> None:
    assert _only(_camera(20, 100.0), segment_s=5.0).asked > 10
    assert _only(_camera(20, 2.0), segment_s=60.0).asked == 0


def test_what_comes_before_the_first_key_frame_is_declared() -> None:
    cutting = _only(_camera(20, 2.0), start_s=1.03)
    (gap,) = cutting.gaps
    assert gap.reason is GapReason.NO_KEY_FRAME
    assert gap.start_ns == cutting.began.first_packet_ns
    assert gap.end_ns == cutting.segments[0].start_ns
    assert abs(_s(gap.end_ns) - 0.97) < LATE_S
    assert gap.packets > 20
    assert cutting.asked > 0


def test_lost_packets_of_a_picture_are_a_gap_up_to_the_next_key_frame() -> None:
    cutting = _only(replace(_camera(), lost=frozenset({151, 152})))
    (gap,) = cutting.gaps
    assert gap.reason is GapReason.LOSS
    assert gap.packets == 2
    first, second = cutting.segments
    assert (gap.start_ns, gap.end_ns) == (first.end_ns, second.start_ns)
    assert abs(_s(gap.start_ns) - 75 / 25) < LATE_S
    assert abs(_s(gap.end_ns) - 4.0) < LATE_S
    assert cutting.asked == 2


def test_lost_sound_leaves_its_time_empty_in_the_same_segment() -> None:
    cutting = _only(replace(_microphone(), lost=frozenset({100, 101, 102, 200})))
    assert [(gap.packets, round(_s(gap.end_ns - gap.start_ns), 2)) for gap in cutting.gaps] == [(3, 0.06), (1, 0.02)]
    assert len(cutting.segments) == 1
    assert len(cutting.times) == 995
    steps = {round(later - earlier, 3) for earlier, later in pairwise(cutting.times)}
    assert steps == {0.02, 0.04, 0.08}


def test_a_long_hole_in_sound_ends_the_segment() -> None:
    cutting = _only(replace(_microphone(), lost=frozenset(range(100, 200))))
    (gap,) = cutting.gaps
    assert gap.packets == 100
    assert [round(_s(segment.start_ns), 1) for segment in cutting.segments] == [0.0, 4.0]


@pytest.mark.parametrize("track", [_camera(), _microphone()])
def test_a_sender_that_stalls_is_declared(track: ScriptedTrack) -> None:
    cutting = _only(replace(track, silent=((5.0, 5.6), (8.0, 8.12))))
    (gap,) = cutting.gaps
    assert gap.reason is GapReason.SENDER_STALLED
    assert abs(_s(gap.start_ns) - 5.0) < LATE_S
    assert abs(_s(gap.end_ns) - 5.6) < LATE_S


def test_a_still_screen_is_no_hole() -> None:
    cutting = _only(replace(_camera(), source=Source.SCREEN, silent=((5.0, 9.0),)))
    assert not cutting.gaps


def test_discontinuous_transmission_is_no_hole() -> None:
    encoded = [
        frame._replace(payloads=[b"\x78\x00"]) if 5.0 <= frame.at_s < 9.0 else frame
        for frame in opus(20)
        if not 5.0 <= frame.at_s < 9.0 or round(frame.at_s * 50) % 20 == 10
    ]
    cutting = _only(replace(_microphone(), encoded=encoded))
    assert not cutting.gaps
    silent = [frame for frame in encoded if not 6.0 < frame.at_s < 8.0]
    (gap,) = _only(replace(_microphone(), encoded=silent)).gaps
    assert gap.reason is GapReason.SENDER_STALLED


@pytest.mark.parametrize("track", [_camera(), replace(_microphone())])
def test_a_closed_gate_is_silence_and_a_new_segment_follows(track: ScriptedTrack) -> None:
    cutting = _only(replace(track, muted=((5.0, 8.02),)))
    (silence,) = cutting.silences
    assert silence.reason is GateReason.MUTED
    assert (_s(silence.start_ns), _s(silence.end_ns)) == (5.0, 8.02)
    assert len(cutting.segments) == 2
    assert not [at for at in cutting.times if 5.0 < at < 7.97]
    expected = [GapReason.NO_KEY_FRAME] if track.codec is Codec.VP8 else []
    assert [gap.reason for gap in cutting.gaps] == expected


def test_a_gate_that_never_opens_is_silence_to_the_end() -> None:
    cutting = _only(replace(_microphone(), muted=((5.0, 99.0),)))
    (silence,) = cutting.silences
    assert (_s(silence.start_ns), _s(silence.end_ns)) == (5.0, 20.0)
    assert not cutting.gaps


def test_a_gate_closed_before_start_is_silence_from_start() -> None:
    cutting = _only(replace(_microphone(), muted=((1.0, 6.0),)), start_s=3.0)
    (silence,) = cutting.silences
    assert (_s(silence.start_ns), _s(silence.end_ns)) == (0.0, 3.0)


def test_a_track_that_stalls_to_its_end_is_a_gap_to_its_end() -> None:
    cutting = _only(replace(_camera(), silent=((15.0, 99.0),)))
    (gap,) = cutting.gaps
    assert gap.reason is GapReason.SENDER_STALLED
    assert _s(gap.end_ns) == 20.0


def test_another_picture_size_is_another_segment() -> None:
    small = [frame._replace(at_s=frame.at_s + 10) for frame in vp8(10, size=(320, 180))]
    cutting = _only(replace(_camera(), encoded=vp8(10) + small))
    assert [(segment.width, segment.height) for segment in cutting.segments] == [(640, 360), (320, 180)]
    assert not cutting.gaps


def test_late_joiner_and_leaver_are_placed_where_they_were() -> None:
    cutting = _only(replace(_camera(10), start_s=6.0, end_s=13.0), stop_s=20.0)
    assert abs(_s(cutting.began.first_packet_ns) - 6.0) < LATE_S
    assert abs(_s(cutting.ended.last_packet_ns) - 12.96) < LATE_S
    assert not cutting.gaps


def test_malformed_packets_are_holes_and_disturb_no_other_track() -> None:
    spoiled: list[Encoded] = vp8(20)
    spoiled[75] = spoiled[75]._replace(payloads=[b"\x80", b"\x90"])
    tracks = cut(script([replace(_camera(), encoded=spoiled), _microphone()], 0.0, 20.0))
    assert [gap.reason for gap in tracks[1].gaps] == [GapReason.LOSS]
    assert not tracks[2].gaps


@pytest.mark.parametrize("seed", range(5))
def test_each_hole_has_its_gap_and_each_gap_its_hole(seed: int) -> None:
    """Sound under random loss: what is written, declared missing and not yet begun add up to every packet sent."""
    noise = random.Random(seed)
    lost = frozenset(index for index in range(1, 990) if noise.random() < 0.1)
    cutting = _only(replace(_microphone(), lost=lost))
    assert sum(gap.packets for gap in cutting.gaps) == len(lost)
    edges = sorted([*cutting.times, *(_s(gap.start_ns) for gap in cutting.gaps)])
    for gap in cutting.gaps:
        assert not [at for at in cutting.times if _s(gap.start_ns) < at < _s(gap.end_ns) - 0.001]
        assert round(_s(gap.end_ns - gap.start_ns) / 0.02) == gap.packets
    assert all(later - earlier < 0.021 + 0.02 * len(lost) for earlier, later in pairwise(edges))
