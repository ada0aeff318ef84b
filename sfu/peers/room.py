"""A room on this node: its participants, what they publish, its hold and its tap."""

from bridge.control import (
    ParticipantOrder,
    RoomFigures,
    RoomGone,
    RoomLines,
    RoomOrder,
    SpeakersChanged,
    TapAnswer,
    TapFigures,
    TapOrder,
    TrackPublished,
    TrackUnpublished,
)
from bridge.errors import Code, NotFound, Refusal
from bridge.ids import NS_PER_MS, ParticipantId, RoomId
from bridge.media import GateReason, Moment, Source
from sfu.core.seam import GroupId, SenderReported, Spoke
from sfu.peers.audience import Audience
from sfu.peers.ground import Ground
from sfu.peers.participant import Participant
from sfu.peers.speakers import Speakers
from sfu.peers.tracks import PublishedTrack
from sfu.tap import RoomTap


class Room:
    """Implements :class:`sfu.peers.participant.Household`."""

    def __init__(self, ground: Ground, room: RoomId, order: RoomOrder) -> None:
        self.id = room
        self.participants: dict[ParticipantId, Participant] = {}
        self._ground = ground
        self._order = order
        self._speakers = Speakers()
        self._tap: RoomTap | None = None
        self._audience = Audience(ground, room, self._tracks, self._is_wanted)

    # ── orders ───────────────────────────────────────────────────────────────────────────────────────────────

    def change(self, order: RoomOrder) -> None:
        """Hold or go on; acts before the next packet."""
        self._order = order
        for participant in self.participants.values():
            participant.set_gates()
        self._choose_loudest()

    async def put_participant(self, participant: ParticipantId, order: ParticipantOrder) -> None:
        """Make or change one. Raises Refusal(room_full)."""
        known = self.participants.get(participant)
        if known is not None:
            await known.change(order)
            return
        if len(self.participants) >= self._ground.config.participants:
            raise Refusal(Code.ROOM_FULL, f"{len(self.participants)} participants")
        self.participants[participant] = Participant(self._ground, self, self.id, participant, order)

    async def delete_participant(self, participant: ParticipantId) -> None:
        """Unknown: nothing happens."""
        found = self.participants.pop(participant, None)
        if found is not None:
            await found.close()
            self.wants_changed()

    def participant(self, participant: ParticipantId) -> Participant:
        """Raises NotFound(unknown_participant)."""
        found = self.participants.get(participant)
        if found is None:
            raise NotFound(Code.UNKNOWN_PARTICIPANT, str(participant))
        return found

    async def put_tap(self, order: TapOrder) -> TapAnswer:
        """Begin or widen the tap. Another recording ends the one before."""
        moment = self._now()
        tap = self._tap
        if tap is None or tap.recording != order.recording_id:
            if tap is not None:
                await self.delete_tap()
            tap = self._tap = RoomTap(self._ground, self.id, order)
            tap.start(moment)
        tap.widen(order)
        if order.recording and not tap.begun:
            moment = tap.begin()
        self.wants_changed()
        for track in self._tracks():
            self._tap_track(tap, track)
            self._ground.core.request_key_frame(track.up)
        self._tap_expected()
        return TapAnswer(moment)

    async def delete_tap(self) -> TapAnswer:
        """Send STOP; what is not confirmed yet is still delivered in the background. No tap: the moment of now."""
        tap, self._tap = self._tap, None
        if tap is None:
            return TapAnswer(self._now())
        moment = tap.stop()
        self._tap_expected()
        self.wants_changed()
        return TapAnswer(moment)

    def lines(self) -> RoomLines:
        """How everybody's lines are, and how far the recorder is."""
        behind = None if self._tap is None else self._tap.behind_ns() // NS_PER_MS
        return RoomLines(tuple(one.lines() for one in self.participants.values()), behind)

    def figures(self) -> RoomFigures:
        """Everybody's lines, and the tap."""
        return RoomFigures(self.id, self.lines().participants, self.tap_figures())

    def tap_figures(self) -> TapFigures | None:
        """None without a tap."""
        return None if self._tap is None else self._tap.figures()

    async def on_moved(self) -> None:
        """The node ends, or the room went to another: it goes on elsewhere, and its recording is left, not stopped."""
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.leave()
        await self.close()

    async def close(self) -> None:
        """End everything, say so."""
        await self.delete_tap()
        for participant in list(self.participants):
            await self.delete_participant(participant)
        self._audience.close()
        self._ground.publish(RoomGone(self.id))

    # ── what participants ask and tell ───────────────────────────────────────────────────────────────────────

    def is_held(self, participant: ParticipantId) -> bool:
        """See Household."""
        return self._order.held and participant != self._order.notice_from

    def is_tapped(self, participant: ParticipantId) -> bool:
        """See Household."""
        return self._tap is not None and self._tap.takes(participant)

    def published(self, track: PublishedTrack) -> None:
        """See Household."""
        self._ground.publish(TrackPublished(self.id, track.participant, track.track, track.source, track.codec))
        if self._tap is not None:
            self._tap_track(self._tap, track)
        for participant in self.participants.values():
            if participant.id != track.participant:
                participant.want(track)
        self.wants_changed()
        self._choose_loudest()

    def unpublished(self, track: PublishedTrack) -> None:
        """See Household."""
        self._ground.publish(TrackUnpublished(self.id, track.participant, track.track, track.source))
        if self._tap is not None:
            self._tap.end(track)
        for participant in self.participants.values():
            participant.unwant(track.up)
        self.wants_changed()
        if track.source is Source.MICROPHONE and self._speakers.gone(track.participant):
            self._tell_speakers()
        self._choose_loudest()

    def gate_moved(self, track: PublishedTrack, reason: GateReason | None) -> None:
        """See Household."""
        if self._tap is not None:
            self._tap.gate(track, reason)

    def wants_changed(self) -> None:
        """See Household."""
        self._audience.changed()

    def sender_reported(self, track: PublishedTrack, event: SenderReported, rtt_ns: int) -> None:
        """See Household."""
        if self._tap is not None:
            self._tap.sender_report(track, event, rtt_ns)

    def spoke(self, participant: ParticipantId, event: Spoke) -> None:
        """See Household."""
        if self._speakers.heard(participant, event.packets, event.loud, event.level, self._ground.clock.mono()):
            self._tell_speakers()

    def others_tracks(self, participant: ParticipantId) -> list[PublishedTrack]:
        """See Household."""
        return [track for track in self._tracks() if track.participant != participant]

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _tracks(self) -> list[PublishedTrack]:
        return [track for one in self.participants.values() for track in one.tracks.values()]

    def _is_wanted(self, track: PublishedTrack) -> bool:
        """From the recorder's probe on everything is: a recording begins with pictures."""
        return self._tap is not None or any(one.gets(track) for one in self.participants.values())

    def _tap_track(self, tap: RoomTap, track: PublishedTrack) -> None:
        one = self.participants.get(track.participant)
        if one is not None and tap.takes(one.id):  # else they are on the way out
            tap.declare(track, one.gate_reason(track.source))

    def _tap_expected(self) -> None:
        """Sources that have not sent yet are tapped from their first packet on, too."""
        for participant in self.participants.values():
            participant.set_tapped(self.is_tapped(participant.id))

    def _tell_speakers(self) -> None:
        self._ground.publish(SpeakersChanged(self.id, self._speakers.speaking, self._speakers.dominant))

    def _choose_loudest(self) -> None:
        """All microphones of the room as they are now; nobody is chosen where everybody is forwarded."""
        most = self._order.loudest
        microphones = [track for track in self._tracks() if track.source is Source.MICROPHONE] if most else []
        always = [track.up for track in microphones if track.participant in self._order.always]
        ups = [track.up for track in microphones]
        self._ground.core.set_loudest(GroupId(self.id), ups, most, always)

    def _now(self) -> Moment:
        return Moment(self._ground.clock.mono(), self._ground.clock.utc())
