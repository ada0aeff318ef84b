"""The real product, started as its users start it: ``diemcau up`` in a folder of its own, on free ports."""

import asyncio
import contextlib
import html
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from bridge.ids import AccountId
from bridge.model import AdmitRule, Role
from deploy.points import Invitation
from tests.support.pages import Answer, Reader
from tests.support.ports import free_ports
from web.api.wire import ReceptionsPage
from web.wire import JoinReply, ReceptionRequest, ReceptionView, SeatRequest

_ACCOUNT = re.compile(r"^[│|]\s*([a-z]+)\s*[│|]\s*([\w-]{12,})\s*[│|]", re.MULTILINE)
_COMMAND = (sys.executable, "-m", "deploy.cli", "up")
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")
"""Also when we are killed."""
_STARTED = "Ctrl-C"
_SEATED = re.compile(r'for="seat-([^"]+)">(?:<bdi>)?([^<]+)<')
_START_SECONDS = 60
_STOP_SECONDS = 20
_SCREEN = {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}


class Product:
    """A running installation. ``passwords``: of the demo accounts by login."""

    def __init__(
        self,
        folder: Path,
        port: int,
        options: tuple[str, ...] = (),
        origin: str = "",
        environment: Mapping[str, str] | None = None,
        command: tuple[str, ...] = _COMMAND,
    ) -> None:
        self.folder = folder
        self.port = port
        self.origin = origin or f"http://localhost:{port}"
        self.passwords: dict[str, str] = {}
        self._said = folder.with_name(f"{folder.name}.screen")
        self._options = options
        self._command = command
        self.environment = dict(environment or {})
        """What is set beside the machine's own."""
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Until everything answers. Raises RuntimeError with what the program said when it ends or takes too long."""
        self._said.parent.mkdir(parents=True, exist_ok=True)
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: ASYNC220  it outlives the loop that starts it
                [*_ENDS_WITH_US, *self._command, "--data", str(self.folder), "--port", str(self.port), *self._options],
                stdout=said,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, **_SCREEN},
                start_new_session=True,
            )
        until = time.monotonic() + _START_SECONDS
        while _STARTED not in self.said:
            if time.monotonic() > until or self._process.poll() is not None:
                await self.stop()
                raise RuntimeError(f"not started within {_START_SECONDS} s:\n{self.said}\n{self.logs()}")
            await asyncio.sleep(0.1)
        self.passwords.update(dict(_ACCOUNT.findall(self.said)))

    async def stop(self) -> None:
        """As Ctrl-C does. What is left then is killed, and that is a fault: RuntimeError."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.to_thread(process.wait, _STOP_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            await asyncio.to_thread(process.wait)
            raise RuntimeError(f"did not stop within {_STOP_SECONDS} s:\n{self.said[-2000:]}") from error

    def children(self) -> list[int]:
        """Process ids of its parts at this moment."""
        assert self._process is not None
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def pid(self) -> int:
        """Of the supervisor, while it runs."""
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything it wrote on its screen."""
        return self._said.read_text(encoding="utf-8", errors="replace")

    def logs(self, lines: int = 30) -> str:
        """The end of each part's log."""
        found = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"── {file.name}\n" + "\n".join(_tail(file, lines)) for file in found)

    def reader(self, login: str) -> "Visitor":
        """Somebody who signs in as ``login`` without a browser."""
        return Visitor(self.origin, login, self.passwords[login])


class Visitor(Reader):
    """A signed-in reader of pages and the REST API: for what a test does beside its browsers."""

    def __init__(self, origin: str, login: str, password: str) -> None:
        super().__init__(origin)
        self._login = login
        self._password = password

    async def __aenter__(self) -> "Visitor":
        # Beyond loopback the product's certificate is signed by itself.
        self.client = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers=self.headers,
            connector=aiohttp.TCPConnector(ssl=False),
        )
        answer = await self.sign_in(self._login, self._password)
        if answer.status != 200:
            raise RuntimeError(f"{self._login} cannot sign in: {answer.status}\n{answer.text[:2000]}")
        return self

    async def receptions(self) -> list[ReceptionView]:
        """Those of today that this person sees."""
        return list(msgspec.json.decode((await self.get("/api/receptions")).body, type=ReceptionsPage).receptions)

    async def ask_for(self, path: str, body: object = None) -> Answer:
        """POST to the API. Raises RuntimeError unless it answers well."""
        answer = await self.post(path, {} if body is None else body, await self.token())
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {answer.text[:500]}")
        return answer

    async def accounts(self) -> dict[str, AccountId]:
        """Those that may be seated, by their names."""
        found = _SEATED.findall((await self.get("/receptions/new")).text)
        return {html.unescape(name): AccountId(account) for account, name in found}

    async def schedule(self, title: str, roles: Mapping[str, Role]) -> str:
        """A reception now, of these people (by name); its id."""
        accounts = await self.accounts()
        seats = tuple(SeatRequest(accounts[name], role) for name, role in roles.items())
        asked = ReceptionRequest(title, time.time_ns() // 1_000_000, seats, admit=AdmitRule.ON_JOIN)
        answer = await self.ask_for("/api/receptions", msgspec.to_builtins(asked))
        return msgspec.json.decode(answer.body, type=ReceptionView).id

    async def open_doors(self, reception: str) -> None:
        """People may come in."""
        await self.ask_for(f"/api/receptions/{reception}/open")

    async def invitation(self, reception: str) -> Invitation:
        """A token for the room's socket."""
        answer = await self.ask_for(f"/api/receptions/{reception}/join")
        reply = msgspec.json.decode(answer.body, type=JoinReply)
        return Invitation(reply.url or self.origin, reply.token, reply.path.strip("/"))


@asynccontextmanager
async def product(folder: Path, *options: str) -> AsyncIterator[Product]:
    """Started and, at the end, stopped."""
    running = Product(folder, free_ports(), options)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


def _tail(file: Path, lines: int) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
