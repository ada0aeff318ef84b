"""Real WebRTC clients (aiortc) that publish to a media node and receive from it, on loopback."""

import asyncio
import fractions
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aioice.ice
import aiortc.rtcrtpreceiver
import av
import numpy as np
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.jitterbuffer import JitterBuffer

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    Gates,
    NodeEvent,
    Numbered,
    ParticipantOrder,
    RoomOrder,
    TrackPublished,
    TransportChanged,
    UplinkOffer,
)
from bridge.errors import Conflict, NotFound
from bridge.ids import Mid, NodeId, ParticipantId, RoomId
from bridge.media import Source
from deploy.time import SystemClock, SystemEntropy
from recorder.places import listen, way_to
from sfu.build import MediaNodeServer, build
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig

ALL_OPEN = Gates(microphone=True, camera=True, screen=True)
ROOM = RoomId("room1")
WITHIN_S = 30.0


def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out of its candidates; here it is the only one."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


def gives_up_as_a_browser_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that asks for a key frame 64 packets behind a hole that nobody filled, 4 s of our small picture.

    aiortc itself asks once for a lost packet and then stands still until 512 others wait, which is 34 s.
    """

    def shorter(capacity: int, prefetch: int = 0, is_video: bool = False) -> JitterBuffer:
        return JitterBuffer(64 if is_video else capacity, prefetch, is_video)

    monkeypatch.setattr(aiortc.rtcrtpreceiver, "JitterBuffer", shorter)


class Picture(MediaStreamTrack):
    """A flat picture of one brightness, 160 × 120, 15 a second."""

    kind = "video"

    def __init__(self, luma: int) -> None:
        super().__init__()
        self._luma = luma
        self._count = 0
        self._began = 0.0

    async def recv(self) -> av.VideoFrame:
        """The next frame, when it is due."""
        loop = asyncio.get_running_loop()
        if not self._count:
            self._began = loop.time()
        await asyncio.sleep(max(0.0, self._began + self._count / 15 - loop.time()))
        shade = np.full((180, 160), 128, dtype=np.uint8)
        shade[:120, :] = self._luma
        shade[:16, (self._count * 8) % 144 : (self._count * 8) % 144 + 16] = 235
        frame = av.VideoFrame.from_ndarray(shade, format="yuv420p")
        frame.pts = self._count * 6000
        frame.time_base = fractions.Fraction(1, 90_000)
        self._count += 1
        return frame


class Tone(MediaStreamTrack):
    """A sine of ``hertz``, 20 ms a frame."""

    kind = "audio"

    def __init__(self, hertz: float = 440.0) -> None:
        super().__init__()
        self._hertz = hertz
        self._count = 0
        self._began = 0.0

    async def recv(self) -> av.AudioFrame:
        """The next frame, when it is due."""
        loop = asyncio.get_running_loop()
        if not self._count:
            self._began = loop.time()
        await asyncio.sleep(max(0.0, self._began + self._count * 0.02 - loop.time()))
        at = np.arange(self._count * 960, (self._count + 1) * 960) / 48_000
        samples = (np.sin(2 * np.pi * self._hertz * at) * 12_000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        frame.pts = self._count * 960
        frame.time_base = fractions.Fraction(1, 48_000)
        self._count += 1
        return frame


class Received:
    """What arrived on one m-line."""

    def __init__(self, track: MediaStreamTrack) -> None:
        self.track = track
        self.frames = 0
        self.last: av.VideoFrame | av.AudioFrame | None = None
        self._came = asyncio.Condition()
        self._task = asyncio.create_task(self._read())

    async def at_least(self, frames: int) -> None:
        """Wait for that many decoded frames."""
        async with asyncio.timeout(WITHIN_S), self._came:
            await self._came.wait_for(lambda: self.frames >= frames)

    async def more(self, frames: int = 5) -> None:
        """Wait for further frames."""
        await self.at_least(self.frames + frames)

    async def luma(self) -> float:
        """Mean brightness of the last picture's lower half."""
        assert isinstance(self.last, av.VideoFrame)
        return float(self.last.to_ndarray(format="yuv420p")[60:120, :].mean())

    async def _read(self) -> None:
        with suppress(Exception):
            while True:
                frame = await self.track.recv()
                async with self._came:
                    self.last = frame  # type: ignore[assignment]
                    self.frames += 1
                    self._came.notify_all()

    async def close(self) -> None:
        """Stop reading."""
        self._task.cancel()
        await asyncio.wait([self._task])


