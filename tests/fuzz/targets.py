"""What is fuzzed: each target takes bytes as a stranger would send them and may fail with one declared error only.

A target asserts more than "no other exception": readers that must agree are compared, what comes out is bounded.
"""

import struct
from collections.abc import Callable, Iterator

import msgspec
from aiortc.rtp import RtcpPsfbPacket
from pylibsrtp import Error

from bridge.errors import MalformedInput, MalformedPacket, MalformedSdp, Refusal
from bridge.ids import NS_PER_MS, Mid, Ssrc
from bridge.invitations import read_code
from bridge.journal import parse_journal
from bridge.kept import parse_kept
from bridge.keylists import parse_key_list
from bridge.listing import parse_listing
from bridge.manifest import parse_manifest
from bridge.media import Codec, Moment, Source
from bridge.pictures import parse_picture
from bridge.signing import parse_signature
from bridge.tap import FrameKind, FrameReader, Hello, Resume, unpack_declaration
from recorder.rtp import parse_rtp
from sfu.core.keyframes import starts_key_frame
from sfu.core.red import BLOCK_TYPE, pack_red, parse_red
from sfu.core.rtcp import parse_rtcp, pictures_lost
from sfu.core.rtp import HEADER_SIZE, extension, payload_bounds
from sfu.core.seam import Repairs
from sfu.sdp import LocalIce, answer_uplink, parse_offer
from sfu.transport.stun import is_genuine, pack_success, parse_check
from signaling.packets import RoomPacket
from signaling.wire import CommandRequest, DownlinkReply, JoinAuth, LineReport, ResumeAuth, UplinkRequest, WantsRequest
from storage.bag.text import parse_hashes, parse_info
from tests.support.recorder_core import CoreUnderTest
from tests.support.sfu_core import MICROPHONE, RED, CoreRoom
from tests.support.sfu_peer import Peer

LONGEST = 4_096
"""Bytes of one input; what is longer finds nothing that a shorter one does not."""
_MESSAGES = (JoinAuth, ResumeAuth, UplinkRequest, DownlinkReply, WantsRequest, LineReport, CommandRequest)
_PEER = ("127.0.0.1", 4000)
_ICE = LocalIce(ufrag="node", pwd="p" * 24, fingerprint="AA:" * 31 + "AA", candidates=(("127.0.0.1", 4001),))
_MOST_ANSWERS = 64
"""Datagrams that one datagram may cause in a room of one receiver: a NACK names at most a ring's packets again."""


def stun(data: bytes) -> None:
    """A connectivity check."""
    try:
        check = parse_check(data)
    except MalformedPacket:
        return
    if not is_genuine(check, "p" * 24):
        return
    assert pack_success(check, _PEER, "p" * 24)


def rtp(data: bytes) -> None:
    """An RTP packet as SRTP gives it: the node's reader and the recorder's agree on where the payload lies."""
    if len(data) < HEADER_SIZE:
        return
    for identifier in range(1, 15):
        try:
            extension(data, identifier)
        except MalformedPacket:
            break
    try:
        start, end = payload_bounds(data)
    except MalformedPacket:
        _refused_by_recorder(data)
        return
    if data[0] >> 6 == 2:
        assert parse_rtp(data).payload == data[start:end]
    for codec in Codec:
        starts_key_frame(codec, data[start:end])
    _redundant(data[start:end])


def _redundant(payload: bytes) -> None:
    """What is read of redundant sound is written so that it is read the same."""
    try:
        read = parse_red(payload, BLOCK_TYPE)
    except MalformedPacket:
        return
    again = parse_red(pack_red(read), BLOCK_TYPE)
    assert (again.primary, [block.payload for block in again.older]) == (
        read.primary,
        [block.payload for block in read.older],
    )


def _refused_by_recorder(data: bytes) -> None:
    try:
        parse_rtp(data)
    except MalformedPacket:
        return
    raise AssertionError("the recorder takes what the node refuses")


def rtcp(data: bytes) -> None:
    """An RTCP compound as SRTCP gives it."""
    try:
        packets = parse_rtcp(data)
    except MalformedPacket:
        return
    for packet in packets:
        if isinstance(packet, RtcpPsfbPacket):
            pictures_lost(packet)


