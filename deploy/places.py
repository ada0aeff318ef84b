"""Which node and recorder a room gets: nodes as the registry has them, recorders as the configuration does."""

import asyncio
import logging
from collections.abc import Callable, Collection

from bridge.control import ProbeAnswer, ProbeOffer
from bridge.errors import Code, Refusal, Unavailable
from bridge.ids import NodeId, RecorderId
from bridge.nodes import BEAT_S, Registry, candidates, expecting, lives, read
from bridge.ports import Clock
from bridge.reception import Reception
from bridge.repositories import UnitsOfWork
from bridge.states import UNDER_WAY
from recorder.client import HttpRecorderNode
from sfu.client import HttpMediaNode
from signaling.places import Place

_log = logging.getLogger(__name__)
ASKED_S = 1.0
"""A node that is to take a room answers at once; one that does not is passed over."""


class RegisteredPlaces:
    """:class:`signaling.places.Places`. :meth:`run` reads the registry until cancelled; ``close`` ends the clients.
    While the database is away, what was read last counts."""

    def __init__(
        self,
        units: UnitsOfWork,
        clock: Clock,
        recorders: dict[RecorderId, HttpRecorderNode],
        connect: Callable[[str], HttpMediaNode],
    ) -> None:
        self._units = units
        self._clock = clock
        self._recorders = recorders
        self._connect = connect
        self._known: Registry = {}
        self._clients: dict[NodeId, tuple[str, HttpMediaNode]] = {}
        self._left: list[HttpMediaNode] = []
        """Of addresses where no node is any more; closed at the next look."""

    async def run(self) -> None:
        """So that a row that does not change is seen not to."""
        while True:
            await self._look()
            await asyncio.sleep(BEAT_S)

    async def choose(self, reception: Reception, besides: Collection[NodeId] = ()) -> Place:
        """See :class:`signaling.places.Places`."""
        await self._look()
        recorder = RecorderId(reception.recorder) if reception.recorder else await self._first_recorder()
        here = reception.node
        if here is not None and here not in besides and await self._stays(reception, here):
            return Place(here, recorder)
        return Place(await self._least_loaded(len(reception.seats), besides), recorder)

    def node(self, node: NodeId) -> HttpMediaNode:
        """Raises Unavailable(node_unavailable)."""
        there = self._known.get(node)
        if there is None:
            raise Unavailable(Code.NODE_UNAVAILABLE, f"no node {node} is registered")
        address, client = self._clients.get(node, ("", None))
        if client is None or address != there.row.control:
            if client is not None:
                self._left.append(client)
            client = self._connect(there.row.control)
            self._clients[node] = (there.row.control, client)
        return client

    def recorder(self, recorder: RecorderId) -> HttpRecorderNode:
        """Raises Unavailable(recorder_unavailable)."""
        if recorder not in self._recorders:
            raise Unavailable(Code.RECORDER_UNAVAILABLE, f"no recorder {recorder} is listed")
        return self._recorders[recorder]

    async def answers(self) -> None:
        """Whether a room could be made. Raises Unavailable."""
        if not candidates(self._known, self._clock.mono()):
            await self._look()
        await self._first_that_answers(())

    async def probe(self, offer: ProbeOffer) -> ProbeAnswer:
        """See :class:`bridge.ports.ProbedNode`: by the node that would get the next room."""
        return await self.node(await self._first_that_answers(())).probe(offer)

    async def close(self) -> None:
        """Ends the connections. Idempotent."""
        await self._close_left()
        for _, node in self._clients.values():
            await node.close()
        for recorder in self._recorders.values():
            await recorder.close()

    async def _close_left(self) -> None:
        while self._left:
            await self._left.pop().close()

    async def _look(self) -> None:
        await self._close_left()
        try:
            async with self._units.reading() as unit:
                rows = await unit.nodes.of_kind("sfu")
        except Refusal as refusal:
            _log.warning("the registry of nodes is not read: %s", refusal)
        else:
            self._known = read(self._known, rows, self._clock.mono())
            for node in self._clients.keys() - self._known.keys():
                self._left.append(self._clients.pop(node)[1])

    async def _stays(self, reception: Reception, node: NodeId) -> bool:
        """A session under way goes on where it is, also while its node drains."""
        there = self._known.get(node)
        if there is None:
            return False
        occupied = reception.state in UNDER_WAY or bool(reception.participants)
        if not occupied and (there.row.draining or not lives(self._known, node, self._clock.mono())):
            return False
        return await self._does_answer(node)

    async def _least_loaded(self, seats: int, besides: Collection[NodeId]) -> NodeId:
        node = await self._first_that_answers(besides)
        self._known = expecting(self._known, node, seats)
        return node

    async def _first_that_answers(self, besides: Collection[NodeId]) -> NodeId:
        for node in candidates(self._known, self._clock.mono(), besides):
            if await self._does_answer(node):
                return node
        raise Unavailable(Code.NODE_UNAVAILABLE, "no media node takes a room")

    async def _does_answer(self, node: NodeId) -> bool:
        try:
            async with asyncio.timeout(ASKED_S):
                await self.node(node).health()
        except (Unavailable, TimeoutError):
            return False
        return True

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
