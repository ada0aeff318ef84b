"""Answers to what browsers offer."""

import pytest

from bridge.errors import MalformedSdp
from bridge.ids import Mid, Ssrc
from bridge.media import Codec, Source
from sfu.sdp import (
    AUDIO_LEVEL_URI,
    MID_URI,
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


def test_codec_we_do_not_speak_is_rejected() -> None:
    other = CHROMIUM_SIMULCAST.replace("VP8", "VP9")
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
