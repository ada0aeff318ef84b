"""Answers to what browsers offer."""

import pytest

from bridge.errors import MalformedSdp
from bridge.ids import Mid, Ssrc
from bridge.media import Codec, Source
from sfu.sdp import (
    AUDIO_LEVEL_URI,
    MID_URI,
    TRANSPORT_CC_URI,
    Direction,
    LocalIce,
    SessionDescription,
    Setup,
    answer_uplink,
    parse_description,
    parse_offer,
)
from sfu.sdp.probe import answer_probe
from tests.unit.sfu.sdp.samples import CHROMIUM_OFFER, CHROMIUM_SIMULCAST, FIREFOX_OFFER

LOCAL = LocalIce("node", "n" * 24, ":".join(["EE"] * 32), (("127.0.0.1", 40_000), ("::1", 40_000)))
SOURCES = {Mid("0"): Source.MICROPHONE, Mid("1"): Source.CAMERA}


def _answer(text: str, sources: dict[Mid, Source]) -> SessionDescription:
    return parse_description(answer_uplink(parse_offer(text), LOCAL, sources)[0])


def test_answer_takes_what_is_named() -> None:
    answer = _answer(CHROMIUM_OFFER, SOURCES)
    directions = [media.direction for media in answer.media]
    assert directions == [Direction.RECVONLY] * 2 + [Direction.INACTIVE] * 2
    assert [media.rejected for media in answer.media] == [False, False, False, True]
    assert answer.bundle == ("0", "1", "2")
    assert answer.ice_lite
    assert answer.setup is Setup.PASSIVE
    assert [(a.ip, a.port) for a in answer.media[0].candidates] == list(LOCAL.candidates)
    assert (answer.session_id, answer.version) == (7000000000000000001, 2)


def test_what_is_received() -> None:
    _, (microphone, camera) = answer_uplink(parse_offer(CHROMIUM_OFFER), LOCAL, SOURCES)
    assert microphone.source is Source.MICROPHONE
    assert microphone.codecs[111].parameters == "minptime=10;useinbandfec=1;usedtx=1"
    assert microphone.extensions == {MID_URI: 4, AUDIO_LEVEL_URI: 1}
    assert list(camera.codecs) == [96]
    assert camera.codecs[96].feedback == ("nack", "nack pli", "ccm fir", "goog-remb")
    assert camera.ssrcs == (2001,)


def test_firefox_is_answered_without_stereo() -> None:
    _, (microphone, camera) = answer_uplink(parse_offer(FIREFOX_OFFER), LOCAL, SOURCES)
    assert microphone.codecs[109].parameters == "minptime=10;useinbandfec=1"
    assert camera.codecs[120].codec is Codec.VP8


def test_h264_baseline_is_taken_when_preferred() -> None:
    preferred = CHROMIUM_OFFER.replace("96 97 102 103 104 45", "104 102 96")
    _, received = answer_uplink(parse_offer(preferred), LOCAL, SOURCES)
    codec = received[1].codecs[102]
    assert codec.codec is Codec.H264
    assert codec.parameters.endswith("packetization-mode=1;profile-level-id=42001f")


@pytest.mark.parametrize(
    ("codec", "parameters", "taken"),
    [
        ("H264", "packetization-mode=1;profile-level-id=42e01f", True),
        ("H264", "profile-level-id=42E028;packetization-mode=1", True),
        ("H264", "packetization-mode=1;profile-level-id=4d801f", True),
        ("H264", "packetization-mode=1;profile-level-id=4d001f", False),
        ("H264", "packetization-mode=1;profile-level-id=640c1f", False),
        ("H264", "packetization-mode=0;profile-level-id=42e01f", False),
        ("H264", "packetization-mode=1;profile-level-id=42zz1f", False),
        ("H264", "packetization-mode=1", False),
        ("VP9", "profile-id=0", True),
        ("VP9", "x=1", True),
        ("VP9", "profile-id=2", False),
        ("AV1", "level-idx=5;profile=0;tier=0", True),
        ("AV1", "profile=1", False),
    ],
)
def test_profiles_that_every_decoder_of_a_codec_has(codec: str, parameters: str, taken: bool) -> None:
    text = CHROMIUM_OFFER.replace("96 97 102 103 104 45", "45 96").replace("45 AV1/", f"45 {codec}/")
    text = text.replace(f"a=rtpmap:45 {codec}/90000", f"a=rtpmap:45 {codec}/90000\na=fmtp:45 {parameters}")
    answer, received = answer_uplink(parse_offer(text), LOCAL, SOURCES)
    chosen = next(iter(received[1].codecs.values()))
    assert (chosen.codec.value == codec.lower()) == taken, "the browser's first choice, else its next"
    assert (f"a=fmtp:45 {parameters}" in answer) == taken, "profiles are answered as they were offered"


def test_codec_we_do_not_speak_is_rejected() -> None:
    other = CHROMIUM_SIMULCAST.replace("VP8", "VP7")
    text, received = answer_uplink(parse_offer(other), LOCAL, {Mid("0"): Source.CAMERA})
    assert received == []
    assert "m=video 0 UDP/TLS/RTP/SAVPF 96 97" in text


