"""Authenticated rubbish: a participant who sends anything at all harms nobody, and nothing is raised."""

from hypothesis import given
from hypothesis import strategies as st
from pylibsrtp import Error

from bridge.ids import NS_PER_S
from sfu.core.seam import Address, Datagram
from tests.support.sfu_core import MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import KEY, rtp

BODY = st.binary(max_size=120)


def rtp_of(first: int, second: int, sequence: int, ssrc: int, body: bytes) -> bytes:
    """A header of version 2, everything else anything."""
    head = bytes([0x80 | first & 0x3F, second & 0x7F]) + sequence.to_bytes(2, "big") + bytes(4)
    return head + ssrc.to_bytes(4, "big") + body


RTP = st.builds(
    rtp_of, st.integers(0, 255), st.sampled_from([96, 111, 0, 127]), st.integers(0, 65_535), st.integers(0, 3), BODY
)
RTCP = st.lists(
    st.builds(
        lambda count, kind, ssrc, body: (
            bytes([0x80 | count, kind]) + (1 + len(body) // 4).to_bytes(2, "big") + ssrc + body[: len(body) // 4 * 4]
        ),
        st.integers(0, 31),
        st.integers(200, 207),
        st.sampled_from([bytes(4), b"\0\0\0\1", b"\0\0\0\2", b"\0\0\0\x4d"]),
        BODY,
    ),
    min_size=1,
    max_size=4,
).map(b"".join)


@given(st.lists(st.one_of(st.tuples(st.just(True), RTP), st.tuples(st.just(False), RTCP)), max_size=30))
def test_nothing_is_raised_and_others_go_on(packets: list[tuple[bool, bytes]]) -> None:
    room = CoreRoom()
    room.expect()
    room.expect(MICROPHONE, OPUS, (2,), "1")
    room.feed(rtp(1, payload=KEY))
    room.down()
    for is_rtp, packet in packets:
        for sender in (room.ann, room.bob):
            _send(room, sender.rtp if is_rtp else sender.rtcp, sender.address, packet)
        room.tick(NS_PER_S)
    room.core.take_events()
    room.core.take_tapped()
    assert room.core.report(room.links[0]).heard_ns <= room.now


def _send(room: CoreRoom, protect: object, address: Address, packet: bytes) -> list[Datagram]:
    """What libsrtp itself refuses to protect (a broken header extension) cannot be sent by a browser either."""
    assert callable(protect)
    try:
        return room.core.feed(protect(packet), address, room.now)
    except Error:
        return []
