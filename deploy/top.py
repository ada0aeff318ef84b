"""``diemcau top``: what nodes, rooms and lines do now, as a table that renews itself, once, or as JSON."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
from rich.console import Console, Group
from rich.live import Live

from bridge.control import NodeFigures
from bridge.errors import Refusal
from deploy.asking import Parts
from deploy.asking import asked as asked_parts
from deploy.configuration import Configuration
from deploy.toptables import WIDE, tables
from deploy.topview import Looked, RecorderRow, View, recorder_row, viewed
from recorder.client import HttpRecorderNode
from sfu.client import HttpMediaNode

_FIRST_S = 1.0
"""Between the two looks that a rate needs."""


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
        if asked.json or not console.is_terminal:
            async for view in views:
                _print(console, view, asked)
        else:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                async for view in views:
                    live.update(_drawn(console, view, asked), refresh=True)
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


def _print(console: Console, view: View, asked: Asked) -> None:
    if asked.json:
        console.print(msgspec.json.encode(view).decode(), soft_wrap=True, markup=False)
        return
    if not console.is_terminal:
        console.width = WIDE
    console.print(_drawn(console, view, asked))


def _drawn(console: Console, view: View, asked: Asked) -> Group:
    return Group(*tables(view, room=asked.room, width=console.width))
