"""A participant: gates, one uplink, one downlink. What they publish they tell their room."""

import asyncio
from typing import Protocol

import msgspec

from bridge.control import (
    DownlinkAnswer,
    LineCounters,
    ParticipantLines,
    ParticipantOrder,
    UplinkOffer,
    WantsOrder,
)
from bridge.errors import Code, Conflict, MalformedSdp, NotFound, Refusal
from bridge.ids import ParticipantId, RoomId, TrackId
from bridge.media import CLOSED_REASON, GateReason, Kind, Source
from sfu.capture.capture import Line
from sfu.core.seam import CoreEvent, LinkId, SenderReported, Spoke, UpId, UpStarted
from sfu.peers.downlink import Downlink
from sfu.peers.ground import Ground
from sfu.peers.tracks import PublishedTrack
from sfu.peers.uplink import Uplink
from sfu.sdp import SessionDescription, parse_offer
from sfu.transport.transport import Transport


class Household(Protocol):
    """The room, as a participant sees it."""

    def is_held(self, participant: ParticipantId) -> bool: ...

    def is_tapped(self, participant: ParticipantId) -> bool: ...

    def published(self, track: PublishedTrack) -> None: ...

    def unpublished(self, track: PublishedTrack) -> None: ...

    def gate_moved(self, track: PublishedTrack, reason: GateReason | None) -> None: ...

    def wants_changed(self) -> None:
        """Who gets what may be another now."""
        ...

    def sender_reported(self, track: PublishedTrack, event: SenderReported, rtt_ns: int) -> None: ...

    def spoke(self, participant: ParticipantId, event: Spoke) -> None: ...

    def others_tracks(self, participant: ParticipantId) -> list[PublishedTrack]: ...


