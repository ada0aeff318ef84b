"""A process of light clients: ``python -m tests.bench.worker``, its order on standard input."""

import asyncio
import gc
import sys
import time
from pathlib import Path

import msgspec

from tests.bench.commands import Commands, answer, first_line
from tests.bench.doors import Door, open_door
from tests.bench.line import Line
from tests.bench.media import read_clip
from tests.bench.orders import Ready, WorkOrder
from tests.bench.receiving import Receivers
from tests.bench.sending import Publishers


async def enter(door: Door, order: WorkOrder) -> list[Line]:
    """One after the other: handshakes at once would time each other out on a small machine."""
    if order.role == "publishers":
        return [await door.publish(index) for index in range(order.publishers)]
    return [line for index in range(order.receivers) for line in await door.receive(index)]


def work(order: WorkOrder) -> None:
    """Connect inside an event loop, work outside it, take leave inside it again."""
    until = time.monotonic() + order.seconds
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    door = loop.run_until_complete(_opened(order))
    lines: list[Line] = []
    try:
        lines = loop.run_until_complete(enter(door, order))
        commands = Commands()
        answer(Ready(len(lines), lines[0].profile))
        # What is alive now stays alive; a collection in the middle would show as latency.
        gc.collect()
        gc.freeze()
        if order.role == "publishers":
            Publishers(lines, read_clip(Path(order.clip)), commands, until).run()
        else:
            Receivers(lines, commands, until).run()
    finally:
        loop.run_until_complete(_leave(door, lines))
        loop.close()


async def _opened(order: WorkOrder) -> Door:
    return open_door(order)


async def _leave(door: Door, lines: list[Line]) -> None:
    for line in lines:
        await line.close()
    await door.close()
    # aiortc's reading tasks were cancelled by close(); they end with the next turn.
    await asyncio.sleep(0)


def main() -> None:
    """Nothing to do without an order."""
    line = first_line()
    if not line:
        sys.exit("no order on standard input")
    work(msgspec.json.decode(line, type=WorkOrder))


if __name__ == "__main__":
    main()
