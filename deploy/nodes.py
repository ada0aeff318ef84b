"""The commands about media nodes: list, drain, forget."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from rich.console import Console, RenderableType
from rich.text import Text

from bridge.ids import NS_PER_S, NodeId
from bridge.policy import SYSTEM
from bridge.repositories import NodeRow
from bridge.tending import Tending
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.stores import units_opened
from deploy.time import SystemClock
from deploy.toptables import WIDE, fitted


async def list_nodes(configuration: Configuration, console: Console) -> None:
    """As they said themselves."""
    async with _tending(configuration) as tending:
        rows = await tending.listed(SYSTEM)
    width = console.width if console.is_terminal else WIDE
    console.print(listing(rows, width), width=width)


def listing(rows: Sequence[NodeRow], width: int) -> RenderableType:
    """A table that fits; no name is ever cut, for with it one drains."""
    if not rows:
        return Text("no media node has said yet that it lives")
    heads = ("node", "media", "rooms", "people", "core", "state", "heard of (UTC)", "version")
    cells = [
        (
            row.id,
            row.announced,
            str(row.rooms),
            str(row.participants),
            f"{row.load:.0%}",
            _state(row),
            datetime.fromtimestamp(row.seen_utc_ns / NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            row.version,
        )
        for row in rows
    ]
    return fitted(heads, cells, ("version", "core", "people", "media"), width)


def _state(row: NodeRow) -> str:
    if not row.draining:
        return "takes rooms"
    return "draining" if row.rooms else "drained"


async def drain(configuration: Configuration, name: str, draining: bool, console: Console) -> None:
    """Raises NotFound."""
    async with _tending(configuration) as tending:
        await (tending.drain if draining else tending.take_back)(SYSTEM, NodeId(name))
    said = "gets no new rooms and ends when its last session is over" if draining else "gets rooms again"
    console.print(f"{name} {said}.", markup=False)


async def forget(configuration: Configuration, name: str, console: Console) -> None:
    """Raises NotFound. One that lives is back with its next beat."""
    async with _tending(configuration) as tending:
        await tending.forget(SYSTEM, NodeId(name))
    console.print(f"{name} is forgotten.", markup=False)


@asynccontextmanager
async def _tending(configuration: Configuration) -> AsyncIterator[Tending]:
    async with units_opened(configuration, prepare(configuration)) as units:
        yield Tending(units, SystemClock())
