"""What ``diemcau top`` shows: rows out of two looks at the nodes. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bridge.control import LineCounters, NodeFigures, ParticipantLines, RoomFigures
from bridge.ids import NS_PER_S
from bridge.recorder_control import RecorderHealth

_BITS = 8


class NodeRow(msgspec.Struct, frozen=True):
    """A media node. Rates are None at the first look, and after a restart; ``fault``: it does not answer."""

    node: str
    fault: str = ""
    rooms: int = 0
    participants: int = 0
    in_per_s: float | None = None
    out_per_s: float | None = None
    dropped_per_s: float | None = None
    out_bits_per_s: float | None = None
    late_p99_ms: float = 0.0


class LineRow(msgspec.Struct, frozen=True):
    """One direction of a participant; ``lost``: share of what was expected since the look before."""

    packets_per_s: float
    lost: float
    jitter_ms: float
    rtt_ms: float


class ParticipantRow(msgspec.Struct, frozen=True):
    """None: no such connection, or not for long enough."""

    participant: str
    up: LineRow | None
    down: LineRow | None

    @property
    def lines(self) -> list[LineRow]:
        """Those there are."""
        return [line for line in (self.up, self.down) if line is not None]


class RoomRow(msgspec.Struct, frozen=True):
    """A room. ``lost``, ``rtt_ms``: of the worst line; ``tap``: empty without one."""

    room: str
    node: str
    participants: tuple[ParticipantRow, ...]
    packets_per_s: float
    lost: float
    rtt_ms: float
    tap: str
    behind_ms: int
    backlog_bytes: int


class RecorderRow(msgspec.Struct, frozen=True):
    """A recorder. ``fault``: it does not answer."""

    recorder: str
    fault: str = ""
    recordings: int = 0
    bits_per_s: float = 0.0
    spool_free_bytes: int = 0
    store_answers: bool = True


class View(msgspec.Struct, frozen=True):
    """One look. Rooms: worst first."""

    nodes: tuple[NodeRow, ...]
    rooms: tuple[RoomRow, ...]
    recorders: tuple[RecorderRow, ...]

    @property
    def faults(self) -> list[str]:
        """Who does not answer."""
        said = [(row.node, row.fault) for row in self.nodes] + [(row.recorder, row.fault) for row in self.recorders]
        return [f"{name} does not answer: {fault}" for name, fault in said if fault]


Looked = Mapping[str, NodeFigures | str]
"""By node: its figures, or why there are none."""


def viewed(before: Looked, now: Looked, recorders: Sequence[RecorderRow], only: str = "") -> View:
    """The rows of what is ``now``, rates since ``before``; ``only``: this room."""
    nodes, rooms = list[NodeRow](), list[RoomRow]()
    for name, found in now.items():
        if isinstance(found, str):
            nodes.append(NodeRow(name, fault=found))
            continue
        then = before.get(name)
        earlier = then if isinstance(then, NodeFigures) and then.health.run == found.health.run else None
        nodes.append(_node(name, earlier, found))
        rooms += [_room(name, earlier, found, room) for room in found.rooms if only in ("", room.room)]
    return View(tuple(nodes), tuple(sorted(rooms, key=_severity)), tuple(recorders))


def recorder_row(name: str, health: RecorderHealth) -> RecorderRow:
    """Of one that answers."""
    return RecorderRow(
        name,
        recordings=health.recordings,
        bits_per_s=health.bits_per_s,
        spool_free_bytes=health.spool_free_bytes,
        store_answers=health.store_answers,
    )


def _node(name: str, then: NodeFigures | None, now: NodeFigures) -> NodeRow:
    row = NodeRow(name, "", now.health.rooms, now.health.participants, late_p99_ms=now.late_p99_ms)
    if then is None or now.mono_ns <= then.mono_ns:
        return row
    seconds = (now.mono_ns - then.mono_ns) / NS_PER_S
    return msgspec.structs.replace(
        row,
        in_per_s=(now.received - then.received) / seconds,
        out_per_s=(now.forwarded - then.forwarded) / seconds,
        dropped_per_s=(now.dropped - then.dropped) / seconds,
        out_bits_per_s=(now.octets_out - then.octets_out) * _BITS / seconds,
    )


def _room(node: str, then: NodeFigures | None, now: NodeFigures, room: RoomFigures) -> RoomRow:
    seconds = (now.mono_ns - then.mono_ns) / NS_PER_S if then is not None else 0.0
    earlier = _lines(then.rooms, room) if then is not None else {}
    people = tuple(_participant(earlier.get(one.participant), one, seconds) for one in room.participants)
    lines = [line for one in people for line in one.lines]
    return RoomRow(
        room=room.room,
        node=node,
        participants=people,
        packets_per_s=sum(line.packets_per_s for line in lines),
        lost=max((line.lost for line in lines), default=0.0),
        rtt_ms=max((line.rtt_ms for line in lines), default=0.0),
        tap="" if room.tap is None else room.tap.state,
        behind_ms=0 if room.tap is None else room.tap.behind_ms,
        backlog_bytes=0 if room.tap is None else room.tap.backlog_bytes,
    )


def _lines(rooms: Iterable[RoomFigures], wanted: RoomFigures) -> dict[str, ParticipantLines]:
    return {one.participant: one for room in rooms if room.room == wanted.room for one in room.participants}


def _participant(then: ParticipantLines | None, now: ParticipantLines, seconds: float) -> ParticipantRow:
    up = _line(None if then is None else then.uplink, now.uplink, seconds)
    down = _line(None if then is None else then.downlink, now.downlink, seconds)
    return ParticipantRow(now.participant, up, down)


def _line(then: LineCounters | None, now: LineCounters | None, seconds: float) -> LineRow | None:
    """A connection that began anew counts from 0: less than before is no rate below nothing."""
    if then is None or now is None or seconds <= 0:
        return None
    packets = max(0, now.packets - then.packets)
    lost = min(packets, max(0, now.lost - then.lost))
    return LineRow(packets / seconds, lost / packets if packets else 0.0, now.jitter_ms, now.rtt_ms)


_TAP_ORDER = {"not_recording": 0, "degraded": 1}


def _severity(row: RoomRow) -> tuple[int, float, str]:
    return _TAP_ORDER.get(row.tap, 2), -row.lost, row.room
