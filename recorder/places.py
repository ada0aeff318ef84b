"""Addresses of the form ``unix:PATH`` | ``HOST:PORT``: where a process listens, and how it is reached.

TLS is for lines to other machines; Unix sockets go without.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext
from typing import NamedTuple

from aiohttp import BaseConnector, TCPConnector, UnixConnector, web

from recorder.door import Door

_UNIX = "unix:"


async def listen(runner: web.AppRunner, address: str, answering: SSLContext | None = None) -> str:
    """The address that it then listens at; port 0 takes any. Raises OSError."""
    if address.startswith(_UNIX):
        await web.SockSite(runner, bound_socket(address)).start()
        return address
    host, _, port = address.rpartition(":")
    if answering is None:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        return f"{host}:{runner.addresses[0][1]}"
    site = _DoorSite(runner, host.strip("[]"), int(port), answering)
    await site.start()
    return f"{host}:{site.port}"


class _DoorSite(web.BaseSite):
    """For machines with the installation's key alone. ``port``: as bound, once started."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, answering: SSLContext) -> None:
        super().__init__(runner)
        if runner.server is None:
            raise RuntimeError("the runner is not set up")
        self._host, self.port = host, port
        self._door = Door(runner.server, answering)

    @property
    def name(self) -> str:
        """Its address."""
        return f"https://{self._host}:{self.port}"

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await super().start()
        self.port = self._door.open(self._host, self.port)

    async def stop(self) -> None:
        """Who is in stays until the runner has ended them."""
        await self._door.close()
        await super().stop()


class Way(NamedTuple):
    """``root``: of URLs; ``connector``: a new one, inside a running loop."""

    root: str
    connector: Callable[[], BaseConnector]


def way_to(address: str, calling: SSLContext | None = None) -> Way:
    """Where :func:`listen` listens."""
    if address.startswith(_UNIX):
        return Way("http://here", lambda: UnixConnector(address.removeprefix(_UNIX)))
    return Way(f"{'https' if calling else 'http'}://{address}", lambda: TCPConnector(ssl=calling or True))


def bound_socket(address: str) -> socket.socket:
    """Bound, not listening yet, for this user only; a socket that an earlier run left there is replaced, anything else
    stays and raises OSError."""
    path = Path(address.removeprefix(_UNIX))
    if path.is_socket():
        path.unlink()
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(0o600)
    except OSError:
        bound.close()
        raise
    return bound
