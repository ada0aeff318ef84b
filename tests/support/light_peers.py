"""Participants that cost next to nothing, on a node of this process: real sockets, ICE checks and SRTP, no handshake.

The DTLS handshake is left out (each side's keys are put in by hand), so that a thousand may come and go in seconds.
"""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

import sfu.node
import sfu.transport.dtls
from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    DownlinkTrack,
    NodeEvent,
    ParticipantOrder,
    RoomOrder,
    ShownSource,
    UplinkOffer,
    WantsOrder,
)
from bridge.errors import Code, NotFound
from bridge.ids import NodeId, ParticipantId, RoomId
from bridge.media import Codec, Source
from deploy.time import SystemClock, SystemEntropy
from sfu.core.rtcp import pack_pli, pack_receiver_report
from sfu.core.seam import Address
from sfu.node import Node
from sfu.sdp import SessionDescription, parse_description
from sfu.settings import SfuConfig
from sfu.transport.framing import Deframer, pack_frame
from sfu.transport.ice import Credentials
from sfu.transport.port import MediaPort
from sfu.transport.transport import Transport
from tests.bench.descriptions import (
    AUDIO_MID,
    AUDIO_TYPE,
    SOURCES,
    VIDEO_MID,
    VIDEO_TYPE,
    audio_ssrc,
    publisher_offer,
    receiver_answer,
    video_ssrc,
)
from tests.support.sfu_clients import ALL_OPEN
from tests.support.sfu_peer import KEY, Peer, rtp
from tests.support.sfu_stun import check

ROOM = RoomId("room1")
WITHIN_S = 30.0
_DIGEST = ":".join(["AB"] * 32)
_THEIRS = Credentials("them", "theirPasswordOf24Letters")
_OPUS_BODY = b"\x78sound"
BASIC = frozenset({Codec.OPUS, Codec.VP8})


class OpenPort(MediaPort):
    """A port whose new transports can be found by their user name."""

    made: dict[str, Transport]

    def new_transport(self, local: Credentials, remote_ufrag: str) -> Transport:
        transport = super().new_transport(local, remote_ufrag)
        self.made[local.ufrag] = transport
        return transport


class Stream:
    """A TCP connection to the media port (RFC 4571) with the manners of a UDP socket that knows its peer."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._deframer = Deframer()
        self._came: deque[bytes] = deque()

    def send(self, datagram: bytes) -> int:
        self._socket.sendall(pack_frame(datagram))
        return len(datagram)

    def recv(self, size: int) -> bytes:
        """One datagram. Raises BlockingIOError."""
        while not self._came:
            octets = self._socket.recv(65_536)
            if not octets:
                raise ConnectionError("the node has closed it")
            self._came.extend(self._deframer.feed(octets))
        return self._came.popleft()[:size]

    def getsockname(self) -> Address:
        name: Address = self._socket.getsockname()
        return name

    def close(self) -> None:
        self._socket.close()


class LightPeer:
    """One participant. ``offers``: downlink offers it was made; ``decodes``: what it takes of them; ``by_tcp``: how it
    receives."""

    def __init__(self, stage: "LightStage", number: int, decodes: frozenset[Codec], by_tcp: bool = False) -> None:
        self.id = ParticipantId(f"peer{number}")
        self.offers: list[DownlinkOffer] = []
        self.answer_after_s = 0.0
        self.answers = asyncio.Event()
        """Cleared: it keeps its answers back."""
        self.answers.set()
        self._stage = stage
        self._number = number
        self._decodes = decodes
        self._by_tcp = by_tcp
        self._up = Peer(number % 255, _nowhere())
        self._sockets: dict[socket.socket | Stream, bytes] = {}
        """With the check that keeps the node's consent."""
        self._down: Peer | None = None
        self._down_socket: socket.socket | Stream | None = None
        self._sequence = 0
        self._gone = False

    @property
    def offered(self) -> tuple[DownlinkTrack, ...]:
        """What the newest offer carries."""
        return self.offers[-1].tracks if self.offers else ()

    async def join(self, receives: bool = True) -> None:
        """Be made known to the node."""
        await self._stage.node.put_participant(ROOM, self.id, ParticipantOrder(receives, ALL_OPEN))

    async def shows(self, *pictures: tuple["LightPeer", Source]) -> None:
        """Only these."""
        shown = tuple(ShownSource(peer.id, source) for peer, source in pictures)
        await self._stage.node.put_wants(ROOM, self.id, WantsOrder(shown))

    async def publish(self, codec: Codec = Codec.VP8) -> None:
        """Microphone and camera, with a packet of each."""
        offer = publisher_offer(self._number, *_THEIRS, _DIGEST, ("127.0.0.1", 9))
        offer = offer.replace("VP8/90000", f"{codec.value.upper()}/90000")
        answer = await self._stage.node.offer_uplink(ROOM, self.id, UplinkOffer(offer, SOURCES))
        self._up, self._up_socket = await self._connect(parse_description(answer.sdp))
        self.send()

    def send(self, key: bool = True, filling: bytes = b"") -> None:
        """One packet each of sound and picture; ``filling`` makes the picture larger."""
        self._sequence += 1
        sound = rtp(self._sequence, self._sequence * 960, audio_ssrc(self._number), AUDIO_TYPE, _OPUS_BODY)
        self._up_socket.send(self._up.rtp(sound))
        body = KEY if key else b"\x10\x01delta"
        ssrc = video_ssrc(self._number)
        picture = rtp(self._sequence, self._sequence * 3000, ssrc, VIDEO_TYPE, body + filling, marker=True)
        self._up_socket.send(self._up.rtp(picture))

    def keep_consent(self) -> None:
        """As a browser does each few seconds; the answer is read with the rest."""
        for sock, said in self._sockets.items():
            sock.send(said)

    def ask_picture(self, ssrc: int) -> None:
        """It cannot go on without a key frame of this stream."""
        assert self._down is not None
        assert self._down_socket is not None
        self._down_socket.send(self._down.rtcp(pack_receiver_report(1) + pack_pli(1, ssrc)))

    async def take_offer(self, offer: DownlinkOffer) -> None:
        """Answer it, as a browser would after a while."""
        self.offers.append(offer)
        await asyncio.sleep(self.answer_after_s)
        await self.answers.wait()
        said = parse_description(offer.sdp)
        sdp = receiver_answer(said, *_THEIRS, _DIGEST, ("127.0.0.1", 9), self._decodes)
        with suppress(NotFound):  # who has left meanwhile
            await self._stage.node.answer_downlink(ROOM, self.id, DownlinkAnswer(offer.offer, sdp))
            if self._down is None:
                self._down, self._down_socket = await self._connect(said, self._by_tcp)

    def received(self) -> list[bytes]:
        """The RTP packets that came since the last time, decrypted."""
        assert self._down is not None
        assert self._down_socket is not None
        came = []
        while True:
            try:
                came.append((self._down_socket.recv(2048), self._down.address))
            except BlockingIOError:
                return self._down.packets(came)  # type: ignore[arg-type]

    async def leave(self) -> None:
        """For good."""
        await self._stage.node.delete_participant(ROOM, self.id)
        self.close()

    def close(self) -> None:
        self._gone = True
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    async def _connect(self, said: SessionDescription, by_tcp: bool = False) -> tuple[Peer, socket.socket | Stream]:
        place = ("127.0.0.1", self._stage.node.port_number)
        sock = _stream(place) if by_tcp else _datagrams(place)
        transport = self._stage.made.pop(said.ufrag)
        self._sockets[sock] = check(said.pwd, f"{said.ufrag}:{_THEIRS.ufrag}", nominates=True)
        sock.send(self._sockets[sock])
        async with asyncio.timeout(WITHIN_S):
            while transport.ice.address is None and not self._gone:  # noqa: ASYNC110  a transport has no event for it
                await asyncio.sleep(0.001)
        if self._gone:
            raise NotFound(Code.UNKNOWN_PARTICIPANT)
        sock.recv(2048)
        peer = Peer(self._number % 255, sock.getsockname())
        transport.keyed(peer.keys)
        return peer, sock


