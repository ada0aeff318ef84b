"""``diemcau top``: what nodes, rooms and lines do now, as a table that renews itself, once, or as JSON."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bridge.control import NodeFigures
from bridge.errors import Refusal
from deploy.asking import Parts
from deploy.asking import asked as asked_parts
from deploy.configuration import Configuration
from deploy.topview import LineRow, Looked, NodeRow, ParticipantRow, RecorderRow, RoomRow, View, recorder_row, viewed
from recorder.client import HttpRecorderNode
from sfu.client import HttpMediaNode

_FIRST_S = 1.0
"""Between the two looks that a rate needs."""
_MOST_ROOMS = 30
_LATE_MS, _LOST, _RTT_MS = 20.0, 0.05, 300.0
"""From here on a figure is shown in red: a loop that holds packets up, a line on which speech suffers."""
_BAD = "red"


class Asked(msgspec.Struct, frozen=True):
    """``room`` empty: all of them."""

    room: str
    once: bool
    json: bool
    every_s: float


async def top(configuration: Configuration, asked: Asked, console: Console) -> int:
    """Until Ctrl-C, or once: 1 when somebody does not answer."""
    async with asked_parts(configuration) as parts:
        views = _views(parts, asked)
        if asked.once:
            view = await anext(views)
            _print(console, view, asked)
            return 1 if view.faults else 0
        if asked.json:
            async for view in views:
                _print(console, view, asked)
        else:
            with Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
                async for view in views:
                    live.update(Group(*tables(view, with_people=bool(asked.room))), refresh=True)
    return 0


async def _views(parts: Parts, asked: Asked) -> AsyncIterator[View]:
    before, pause_s = await _look(parts), _FIRST_S
    while True:
        await asyncio.sleep(pause_s)
        now, recorders = await asyncio.gather(_look(parts), _recorders(parts))
        yield viewed(before, now, recorders, asked.room)
        before, pause_s = now, asked.every_s


async def _look(parts: Parts) -> Looked:
    async def one(node: HttpMediaNode) -> NodeFigures | str:
        try:
            return await node.figures()
        except Refusal as refusal:
            return refusal.detail or str(refusal.code)

    found = await asyncio.gather(*(one(node) for node in parts.nodes.values()))
    return dict(zip(parts.nodes, found, strict=True))


async def _recorders(parts: Parts) -> list[RecorderRow]:
    async def one(name: str, recorder: HttpRecorderNode) -> RecorderRow:
        try:
            return recorder_row(name, await recorder.health())
        except Refusal as refusal:
            return RecorderRow(name, fault=refusal.detail or str(refusal.code))

    return list(await asyncio.gather(*(one(name, recorder) for name, recorder in parts.recorders.items())))


# ── how it looks ───────────────────────────────────────────────────────────────────────────────────────────────


def _print(console: Console, view: View, asked: Asked) -> None:
    if asked.json:
        console.print(msgspec.json.encode(view).decode(), soft_wrap=True, markup=False)
    else:
        console.print(Group(*tables(view, with_people=bool(asked.room))), soft_wrap=True)


def tables(view: View, *, with_people: bool) -> Iterator[RenderableType]:
    """Nodes, recorders, rooms; of one room everybody in it."""
    for fault in view.faults:
        yield Text(fault, style=_BAD)
    yield _nodes([row for row in view.nodes if not row.fault])
    yield _recorder_table([row for row in view.recorders if not row.fault])
    yield _rooms(view.rooms)
    if len(view.rooms) > _MOST_ROOMS:
        yield Text(f"{len(view.rooms) - _MOST_ROOMS} more rooms")
    if with_people:
        yield from (_people(room.participants) for room in view.rooms)


def _nodes(rows: Sequence[NodeRow]) -> Table:
    table = _table("node", "rooms", "people", "in/s", "out/s", "out Mb/s", "dropped/s", "late p99 ms")
    for row in rows:
        rates = [_number(row.in_per_s), _number(row.out_per_s), _mega(row.out_bits_per_s), _number(row.dropped_per_s)]
        late = _marked(f"{row.late_p99_ms:.1f}", row.late_p99_ms >= _LATE_MS)
        table.add_row(row.node, str(row.rooms), str(row.participants), *rates, late)
    return table


def _recorder_table(rows: Sequence[RecorderRow]) -> Table:
    table = _table("recorder", "recordings", "in Mb/s", "spool free GB", "store")
    for row in rows:
        store = _marked("answers" if row.store_answers else "away", not row.store_answers)
        free = f"{row.spool_free_bytes / 1e9:.1f}"
        table.add_row(row.recorder, str(row.recordings), _mega(row.bits_per_s), free, store)
    return table


def _rooms(rows: tuple[RoomRow, ...]) -> Table:
    table = _table("room", "node", "people", "packets/s", "lost %", "rtt ms", "tap", "behind s", "backlog MB")
    for row in rows[:_MOST_ROOMS]:
        table.add_row(
            row.room,
            row.node,
            str(len(row.participants)),
            _number(row.packets_per_s),
            _marked(f"{row.lost * 100:.1f}", row.lost >= _LOST),
            _marked(f"{row.rtt_ms:.0f}", row.rtt_ms >= _RTT_MS),
            _marked(row.tap or "–", row.tap in ("degraded", "not_recording")),
            f"{row.behind_ms / 1000:.1f}" if row.tap else "–",
            f"{row.backlog_bytes / 1e6:.1f}" if row.tap else "–",
        )
    return table


def _people(rows: tuple[ParticipantRow, ...]) -> Table:
    ways = [f"{way} {what}" for way in ("up", "down") for what in ("packets/s", "lost %", "jitter ms")]
    table = _table("participant", *ways, "rtt ms")
    for row in rows:
        rtt = max((line.rtt_ms for line in row.lines), default=0.0)
        table.add_row(row.participant, *_line(row.up), *_line(row.down), _marked(f"{rtt:.0f}", rtt >= _RTT_MS))
    return table


def _line(row: LineRow | None) -> tuple[RenderableType, RenderableType, RenderableType]:
    if row is None:
        return "–", "–", "–"
    lost = _marked(f"{row.lost * 100:.1f}", row.lost >= _LOST)
    return _number(row.packets_per_s), lost, f"{row.jitter_ms:.1f}"


def _table(first: str, *rest: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in rest:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _mega(bits: float | None) -> str:
    return "–" if bits is None else f"{bits / 1e6:.2f}"


def _marked(text: str, is_bad: bool) -> Text:
    return Text(text, style=_BAD if is_bad else "")