def test_inactive_m_line_sends_nothing() -> None:
    sources = {**SOURCES, Mid("2"): Source.SCREEN}
    _, received = answer_uplink(parse_offer(CHROMIUM_OFFER), LOCAL, sources)
    assert [receive.source for receive in received] == [Source.MICROPHONE, Source.CAMERA]


@pytest.mark.parametrize(
    "sources",
    [
        {Mid("9"): Source.CAMERA},
        {Mid("0"): Source.CAMERA},
        {Mid("3"): Source.CAMERA},
        {Mid("1"): Source.CAMERA, Mid("2"): Source.CAMERA},
    ],
)
def test_sources_that_do_not_fit(sources: dict[Mid, Source]) -> None:
    with pytest.raises(MalformedSdp):
        answer_uplink(parse_offer(CHROMIUM_OFFER), LOCAL, sources)


def test_retransmissions_are_taken_for_the_codec_that_is() -> None:
    """As browsers offer them (RFC 4588 §8.6, RFC 5576 §4.2)."""
    text, (microphone, camera) = answer_uplink(parse_offer(CHROMIUM_OFFER), LOCAL, SOURCES)
    assert (camera.rtx, camera.repairs) == ({97: 96}, {2002: 2001})
    assert (microphone.rtx, microphone.repairs) == ({}, {})
    assert "m=video 40000 UDP/TLS/RTP/SAVPF 96 97\r\n" in text
    assert "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n" in text


def test_no_retransmissions_for_who_offers_none_or_is_not_asked() -> None:
    offer = CHROMIUM_OFFER.replace("\r\n", "\n")
    for gone in ("a=rtpmap:97 rtx/90000\n", "a=rtcp-fb:96 nack\n"):
        assert gone in offer
        _, received = answer_uplink(parse_offer(offer.replace(gone, "")), LOCAL, SOURCES)
        assert received[1].rtx == {}


NUMBERED = CHROMIUM_OFFER.replace(
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    f"a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\na=extmap:3 {TRANSPORT_CC_URI}",
)
"""As a browser really offers: every m-line may be numbered."""


def test_packets_are_numbered_only_where_a_repeat_is_a_packet_of_its_own() -> None:
    answer = _answer(NUMBERED, SOURCES)
    microphone, camera = answer.media[:2]
    assert camera.extensions[TRANSPORT_CC_URI] == 3
    assert camera.codecs[0].feedback == ("nack", "nack pli", "ccm fir", "transport-cc"), "and no REMB beside it"
    assert not microphone.rtx
    assert TRANSPORT_CC_URI not in microphone.extensions
    assert "transport-cc" not in microphone.codecs[0].feedback


@pytest.mark.parametrize(
    "lines",
    [
        "a=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n",
        "a=rtcp-fb:96 nack\n",
        "a=rtcp-fb:96 transport-cc\n",
    ],
)
def test_without_repair_or_feedback_the_rate_is_promised_by_remb(lines: str) -> None:
    offer = NUMBERED.replace("\r\n", "\n")
    assert lines in offer
    camera = _answer(offer.replace(lines, "").replace("\n", "\r\n"), SOURCES).media[1]
    assert TRANSPORT_CC_URI not in camera.extensions
    assert "goog-remb" in camera.codecs[0].feedback
    assert "transport-cc" not in camera.codecs[0].feedback


def test_redundant_sound_is_preferred() -> None:
    """As Chromium offers it: Opus once more in the packet after it (RFC 2198 §5)."""
    text, (microphone, _) = answer_uplink(parse_offer(CHROMIUM_OFFER), LOCAL, SOURCES)
    assert microphone.red == {63: 111}
    assert list(microphone.codecs) == [111]
    assert "m=audio 40000 UDP/TLS/RTP/SAVPF 63 111\r\n" in text
    assert "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n" in text


def test_no_redundant_sound_for_who_offers_none() -> None:
    _, (microphone, _) = answer_uplink(parse_offer(FIREFOX_OFFER), LOCAL, SOURCES)
    assert microphone.red == {}


def test_a_probe_is_sent_back_what_it_sends() -> None:
    """The first sound and the first picture, each under an SSRC of the node's."""
    numbers = iter((71, 72))
    text, echoed = answer_probe(parse_offer(CHROMIUM_OFFER), LOCAL, lambda: Ssrc(next(numbers)))
    sound, picture, *others = parse_description(text).media
    assert [media.direction for media in (sound, picture)] == [Direction.SENDRECV] * 2
    assert [media.ssrcs for media in (sound, picture)] == [(71,), (72,)]
    assert {mid: (one.media.source, one.ssrc) for mid, one in echoed.items()} == {
        "0": (Source.MICROPHONE, 71),
        "1": (Source.CAMERA, 72),
    }
    assert all(media.direction is Direction.INACTIVE for media in others)
