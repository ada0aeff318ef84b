"""The way into this room: ``build`` gives a node that ``deploy`` starts and closes."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from bridge.figures import Lateness
from bridge.ports import Clock, Entropy
from sfu.api import application
from sfu.node import Node
from sfu.settings import SfuConfig

_SHUTDOWN_S = 1.0


Listen: TypeAlias = Callable[[web.AppRunner, str], Awaitable[str]]
"""Makes a runner listen at an address, ``unix:PATH`` or ``HOST:PORT``; gives the address as bound. Raises OSError."""


class MediaNodeServer:
    """A node and its control API. Closing order: rooms, taps, event readers, UDP port, then the API."""

    def __init__(
        self, config: SfuConfig, clock: Clock, entropy: Entropy, listen: Listen, lateness: Lateness | None = None
    ) -> None:
        self.node = Node(config, clock, entropy, lateness)
        self._at = listen
        self.control = config.control
        """As bound: a port of 0 is the number it got, once started."""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Bind both. Raises OSError when one is taken or not permitted; nothing is left open then."""
        self.node.open()
        try:
            await self._listen()
        except OSError:
            await self.close()
            raise

    async def close(self) -> None:
        """Idempotent."""
        runner, self._runner = self._runner, None
        await self.node.close()
        if runner is not None:
            await runner.cleanup()

    async def on_owner_closed(self) -> None:
        """The process ends."""
        await self.close()

    async def _listen(self) -> None:
        runner = web.AppRunner(application(self.node), access_log=None, shutdown_timeout=_SHUTDOWN_S)
        self._runner = runner
        await runner.setup()
        self.control = await self._at(runner, self.control)


def build(
    config: SfuConfig, clock: Clock, entropy: Entropy, listen: Listen, lateness: Lateness | None = None
) -> MediaNodeServer:
    """A node that is not started yet. ``listen``: how processes of this installation are reached. ``lateness``: of the
    loop it will run in, watched by whoever runs it."""
    return MediaNodeServer(config, clock, entropy, listen, lateness)
