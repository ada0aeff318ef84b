"""Light clients that all join at once: ``python -m tests.bench.joining``, its order on standard input.

Each is asked for its time from the order to join until it holds a whole key frame, decrypted: what a browser has to
wait for before it can show a picture. Nothing is decoded.
"""

import asyncio
import sys
import time

import msgspec
from pylibsrtp import Error

from bridge.media import Codec
from sfu.core.keyframes import starts_key_frame
from sfu.core.rtp import HEADER_SIZE, payload_bounds
from tests.bench.commands import answer, first_line
from tests.bench.descriptions import VIDEO_TYPE
from tests.bench.doors import Door, open_door
from tests.bench.line import Line
from tests.bench.orders import WorkOrder

_WITHIN_S = 30.0
_LONGEST = 2048


class Joined(msgspec.Struct, frozen=True):
    """Seconds of each that saw a picture; ``failed``: how many did not within 30 s."""

    seconds: list[float]
    failed: int


async def _first_frame(line: Line) -> None:
    """Until the last packet of a key frame whose first packet came too."""
    loop = asyncio.get_running_loop()
    begun: set[int] = set()
    while True:
        datagram = await loop.sock_recv(line.socket, _LONGEST)
        if datagram[0] >> 6 != 2 or 192 <= datagram[1] <= 223:
            continue
        try:
            packet = line.receiving.unprotect(datagram)
        except Error:
            continue
        if len(packet) < HEADER_SIZE or packet[1] & 0x7F != VIDEO_TYPE:
            continue
        source = int.from_bytes(packet[8:12], "big")
        start, end = payload_bounds(packet)
        if starts_key_frame(Codec.VP8, packet[start:end]):
            begun.add(source)
        if packet[1] & 0x80 and source in begun:
            return


async def _join(door: Door, number: int) -> float:
    began = time.monotonic()
    async with asyncio.timeout(_WITHIN_S):
        (line,) = await door.receive(number)
        try:
            await _first_frame(line)
            return time.monotonic() - began
        finally:
            await line.close()


async def _all(order: WorkOrder) -> Joined:
    door = open_door(order)
    try:
        joins = [_join(door, number) for number in range(order.receivers)]
        times = await asyncio.gather(*joins, return_exceptions=True)
    finally:
        await door.close()
    seen = [one for one in times if isinstance(one, float)]
    return Joined(sorted(seen), len(times) - len(seen))


def main() -> None:
    """Nothing to do without an order."""
    line = first_line()
    if not line:
        sys.exit("no order on standard input")
    answer(asyncio.run(_all(msgspec.json.decode(line, type=WorkOrder))))


if __name__ == "__main__":
    main()
