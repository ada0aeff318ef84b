"""The downlink: the node offers a pool of m-lines, the browser answers; one offer in flight, the rest coalesced."""

import asyncio
from collections.abc import Callable

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    DownlinkTrack,
    TransportChanged,
    WithheldChanged,
    WithheldTrack,
)
from bridge.errors import Code, Conflict
from bridge.ids import NS_PER_S, ParticipantId, RoomId, Ssrc
from bridge.media import Codec, Kind
from sfu.core.seam import DownSpec, RepairSpec, UpId
from sfu.peers.ground import Ground
from sfu.peers.pace import OfferPace
from sfu.peers.pool import NO_SSRC, Line, Pool, cname
from sfu.peers.tracks import PublishedTrack
from sfu.sdp import PAYLOAD_TYPES, RED_TYPE, REPAIR_TYPES, MediaDescription, Slot, build_downlink_offer, parse_answer
from sfu.transport.transport import Transport, TransportState


class Downlink:
    """One participant's way to get what others publish. ``shows``: whether their browser shows a track."""

    def __init__(
        self, ground: Ground, room: RoomId, participant: ParticipantId, shows: Callable[[PublishedTrack], bool]
    ) -> None:
        self.state = TransportState.NEW
        self._ground = ground
        self._room = room
        self._participant = participant
        self._shows = shows
        self._offer = 0
        self._offered: list[Slot] | None = None
        """The slots of the offer in flight."""
        self._stale = True
        """What was offered last is no longer what is wanted."""
        self._timer: asyncio.TimerHandle | None = None
        self._pace = OfferPace()
        self._pool = Pool()
        self._ssrc = Ssrc(ground.entropy.bits(32))
        self._cannot: frozenset[Codec] = frozenset()
        """What the browser did not take when it was offered."""
        self._withheld: dict[UpId, PublishedTrack] = {}
        self._session = 0
        """By it the browser tells a new connection from an ICE restart of the one it has."""
        self.transport = self._fresh()
        self._schedule()

    # ── what is wanted ───────────────────────────────────────────────────────────────────────────────────────

    def want(self, track: PublishedTrack) -> None:
        """Offer it, on a free m-line or a new one; what cannot be decoded is withheld and said."""
        if track.codec in self._cannot:
            self._withhold(track)
        elif self._pool.line_of(track.up) is None:
            repair = self._new_ssrc() if track.source.kind is Kind.VIDEO else NO_SSRC
            self._pool.free_line(track.source.kind).carry(track, self._new_ssrc(), repair)
            self._schedule()

    def unwant(self, up: UpId) -> None:
        """Stop it now; its m-line becomes free with the next offer."""
        if self._withheld.pop(up, None) is not None:
            self._tell_withheld()
        line = self._pool.line_of(up)
        if line is not None:
            self._stop(line)
            line.free()
            self._schedule()

    def gets(self, track: PublishedTrack) -> bool:
        """Whether it is to be sent there: shown, and not known to be of no use."""
        return track.up not in self._withheld and self._shows(track)

    def look(self) -> None:
        """What is shown is another now: pause the rest, go on with what is."""
        for line in self._pool.lines:
            if line.track is not None and line.down is not None:
                paused = not self._shows(line.track)
                self._ground.port.send_all(self._ground.core.set_paused(line.down, paused))

    def answer(self, answer: DownlinkAnswer) -> None:
        """Raises Conflict(stale_offer), MalformedSdp."""
        if self._offered is None or answer.offer != self._offer:
            raise Conflict(Code.STALE_OFFER, f"offer {answer.offer}, in flight is {self._offer}")
        said = parse_answer(answer.sdp, self._offered)
        for line, slot, media in zip(self._pool.lines, self._offered, said.media, strict=False):
            line.refused = slot.ssrc if media.rejected else None
            line.agreed = slot.ssrc if slot.active and not media.rejected else NO_SSRC
            line.codecs = _accepted(media)
            if not media.rejected:
                self._cannot |= frozenset(slot.codecs) - line.codecs
            line.repaired = _repaired(media)
            line.redundant = media.red.get(RED_TYPE) == PAYLOAD_TYPES[Codec.OPUS]
        self._offered = None
        self.transport.ice.remote_ufrag = self.transport.ice.remote_ufrag or said.ufrag
        if not self.transport.fingerprints:
            self.transport.start(said.fingerprints)
        self._withhold_untaken()
        self._flow()
        self._schedule_if_stale()

    async def restart(self) -> None:
        """The browser came back with nothing: a new transport, new m-lines, a new offer."""
        tracks = [*self._pool.tracks, *self._withheld.values()]
        old = self.transport
        self._pool = Pool()
        self._cannot = frozenset()
        self._offered = None
        self.state = TransportState.NEW
        self.transport = self._fresh()
        self._withhold_nothing()
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
        for line in self._pool.lines:
            self._stop(line)
        self._pool = Pool()
        self._withhold_nothing()
        await self._ground.port.end(self.transport)
        if self.state not in (TransportState.NEW, TransportState.CLOSED):
            self._publish_state(TransportState.CLOSED)

    def _fresh(self) -> Transport:
        transport = self._ground.port.new_transport(self._ground.port.credentials(), "")
        transport.on_state = self._state_changed
        self._session = self._ground.entropy.bits(53) or 1
        return transport

    def _new_ssrc(self) -> Ssrc:
        """Never one that this link has used, the key stream depends on it: they count up from a random one."""
        self._ssrc = Ssrc((self._ssrc + 1) & 0xFFFFFFFF or 1)
        return self._ssrc

    # ── what cannot be decoded ───────────────────────────────────────────────────────────────────────────────

    def _withhold_untaken(self) -> None:
        """A refused m-line carries nothing (RFC 3264 §6): who was offered on it is withheld, who came to it meanwhile
        gets another."""
        for line in list(self._pool.lines):
            track = line.track
            if track is None or (line.refused is None and track.codec not in self._cannot):
                continue
            moves = line.refused is not None and line.refused != line.ssrc
            self._stop(line)
            line.free()
            self._schedule()
            if moves:
                self.want(track)
            else:
                self._withhold(track)

    def _withhold(self, track: PublishedTrack) -> None:
        self._withheld[track.up] = track
        self._tell_withheld()

    def _withhold_nothing(self) -> None:
        if self._withheld:
            self._withheld = {}
            self._tell_withheld()

    def _tell_withheld(self) -> None:
        tracks = tuple(WithheldTrack(track.participant, track.source, track.codec) for track in self._withheld.values())
        self._ground.publish(WithheldChanged(self._room, self._participant, tracks))

    # ── offers ───────────────────────────────────────────────────────────────────────────────────────────────

    def _schedule(self) -> None:
        self._stale = True
        self._schedule_if_stale()

    def _schedule_if_stale(self) -> None:
        if self._stale and self._offered is None and self._timer is None:
            wait_s = self._pace.wait_ns(self._ground.clock.mono()) / NS_PER_S
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._make_offer)

    def _make_offer(self) -> None:
        self._timer = None
        self._stale = False
        self._offer += 1
        self._pace.offered(self._ground.clock.mono())
        self._offered = [line.slot() for line in self._pool.lines]
        local = self._ground.local_ice(self.transport.ice.local)
        text = build_downlink_offer(self._offered, local, self._offer, self._session)
        tracks = tuple(
            DownlinkTrack(line.mid, line.track.track, line.track.participant, line.track.source)
            for line in self._pool.lines
            if line.track is not None
        )
        self._ground.publish(DownlinkOffer(self._room, self._participant, self._offer, text, tracks))

    # ── what flows ───────────────────────────────────────────────────────────────────────────────────────────

    def _flow(self) -> None:
        """Start what is agreed, wanted, and has a connection."""
        if self.state not in (TransportState.CONNECTED, TransportState.LOST):
            return
        for line in self._pool.lines:
            track = line.track
            if track is None or not line.may_flow:
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
                cname=cname(track),
                repair=self._repair(line, track.codec),
                red=RED_TYPE if line.redundant else None,
                paused=not self._shows(track),
            )
            self._ground.port.send_all(self._ground.core.add_down(spec, self._ground.clock.mono()))

    def _repair(self, line: Line, codec: Codec) -> RepairSpec | None:
        if codec not in line.repaired or not line.repair:
            return None
        return RepairSpec(line.repair, REPAIR_TYPES[codec], self._ground.entropy.bits(15))

    def _stop(self, line: Line) -> None:
        if line.down is not None:
            self._ground.port.send_all(self._ground.core.remove_down(line.down))
            line.down = None

    def _state_changed(self, state: TransportState) -> None:
        self.state = state
        if state is TransportState.CLOSED:
            for line in self._pool.lines:
                line.down = None
        else:
            self._flow()
        self._publish_state(state)

    def _publish_state(self, state: TransportState) -> None:
        self._ground.publish(TransportChanged(self._room, self._participant, "downlink", state.value))


def _accepted(media: MediaDescription) -> frozenset[Codec]:
    if media.rejected:
        return frozenset()
    ours = {payload_type: codec for codec, payload_type in PAYLOAD_TYPES.items()}
    return frozenset(offer.codec for offer in media.codecs if ours.get(offer.payload_type) is offer.codec)


def _repaired(media: MediaDescription) -> frozenset[Codec]:
    """Of which codecs the browser takes retransmissions as we offered them."""
    return frozenset(codec for codec, number in REPAIR_TYPES.items() if media.rtx.get(number) == PAYLOAD_TYPES[codec])
