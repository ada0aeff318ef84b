"""Where the process ``jobs`` tells of itself, as JSON, and the client by which web asks it. Nothing is ordered here.

::

    GET /figures     JobsFigures
"""

import hmac
from collections.abc import Awaitable, Callable
from ssl import SSLContext

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bridge.errors import Code, Unavailable
from bridge.jobfigures import JobsFigures
from recorder.places import listen, way_to

_PATIENCE_S = 5.0
_SHUTDOWN_S = 2.0


class JobsApi:
    """``address``: ``unix:PATH`` | ``HOST:PORT`` (port 0: any). ``secret``: bearer secret; empty: none is asked for.
    ``answering``: of a line to other machines."""

    def __init__(
        self,
        address: str,
        secret: str,
        figures: Callable[[], Awaitable[JobsFigures]],
        answering: SSLContext | None = None,
    ) -> None:
        self.address = address
        self._answering = answering
        self._secret = secret
        self._figures = figures
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises OSError."""
        application = web.Application()
        application.router.add_get("/figures", self._tell)
        runner = self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        self.address = await listen(runner, self.address, self._answering)

    async def close(self) -> None:
        """Idempotent."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _tell(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if self._secret and not hmac.compare_digest(given.encode(), f"Bearer {self._secret}".encode()):
            return web.Response(status=401)
        return web.Response(body=msgspec.json.encode(await self._figures()), content_type="application/json")


class HttpJobs:
    """The process ``jobs`` as web asks it. Raises Unavailable(jobs_unavailable) when nothing sensible answers."""

    def __init__(self, address: str, secret: str = "", calling: SSLContext | None = None) -> None:
        self._way = way_to(address, calling)
        self._headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    async def figures(self) -> JobsFigures:
        """Asked a few times a minute: a connection each time."""
        timeout = ClientTimeout(total=_PATIENCE_S)
        try:
            async with (
                ClientSession(connector=self._way.connector(), headers=self._headers, timeout=timeout) as session,
                session.get(f"{self._way.root}/figures") as answer,
            ):
                body = await answer.read()
                if answer.status == 200:
                    return msgspec.json.decode(body, type=JobsFigures)
        except (ClientError, OSError, TimeoutError, msgspec.DecodeError) as error:
            raise Unavailable(Code.JOBS_UNAVAILABLE, str(error) or type(error).__name__) from error
        raise Unavailable(Code.JOBS_UNAVAILABLE, f"answered {answer.status}")
