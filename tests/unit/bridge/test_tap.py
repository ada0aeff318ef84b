"""Frames of the tap: any split of the stream gives the same frames; any bytes give frames or MalformedPacket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import tap
from bridge.errors import MalformedPacket
from bridge.media import GateReason, Moment

frames = st.builds(
    lambda kind, track, number, arrival, body: (kind, track, number, arrival, body),
    st.sampled_from(tap.FrameKind),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**62 - 1),
    st.integers(0, 2**62 - 1),
    st.binary(max_size=2000),
)


@given(st.lists(frames, max_size=8), st.lists(st.integers(1, 700), max_size=30))
def test_any_split_of_the_stream_gives_the_same_frames(
    sent: list[tuple[tap.FrameKind, int, int, int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(tap.pack_frame(*frame) for frame in sent)
    reader, received, start = tap.FrameReader(), [], 0
    for cut in [*cuts, len(stream)]:
        received += reader.feed(stream[start : start + cut])
        start += cut
    assert [(f.kind, f.track, f.number, f.arrival, f.body) for f in received] == sent


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_malformed(junk: bytes) -> None:
    try:
        found = tap.FrameReader().feed(junk)
    except MalformedPacket:
        return
    assert all(isinstance(frame, tap.Frame) for frame in found)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**62 - 1))
def test_sender_report_round_trip(ntp: int, rtp: int, rtt: int) -> None:
    report = tap.SenderReport(ntp, rtp, rtt)
    assert tap.unpack_sender_report(tap.pack_sender_report(report)) == report


@pytest.mark.parametrize("body", [b"", b"x" * 19, b"x" * 21])
def test_sender_report_of_another_size_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPacket):
        tap.unpack_sender_report(body)


@pytest.mark.parametrize("body", [b"", b"{", b'{"mono_ns":"x","utc_ns":1}', b"\xff\xfe"])
def test_declaration_that_does_not_parse_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPacket):
        tap.unpack_declaration(body, Moment)


def test_gate_round_trip_open_and_closed() -> None:
    for gate in (tap.GateMoved(None), tap.GateMoved(GateReason.MUTED)):
        assert tap.unpack_declaration(tap.pack_declaration(gate), tap.GateMoved) == gate


@pytest.mark.parametrize(("number", "arrival"), [(1 << 62, 0), (0, 1 << 62)])
def test_numbers_and_times_beyond_any_are_refused(number: int, arrival: int) -> None:
    with pytest.raises(MalformedPacket):
        tap.unpack_frame(tap.pack_frame(tap.FrameKind.TICK, 0, number, arrival))
