"""Which media node a room gets: the least loaded of those that live. Pure; time is the reader's monotonic clock.

A node lives while its row in the registry changes. The time in the row is another machine's wall clock and is compared
with nothing but itself.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from bridge.ids import NS_PER_S, NodeId
from bridge.repositories import NodeRow

BEAT_S = 5.0
"""A row is written this often; loads of seconds ago decide as well as those of now."""

DEAD_S = 3 * BEAT_S
"""Two beats may be missed: a database that is being moved, a machine that swaps. Who is dead sooner does not answer
either, and is passed over for that."""

PER_PARTICIPANT = 0.01
"""Of a core. A participant of a session of 22 takes about 0.003 while all talk (`make bench ONLY=forward`); the rest
stands for cameras that are switched on later."""


class Known(msgspec.Struct, frozen=True):
    """A row and when it was first read so. ``expected``: seats of rooms that were placed there since."""

    row: NodeRow
    read_ns: int
    expected: int = 0

    @property
    def load(self) -> float:
        """In cores, of which a node has one."""
        return self.row.load + PER_PARTICIPANT * (self.row.participants + self.expected)


Registry = Mapping[NodeId, Known]


def read(known: Registry, rows: Iterable[NodeRow], now_ns: int) -> dict[NodeId, Known]:
    """What is known after the rows were read. One that nobody renewed stays as old as it was."""
    fresh: dict[NodeId, Known] = {}
    for row in rows:
        before = known.get(NodeId(row.id))
        if before is None or before.row.seen_utc_ns != row.seen_utc_ns:
            fresh[NodeId(row.id)] = Known(row, now_ns)
        else:
            fresh[NodeId(row.id)] = msgspec.structs.replace(before, row=row)
    return fresh


def expecting(known: Registry, node: NodeId, seats: int) -> dict[NodeId, Known]:
    """A room of so many seats was placed on it: a burst of rooms between two beats is spread too."""
    there = known.get(node)
    if there is None:
        return dict(known)
    return {**known, node: msgspec.structs.replace(there, expected=there.expected + seats)}


def lives(known: Registry, node: NodeId, now_ns: int) -> bool:
    """Whether it was heard of lately."""
    there = known.get(node)
    return there is not None and now_ns - there.read_ns <= DEAD_S * NS_PER_S


def candidates(known: Registry, now_ns: int, besides: Collection[NodeId] = ()) -> list[NodeId]:
    """For a new room, the least loaded first; of equals the one with fewer rooms, then by id."""
    able = [
        there
        for node, there in known.items()
        if node not in besides and not there.row.draining and lives(known, node, now_ns)
    ]
    able.sort(key=lambda there: (there.load, there.row.rooms, there.row.id))
    return [NodeId(there.row.id) for there in able]
