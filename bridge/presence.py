"""Who is in a room or before it, as parts of :class:`bridge.reception.Reception`."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from bridge.events import Departure
from bridge.ids import ParticipantId, SeatId, TrackId
from bridge.media import Source
from bridge.model import Role
from bridge.states import AttendanceState

Who = TypeVar("Who")


class Participant(msgspec.Struct, frozen=True):
    """A seat's connection. ``floor``: may open the microphone; ``connected`` False while the line is down."""

    id: ParticipantId
    seat: SeatId
    connected: bool = True
    microphone_open: bool = False
    camera_on: bool = True
    screen_shared: bool = False
    hand_raised: bool = False
    floor: bool = False
    tracks: Mapping[Source, TrackId] = {}
    session: str = ""
    """The sign-in that opened it, while it is known."""


class Waiting(msgspec.Struct, frozen=True):
    """A seat's connection in the waiting area: the media node does not know of it."""

    id: ParticipantId
    seat: SeatId
    since_utc_ns: int
    connected: bool = True
    session: str = ""


class Prepared(msgspec.Struct, frozen=True):
    """What was done at a seat on the way in. ``camera``, ``microphone`` None: not checked; ``notice``: version of the
    recording notice that was acknowledged."""

    confirmed: bool = False
    camera: bool | None = None
    microphone: bool | None = None
    notice: str = ""


class Attendance(msgspec.Struct, frozen=True):
    """One person of one seat."""

    seat: SeatId
    name: str
    role: Role
    state: AttendanceState


def without(those: Mapping[ParticipantId, Who], participant: ParticipantId) -> Mapping[ParticipantId, Who]:
    """Everybody else."""
    return {key: someone for key, someone in those.items() if key != participant}


def opened_elsewhere(moved: frozenset[SeatId], gone: Participant | Waiting | None, how: Departure) -> frozenset[SeatId]:
    """A seat counts as opened on a second device when the first was still there."""
    return moved | {gone.seat} if gone and gone.connected and how is Departure.REPLACED else moved
