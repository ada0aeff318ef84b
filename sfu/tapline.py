"""The node's line to a recorder: a Unix or TCP socket that breaks within seconds when nobody is there any more."""

import asyncio
import errno
import socket
import ssl

from bridge.tap import GONE_S, PROBE_S

_NOBODY = (errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH)


async def connect(address: str, calling: ssl.SSLContext | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """``unix:PATH`` or ``HOST:PORT``. Raises OSError."""
    if address.startswith("unix:"):
        return await asyncio.open_unix_connection(address.removeprefix("unix:"))
    host, _, port = address.rpartition(":")
    try:
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), ssl=calling)
    except ValueError as error:
        raise OSError(f"tap address {address!r}") from error
    break_when_gone(writer.get_extra_info("socket"))
    return reader, writer


def has_vanished(error: Exception) -> bool:
    """Whether the line broke because nobody answers there; a recorder that hangs up is another matter."""
    return isinstance(error, OSError) and error.errno in _NOBODY


def break_when_gone(line: socket.socket) -> None:
    """What is not acknowledged for GONE_S ends the connection (RFC 5482), a probe as well as content. The kernel alone
    would repeat for a quarter of an hour, longer than the replay reaches. The recorder's side is its own
    (``recorder/intake.py``): siblings share the numbers, and no room below them has sockets."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PROBE_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_S * 1000)
