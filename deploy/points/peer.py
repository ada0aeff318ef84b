"""A point's two connections to the media node: up (it offers) and down (the node offers)."""

import asyncio
import functools
from collections.abc import Iterable, Mapping

import msgspec
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpTransceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, VideoFrame
from av.frame import Frame

from bridge.control import DownlinkTrack
from bridge.ids import Mid, ParticipantId, Ssrc
from bridge.media import Source
from deploy.marks import Luma, Mark, read_mark
from deploy.points.clock import PointClock
from sfu.sdp import parse_description

LOOPBACK = "127.0.0.1"


def _connection() -> RTCPeerConnection:
    """One that asks no server for its address, and has one transport from the start.

    (By aiortc's own policy, balanced, the second video of a first offer would be left on a transport that is then
    thrown away.)
    """
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def _bind(transceivers: Iterable[RTCRtpTransceiver], address: str | None) -> None:
    """Let these send from ``address`` only; None: from every address of the machine but loopback."""
    if address is None:
        return
    for transceiver in transceivers:
        gatherer = transceiver.sender.transport.transport.iceGatherer
        ice = gatherer._connection  # noqa: SLF001  aiortc has no other way to choose addresses
        gather = functools.partial(type(ice).get_component_candidates, ice)
        bound = functools.partial(gather, addresses=[address])
        setattr(ice, "get_component_candidates", bound)  # noqa: B010  mypy forbids the plain form


def _mid(transceiver: RTCRtpTransceiver) -> Mid:
    """Of a transceiver whose description is set."""
    if transceiver.mid is None:
        raise RuntimeError("m-line without mid")
    return Mid(transceiver.mid)


class Uplink:
    """Publishes tracks. One offer at a time; :meth:`offer`, then :meth:`take` with the node's answer."""

    def __init__(self, clock: PointClock, address: str | None = LOOPBACK) -> None:
        self._clock = clock
        self._address = address
        self._peer = _connection()
        self._published: dict[Source, RTCRtpTransceiver] = {}

    @property
    def state(self) -> str:
        """new | connecting | connected | failed | closed."""
        return self._peer.connectionState

    def publish(self, source: Source, track: MediaStreamTrack) -> None:
        """From the next offer on. One track per source."""
        self._published[source] = self._peer.addTransceiver(track, direction="sendonly")

    async def offer(self) -> tuple[str, dict[Mid, Source]]:
        """The offer, and which m-line is which source."""
        _bind(self._peer.getTransceivers(), self._address)
        with self._clock.rules():
            await self._peer.setLocalDescription(await self._peer.createOffer())
        sources = {_mid(transceiver): source for source, transceiver in self._published.items()}
        return self._peer.localDescription.sdp, sources

    async def take(self, answer: str) -> None:
        """The node's answer; connecting begins."""
        with self._clock.rules():
            await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        """Tracks end, sockets are gone. Idempotent."""
        await self._peer.close()


class Seen(msgspec.Struct):
    """What came of one track so far. ``mark``: the last one read in its pictures."""

    participant: ParticipantId
    source: Source
    frames: int = 0
    marks: int = 0
    mark: Mark | None = None
    seconds: float = 0.0
    """Of sound."""


class Downlink:
    """Receives, decodes and counts. Its m-lines are the node's; each keeps its mid for ever.

    aiortc's receiver ends for good with its first stream's BYE, so an m-line that comes back with another stream
    needs a new connection: :meth:`cannot_follow` says so before :meth:`answer`.
    """

    def __init__(self, address: str | None = LOOPBACK) -> None:
        self._address = address
        self._peer = _connection()
        self._peer.on("track", lambda track: self._unread.add(track))
        self._unread: set[MediaStreamTrack] = set()
        self._readers: dict[Mid, asyncio.Task[None]] = {}
        self._current: dict[Mid, Seen] = {}
        self._ufrag = ""
        self._streams: dict[Mid, tuple[Ssrc, ...]] = {}
        """What each m-line has carried."""

    @property
    def state(self) -> str:
        """new | connecting | connected | failed | closed."""
        return self._peer.connectionState

    @property
    def seen(self) -> Mapping[tuple[ParticipantId, Source], Seen]:
        """By who sends and what, the tracks of the last offer."""
        return {(seen.participant, seen.source): seen for seen in self._current.values()}

    def is_of(self, offer: str) -> bool:
        """Whether the offer is of this connection; another one begins anew. Raises MalformedSdp."""
        return self._ufrag in ("", parse_description(offer).ufrag)

    def cannot_follow(self, offer: str) -> bool:
        """Whether an m-line comes back with another stream. Raises MalformedSdp."""
        carried = {media.mid: media.ssrcs for media in parse_description(offer).media if media.ssrcs}
        return any(self._streams.get(mid, ssrcs) != ssrcs for mid, ssrcs in carried.items())

    async def answer(self, offer: str, tracks: Iterable[DownlinkTrack]) -> str:
        """The answer to the node's offer."""
        said = parse_description(offer)
        self._ufrag = said.ufrag
        self._streams.update({media.mid: media.ssrcs for media in said.media if media.ssrcs})
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        self._name(tracks)
        _bind(self._peer.getTransceivers(), self._address)
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        for transceiver in self._peer.getTransceivers():
            track = transceiver.receiver.track
            if track in self._unread:
                self._unread.discard(track)
                self._readers[_mid(transceiver)] = asyncio.create_task(self._read(_mid(transceiver), track))
        return self._peer.localDescription.sdp

    async def close(self) -> None:
        """Readers end, sockets are gone. Idempotent."""
        await self._peer.close()
        for reader in self._readers.values():
            reader.cancel()
        await asyncio.gather(*self._readers.values(), return_exceptions=True)
        self._readers.clear()

    def _name(self, tracks: Iterable[DownlinkTrack]) -> None:
        known = self._current
        self._current = {}
        for track in tracks:
            before = known.get(track.mid)
            same = before is not None and (before.participant, before.source) == (track.participant, track.source)
            self._current[track.mid] = before if before and same else Seen(track.participant, track.source)

    async def _read(self, mid: Mid, track: MediaStreamTrack) -> None:
        """An unread track would fill memory, so those nobody asks for are read too."""
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            seen = self._current.get(mid)
            if seen is not None and isinstance(frame, Frame):
                _count(seen, frame)


def _count(seen: Seen, frame: Frame) -> None:
    seen.frames += 1
    if isinstance(frame, AudioFrame):
        seen.seconds += frame.samples / frame.sample_rate
    elif isinstance(frame, VideoFrame):
        plane = frame.planes[0]
        mark = read_mark(Luma(frame.width, frame.height, plane.line_size, bytes(plane)))
        if mark is not None:
            seen.marks += 1
            seen.mark = mark
