"""aiortc's own peer connection takes our answers and offers, and we take its."""

from collections.abc import AsyncIterator

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

from bridge.ids import Mid, Ssrc
from bridge.media import Codec, Kind, Source
from sfu.sdp import (
    CODECS,
    LocalIce,
    Slot,
    answer_uplink,
    build_downlink_offer,
    parse_answer,
    parse_offer,
)

LOCAL = LocalIce("node", "n" * 24, ":".join(["EE"] * 32), (("127.0.0.1", 40_000),))


@pytest.fixture
async def peer() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    yield connection
    await connection.close()


async def test_uplink(peer: RTCPeerConnection) -> None:
    peer.addTrack(AudioStreamTrack())
    peer.addTrack(VideoStreamTrack())
    await peer.setLocalDescription(await peer.createOffer())
    offer = parse_offer(peer.localDescription.sdp)
    sources = {Mid("0"): Source.MICROPHONE, Mid("1"): Source.CAMERA}
    answer, received = answer_uplink(offer, LOCAL, sources)
    assert [next(iter(r.codecs.values())).codec for r in received] == [Codec.OPUS, Codec.VP8]
    assert all(len(receive.ssrcs) == 1 for receive in received)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    assert [t.currentDirection for t in peer.getTransceivers()] == ["sendonly", "sendonly"]


async def test_downlink(peer: RTCPeerConnection) -> None:
    slots = [
        Slot(Mid("0"), Kind.AUDIO, True, Ssrc(11), "cn", "stream", "track-a", CODECS[Kind.AUDIO]),
        Slot(Mid("1"), Kind.VIDEO, True, Ssrc(12), "cn", "stream", "track-v", (Codec.VP8,)),
        Slot(Mid("2"), Kind.VIDEO, False, Ssrc(13), "cn", "stream", "track-w", CODECS[Kind.VIDEO]),
    ]
    offer = RTCSessionDescription(build_downlink_offer(slots, LOCAL, 1), "offer")
    await peer.setRemoteDescription(offer)
    await peer.setLocalDescription(await peer.createAnswer())
    answer = parse_answer(peer.localDescription.sdp, slots)
    assert [media.direction.value for media in answer.media] == ["recvonly", "recvonly", "inactive"]
    assert [codec.codec for codec in answer.media[1].codecs] == [Codec.VP8]
    assert [codec.codec for codec in answer.media[2].codecs] == [Codec.VP8, Codec.H264], "what aiortc decodes"
