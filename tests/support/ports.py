"""Ports for servers that are told where to listen.

Between the look at a port and the server that takes it lies its start, in which anybody's outgoing connection may be
given a port of the system's own range. So they come from below that range, and no process of tests hands one out twice;
two that run side by side begin far apart.
"""

import contextlib
import os
import socket
from itertools import count

_FIRST, _BLOCK, _BLOCKS = 20_000, 8, 1500
"""20000 to 31999: Linux gives outgoing connections 32768 and up."""
_APART = 389
"""No divisor of the number of blocks: processes with neighbouring ids begin at quite other blocks."""
_next = count(os.getpid() * _APART)


def free_ports(address: str = "127.0.0.1", wanted: int = 4) -> int:
    """The first of so many ports in a row (8 at most) that nobody of this address has at this moment, UDP and TCP: the
    product's pages, media, and what it puts behind them."""
    for number in _next:
        first = _FIRST + number % _BLOCKS * _BLOCK
        if all(_is_free(address, port) for port in range(first, first + wanted)):
            return first
    raise AssertionError("counting has an end")


def free_port() -> int:
    """One of loopback."""
    return free_ports(wanted=1)


def _is_free(address: str, port: int) -> bool:
    with contextlib.suppress(OSError), contextlib.ExitStack() as open_:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            open_.enter_context(socket.socket(type=kind)).bind((address, port))
        return True
    return False
