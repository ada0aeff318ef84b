"""A media node that notes how long packets stay in it: ``python -m tests.bench.timed_node CONTROL HOST PORT FILE``.

From the kernel's receive time (SO_TIMESTAMPNS) to the return of the last send that the packet caused. Only the reading
of the UDP socket is another than in production: it asks for the time stamp. SIGUSR1 forgets, SIGUSR2 writes FILE.
"""

import asyncio
import signal
import socket
import struct
import sys
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

import sfu.node
from bridge.ids import NodeId
from deploy.time import SystemClock, SystemEntropy
from sfu.build import build
from sfu.settings import SfuConfig
from sfu.transport.framing import LONGEST
from sfu.transport.port import MediaPort
from tests.bench.figures import percentile

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("qq")
_AT_ONCE = 64


class Stay(msgspec.Struct, frozen=True):
    """In milliseconds; ``packets`` that caused at least one send."""

    packets: int
    p50_ms: float
    p99_ms: float
    most_ms: float


class TimedPort(MediaPort):
    """Notes nanoseconds in ``stays``."""

    stays = array("q")

    def _readable(self, sock: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                datagram, ancillary, _, address = sock.recvmsg(LONGEST, 64)
            except BlockingIOError:
                break
            if datagram and 128 <= datagram[0] <= 191:
                out = self._core.feed(datagram, address, self._clock.mono())
                if out:
                    self.send_all(out)
                    seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
                    self.stays.append(time.time_ns() - seconds * 1_000_000_000 - nanoseconds)
            else:
                self._other(datagram, address)
        self._batch_ends()

    def open(self, hosts: Sequence[str], port: int, *, tcp: bool) -> int:
        opened = super().open(hosts, port, tcp=tcp)
        assert self._sockets is not None
        for sock in self._sockets.datagrams:
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        return opened


async def _serve(control: str, host: str, port: int, file: Path) -> None:
    sfu.node.MediaPort = TimedPort  # type: ignore[attr-defined]  # the node makes its own port
    server = build(
        SfuConfig(node=NodeId("timed"), control=control, listen=host, port=port), SystemClock(), SystemEntropy()
    )
    await server.start()
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: TimedPort.stays.__delitem__(slice(None)))
    loop.add_signal_handler(signal.SIGUSR2, _write, file)
    await over.wait()
    await server.close()


def _write(file: Path) -> None:
    stays = [stay / 1e6 for stay in TimedPort.stays]
    said = Stay(len(stays), percentile(stays, 0.5), percentile(stays, 0.99), max(stays, default=0.0))
    part = file.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(said))
    part.replace(file)


if __name__ == "__main__":
    control, host, port, file = sys.argv[1:]
    uvloop.run(_serve(control, host, int(port), Path(file)))
