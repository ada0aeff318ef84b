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
from bridge.media import Codec, Kind, Moment, Source
from bridge.pictures import parse_picture
from bridge.signing import parse_signature
from bridge.tap import FrameKind, FrameReader, Hello, Resume, unpack_declaration
from recorder.depacketise import depacketiser
from recorder.depacketise import starts_key_frame as recorded_as_key_frame
from recorder.reorder import Arrived
from recorder.rtp import RtpPacket, parse_rtp
from sfu.capture.cut import LONGEST_EXTENSION, cut_rtcp, cut_rtp
from sfu.core.keyframes import starts_key_frame
from sfu.core.red import BLOCK_TYPE, pack_red, parse_red
from sfu.core.rtcp import parse_rtcp, pictures_lost
from sfu.core.rtp import HEADER, HEADER_SIZE, extension, is_rtcp, payload_bounds, unwrap
from sfu.core.seam import DownId, Repairs
from sfu.core.xr import parse_delays
from sfu.sdp import CODECS, LocalIce, Slot, answer_uplink, parse_answer, parse_description, parse_offer
from sfu.sdp.probe import answer_probe
from sfu.transport.framing import Deframer
from sfu.transport.stun import claimed_ufrag, is_genuine, pack_success, parse_check
from signaling.packets import RoomPacket
from signaling.wire import CommandRequest, DownlinkReply, JoinAuth, LineReport, ResumeAuth, UplinkRequest, WantsRequest
from storage.bag.text import parse_hashes, parse_info
from tests.support.recorder_core import CoreUnderTest
from tests.support.sfu_core import CAMERA, MICROPHONE, RED, CoreRoom
from tests.support.sfu_peer import Peer

LONGEST = 4_096
"""Bytes of one input; what is longer finds nothing that a shorter one does not."""
_MESSAGES = (JoinAuth, ResumeAuth, UplinkRequest, DownlinkReply, WantsRequest, LineReport, CommandRequest)
_PEER = ("127.0.0.1", 4000)
_ICE = LocalIce(ufrag="node", pwd="p" * 24, fingerprint="AA:" * 31 + "AA", candidates=(("127.0.0.1", 4001),))
_SLOTS = (
    Slot(Mid("0"), Kind.AUDIO, True, Ssrc(11), "cn", "stream", "track-a", CODECS[Kind.AUDIO]),
    Slot(Mid("1"), Kind.VIDEO, True, Ssrc(12), "cn", "stream", "track-v", (Codec.H264, Codec.VP8), Ssrc(13)),
    Slot(Mid("2"), Kind.VIDEO, False, Ssrc(0), "", "", "", CODECS[Kind.VIDEO]),
)
_MOST_ANSWERS = 64
"""Datagrams that one datagram may cause in a room of one receiver: a NACK names at most a ring's packets again."""


def stun(data: bytes) -> None:
    """A connectivity check."""
    claimed = claimed_ufrag(data)
    try:
        check = parse_check(data)
    except MalformedPacket:
        return
    assert claimed == check.local, "what is a check is for whom it was taken"
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
    shown = len(cut_rtp(data))
    try:
        start, end = payload_bounds(data)
    except MalformedPacket:
        _refused_by_recorder(data)
        assert shown <= HEADER_SIZE + 4 * 15 + LONGEST_EXTENSION
        return
    assert shown <= start, "nothing of the payload lies in a debug file"
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
    shown = cut_rtcp(data)
    assert cut_rtcp(shown) == shown, "what may be seen may be seen"
    try:
        assert len(parse_delays(data)) <= len(data) // 12
    except MalformedPacket:
        return