class Participant:
    """Implements :class:`sfu.peers.ground.UplinkHost`."""

    def __init__(
        self, ground: Ground, household: Household, room: RoomId, participant: ParticipantId, order: ParticipantOrder
    ) -> None:
        self.id = participant
        self.order = order
        self.tracks: dict[UpId, PublishedTrack] = {}
        self._ground = ground
        self._household = household
        self._room = room
        self._connections = 0
        self._turn = asyncio.Lock()
        """One offer, restart or end at a time: each awaits the end of what it replaces."""
        self._closed = False
        self._shown: frozenset[tuple[ParticipantId, Source]] | None = None
        self._uplink: Uplink | None = None
        self._downlink: Downlink | None = None
        self._receive()

    # ── orders ───────────────────────────────────────────────────────────────────────────────────────────────

    async def change(self, order: ParticipantOrder) -> None:
        """Gates act at once; who no longer receives loses the downlink."""
        self.order = order
        self.set_gates()
        async with self._turn:
            if order.receives and not self._closed:
                self._receive()
            elif not order.receives and self._downlink is not None:
                gone, self._downlink = self._downlink, None
                self._household.wants_changed()
                await gone.close()

    def set_gates(self) -> None:
        """Apply the present order and the room's hold to everything this participant may send."""
        if self._uplink is None:
            return
        for up, source in self._uplink.ups():
            reason = self.gate_reason(source)
            self._ground.core.set_open(up, reason is None)
            if (track := self.tracks.get(up)) is not None:
                self._household.gate_moved(track, reason)

    def set_tapped(self, tapped: bool) -> None:
        """Copy everything this participant may send to the room's tap, or no longer."""
        if self._uplink is not None:
            for up, _ in self._uplink.ups():
                self._ground.core.set_tapped(up, tapped)

    def gate_reason(self, source: Source) -> GateReason | None:
        """Why this source is dropped; None: it is not."""
        if self._household.is_held(self.id):
            return GateReason.PAUSED
        gates = self.order.gates
        is_open = {
            Source.MICROPHONE: gates.microphone,
            Source.CAMERA: gates.camera,
            Source.SCREEN: gates.screen,
        }
        return None if is_open[source] else CLOSED_REASON[source]

    def set_wants(self, order: WantsOrder) -> None:
        """What is shown and what is not; holds for downlinks and tracks to come, too."""
        shown = order.shown
        self._shown = None if shown is None else frozenset((one.participant, one.source) for one in shown)
        if self._downlink is not None:
            self._downlink.look()
        self._household.wants_changed()

    async def offer_uplink(self, order: UplinkOffer) -> str:
        """Raises Refusal(malformed_sdp, unsupported_codec), NotFound when it has left meanwhile."""
        async with self._turn:
            if self._closed:
                raise NotFound(Code.UNKNOWN_PARTICIPANT, str(self.id))
            try:
                offer = parse_offer(order.sdp)
                if self._uplink is not None and self._uplink.continues(offer):
                    return self._uplink.answer(offer, order)
                return await self._replace(offer, order)
            except MalformedSdp as error:
                raise Refusal(Code.MALFORMED_SDP, str(error)) from error

    async def _replace(self, offer: SessionDescription, order: UplinkOffer) -> str:
        """The answer of a new connection. The old one ends only when that is taken."""
        uplink = Uplink(self._ground, self._room, self.id, self._connections + 1, offer, self)
        try:
            answer = uplink.answer(offer, order)
        except (MalformedSdp, Refusal):
            await uplink.close()
            raise
        old, self._uplink = self._uplink, uplink
        self._connections += 1
        if old is not None:
            await old.close()
        return answer

    def answer_downlink(self, answer: DownlinkAnswer) -> None:
        """Raises Conflict(stale_offer), Refusal(malformed_sdp)."""
        if self._downlink is None:
            raise Conflict(Code.STALE_OFFER, "no downlink")
        try:
            self._downlink.answer(answer)
            self._household.wants_changed()
        except MalformedSdp as error:
            raise Refusal(Code.MALFORMED_SDP, str(error)) from error

    async def restart_downlink(self, *, keep: bool) -> None:
        """Raises Conflict(stale_offer) for someone who is not to receive."""
        async with self._turn:
            if self._downlink is None:
                raise Conflict(Code.STALE_OFFER, "no downlink")
            if keep and self._downlink.restart_ice():
                return
            await self._downlink.restart()

    async def close(self) -> None:
        """End both connections. Idempotent."""
        async with self._turn:
            self._closed = True
            uplink, self._uplink = self._uplink, None
            downlink, self._downlink = self._downlink, None
            if uplink is not None:
                await uplink.close()
            if downlink is not None:
                await downlink.close()

    def transports(self) -> dict[Line, Transport]:
        """Its connections now, for a capture."""
        found = {Line.UPLINK: self._uplink, Line.DOWNLINK: self._downlink}
        return {line: one.transport for line, one in found.items() if one is not None}

    def lines(self) -> ParticipantLines:
        """How both connections are; until the uplink has measured its round trip (a browser that only sends answers the
        node's reference time with its own reports, each 1 to 5 s), that of the downlink stands for it."""
        uplink = None if self._uplink is None else self._counted(self._uplink.transport.link)
        downlink = None if self._downlink is None else self._counted(self._downlink.transport.link)
        if uplink is not None and downlink is not None and not uplink.rtt_ms:
            uplink = msgspec.structs.replace(uplink, rtt_ms=downlink.rtt_ms)
        return ParticipantLines(self.id, uplink, downlink)

    def _counted(self, link: LinkId) -> LineCounters:
        return LineCounters(*self._ground.core.count(link))

    # ── others' tracks ───────────────────────────────────────────────────────────────────────────────────────

    def want(self, track: PublishedTrack) -> None:
        """Someone else publishes."""
        if self._downlink is not None:
            self._downlink.want(track)

    def unwant(self, up: UpId) -> None:
        """Someone else's track ended."""
        if self._downlink is not None:
            self._downlink.unwant(up)

    def gets(self, track: PublishedTrack) -> bool:
        """Whether it is to be sent to them now."""
        return self._downlink is not None and track.participant != self.id and self._downlink.gets(track)

    def _shows(self, track: PublishedTrack) -> bool:
        """Sound is never paused by what is on the screen."""
        if self._shown is None or track.source.kind is Kind.AUDIO:
            return True
        return (track.participant, track.source) in self._shown

    def _receive(self) -> None:
        if self.order.receives and self._downlink is None:
            self._downlink = Downlink(self._ground, self._room, self.id, self._shows)
            for track in self._household.others_tracks(self.id):
                self._downlink.want(track)
            self._household.wants_changed()

    # ── own tracks ───────────────────────────────────────────────────────────────────────────────────────────

    def expect(self, source: Source) -> tuple[bool, bool]:
        """See UplinkHost."""
        return self.gate_reason(source) is None, self._household.is_tapped(self.id)

    def handle(self, event: CoreEvent) -> None:
        """See UplinkHost."""
        if isinstance(event, UpStarted):
            self._started(event)
            return
        track = self.tracks.get(event.up)
        if track is None:
            return
        if isinstance(event, SenderReported):
            self._household.sender_reported(track, event, self._share_rtt())
        elif isinstance(event, Spoke):
            self._household.spoke(self.id, event)
        elif self._uplink is not None:
            self._uplink.renew(event.up)

    def gone(self, up: UpId) -> None:
        """See UplinkHost."""
        track = self.tracks.pop(up, None)
        if track is not None:
            self._household.unpublished(track)

    def _started(self, event: UpStarted) -> None:
        found = None if self._uplink is None else self._uplink.source_of(event.up)
        if found is None:
            return
        source, formats = found
        track = PublishedTrack(
            up=event.up,
            track=TrackId(self._ground.entropy.id()),
            participant=self.id,
            connection=self._connections,
            source=source,
            format=formats[event.payload_type],
        )
        self.tracks[event.up] = track
        self._household.published(track)

    def _share_rtt(self) -> int:
        """The uplink's round trip; what the downlink measured is lent to it until it knows its own."""
        if self._uplink is None:
            return 0
        core, link = self._ground.core, self._uplink.transport.link
        if self._downlink is not None:
            core.set_rtt(link, core.report(self._downlink.transport.link).rtt_ns)
        return core.report(link).rtt_ns
