"""The downlink: the node offers a pool of m-lines, the browser answers; one offer in flight, the rest coalesced."""

import asyncio
from dataclasses import dataclass

from bridge.control import DownlinkAnswer, DownlinkOffer, DownlinkTrack, TransportChanged
from bridge.errors import Code, Conflict
from bridge.ids import Mid, ParticipantId, RoomId, Ssrc
from bridge.media import Codec, Kind, Source
from sfu.core.seam import DownId, DownSpec, RepairSpec, UpId
from sfu.peers.ground import Ground
from sfu.peers.tracks import PublishedTrack
from sfu.sdp import PAYLOAD_TYPES, RED_TYPE, REPAIR_TYPES, MediaDescription, Slot, build_downlink_offer, parse_answer
from sfu.transport.transport import Transport, TransportState

_GATHER_S = 0.02
"""A microphone and a camera start within some milliseconds: one offer for both."""
_NONE = Ssrc(0)
_SPARE = (Kind.AUDIO, Kind.VIDEO)
"""Inactive m-lines of the first offer: the transport is up before anyone publishes."""


@dataclass
class _Line:
    """One m-line of the pool. ``codecs``: what the browser took, ``repaired``: of these what it takes retransmissions
    of; ``down``: flowing to it."""

    mid: Mid
    kind: Kind
    track: PublishedTrack | None = None
    ssrc: Ssrc = _NONE
    repair: Ssrc = _NONE
    """Of its retransmissions; 0 for sound, which has none."""
    codecs: frozenset[Codec] = frozenset()
    repaired: frozenset[Codec] = frozenset()
    redundant: bool = False
    """It takes redundant sound."""
    agreed: Ssrc = _NONE
    """The SSRC of the last answered offer; 0 while this m-line is inactive there."""
    down: DownId | None = None


