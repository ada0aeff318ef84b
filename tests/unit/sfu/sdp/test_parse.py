"""What browsers say is read whole; what is no description is MalformedSdp and nothing else."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import MalformedSdp
from bridge.ids import Rid
from bridge.media import Codec, Kind
from sfu.sdp import MID_URI, Direction, Setup, parse_description, parse_offer
from sfu.sdp.lines import MAX_CHARACTERS, MAX_LINES, MAX_MEDIA
from sfu.sdp.model import RidOffer, SimulcastStream
from tests.unit.sfu.sdp.samples import (
    CHROMIUM_OFFER,
    CHROMIUM_SIMULCAST,
    DIGEST,
    FIREFOX_OFFER,
    SAMPLES,
)


def test_chromium_offer() -> None:
    offer = parse_offer(CHROMIUM_OFFER)
    assert (offer.ufrag, offer.pwd) == ("aB3d", "0123456789abcdefABCDEF+/")
    assert offer.fingerprints == (DIGEST,)
    assert offer.setup is Setup.ACTPASS
    assert offer.bundle == ("0", "1", "2", "3")
    microphone, camera, screen, data = offer.media
    assert microphone.kind is Kind.AUDIO
    assert [codec.codec for codec in microphone.codecs] == [Codec.OPUS]
    assert microphone.extensions[MID_URI] == 4
    assert (microphone.stream, microphone.track) == ("stream-a", "track-a")
    assert camera.direction is Direction.SENDONLY
    assert [codec.payload_type for codec in camera.codecs] == [96, 102, 104, 45]
    assert camera.codecs[0].feedback[2:] == ("ccm fir", "nack", "nack pli")
    assert camera.rtx == {97: 96, 103: 102}
    assert camera.ssrcs == (2001, 2002)
    assert camera.media_ssrcs == (2001,)
    assert screen.direction is Direction.INACTIVE
    assert data.kind is None


def test_simulcast_is_read() -> None:
    (camera,) = parse_offer(CHROMIUM_SIMULCAST).media
    assert camera.rids[1] == RidOffer(Rid("h"), True, "max-width=640;max-height=360")
    assert camera.simulcast is not None
    assert camera.simulcast.send[1] == (SimulcastStream(Rid("h"), paused=True),)
    assert [stream[0].rid for stream in camera.simulcast.send] == ["q", "h", "f"]


def test_firefox_offer() -> None:
    offer = parse_offer(FIREFOX_OFFER)
    assert offer.fingerprints == (DIGEST,)
    camera = offer.media[1]
    assert camera.bundle_only
    assert not camera.rejected
    assert camera.codecs[0].feedback == ("nack pli", "goog-remb", "nack")
    assert camera.codecs[1].feedback == ("nack",)


def test_crlf_and_lf_are_the_same() -> None:
    assert parse_offer(CHROMIUM_OFFER.replace("\n", "\r\n")) == parse_offer(CHROMIUM_OFFER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v=0", "v=1"),
        ("a=fingerprint:sha-256", "a=fingerprint:sha-1"),
        (DIGEST, DIGEST[:-3]),
        ("a=setup:actpass", "a=setup:passive"),
        ("a=setup:actpass", "a=setup:nonsense"),
        ("a=ice-ufrag:aB3d", "a=ice-ufrag:aB"),
        ("a=ice-pwd:0123456789abcdefABCDEF+/", "a=ice-pwd:short"),
        ("a=mid:1", "a=mid:0"),
        ("a=mid:1\n", ""),
        ("a=mid:1", "a=mid:seventeen-letters"),
        ("a=rtcp-mux\n", ""),
        ("BUNDLE 0 1 2 3", "BUNDLE 0 1"),
        ("BUNDLE 0 1 2 3", "BUNDLE 0 1 2 3 4"),
        ("o=- 7000000000000000001 2 IN IP4 127.0.0.1", "o=- x y IN IP4 127.0.0.1"),
        ("m=audio 9 ", "m=audio 99999 "),
        ("m=audio 9 ", "m=audio -9 "),
        ("111 63 9 110", "111 111"),
        ("111 63 9 110", "128"),
        ("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus"),
        ("a=rtpmap:111 opus/48000/2", "a=rtpmap:111"),
        ("a=fmtp:97 apt=96", "a=fmtp:97 apt=x"),
        ("a=extmap:4 ", "a=extmap:0 "),
        ("a=ssrc:1001 cname", "a=ssrc:4294967296 cname"),
        ("a=ssrc:1001 cname", "a=ssrc:\u0661 cname"),
        ("a=ssrc-group:FID 2001 2002", "a=ssrc-group:FID"),
        ("s=-", "s=\ud800"),
        ("s=-", "s=-\x00"),
        ("s=-", "nonsense"),
    ],
)
def test_refused(old: str, new: str) -> None:
    assert old in CHROMIUM_OFFER
    with pytest.raises(MalformedSdp):
        parse_offer(CHROMIUM_OFFER.replace(old, new))


@pytest.mark.parametrize(
    "line",
    [
        "a=rid:q",
        "a=rid:q both",
        "a=rid:q send",
        "a=rid:with space send",
        "a=simulcast:send",
        "a=simulcast:send q send h",
        "a=simulcast:send q;;f",
        "a=simulcast:both q",
    ],
)
def test_simulcast_refused(line: str) -> None:
    with pytest.raises(MalformedSdp):
        parse_offer(CHROMIUM_SIMULCAST + line + "\n")


def test_limits() -> None:
    with pytest.raises(MalformedSdp, match="characters"):
        parse_offer(CHROMIUM_OFFER + "a=x\n" * MAX_CHARACTERS)
    with pytest.raises(MalformedSdp, match="lines"):
        parse_offer(CHROMIUM_OFFER + "b=\n" * MAX_LINES)
    with pytest.raises(MalformedSdp, match="m-lines"):
        parse_offer(CHROMIUM_OFFER + "m=audio 9 x 0\n" * MAX_MEDIA)


@given(st.text())
@example("")
@example("garbage")
@example("v=0\r\nm=audio")
def test_any_text_is_a_value_or_malformed(text: str) -> None:
    with contextlib.suppress(MalformedSdp):
        parse_description(text)


_LINES = sorted({line for sample in SAMPLES.values() for line in sample.split("\n")})


@given(
    st.sampled_from(sorted(SAMPLES.values())),
    st.lists(
        st.tuples(
            st.integers(0, 80),
            st.one_of(st.sampled_from(_LINES), st.text("amv=:0 19;/~,-", max_size=20)),
            st.integers(0, 2),
        ),
        max_size=6,
    ),
)
def test_disturbed_samples_are_a_value_or_malformed(sample: str, edits: list[tuple[int, str, int]]) -> None:
    lines = sample.split("\n")
    for place, line, removed in edits:
        lines[place : place + removed] = [line]
    with contextlib.suppress(MalformedSdp):
        parse_description("\n".join(lines))
