"""Where rooms happen: handed in by deploy, which knows the nodes and recorders of the installation."""

from collections.abc import Collection
from typing import Protocol

import msgspec

from bridge.ids import NodeId, RecorderId
from bridge.ports import MediaNode, RecorderNode
from bridge.reception import Reception


class Place(msgspec.Struct, frozen=True):
    """One room's node and recorder."""

    node: NodeId
    recorder: RecorderId


class Places(Protocol):
    """Chooses for a room; then finds by name."""

    async def choose(self, reception: Reception, besides: Collection[NodeId] = ()) -> Place:
        """Where it is as long as that answers, else the least loaded node that does; ``besides``: not on one of these.
        The recorder stays. Raises Unavailable(node_unavailable | recorder_unavailable) when there is none."""
        ...

    def node(self, node: NodeId) -> MediaNode:
        """Raises Unavailable(node_unavailable) for an unknown one."""
        ...

    def recorder(self, recorder: RecorderId) -> RecorderNode:
        """Raises Unavailable(recorder_unavailable) for an unknown one."""
        ...
