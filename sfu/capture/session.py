"""A capture under way: listens at port and core for its time, and gives its bytes as they come."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial

from bridge.ids import NS_PER_S, MonoNs
from bridge.ports import Clock
from sfu.capture.capture import Capture, Line
from sfu.core.seam import Address, ForwardingCore, LinkId
from sfu.transport.port import MediaPort
from sfu.transport.transport import Transport

EVERY_S = 0.2
"""Between two looks where the participant is (who reconnects is followed), and two pieces of the file."""


async def captured(
    capture: Capture,
    port: MediaPort,
    core: ForwardingCore,
    transports: Callable[[], Mapping[Line, Transport]],
    clock: Clock,
    seconds: int,
) -> AsyncGenerator[bytes, None]:
    """The file in pieces, the first at once; an empty one says that nothing came. Whoever leaves early ends it, and
    nothing is listened to afterwards."""
    until = MonoNs(clock.mono() + seconds * NS_PER_S)
    heard: set[LinkId] = set()

    def heard_datagram(inbound: bool, datagram: bytes | bytearray, address: Address) -> None:
        if not 128 <= datagram[0] <= 191:  # a connection comes about within milliseconds of its first check
            _look(capture, core, transports(), heard)
        capture.datagram(inbound, datagram, address)

    try:
        _look(capture, core, transports(), heard)
        port.listen(heard_datagram)
        while clock.mono() < until:
            yield capture.take()
            await asyncio.sleep(EVERY_S)
            _look(capture, core, transports(), heard)
        yield capture.end()
    finally:
        port.listen(None)
        for link in heard:
            core.listen(link, None)


def _look(capture: Capture, core: ForwardingCore, found: Mapping[Line, Transport], heard: set[LinkId]) -> None:
    capture.places = {one.ice.address: line for line, one in found.items() if one.ice.address is not None}
    capture.names = {one.ice.local.ufrag: line for line, one in found.items()}
    for line, transport in found.items():
        if transport.link not in heard and core.listen(transport.link, partial(capture.control, line)):
            heard.add(transport.link)
