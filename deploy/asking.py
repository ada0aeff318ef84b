"""Clients of this installation's media nodes and recorder, for commands that look or ask beside what runs."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from bridge.errors import Code, NotFound, Unavailable
from bridge.ids import NodeId, RecorderId
from deploy.configuration import Configuration, ConfigurationFault
from deploy.folder import DataFolder
from deploy.machines import machine_lines
from deploy.names import LOCAL_RECORDER, local_nodes, recorder_control
from deploy.stores import units_opened
from recorder.client import HttpRecorderNode
from recorder.places import way_to
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


async def _node_addresses(configuration: Configuration, folder: DataFolder) -> dict[NodeId, str]:
    """Where each media node is ordered: those of this machine, and all that the registry knows while it answers."""
    own = {local.id: local.control for local in local_nodes(configuration, folder)}
    try:
        async with units_opened(configuration, folder) as units, units.reading() as unit:
            rows = await unit.nodes.of_kind("sfu")
    except (ConfigurationFault, Unavailable):
        return own
    return own | {NodeId(row.id): row.control for row in rows}


@asynccontextmanager
async def asked(configuration: Configuration) -> AsyncIterator[Parts]:
    """Closed at the end."""
    folder = DataFolder(configuration.folder)  # who only looks makes nothing
    addresses, secret = await _node_addresses(configuration, folder), configuration.control_secret
    calling = machine_lines(configuration, folder).calling
    nodes = {name: HttpMediaNode(way_to(address, calling), secret=secret) for name, address in addresses.items()}
    recorders = {LOCAL_RECORDER: HttpRecorderNode(recorder_control(configuration, folder), secret, calling)}
    try:
        yield Parts(nodes, recorders)
    finally:
        for node in nodes.values():
            await node.close()
        for recorder in recorders.values():
            await recorder.close()
