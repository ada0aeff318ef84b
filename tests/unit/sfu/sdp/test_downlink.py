"""Offers of the downlink pool and the answers to them."""

import pytest

from bridge.errors import MalformedSdp
from bridge.ids import Mid, NodeId, ParticipantId, Ssrc, TrackId
from bridge.media import Codec, Kind, Source
from sfu.api import LONGEST_BODY
from sfu.core.seam import UpId
from sfu.peers.pool import Pool
from sfu.peers.tracks import PublishedTrack
from sfu.sdp import (
    CODECS,
    PAYLOAD_TYPES,
    CodecOffer,
    Direction,
    LocalIce,
    Setup,
    Slot,
    build_downlink_offer,
    parse_answer,
    parse_description,
)
from sfu.sdp.lines import MAX_CHARACTERS, MAX_LINES
from sfu.settings import SfuConfig
from signaling.settings import SignalingConfig

LOCAL = LocalIce("node", "n" * 24, ":".join(["EE"] * 32), (("127.0.0.1", 40_000),))
VIDEO = CODECS[Kind.VIDEO]
SLOTS = (
    Slot(Mid("0"), Kind.AUDIO, True, Ssrc(11), "cn", "stream", "track-a", (Codec.OPUS,)),
    Slot(Mid("1"), Kind.VIDEO, True, Ssrc(12), "cn", "stream", "track-v", (Codec.AV1, Codec.VP8)),
    Slot(Mid("2"), Kind.VIDEO, False, Ssrc(13), "cn", "stream", "track-w", CODECS[Kind.VIDEO]),
)


def test_offer_of_the_pool() -> None:
    offer = parse_description(build_downlink_offer(SLOTS, LOCAL, 7))
    assert (offer.version, offer.setup, offer.ice_lite) == (7, Setup.ACTPASS, True)
    assert offer.bundle == ("0", "1", "2")
    sound, picture, kept = offer.media
    assert sound.direction is Direction.SENDONLY
    assert (sound.ssrcs, sound.cname, sound.track) == ((11,), "cn", "track-a")
    assert [codec.codec for codec in picture.codecs] == [Codec.AV1, Codec.VP8]
    assert {codec.codec: codec.payload_type for codec in kept.codecs} == {
        codec: number for codec, number in PAYLOAD_TYPES.items() if codec is not Codec.OPUS
    }
    assert kept.direction is Direction.INACTIVE
    assert (kept.ssrcs, kept.track) == ((), "")


def _answer() -> str:
    return build_downlink_offer(SLOTS, LOCAL, 1).replace("actpass", "active")


def test_answer_is_read() -> None:
    assert [media.mid for media in parse_answer(_answer(), SLOTS).media] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("setup:active", "setup:actpass"),
        ("setup:active", "setup:passive"),
        ("a=mid:2", "a=mid:3"),
        ("m=video", "m=audio"),
    ],
)
def test_answer_that_does_not_fit(old: str, new: str) -> None:
    with pytest.raises(MalformedSdp):
        parse_answer(_answer().replace(old, new), SLOTS)


def test_a_full_room_fits() -> None:
    """Fifty with microphone and camera, and a screen, as an answer of much the same size says it again."""
    ids = ("x" * 22, "x" * 20, "x" * 20)
    slots = [Slot(Mid(str(at)), Kind.AUDIO, True, Ssrc(2**31 + at), *ids, CODECS[Kind.AUDIO]) for at in range(50)]
    slots += [Slot(Mid(str(at)), Kind.VIDEO, True, Ssrc(2**31 + at), *ids, CODECS[Kind.VIDEO]) for at in range(50, 101)]
    text = build_downlink_offer(slots, LOCAL, 1)
    assert len(parse_answer(text.replace("actpass", "active"), slots).media) == 101


def test_the_largest_room_fits() -> None:
    """Everybody with microphone, camera and screen; Chromium says at most 900 characters in 31 lines of each m-line."""
    others = SfuConfig(node=NodeId("node"), control="unix:none").participants - 1
    pool = Pool()
    for number in range(len(Source) * others):
        source = list(Source)[number % len(Source)]
        codec = CodecOffer(CODECS[source.kind][0], 96, 90_000, 0)
        track = PublishedTrack(UpId(number), TrackId("x" * 22), ParticipantId("y" * 22), 1, source, codec)
        pool.free_line(source.kind).carry(track, Ssrc(2**31 + number), Ssrc(2**30 + number))
    slots = [line.slot() for line in pool.lines]
    answer = build_downlink_offer(slots, LOCAL, 1).replace("actpass", "active")
    session, *sections = answer.split("m=")
    said = session + "".join("m=" + as_long_as_chromium(section) for section in sections)
    assert len(parse_answer(said, slots).media) == len(slots) == len(Source) * others


def as_long_as_chromium(section: str) -> str:
    lines = section.count("\n")
    each = (900 - len(section)) // (31 - lines)
    return section + ("b=" + "x" * (each - 4) + "\r\n") * (31 - lines)


def test_the_longest_answer_is_carried_to_the_node() -> None:
    """As JSON each line's end takes two more."""
    assert min(SignalingConfig(owner="web", key=b"").max_message, LONGEST_BODY) > MAX_CHARACTERS + 2 * MAX_LINES + 1000


def test_answer_with_fewer_m_lines() -> None:
    with pytest.raises(MalformedSdp):
        parse_answer(_answer(), SLOTS[:2])


def test_pictures_are_offered_with_retransmissions() -> None:
    """RFC 4588 §8.6 and RFC 5576 §4.2; in an audio m-line Chromium refuses two SSRCs."""
    slots = (SLOTS[0], Slot(Mid("1"), Kind.VIDEO, True, Ssrc(12), "cn", "stream", "track-v", VIDEO, Ssrc(21)))
    text = build_downlink_offer(slots, LOCAL, 1)
    sound, picture = parse_description(text).media
    assert (sound.rtx, sound.ssrc_groups) == ({}, ())
    assert (picture.rtx, picture.repairs) == ({97: 96, 99: 98, 103: 102, 101: 100}, {21: 12})
    assert (picture.ssrcs, picture.media_ssrcs) == ((12, 21), (12,))
    assert "m=video 40000 UDP/TLS/RTP/SAVPF 96 98 102 100 97 99 103 101\r\n" in text


def test_sound_is_offered_with_redundancy_first() -> None:
    text = build_downlink_offer(SLOTS, LOCAL, 1)
    assert parse_description(text).media[0].red == {63: 111}
    assert "m=audio 40000 UDP/TLS/RTP/SAVPF 63 111\r\n" in text


@pytest.mark.parametrize("inside", ["111/0", "", "x", "/"])
def test_mixed_or_unclear_redundancy_is_passed_over(inside: str) -> None:
    text = build_downlink_offer(SLOTS, LOCAL, 1).replace("a=fmtp:63 111/111", f"a=fmtp:63 {inside}".strip())
    if inside in ("", "x"):
        with pytest.raises(MalformedSdp):
            parse_description(text)
    else:
        assert parse_description(text).media[0].red == {}
