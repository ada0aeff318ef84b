"""Clients of this installation's media nodes and recorder, for commands that look or ask beside what runs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from bridge.errors import Code, NotFound, Unavailable
from bridge.ids import NodeId, RecorderId
from deploy.configuration import Configuration
from deploy.folder import DataFolder, prepare
from deploy.names import LOCAL_NODE, LOCAL_RECORDER
from recorder.client import HttpRecorderNode
from sfu.client import HttpMediaNode


class Parts(msgspec.Struct, frozen=True):
    """Whom to ask, by name."""

    nodes: Mapping[NodeId, HttpMediaNode]
    recorders: Mapping[RecorderId, HttpRecorderNode]

    def node_of(self, node: NodeId | None) -> HttpMediaNode:
        """The node that a reception names; where none is named yet, the only one. Raises NotFound, Unavailable."""
        if node is None and len(self.nodes) == 1:
            return next(iter(self.nodes.values()))
        if node is None:
            raise NotFound(Code.UNKNOWN_ROOM, "its room is on no media node")
        if node not in self.nodes:
            raise Unavailable(Code.NODE_UNAVAILABLE, f"no node {node} is known here")
        return self.nodes[node]


def node_addresses(folder: DataFolder) -> dict[NodeId, str]:
    """Where each media node is ordered: one machine has one."""
    return {LOCAL_NODE: folder.socket("sfu")}


@asynccontextmanager
async def asked(configuration: Configuration) -> AsyncIterator[Parts]:
    """Closed at the end."""
    folder = prepare(configuration)
    nodes = {name: HttpMediaNode(address) for name, address in node_addresses(folder).items()}
    recorders = {LOCAL_RECORDER: HttpRecorderNode(folder.socket("recorder"))}
    try:
        yield Parts(nodes, recorders)
    finally:
        for node in nodes.values():
            await node.close()
        for recorder in recorders.values():
            await recorder.close()
