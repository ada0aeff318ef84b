"""Media nodes as people tend them: which there are, which gets no new rooms, which will not come back.

Nodes are the whole installation's, so the right counts in the agency at the top of the tree.
"""

from collections.abc import Awaitable, Callable

from bridge.errors import Code, NotFound, NotPermitted
from bridge.ids import NS_PER_S, NodeId, UtcNs
from bridge.policy import Action, Actor, Concern, authorise, may
from bridge.ports import Clock
from bridge.repeats import note
from bridge.repositories import AuditEntry, NodeRow, UnitOfWork, UnitsOfWork

GONE_NS = 60 * NS_PER_S
"""Not heard of for so long, by two machines' clocks that agree to the second."""
NODES = "media nodes"


class Tending:
    """The service of page and command."""

    def __init__(self, units: UnitsOfWork, clock: Clock) -> None:
        self._units = units
        self._clock = clock

    async def listed(self, actor: Actor) -> list[NodeRow]:
        """In order of name. Raises NotPermitted."""
        try:
            async with self._units.reading() as unit:
                authorise(actor, Action.TEND_NODES, await _concern(unit))
                return await unit.nodes.of_kind("sfu")
        except NotPermitted as refusal:
            await self._refused(actor, refusal)
            raise

    async def may(self, actor: Actor) -> bool:
        """Whether they tend the nodes."""
        async with self._units.reading() as unit:
            return may(actor, Action.TEND_NODES, await _concern(unit))

    async def drain(self, actor: Actor, node: NodeId) -> None:
        """No new rooms; it ends when its last session is over. Raises NotPermitted, NotFound."""
        await self._change(actor, "DrainNode", node, lambda unit: unit.nodes.drain(node, True))

    async def take_back(self, actor: Actor, node: NodeId) -> None:
        """It gets rooms again, and starts if it has ended. Raises NotPermitted, NotFound."""
        await self._change(actor, "UndrainNode", node, lambda unit: unit.nodes.drain(node, False))

    async def forget(self, actor: Actor, node: NodeId) -> None:
        """One that lives is back with its next beat. Raises NotPermitted, NotFound."""
        await self._change(actor, "ForgetNode", node, lambda unit: unit.nodes.forget(node))

    async def _change(
        self, actor: Actor, action: str, node: NodeId, change: Callable[[UnitOfWork], Awaitable[bool]]
    ) -> None:
        try:
            async with self._units.writing() as unit:
                authorise(actor, Action.TEND_NODES, await _concern(unit))
                if not await change(unit):
                    raise NotFound(Code.NOT_FOUND, f"no media node {node}; `diemcau node list` shows them")
                await unit.audit.append(AuditEntry(self._clock.utc(), actor.account, action, node, "done"))
                await unit.commit()
        except NotPermitted as refusal:
            await self._refused(actor, refusal)
            raise

    async def _refused(self, actor: Actor, refusal: NotPermitted) -> None:
        action, outcome = str(Action.TEND_NODES), f"refused:{refusal.code}"
        entry = AuditEntry(self._clock.utc(), actor.account, action, NODES, outcome, refusal.detail)
        async with self._units.writing() as unit:
            await note(unit, entry, actor.account)
            await unit.commit()


async def _concern(unit: UnitOfWork) -> Concern:
    tops = [agency.id for agency in await unit.organisation.agencies() if agency.parent is None]
    return Concern(NODES, tops[0] if tops else None)


def is_gone(row: NodeRow, now: UtcNs) -> bool:
    """Whether it may well not come back."""
    return now - row.seen_utc_ns > GONE_NS
