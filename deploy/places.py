"""Which node and recorder a room gets. One machine has one of each; rooms name theirs, so more can be listed here."""

from bridge.errors import Code, Unavailable
from bridge.ids import NodeId, RecorderId
from bridge.reception import Reception
from recorder.client import HttpRecorderNode
from sfu.client import HttpMediaNode
from signaling.places import Place


class ListedPlaces:
    """:class:`signaling.places.Places` over clients made once; ``close`` ends them."""

    def __init__(self, nodes: dict[NodeId, HttpMediaNode], recorders: dict[RecorderId, HttpRecorderNode]) -> None:
        self._nodes = nodes
        self._recorders = recorders

    async def choose(self, reception: Reception) -> Place:
        """The first that answers. Raises Unavailable."""
        return Place(await self._first_node(), await self._first_recorder())

    def node(self, node: NodeId) -> HttpMediaNode:
        """Raises Unavailable(node_unavailable)."""
        if node not in self._nodes:
            raise Unavailable(Code.NODE_UNAVAILABLE, f"no node {node} is listed")
        return self._nodes[node]

    def recorder(self, recorder: RecorderId) -> HttpRecorderNode:
        """Raises Unavailable(recorder_unavailable)."""
        if recorder not in self._recorders:
            raise Unavailable(Code.RECORDER_UNAVAILABLE, f"no recorder {recorder} is listed")
        return self._recorders[recorder]

    async def close(self) -> None:
        """Ends the connections. Idempotent."""
        for node in self._nodes.values():
            await node.close()
        for recorder in self._recorders.values():
            await recorder.close()

    async def _first_node(self) -> NodeId:
        refused: Unavailable | None = None
        for name, node in self._nodes.items():
            try:
                await node.health()
            except Unavailable as error:
                refused = error
            else:
                return name
        raise refused or Unavailable(Code.NODE_UNAVAILABLE, "no node is listed")

    async def _first_recorder(self) -> RecorderId:
        refused: Unavailable | None = None
        for name, recorder in self._recorders.items():
            try:
                await recorder.health()
            except Unavailable as error:
                refused = error
            else:
                return name
        raise refused or Unavailable(Code.RECORDER_UNAVAILABLE, "no recorder is listed")