class LightStage:
    """A node with one room, its event stream, and the peers on it."""

    def __init__(self, node: Node, made: dict[str, Transport]) -> None:
        self.node = node
        self.made = made
        self.peers: dict[ParticipantId, LightPeer] = {}
        self.events: list[NodeEvent] = []
        self._came = asyncio.Condition()
        self._answering: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read())

    def peer(self, number: int, decodes: frozenset[Codec] = BASIC, by_tcp: bool = False) -> LightPeer:
        """One that answers every offer."""
        made = LightPeer(self, number, decodes, by_tcp)
        self.peers[made.id] = made
        return made

    async def until(self, wanted: type[NodeEvent], **fields: object) -> NodeEvent:
        """An event with these fields, also one that came before; taken out with all before it."""
        async with asyncio.timeout(WITHIN_S), self._came:
            await self._came.wait_for(lambda: self._find(wanted, fields) is not None)
        at = self._find(wanted, fields)
        assert at is not None
        found = self.events[at]
        del self.events[: at + 1]
        return found

    def _find(self, wanted: type[NodeEvent], fields: dict[str, object]) -> int | None:
        for at, event in enumerate(self.events):
            if isinstance(event, wanted) and all(getattr(event, key) == value for key, value in fields.items()):
                return at
        return None

    async def answered(self) -> None:
        """Every offer so far."""
        while self._answering:
            await asyncio.wait(self._answering)

    async def _read(self) -> None:
        async for numbered in self.node.events("", 0):
            event = numbered.event
            async with self._came:
                self.events.append(event)  # type: ignore[arg-type]
                self._came.notify_all()
            if isinstance(event, DownlinkOffer) and event.participant in self.peers:
                task = asyncio.create_task(self.peers[event.participant].take_offer(event))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

    async def close(self) -> None:
        await self.answered()
        self._reader.cancel()
        await asyncio.wait([self._reader])
        await self.node.close()
        for peer in self.peers.values():
            peer.close()


@asynccontextmanager
async def light_stage(monkeypatch: pytest.MonkeyPatch, **settings: object) -> AsyncIterator[LightStage]:
    """A node without its control API."""
    made: dict[str, Transport] = {}
    monkeypatch.setattr(sfu.node, "MediaPort", OpenPort)
    monkeypatch.setattr(sfu.transport.dtls, "_HANDSHAKE_S", 600.0)  # nobody shakes hands here
    monkeypatch.setattr(OpenPort, "made", made, raising=False)
    config = SfuConfig(node=NodeId("node1"), control="unix:/nowhere", **settings)  # type: ignore[arg-type]
    node = Node(config, SystemClock(), SystemEntropy())
    node.open()
    await node.put_room(ROOM, RoomOrder(held=False))
    stage = LightStage(node, made)
    try:
        yield stage
    finally:
        await stage.close()


def _datagrams(place: tuple[str, int]) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    sock.connect(place)
    return sock


def _stream(place: tuple[str, int]) -> Stream:
    """With the least of a kernel's buffer: what it does not read is soon in the way."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    sock.connect(place)
    sock.setblocking(False)
    return Stream(sock)


def _nowhere() -> Address:
    return ("127.0.0.1", 9)


__all__ = ["AUDIO_MID", "VIDEO_MID", "LightPeer", "LightStage", "light_stage"]
