"""The commands about media nodes: list, drain, forget."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from bridge.errors import Code, NotFound
from bridge.ids import NS_PER_S
from bridge.policy import SYSTEM
from bridge.repositories import AuditEntry, NodeRow, UnitOfWork
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.stores import units_opened
from deploy.time import SystemClock


async def list_nodes(configuration: Configuration, console: Console) -> None:
    """As they said themselves."""
    async with units_opened(configuration, prepare(configuration)) as units, units.reading() as unit:
        rows = await unit.nodes.of_kind("sfu")
    table = Table("node", "media", "rooms", "participants", "core", "heard of (UTC)", "", "version")
    for row in rows:
        heard = datetime.fromtimestamp(row.seen_utc_ns / NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M:%S")
        state = _state(row)
        table.add_row(
            row.id, row.announced, str(row.rooms), str(row.participants), f"{row.load:.0%}", heard, state, row.version
        )
    console.print(table)


def _state(row: NodeRow) -> str:
    if not row.draining:
        return ""
    return "draining" if row.rooms else "drained"


async def drain(configuration: Configuration, name: str, draining: bool, console: Console) -> None:
    """Raises NotFound."""
    await _change(
        configuration, name, "DrainNode" if draining else "UndrainNode", lambda unit: unit.nodes.drain(name, draining)
    )
    said = "gets no new rooms and ends when its last session is over" if draining else "gets rooms again"
    console.print(f"{name} {said}.", markup=False)


async def forget(configuration: Configuration, name: str, console: Console) -> None:
    """Raises NotFound. One that lives is back with its next beat."""
    await _change(configuration, name, "ForgetNode", lambda unit: unit.nodes.forget(name))
    console.print(f"{name} is forgotten.", markup=False)


async def _change(
    configuration: Configuration, name: str, action: str, change: Callable[[UnitOfWork], Awaitable[bool]]
) -> None:
    clock = SystemClock()
    async with units_opened(configuration, prepare(configuration)) as units, units.writing() as unit:
        if not await change(unit):
            raise NotFound(Code.NOT_FOUND, f"no media node {name}; `diemcau node list` shows them")
        await unit.audit.append(AuditEntry(clock.utc(), SYSTEM.account, action, name, "done"))
        await unit.commit()