class Client:
    """One participant: an uplink and a downlink, driven through the node's control API."""

    def __init__(
        self,
        node: HttpMediaNode,
        name: str,
        candidate: tuple[int, int] | None = None,
        relays: Sequence[RTCIceServer] = (),
    ) -> None:
        self.node = node
        self._relays = list(relays)
        self.id = ParticipantId(name)
        self.received: dict[str, Received] = {}
        self.offers = 0
        self._rewrite = candidate
        self._up: RTCPeerConnection | None = None
        self._ups: list[RTCPeerConnection] = []
        self._down: RTCPeerConnection | None = None
        self._changed = asyncio.Condition()

    @property
    def uplink(self) -> RTCPeerConnection:
        """The connection that publishes."""
        assert self._up is not None
        return self._up

    @property
    def downlink(self) -> RTCPeerConnection:
        """The connection that receives."""
        assert self._down is not None
        return self._down

    async def publish(self, tracks: dict[Source, MediaStreamTrack], codec: str | None = None) -> RTCPeerConnection:
        """A new uplink with these."""
        pc = RTCPeerConnection(RTCConfiguration(iceServers=self._relays))
        self._up = pc
        self._ups.append(pc)
        chosen = {}
        for source, track in tracks.items():
            transceiver = pc.addTransceiver(track, direction="sendonly")
            if codec is not None and track.kind == "video":
                transceiver.setCodecPreferences(_codecs(codec))
            chosen[source] = transceiver
        await pc.setLocalDescription(await pc.createOffer())
        sources = {Mid(str(transceiver.mid)): source for source, transceiver in chosen.items()}
        answer = await self.node.offer_uplink(ROOM, self.id, UplinkOffer(pc.localDescription.sdp, sources))
        await pc.setRemoteDescription(RTCSessionDescription(self._through(answer.sdp), "answer"))
        return pc

    async def take_offer(self, offer: DownlinkOffer) -> None:
        """Answer a downlink offer."""
        if self._down is None:
            self._down = RTCPeerConnection(RTCConfiguration(iceServers=self._relays))
            self._down.on("track", self._track)
        pc = self._down
        await pc.setRemoteDescription(RTCSessionDescription(self._through(offer.sdp), "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        await self.node.answer_downlink(ROOM, self.id, DownlinkAnswer(offer.offer, pc.localDescription.sdp))
        async with self._changed:
            self.offers += 1
            self._changed.notify_all()

    async def answered(self, offers: int) -> None:
        """Wait until that many offers are answered."""
        async with asyncio.timeout(WITHIN_S), self._changed:
            await self._changed.wait_for(lambda: self.offers >= offers)

    async def forget_downlink(self) -> None:
        """As a reload does: the browser comes back with nothing."""
        await self._close_downlink()

    async def gets(self, mid: str) -> Received:
        """What arrives on this m-line."""
        async with asyncio.timeout(WITHIN_S), self._changed:
            await self._changed.wait_for(lambda: mid in self.received)
        return self.received[mid]

    async def close(self) -> None:
        """End all connections."""
        for uplink in self._ups:
            await uplink.close()
        await self._close_downlink()

    async def _close_downlink(self) -> None:
        for received in self.received.values():
            await received.close()
        self.received.clear()
        if self._down is not None:
            await self._down.close()
            self._down = None

    async def _track(self, track: MediaStreamTrack) -> None:
        assert self._down is not None
        mid = next(str(t.mid) for t in self._down.getTransceivers() if t.receiver.track is track)
        async with self._changed:
            self.received[mid] = Received(track)
            self._changed.notify_all()

    def _through(self, sdp: str) -> str:
        if self._rewrite is None:
            return sdp
        real, relay = self._rewrite
        return sdp.replace(f"127.0.0.1 {real} typ", f"127.0.0.1 {relay} typ")


class Stage:
    """A node, its event stream, and the clients on it."""

    def __init__(self, server: MediaNodeServer, node: HttpMediaNode) -> None:
        self.server = server
        self.node = node
        self.clients: dict[ParticipantId, Client] = {}
        self.events: list[NodeEvent] = []
        self._came = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    async def join(
        self,
        name: str,
        gates: Gates = ALL_OPEN,
        receives: bool = True,
        candidate: tuple[int, int] | None = None,
        relays: Sequence[RTCIceServer] = (),
    ) -> Client:
        """A participant whose client answers every downlink offer."""
        client = Client(self.node, name, candidate, relays)
        self.clients[client.id] = client
        await self.node.put_participant(ROOM, client.id, ParticipantOrder(receives, gates))
        return client

    async def saw(self, wanted: type[NodeEvent], **fields: object) -> NodeEvent:
        """Wait for an event with these fields (also one that came before)."""

        def found() -> list[NodeEvent]:
            return [
                event
                for event in self.events
                if isinstance(event, wanted) and all(getattr(event, key) == value for key, value in fields.items())
            ]

        async with asyncio.timeout(WITHIN_S), self._came:
            await self._came.wait_for(lambda: bool(found()))
        return found()[-1]

    async def next_event(self, wanted: type[NodeEvent], **fields: object) -> NodeEvent:
        """As :meth:`saw`, but only what comes from now on."""
        self.events.clear()
        return await self.saw(wanted, **fields)

    async def _read(self) -> None:
        async for numbered in self.node.events("", 0):
            await self._take(numbered)

    async def _take(self, numbered: Numbered) -> None:
        event = numbered.event
        async with self._came:
            self.events.append(event)  # type: ignore[arg-type]
            self._came.notify_all()
        if isinstance(event, DownlinkOffer) and event.participant in self.clients:
            # Whoever it is for may have been removed since, or their connection restarted.
            with suppress(ConnectionError, NotFound, Conflict):
                await self.clients[event.participant].take_offer(event)

    async def close(self) -> None:
        """Clients first, then the node."""
        for client in self.clients.values():
            await client.close()
        self._reader.cancel()
        await asyncio.wait([self._reader])
        await self.node.close()
        await self.server.close()


@asynccontextmanager
async def stage(folder: Path, **settings: object) -> AsyncIterator[Stage]:
    """A started node with one room, and its control API on a Unix socket."""
    control = f"unix:{folder / 'sfu.sock'}"
    config = SfuConfig(node=NodeId("node1"), control=control, **settings)  # type: ignore[arg-type]
    server = build(config, SystemClock(), SystemEntropy(), listen)
    await server.start()
    node = HttpMediaNode(way_to(control))
    await node.put_room(ROOM, RoomOrder(held=False))
    made = Stage(server, node)
    try:
        yield made
    finally:
        await made.close()


def _codecs(name: str) -> list[RTCRtpCodecCapability]:
    return [c for c in RTCRtpSender.getCapabilities("video").codecs if c.mimeType.lower() == f"video/{name}"]


__all__ = ["ALL_OPEN", "ROOM", "Client", "Picture", "Received", "Stage", "Tone", "TrackPublished", "TransportChanged"]
logging.getLogger("aioice").setLevel(logging.WARNING)