class Downlink:
    """One participant's way to get what others publish."""

    def __init__(self, ground: Ground, room: RoomId, participant: ParticipantId) -> None:
        self.state = TransportState.NEW
        self._ground = ground
        self._room = room
        self._participant = participant
        self._offer = 0
        self._offered: list[Slot] | None = None
        """The slots of the offer in flight."""
        self._stale = True
        """What was offered last is no longer what is wanted."""
        self._timer: asyncio.TimerHandle | None = None
        self._lines: list[_Line] = []
        self._used: set[Ssrc] = set()
        self._session = 0
        """By it the browser tells a new connection from an ICE restart of the one it has."""
        self.transport = self._fresh()
        self._schedule()

    # ── what is wanted ───────────────────────────────────────────────────────────────────────────────────────

    def want(self, track: PublishedTrack) -> None:
        """Offer it, on a free m-line or a new one."""
        if any(line.track is not None and line.track.up == track.up for line in self._lines):
            return
        line = self._free_line(track.source.kind)
        line.track = track
        line.ssrc = self._new_ssrc()
        line.repair = self._new_ssrc() if line.kind is Kind.VIDEO else _NONE
        self._schedule()

    def unwant(self, up: UpId) -> None:
        """Stop it now; its m-line becomes free with the next offer."""
        for line in self._lines:
            if line.track is not None and line.track.up == up:
                self._stop(line)
                line.track = None
                line.ssrc = line.repair = _NONE
                self._schedule()

    def answer(self, answer: DownlinkAnswer) -> None:
        """Raises Conflict(stale_offer), MalformedSdp."""
        if self._offered is None or answer.offer != self._offer:
            raise Conflict(Code.STALE_OFFER, f"offer {answer.offer}, in flight is {self._offer}")
        said = parse_answer(answer.sdp, self._offered)
        for line, slot, media in zip(self._lines, self._offered, said.media, strict=False):
            line.agreed = slot.ssrc if slot.active and not media.rejected else _NONE
            line.codecs = _accepted(media)
            line.repaired = _repaired(media)
            line.redundant = media.red.get(RED_TYPE) == PAYLOAD_TYPES[Codec.OPUS]
        self._offered = None
        self.transport.ice.remote_ufrag = self.transport.ice.remote_ufrag or said.ufrag
        if not self.transport.fingerprints:
            self.transport.start(said.fingerprints)
        self._flow()
        self._schedule_if_stale()

    async def restart(self) -> None:
        """The browser came back with nothing: a new transport, new m-lines, a new offer."""
        tracks = [line.track for line in self._lines if line.track is not None]
        old = self.transport
        self._lines = []
        self._used.clear()
        self._offered = None
        self.state = TransportState.NEW
        self.transport = self._fresh()
        for track in tracks:
            self.want(track)
        self._schedule()
        await self._ground.port.end(old)

    def restart_ice(self) -> bool:
        """The browser's network is another now: new ICE credentials, the same DTLS, everything flows on. False: there
        is no connection to go on with."""
        if self.state not in (TransportState.CONNECTED, TransportState.LOST):
            return False
        self._ground.port.restart(self.transport, self._ground.port.credentials(), "")
        self._offered = None
        self._schedule()
        return True

    async def close(self) -> None:
        """End it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for line in self._lines:
            self._stop(line)
        self._lines = []
        await self._ground.port.end(self.transport)
        if self.state not in (TransportState.NEW, TransportState.CLOSED):
            self._publish_state(TransportState.CLOSED)

    # ── m-lines ──────────────────────────────────────────────────────────────────────────────────────────────

    def _fresh(self) -> Transport:
        transport = self._ground.port.new_transport(self._ground.port.credentials(), "")
        transport.on_state = self._state_changed
        self._session = self._ground.entropy.bits(53) or 1
        self._lines = [_Line(Mid(str(index)), kind) for index, kind in enumerate(_SPARE)]
        return transport

    def _free_line(self, kind: Kind) -> _Line:
        for line in self._lines:
            if line.kind is kind and line.track is None:
                return line
        line = _Line(Mid(str(len(self._lines))), kind)
        self._lines.append(line)
        return line

    def _new_ssrc(self) -> Ssrc:
        """Never one that this link has used: the key stream depends on it."""
        while (ssrc := Ssrc(self._ground.entropy.bits(32))) in self._used or ssrc == 0:
            pass
        self._used.add(ssrc)
        return ssrc

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────

    def _schedule(self) -> None:
        self._stale = True
        self._schedule_if_stale()

    def _schedule_if_stale(self) -> None:
        if self._stale and self._offered is None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_GATHER_S, self._make_offer)

    def _make_offer(self) -> None:
        self._timer = None
        self._stale = False
        self._offer += 1
        self._offered = [_slot(line) for line in self._lines]
        local = self._ground.local_ice(self.transport.ice.local)
        text = build_downlink_offer(self._offered, local, self._offer, self._session)
        tracks = tuple(
            DownlinkTrack(line.mid, line.track.track, line.track.participant, line.track.source)
            for line in self._lines
            if line.track is not None
        )
        self._ground.publish(DownlinkOffer(self._room, self._participant, self._offer, text, tracks))

    # ── what flows ───────────────────────────────────────────────────────────────────────────────────────────

    def _flow(self) -> None:
        """Start what is agreed, wanted, and has a connection."""
        if self.state not in (TransportState.CONNECTED, TransportState.LOST):
            return
        for line in self._lines:
            track = line.track
            if track is None or line.down is not None or line.agreed != line.ssrc or track.codec not in line.codecs:
                continue
            line.down = self._ground.next_down()
            spec = DownSpec(
                down=line.down,
                up=track.up,
                link=self.transport.link,
                ssrc=line.ssrc,
                payload_type=PAYLOAD_TYPES[track.codec],
                # The lower half: a first packet that is lost must not be taken for a turn of the counter.
                sequence=self._ground.entropy.bits(15),
                timestamp_shift=self._ground.entropy.bits(32),
                cname=_cname(track),
                repair=self._repair(line, track.codec),
                red=RED_TYPE if line.redundant else None,
            )
            self._ground.port.send_all(self._ground.core.add_down(spec, self._ground.clock.mono()))

    def _repair(self, line: _Line, codec: Codec) -> RepairSpec | None:
        if codec not in line.repaired or not line.repair:
            return None
        return RepairSpec(line.repair, REPAIR_TYPES[codec], self._ground.entropy.bits(15))

    def _stop(self, line: _Line) -> None:
        if line.down is not None:
            self._ground.port.send_all(self._ground.core.remove_down(line.down))
            line.down = None

    def _state_changed(self, state: TransportState) -> None:
        self.state = state
        if state is TransportState.CLOSED:
            for line in self._lines:
                line.down = None
        else:
            self._flow()
        self._publish_state(state)

    def _publish_state(self, state: TransportState) -> None:
        self._ground.publish(TransportChanged(self._room, self._participant, "downlink", state.value))


def _slot(line: _Line) -> Slot:
    track = line.track
    if track is None:
        return Slot(line.mid, line.kind, False, _NONE, "", "", "")
    return Slot(line.mid, line.kind, True, line.ssrc, _cname(track), _stream(track), str(track.track), line.repair)


def _cname(track: PublishedTrack) -> str:
    """One synchronisation context per participant and connection (RFC 3550 §6.5.1)."""
    return f"{track.participant}-{track.connection}"


def _stream(track: PublishedTrack) -> str:
    """Camera and microphone play in step; the screen goes its own way."""
    return f"{_cname(track)}-screen" if track.source is Source.SCREEN else _cname(track)


def _accepted(media: MediaDescription) -> frozenset[Codec]:
    if media.rejected:
        return frozenset()
    ours = {payload_type: codec for codec, payload_type in PAYLOAD_TYPES.items()}
    return frozenset(offer.codec for offer in media.codecs if ours.get(offer.payload_type) is offer.codec)


def _repaired(media: MediaDescription) -> frozenset[Codec]:
    """Of which codecs the browser takes retransmissions as we offered them."""
    return frozenset(codec for codec, number in REPAIR_TYPES.items() if media.rtx.get(number) == PAYLOAD_TYPES[codec])
