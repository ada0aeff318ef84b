"""Who is in a room, as sockets: the side of a participant that is not stored."""

from dataclasses import dataclass, field

import msgspec

from bridge.control import DownlinkOffer
from bridge.ids import MonoNs, ParticipantId
from bridge.reception import Reception
from signaling.lines import Line
from signaling.views import participant_views, room_view
from signaling.waiting_views import waiting_view
from signaling.wire import Alarm, Offer, RoomView


@dataclass
class Member:
    """``number``: of the newest resume secret, None when an earlier life of this process gave it; ``received``: the
    browser said something since. ``inside``: was welcomed into the room, not to wait. ``offer``: not yet answered.
    ``dead``: directions of media that the node lost."""

    line: Line | None = None
    lost_at: MonoNs | None = None
    number: int | None = None
    received: bool = False
    inside: bool = False
    offer: DownlinkOffer | None = None
    dead: set[str] = field(default_factory=set)

    def forward(self, offer: DownlinkOffer) -> None:
        """Carry the node's offer, now or when the line is back."""
        self.offer = offer
        if self.line is not None:
            self.line.send("offer", Offer(offer.offer, offer.sdp, offer.tracks))


class Members(dict[ParticipantId, Member]):
    """Every participant of the room."""

    def tell(self, event: str, body: msgspec.Struct) -> None:
        """The same to everybody in the room; who waits learns nothing of it."""
        for member in self.values():
            if member.line is not None and member.inside:
                member.line.send(event, body)

    def end(self, event: str, body: msgspec.Struct) -> None:
        """A last word to everybody."""
        for member in self.values():
            if member.line is not None:
                member.line.end(event, body)
        self.clear()

    def show(self, reception: Reception, revision: int, now_ms: int, alarms: tuple[Alarm, ...]) -> None:
        """Everybody's own view of the whole room."""
        tiles = participant_views(reception)
        for participant, member in self.items():
            if member.line is None:
                continue
            if participant in reception.waiting:
                waits = waiting_view(reception, participant, revision=revision, now_ms=now_ms)
                member.line.send("waiting", waits)
            elif participant in reception.participants:
                view = room_view(reception, participant, revision=revision, now_ms=now_ms, tiles=tiles, alarms=alarms)
                member.line.send("room", view)

    def expired(self, now: MonoNs, resume_ns: int) -> list[ParticipantId]:
        """Who did not come back in time."""
        return [
            participant
            for participant, member in self.items()
            if member.line is None and member.lost_at is not None and now - member.lost_at >= resume_ns
        ]


def view_for(
    reception: Reception, participant: ParticipantId, revision: int, now_ms: int, alarms: tuple[Alarm, ...]
) -> RoomView:
    """One participant's view, for a welcome."""
    tiles = participant_views(reception)
    return room_view(reception, participant, revision=revision, now_ms=now_ms, tiles=tiles, alarms=alarms)
