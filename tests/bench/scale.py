"""``ONLY=scale``: what a node needs as a room grows, and as rooms become more, with one and with two media processes.

A room has its speakers and others who receive everybody. CPU is that of all media processes together, memory what they
grew by since they stood empty, latency as in ``ONLY=forward``. Clients share the machine: where publishers fall behind
their own time (``late_ms``) or packets are lost, the machine was full, not the node.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.bench.drawing import Curve, Panel, drawing
from tests.bench.figures import US_PER_S
from tests.bench.media import clip
from tests.bench.report import Row, Value, table, write
from tests.bench.servers import SECOND, diemcau, diemcau_two
from tests.bench.serving import NOT_MEASURED, Load, placed, why_not
from tests.bench.stand import Stand, stand

COLUMNS = (
    "what", "workers", "rooms", "receivers", "packets_s", "core_percent", "us_per_packet", "grown_mb", "p50_ms",
    "p99_ms", "lost_percent", "late_ms", "skipped",
)  # fmt: skip
_SPARE_S = 180.0
_WORKERS = {1: diemcau, 2: diemcau_two}


class Size(NamedTuple):
    """Of an installation: ``publishers`` and ``receivers`` of all rooms together."""

    what: str
    workers: int
    rooms: int
    publishers: int
    receivers: int


SIZES = (
    *(Size("one room", 1, 1, 2, people) for people in (2, 5, 10, 20, 30, 50)),
    *(Size("rooms of 3", workers, rooms, rooms, 3 * rooms) for workers in (1, 2) for rooms in (1, 5, 10, 20, 50)),
)


async def scale(duration: float, build: Path, picture: Path | None) -> list[Row]:
    """A row for each size, printed and written; ``picture``: where they are drawn."""
    media = await asyncio.to_thread(clip, build)
    rows: list[Row] = []
    for size in SIZES:
        rows.append(await _row(size, duration, media))
        print(table(rows[-1:], COLUMNS).splitlines()[-1], flush=True)
    write(rows, build / "scale.json")
    print("\n" + table(rows, COLUMNS) + "\n")
    drawn = drawing(_panels(rows))
    for path in (build / "scale.svg", *((picture,) if picture else ())):
        path.write_text(drawn, encoding="utf-8")
    return rows


async def _row(size: Size, duration: float, media: Path) -> Row:
    asked: Row = {"what": size.what, "workers": size.workers, "rooms": size.rooms, "receivers": size.receivers}
    try:
        async with AsyncExitStack() as stack:
            load = Load("diemcau", size.publishers, size.receivers, media, duration + _SPARE_S, size.rooms)
            ready = await stack.enter_async_context(stand(_WORKERS[size.workers], placed(load, stack)))
            await ready.slice(duration)
            return {**asked, **await _measured(ready), "skipped": None}
    except NOT_MEASURED as fault:
        return {**asked, "skipped": why_not(fault)}


async def _measured(made: Stand) -> dict[str, Value]:
    sent, received = await made.counted()
    cpu_s = made.cpu_s + made.helpers_s.get(SECOND, 0.0)
    return {
        "packets_s": round(received.rtp / made.seconds),
        "core_percent": round(cpu_s * 100 / made.seconds, 1),
        "us_per_packet": round(cpu_s * US_PER_S / max(received.rtp, 1), 2),
        "grown_mb": round(made.grown_mb(), 1),
        "p50_ms": round(received.p50_ms, 3),
        "p99_ms": round(received.p99_ms, 3),
        "lost_percent": round(received.missing * 100 / max(received.checked + received.missing, 1), 3),
        "late_ms": round(sent.late_ms, 1),
    }


def _panels(rows: list[Row]) -> list[Panel]:
    """CPU, memory and latency, over people in a room and over rooms."""
    room = [row for row in rows if row["what"] == "one room"]
    many = {
        workers: [row for row in rows if row["what"] != "one room" and row["workers"] == workers] for workers in (1, 2)
    }
    panels = []
    for figure, unit in (
        ("core_percent", "% of a core"),
        ("grown_mb", "MB grown"),
        ("p50_ms", "p50, ms"),
        ("p99_ms", "p99, ms"),
    ):
        panels.append(Panel(f"{unit}, one room", "receivers", [Curve("1 process", _points(room, "receivers", figure))]))
        curves = [
            Curve(f"{workers} process{'es' * (workers > 1)}", _points(many[workers], "rooms", figure))
            for workers in many
        ]
        panels.append(Panel(f"{unit}, rooms of 3", "rooms", curves))
    return panels


def _points(rows: list[Row], over: str, figure: str) -> list[tuple[float, float]]:
    return [(float(row[over] or 0), float(value)) for row in rows if isinstance(value := row.get(figure), int | float)]
