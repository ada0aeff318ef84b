"""What an operator's board shows of a room: the last ten minutes of its lines and its recording. Pure.

A room keeps the samples in its process's memory (``signaling``); they are no part of the record.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum

import msgspec

from bridge.events import RecordingHealth
from bridge.ids import BridgePointId, SeatId
from bridge.quality import LineSpan, Quality, quality_of, worst_rating
from bridge.reception import Reception
from bridge.states import UNDER_WAY, ReceptionState

EVERY_S = 10.0
"""Between two samples."""

KEPT = 60
"""Samples: ten minutes."""


class SeatSample(msgspec.Struct, frozen=True):
    """A seat's lines over one span: ``up`` from its browser to the node, ``down`` back."""

    connected: bool
    up: LineSpan | None = None
    down: LineSpan | None = None

    @property
    def rating(self) -> float | None:
        """Of the worse direction."""
        return worst_rating((self.up, self.down))


class RoomSample(msgspec.Struct, frozen=True):
    """One look. By seat, so that who comes back goes on in the same graph. ``behind_ms``: how late the recorder
    confirms, None when nothing is tapped or the node does not answer; ``waiting_bytes``: what the recorder has and the
    store has not."""

    at_utc_ns: int
    seats: Mapping[SeatId, SeatSample]
    node_answers: bool
    behind_ms: int | None
    store_available: bool
    waiting_bytes: int


class BoardAlarm(msgspec.Struct, frozen=True):
    """What a room tells officials and operators, by code (``signaling.wire.Alarm``)."""

    code: str
    params: Mapping[str, str | float] = {}


class WatchedRoom(msgspec.Struct, frozen=True):
    """A room as its process has it now. ``samples`` oldest first; ``recorder_free``: bytes on the fullest of the
    recorder's disks, None while it was not asked or does not answer."""

    reception: Reception
    alarms: tuple[BoardAlarm, ...] = ()
    samples: Sequence[RoomSample] = ()
    recorder_answers: bool = True
    recorder_free: int | None = None


class Severity(IntEnum):
    """By which rows are ordered, worst first."""

    BAD = 0
    LATE = 1
    GOOD = 2
    QUIET = 3


class PointLine(msgspec.Struct, frozen=True):
    """One bridge point in a row. ``rating`` of its worst line, None while not measured; ``missing``: nobody is
    there."""

    point: BridgePointId
    name: str
    missing: bool
    rating: float | None

    @property
    def quality(self) -> Quality | None:
        """In a word."""
        return None if self.rating is None else quality_of(self.rating)


class Row(msgspec.Struct, frozen=True):
    """A room in the list."""

    reception: Reception
    severity: Severity
    alarms: tuple[BoardAlarm, ...]
    points: tuple[PointLine, ...]
    connected: int
    expected: int
    measured: bool
    """False: the room is not in this process, or nothing was measured yet."""


_HARD = frozenset({"disk_short", "decisions_not_kept", "not_recording", "node_away", "recorder_away"})
"""Alarms that cost evidence or the session when nobody acts."""


def alarms_of(watched: WatchedRoom) -> tuple[BoardAlarm, ...]:
    """The room's own, and what its parts and its recording say; the hard ones first."""
    reception, newest = watched.reception, newest_of(watched)
    found = list(watched.alarms)
    if newest is not None and not newest.node_answers:
        found.append(BoardAlarm("node_away"))
    if not watched.recorder_answers:
        found.append(BoardAlarm("recorder_away"))
    if newest is not None and not newest.store_available:
        found.append(BoardAlarm("store_away"))
    if reception.state is ReceptionState.LIVE and reception.recording_health is RecordingHealth.NOT_RECORDING:
        found.append(BoardAlarm("not_recording"))
    if reception.state is ReceptionState.LIVE and reception.recording_health is RecordingHealth.DEGRADED:
        found.append(BoardAlarm("recording_late"))
    return tuple(sorted(found, key=lambda alarm: alarm.code not in _HARD))


def is_hard(alarm: BoardAlarm) -> bool:
    """Whether it cannot wait."""
    return alarm.code in _HARD


def newest_of(watched: WatchedRoom) -> RoomSample | None:
    """The last look."""
    return watched.samples[-1] if watched.samples else None


def row_of(watched: WatchedRoom) -> Row:
    """The room in one line."""
    reception, newest = watched.reception, newest_of(watched)
    alarms, points = alarms_of(watched), points_of(watched)
    return Row(
        reception=reception,
        severity=_severity(reception, alarms, points),
        alarms=alarms,
        points=points,
        connected=sum(someone.connected for someone in reception.participants.values()),
        expected=len(reception.invited()),
        measured=newest is not None,
    )


def points_of(watched: WatchedRoom) -> tuple[PointLine, ...]:
    """Each bridge point once, in order of the seats, with its worst line of now."""
    reception, newest = watched.reception, newest_of(watched)
    there = {someone.seat for someone in reception.participants.values() if someone.connected}
    by_point: dict[BridgePointId, list[SeatId]] = {}
    seats = [seat for seat in reception.seats.values() if seat.id in there or seat.id not in reception.helps]
    for seat in seats:
        by_point.setdefault(seat.point, []).append(seat.id)
    names = {seat.point: seat.point_name for seat in seats}
    return tuple(
        PointLine(point, names[point], not there & set(own), _worst_of(newest, there & set(own)))
        for point, own in by_point.items()
    )


def _worst_of(newest: RoomSample | None, seats: set[SeatId]) -> float | None:
    measured = [newest.seats[seat] for seat in seats if seat in newest.seats] if newest is not None else []
    return worst_rating(span for one in measured for span in (one.up, one.down))


def _severity(reception: Reception, alarms: Sequence[BoardAlarm], points: Sequence[PointLine]) -> Severity:
    if any(is_hard(alarm) for alarm in alarms):
        return Severity.BAD
    under_way = reception.state in UNDER_WAY
    is_missing = under_way and any(point.missing for point in points)
    if alarms or is_missing or any(point.quality is Quality.BAD for point in points):
        return Severity.LATE
    return Severity.GOOD if under_way else Severity.QUIET


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Alarms first; then who is longest under way, then by planned start."""
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[int, int, str]:
    reception = row.reception
    return int(row.severity), reception.began.utc_ns if reception.began else reception.starts_utc_ns, reception.id