def core(data: bytes) -> None:
    """Datagrams of both peers with valid keys, in any order, while time goes on, gates move and pictures are shown or
    not: a camera that retransmits and numbers its packets, a microphone that sends redundant sound."""
    room, stream = CoreRoom(), _KeyStream()
    room.expect(tapped=True, repairs=Repairs({97: 96}, {Ssrc(9): Ssrc(1)}), number_extension=3)
    room.expect(MICROPHONE, RED, (2,), "1", tapped=True)
    hears, downs = False, set[int]()
    for kind, chunk in _chunks(data):
        if kind & 3 == 3:
            room.tick(kind * NS_PER_MS)
            continue
        if kind & 32:
            room.core.set_open(MICROPHONE if kind & 64 else CAMERA, bool(kind & 128))
        elif kind & 64:
            room.core.set_paused(DownId(1000 + kind % 32), bool(kind & 128))
        peer = room.bob if kind & 1 else room.ann
        datagram = _protected(peer, chunk, control=bool(kind & 2))
        if datagram is not None and 128 <= datagram[0] <= 191:  # the port hands the core nothing else (RFC 7983)
            out = room.core.feed(datagram, peer.address, room.now)
            assert len(out) <= _MOST_ANSWERS
            stream.sent(room.bob.mine(out))
        if kind & 4 and kind % 32 not in downs:
            downs.add(kind % 32)
            stream.sent(room.bob.mine(room.down(ssrc=1000 + kind % 32, sequence=kind << 8)))
        if kind & 8 and not hears:
            hears = True
            room.down(MICROPHONE, ssrc=500, red=63 if kind & 16 else None)
    room.core.take_events()
    for tapped in room.core.take_tapped():
        packet = parse_rtp(tapped.packet)
        assert packet.payload_type in (96, 111), "plain packets of a source"


class _KeyStream:
    """What went out under which number: the same packet or another number, for both take the same key stream."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._sent: dict[tuple[int, int], bytes] = {}

    def sent(self, datagrams: list[bytes]) -> None:
        """To one receiver, in order; RTCP is passed over."""
        for datagram in datagrams:
            if is_rtcp(datagram):
                continue
            _, _, sequence, _, ssrc = HEADER.unpack_from(datagram)
            extended = unwrap(sequence, self._newest.get(ssrc, sequence))
            self._newest[ssrc] = max(extended, self._newest.get(ssrc, extended))
            assert self._sent.setdefault((ssrc, extended), datagram) == datagram


def _protected(peer: Peer, packet: bytes, *, control: bool) -> bytes | None:
    try:
        return peer.rtcp(packet) if control else peer.rtp(packet)
    except (Error, TypeError):
        return None  # libsrtp protects nothing that is no packet at all


def framing(data: bytes) -> None:
    """A TCP connection's octets: cut wherever, they are the same datagrams."""
    whole, pieces = Deframer(), Deframer()
    try:
        expected = whole.feed(data)
    except MalformedPacket:
        expected = None
    found: list[bytes] = []
    try:
        for at in range(0, len(data), 7):
            found += pieces.feed(data[at : at + 7])
    except MalformedPacket:
        assert expected is None
        return
    assert found == expected


def payloads(data: bytes) -> None:
    """Payloads of one source, put together by the recorder; the first byte says which codec."""
    if not data:
        return
    codec, timestamp = tuple(Codec)[data[0] % len(Codec)], 0
    frames, made = depacketiser(codec), 0
    for number, (kind, payload) in enumerate(_chunks(data[1:])):
        timestamp += 3000 * (kind >> 1)
        starts_key_frame(codec, payload)
        recorded_as_key_frame(codec, payload)
        packet = RtpPacket(number & 0xFFFF, timestamp, 1, bool(kind & 1), 96, payload)
        try:
            made += sum(len(frame.body) for frame in frames.push(Arrived(number, number, number, packet)))
        except MalformedPacket:
            frames.reset()
    assert made <= 64 * LONGEST, "parameter sets are said again, nothing else grows"


def answers(data: bytes) -> None:
    """A browser's answer to the pool's offer; an offer of who tries a line."""
    text = data.decode(errors="replace")
    try:
        said = parse_answer(text, _SLOTS)
        assert [media.mid for media in said.media] == [slot.mid for slot in _SLOTS]
    except MalformedSdp:
        pass
    try:
        answer, echoed = answer_probe(parse_offer(text), _ICE, lambda: Ssrc(7))
        assert set(echoed) <= {media.mid for media in parse_description(answer).active}
    except MalformedSdp:
        return


def sdp(data: bytes) -> None:
    """A browser's offer; what is answered can be read again."""
    text = data.decode(errors="replace")
    try:
        offer = parse_offer(text)
        sources = dict(zip((media.mid for media in offer.active), Source, strict=False))
        text, _ = answer_uplink(offer, _ICE, sources)
        assert [media.mid for media in parse_description(text).media] == [media.mid for media in offer.media]
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
    "answers": answers,
    "core": core,
    "evidence": evidence,
    "framing": framing,
    "payloads": payloads,
    "rtcp": rtcp,
    "rtp": rtp,
    "sdp": sdp,
    "signalling": signalling,
    "stun": stun,
    "tap": tap,
    "uploads": uploads,
}
