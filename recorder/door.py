"""Where other machines come in: whoever connects shows the installation's key first, or is told of by address.

A server of asyncio ends a connection whose handshake fails without a word, and asyncio's and uvloop's TLS do not know
whose it is. So each connection is accepted here, and its handshake waited for.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import TypeAlias

_log = logging.getLogger(__name__)

HANDSHAKE_S = 5.0
GOODBYE_S = 1.0
"""For the other side of a line that ends to say so too; nothing depends on it."""
SAID_EVERY_S = 10.0
"""A machine with another key tries again each second, for each of its rooms."""
_BACKLOG = 128
_NO_FILES_S = 1.0
"""Until the next look when the process has no file left; whoever waits then waits in the kernel."""

Factory: TypeAlias = Callable[[], asyncio.BaseProtocol]


class Refusals:
    """Says who was refused and why, at most each ten seconds, and how many more there were."""

    def __init__(self) -> None:
        self._quiet_until = 0.0
        self._more = 0

    def tell(self, who: str, why: str, now: float) -> None:
        """``who``: with the address; ``now``: seconds of any clock that only goes on."""
        if now < self._quiet_until:
            self._more += 1
            return
        _log.warning(
            "%s does not have this installation's secrets/machines.pem and was refused: %s (%d more since said last)",
            who,
            why,
            self._more,
        )
        self._quiet_until, self._more = now + SAID_EVERY_S, 0


class Door:
    """``answering`` says who is taken; only they get what ``factory`` makes."""

    def __init__(self, factory: Factory, answering: ssl.SSLContext) -> None:
        self._factory = factory
        self._answering = answering
        self._refusals = Refusals()
        self._listening: socket.socket | None = None
        self._greeting: set[asyncio.Task[None]] = set()

    def open(self, host: str, port: int) -> int:
        """Listen, at the port that is given back. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = self._listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        listening.setblocking(False)
        self._look_out()
        bound: int = listening.getsockname()[1]
        return bound

    async def close(self) -> None:
        """Nobody else comes in; who is in stays. Idempotent."""
        listening, self._listening = self._listening, None
        if listening is None:
            return
        asyncio.get_running_loop().remove_reader(listening)
        listening.close()
        await asyncio.sleep(0)  # each greeting has begun, and closes its line
        greeting = list(self._greeting)
        for task in greeting:
            task.cancel()
        await asyncio.gather(*greeting, return_exceptions=True)

    def _look_out(self) -> None:
        if self._listening is not None:
            asyncio.get_running_loop().add_reader(self._listening, self._accept, self._listening)

    def _accept(self, listening: socket.socket) -> None:
        """In the loop's own turn: an accept that is waited for and cancelled may lose the line it got."""
        loop = asyncio.get_running_loop()
        try:
            line, address = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # who knocked is gone again
        except OSError as error:
            _log.error("nobody can be let in for %.0f s: %s", _NO_FILES_S, error)
            loop.remove_reader(listening)
            loop.call_later(_NO_FILES_S, self._look_out)
            return
        line.setblocking(False)
        greeting = loop.create_task(self._greet(line, f"{address[0]}:{address[1]}"))
        self._greeting.add(greeting)
        greeting.add_done_callback(self._greeting.discard)

    async def _greet(self, line: socket.socket, address: str) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(
                self._factory,
                line,
                ssl=self._answering,
                ssl_handshake_timeout=HANDSHAKE_S,
                ssl_shutdown_timeout=GOODBYE_S,
            )
        except OSError as error:
            self._refusals.tell(f"{address}, which connected,", _reason(error), loop.time())


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or str(error)
    if isinstance(error, ConnectionAbortedError):
        return f"it showed none within {HANDSHAKE_S:.0f} s"
    return "it hung up, as one does that has another key"
