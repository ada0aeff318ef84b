"""A media node that notes how long packets stay in it: ``python -m tests.bench.timed_node CONTROL HOST PORT FILE``.

From the kernel's receive time (as the core is told it) to the return of the last send that the packet caused: the
node of production, and a note after each packet. SIGUSR1 forgets, SIGUSR2 writes FILE: nanoseconds, 64 bits each.
"""

import asyncio
import gc
import signal
import sys
from array import array
from pathlib import Path
from typing import Any

import uvloop

import sfu.node
from bridge.ids import NodeId
from deploy.realtime import RealTime
from deploy.time import SystemClock, SystemEntropy
from recorder.places import listen
from sfu.build import build
from sfu.core.seam import Address, Datagram
from sfu.settings import SfuConfig
from sfu.transport.port import MediaPort


class TimedPort(MediaPort):
    """Notes nanoseconds in ``stays``, of packets that caused at least one send."""

    stays = array("q")

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        feed, send_all, now = self._core.feed, self._send_all, self._clock.mono

        def timed(datagram: bytes, address: Address, now_ns: int) -> list[Datagram]:
            """What is sent here is not sent again by who asked."""
            out = feed(datagram, address, now_ns)
            if out:
                send_all(out)
                self.stays.append(now() - now_ns)
            return []

        self._feed = timed


async def _serve(control: str, host: str, port: int, file: Path) -> None:
    sfu.node.MediaPort = TimedPort  # type: ignore[assignment,attr-defined]  # the node makes its own port
    real_time = RealTime()
    real_time.start()  # as the node of production does, and ideal.c
    server = build(
        SfuConfig(node=NodeId("timed"), control=control, listen=host, port=port), SystemClock(), SystemEntropy(), listen
    )
    await server.start()
    gc.collect()
    gc.freeze()  # as deploy.serving does
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: TimedPort.stays.__delitem__(slice(None)))
    loop.add_signal_handler(signal.SIGUSR2, _write, file)
    await over.wait()
    await server.close()
    real_time.close()


def _write(file: Path) -> None:
    part = file.with_name(file.name + ".part")
    part.write_bytes(TimedPort.stays.tobytes())
    part.replace(file)


if __name__ == "__main__":
    control, host, port, file = sys.argv[1:]
    uvloop.run(_serve(control, host, int(port), Path(file)))
