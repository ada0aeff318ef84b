"""Addresses of the form ``unix:PATH`` | ``HOST:PORT``: where a process listens, and how it is reached.

TLS is for lines to other machines; Unix sockets go without.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext
from typing import NamedTuple

from aiohttp import BaseConnector, TCPConnector, UnixConnector, web

_UNIX = "unix:"


async def listen(runner: web.AppRunner, address: str, answering: SSLContext | None) -> str:
    """The address that it then listens at; port 0 takes any. Raises OSError."""
    if address.startswith(_UNIX):
        await web.SockSite(runner, bound_socket(address)).start()
        return address
    host, _, port = address.rpartition(":")
    await web.TCPSite(runner, host.strip("[]"), int(port), ssl_context=answering).start()
    return f"{host}:{runner.addresses[0][1]}"


class Way(NamedTuple):
    """``root``: of URLs; ``connector``: a new one, inside a running loop."""

    root: str
    connector: Callable[[], BaseConnector]


def way_to(address: str, calling: SSLContext | None) -> Way:
    """Where :func:`listen` listens."""
    if address.startswith(_UNIX):
        return Way("http://here", lambda: UnixConnector(address.removeprefix(_UNIX)))
    return Way(f"{'https' if calling else 'http'}://{address}", lambda: TCPConnector(ssl=calling or True))


def bound_socket(address: str) -> socket.socket:
    """Bound, not listening yet, for this user only; what an earlier run left there is replaced. Raises OSError."""
    path = Path(address.removeprefix(_UNIX))
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(0o600)
    except OSError:
        bound.close()
        raise
    return bound
