"""The way into this room: ``build`` gives a node that ``deploy`` starts and closes."""

import stat
from pathlib import Path

from aiohttp import web

from bridge.figures import Lateness
from bridge.ports import Clock, Entropy
from sfu.api import application
from sfu.node import Node
from sfu.settings import SfuConfig

_SHUTDOWN_S = 1.0


class MediaNodeServer:
    """A node and its control API. Closing order: rooms, taps, event readers, UDP port, then the API."""

    def __init__(self, config: SfuConfig, clock: Clock, entropy: Entropy, lateness: Lateness | None = None) -> None:
        self.node = Node(config, clock, entropy, lateness)
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
        control = self.node.config.control
        if control.startswith("unix:"):
            path = Path(control.removeprefix("unix:"))
            _remove_stale(path)
            await web.UnixSite(runner, str(path)).start()
            _only_owner(path)
            return
        host, _, port = control.rpartition(":")
        site = web.TCPSite(runner, host.strip("[]"), int(port), ssl_context=self.node.config.answering)
        await site.start()
        bound = runner.addresses[0]
        self.control = f"{host}:{bound[1]}"


def _remove_stale(path: Path) -> None:
    """A socket file that a killed process left; anything else under that name stays, and binding fails."""
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()


def _only_owner(path: Path) -> None:
    """Whoever may connect commands the node."""
    path.chmod(0o600)


def build(config: SfuConfig, clock: Clock, entropy: Entropy, lateness: Lateness | None = None) -> MediaNodeServer:
    """A node that is not started yet. ``lateness``: of the loop it will run in, watched by whoever runs it."""
    return MediaNodeServer(config, clock, entropy, lateness)