def core(data: bytes) -> None:
    """Datagrams of both peers with valid keys, in any order, while time goes on: a camera that retransmits, a
    microphone that sends redundant sound."""
    room = CoreRoom()
    room.expect(tapped=True, repairs=Repairs({97: 96}, {Ssrc(9): Ssrc(1)}))
    room.expect(MICROPHONE, RED, (2,), "1", tapped=True)
    hears = False
    for kind, chunk in _chunks(data):
        if kind & 3 == 3:
            room.tick(kind * NS_PER_MS)
            continue
        peer = room.bob if kind & 1 else room.ann
        datagram = _protected(peer, chunk, control=bool(kind & 2))
        if datagram is not None and 128 <= datagram[0] <= 191:  # the port hands the core nothing else (RFC 7983)
            out = room.core.feed(datagram, peer.address, room.now)
            assert len(out) <= _MOST_ANSWERS
        if kind & 4:
            room.down(ssrc=1000 + kind, sequence=kind << 8)
        if kind & 8 and not hears:
            hears = True
            room.down(MICROPHONE, ssrc=500, red=63 if kind & 16 else None)
    room.core.take_events()
    for tapped in room.core.take_tapped():
        packet = parse_rtp(tapped.packet)
        assert packet.payload_type in (96, 111), "plain packets of a source"


def _protected(peer: Peer, packet: bytes, *, control: bool) -> bytes | None:
    try:
        return peer.rtcp(packet) if control else peer.rtp(packet)
    except (Error, TypeError):
        return None  # libsrtp protects nothing that is no packet at all


def sdp(data: bytes) -> None:
    """A browser's offer; what is answered can be read again."""
    text = data.decode(errors="replace")
    try:
        offer = parse_offer(text)
        sources = dict(zip((media.mid for media in offer.active), Source, strict=False))
        answer_uplink(offer, _ICE, sources)
        answer_uplink(offer, _ICE, {Mid("0"): Source.CAMERA})
    except MalformedSdp:
        return


def tap(data: bytes) -> None:
    """The stream from a node, cut anywhere, through the recorder's cores."""
    reader, cores = FrameReader(), CoreUnderTest(segment_s=1)
    half = len(data) // 2
    try:
        for piece in (data[:half], data[half:]):
            for frame in reader.feed(piece):
                if frame.kind in (FrameKind.HELLO, FrameKind.RESUME):
                    unpack_declaration(frame.body, Hello if frame.kind is FrameKind.HELLO else Resume)
                elif frame.kind in (FrameKind.START, FrameKind.STOP):
                    unpack_declaration(frame.body, Moment)
                    cores.feed([frame])
                else:
                    cores.feed([frame])
    except MalformedPacket:
        return


def signalling(data: bytes) -> None:
    """A Socket.IO packet, and its body as each message of the namespace."""
    packet = RoomPacket(encoded_packet=data.decode(errors="replace"))
    for body in packet.data if isinstance(packet.data, list) else []:
        for message in _MESSAGES:
            try:
                msgspec.convert(body, message)
            except msgspec.ValidationError:
                continue


def uploads(data: bytes) -> None:
    """Files and words that people hand in: a list of agencies, a logo, a code from paper."""
    for parser in (parse_listing, parse_picture):
        try:
            parser(data)
        except MalformedInput:
            continue
    code = read_code(data.decode(errors="replace"))
    assert code is None or read_code(code) == code


def evidence(data: bytes) -> None:
    """Texts of a record or a bag that somebody may have changed; the first byte says which."""
    if not data:
        return
    parsers: tuple[Callable[[bytes], object], ...] = (
        parse_manifest, parse_journal, parse_signature, parse_key_list, parse_kept, parse_hashes, parse_info,
    )  # fmt: skip
    try:
        parsers[data[0] % len(parsers)](data[1:])
    except (MalformedInput, Refusal):
        return


def _chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, bytes): a byte of kind, two of length, that many bytes; again until the end."""
    at = 0
    while at + 3 <= len(data):
        kind, size = struct.unpack_from("!BH", data, at)
        yield kind, data[at + 3 : at + 3 + size]
        at += 3 + size


TARGETS: dict[str, Callable[[bytes], None]] = {
    "core": core,
    "evidence": evidence,
    "rtcp": rtcp,
    "rtp": rtp,
    "sdp": sdp,
    "signalling": signalling,
    "stun": stun,
    "tap": tap,
    "uploads": uploads,
}
