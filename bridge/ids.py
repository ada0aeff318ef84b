"""Identities and units as types, so that no bare ``str`` or ``int`` crosses a boundary.

Identifiers are short opaque strings made by :class:`bridge.ports.Entropy`; they never carry meaning.
Three kinds of time are kept apart (they never mix):

* ``MonoNs``    nanoseconds on one media node's monotonic clock; compares only within that node's run,
* ``MediaNs``   nanoseconds since the recording began (the moment the reception went live),
* ``UtcNs``     nanoseconds since 1970-01-01 UTC: the wall clock.
"""

from typing import NewType

AgencyId = NewType("AgencyId", str)
BridgePointId = NewType("BridgePointId", str)
AccountId = NewType("AccountId", str)
ReceptionId = NewType("ReceptionId", str)
CaseId = NewType("CaseId", str)
SeatId = NewType("SeatId", str)
ParticipantId = NewType("ParticipantId", str)
RecordingId = NewType("RecordingId", str)
TrackId = NewType("TrackId", str)
NodeId = NewType("NodeId", str)
RecorderId = NewType("RecorderId", str)
SessionId = NewType("SessionId", str)
ClientId = NewType("ClientId", str)

RoomId = NewType("RoomId", str)
"""A room is the live side of one reception; its id is the reception's id (:func:`room_of`)."""

Mid = NewType("Mid", str)
Rid = NewType("Rid", str)
Ssrc = NewType("Ssrc", int)
TrackNumber = NewType("TrackNumber", int)
"""A track's number inside one tap stream, 1 .. 2**32-1; 0 speaks for the whole stream."""

TapNumber = NewType("TapNumber", int)
"""Counts the frames of one track in a tap stream, from 1 without holes."""

MonoNs = NewType("MonoNs", int)
MediaNs = NewType("MediaNs", int)
UtcNs = NewType("UtcNs", int)

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


def room_of(reception: ReceptionId) -> RoomId:
    """The room in which this reception happens."""
    return RoomId(reception)


def reception_of(room: RoomId) -> ReceptionId:
    """The reception that happens in this room."""
    return ReceptionId(room)


_GUEST = "guest-"


def guest_of(seat: SeatId) -> AccountId:
    """As whom somebody without an account acts: the seat itself, under the name that no account can have."""
    return AccountId(f"{_GUEST}{seat}")


def is_guest(account: AccountId) -> bool:
    """Whether it is nobody's account but a seat's."""
    return account.startswith(_GUEST)
