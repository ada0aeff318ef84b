"""Who is in a room, as sockets: the side of a participant that is not stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bridge.control import DownlinkOffer, WithheldTrack
from bridge.errors import Code, Refusal
from bridge.ids import MonoNs, ParticipantId
from bridge.media import Source
from bridge.quality import Quality
from bridge.reception import Reception
from signaling.limits import TokenBucket
from signaling.lines import Line
from signaling.views import UNKNOWN_LINE, message_views, participant_views, room_view
from signaling.waiting_views import waiting_view
from signaling.wire import Alarm, Messages, Offer, Renegotiate, RoomView, Unwanted, Withheld

CANNOT_DECODE = "cannot_decode"
"""Why a picture is withheld."""
WRITES_AT_ONCE = 5
WRITES_PER_S = 0.5
"""Messages of one participant: faster than anybody types, slow enough to be read."""
HISTORY = 500
"""Messages told to who comes in or back."""
PIECE = 50
"""Messages in one packet: at most 200 kB of the longest."""


_WORSE = (UNKNOWN_LINE, *(str(word) for word in (Quality.GOOD, Quality.POOR, Quality.BAD)))


@dataclass
class Member:
    """``number``: of the newest resume secret, None when an earlier life of this process gave it; ``received``: the
    browser said something since. ``inside``: was welcomed into the room, not to wait. ``offer``: not yet answered.
    ``dead``: directions of media that the node lost; ``anew``: all of it is to be made anew, and nobody could be told
    that yet; ``holding``: the node is new and they were not told, so what it says of their media waits. ``read``:
    number of the last message that was passed on, or that is not for them; ``quality``: of their line, as they say;
    ``measured``: as the node does; ``writing``: how much more they may write now. ``withheld``: what their browser
    cannot decode; ``unwanted``: which of their pictures nobody sees."""

    line: Line | None = None
    lost_at: MonoNs | None = None
    number: int | None = None
    received: bool = False
    inside: bool = False
    offer: DownlinkOffer | None = None
    dead: set[str] = field(default_factory=set)
    anew: bool = False
    holding: bool = False
    read: int = 0
    quality: str = UNKNOWN_LINE
    measured: str = UNKNOWN_LINE
    writing: TokenBucket | None = None
    withheld: tuple[WithheldTrack, ...] = ()
    unwanted: tuple[Source, ...] = ()

    def tell_withheld(self, tracks: tuple[WithheldTrack, ...]) -> None:
        """What the node does not send them."""
        self.withheld = tracks
        if self.line is not None and not self.holding:
            self.line.send("withheld", Withheld(CANNOT_DECODE, tracks))

    def tell_unwanted(self, sources: tuple[Source, ...]) -> None:
        """What they need not send."""
        self.unwanted = sources
        if self.line is not None and not self.holding:
            self.line.send("unwanted", Unwanted(sources))

    def tell_media_again(self) -> None:
        """On a new line, behind its Welcome."""
        if self.offer is not None:
            self.forward(self.offer)
        if self.withheld:
            self.tell_withheld(self.withheld)
        if self.unwanted:
            self.tell_unwanted(self.unwanted)

    def media_is_gone(self) -> None:
        """The node began anew. Its first offer must not come before that word, by which a browser drops what it has."""
        self.offer = None
        self.withheld = ()
        self.unwanted = ()
        self.dead.clear()
        self.holding = True

    def tell_anew(self) -> None:
        """That the node began anew, and what it has said since; when their line is down, once it is back."""
        self.holding = False
        self.anew = self.line is None
        if self.line is not None and self.inside:
            self.line.send("renegotiate", Renegotiate("node_restarted"))
            self.tell_media_again()

    @property
    def shown_quality(self) -> str:
        """The worse of both: the browser sees a fault within seconds, the node also of who says nothing."""
        return max(self.quality, self.measured, key=_WORSE.index)

    def says(self, quality: str) -> bool:
        """Their browser tells how good their line is; True when that changes what is shown."""
        before, self.quality = self.shown_quality, quality
        return self.shown_quality != before

    def forward(self, offer: DownlinkOffer) -> None:
        """Carry the node's offer, now or when the line is back."""
        self.offer = offer
        if self.line is not None and not self.holding:
            self.line.send("offer", Offer(offer.offer, offer.sdp, offer.tracks))

    def pass_on(self, reception: Reception, you: ParticipantId) -> None:
        """What was written since."""
        fresh = message_views(reception, you, after=self.read)
        self.read = len(reception.messages)
        if fresh and self.line is not None:
            self.line.send("messages", Messages(fresh, earlier=False))

    def pass_history_on(self, reception: Reception, you: ParticipantId) -> None:
        """Everything that was written, to who has just been welcomed, in pieces."""
        known = message_views(reception, you, after=0)[-HISTORY:]
        self.read = len(reception.messages)
        for start in range(0, len(known), PIECE):
            if self.line is not None:
                self.line.send("messages", Messages(known[start : start + PIECE], earlier=True))

    def pace(self, now: MonoNs) -> None:
        """Before something is written. Raises Refusal(too_many_requests)."""
        if self.writing is None:
            self.writing = TokenBucket(WRITES_PER_S, WRITES_AT_ONCE, now)
        if not self.writing.take(now):
            raise Refusal(Code.TOO_MANY_REQUESTS, "writes too fast", seconds=str(round(1 / WRITES_PER_S)))


class Members(dict[ParticipantId, Member]):
    """Every participant of the room."""

    def heard(self, participant: ParticipantId) -> None:
        """Their browser said something: an older resume secret holds no longer."""
        if (member := self.get(participant)) is not None:
            member.received = True

    def media_is_gone(self) -> None:
        """Of everybody."""
        for member in self.values():
            member.media_is_gone()

    def tell_anew(self) -> None:
        """To everybody whose media is gone."""
        for member in self.values():
            if member.holding:
                member.tell_anew()

    def end(self, event: str, body: msgspec.Struct) -> None:
        """A last word to everybody."""
        for member in self.values():
            if member.line is not None:
                member.line.end(event, body)
        self.clear()

    def show(self, reception: Reception, revision: int, now_ms: int, alarms: tuple[Alarm, ...]) -> None:
        """Everybody's own view of the whole room."""
        tiles = participant_views(reception, self.lines)
        for participant, member in self.items():
            if member.line is None:
                continue
            if participant in reception.waiting:
                waits = waiting_view(reception, participant, revision=revision, now_ms=now_ms)
                member.line.send("waiting", waits)
            elif participant in reception.participants:
                view = room_view(reception, participant, revision=revision, now_ms=now_ms, tiles=tiles, alarms=alarms)
                member.line.send("room", view)
                member.pass_on(reception, participant)

    @property
    def lines(self) -> dict[ParticipantId, str]:
        """How good each line is."""
        return {participant: member.shown_quality for participant, member in self.items()}

    def expired(self, now: MonoNs, resume_ns: int) -> list[ParticipantId]:
        """Who did not come back in time."""
        return [
            participant
            for participant, member in self.items()
            if member.line is None and member.lost_at is not None and now - member.lost_at >= resume_ns
        ]


def view_for(
    reception: Reception,
    participant: ParticipantId,
    revision: int,
    now_ms: int,
    alarms: tuple[Alarm, ...],
    lines: Mapping[ParticipantId, str],
) -> RoomView:
    """One participant's view, for a welcome."""
    tiles = participant_views(reception, lines)
    return room_view(reception, participant, revision=revision, now_ms=now_ms, tiles=tiles, alarms=alarms)
