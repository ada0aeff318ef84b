"""A room's socket on loopback over a real database, with a fake node and recorder unless real ones are given; and a
browser's side of it."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import socketio
from aiohttp import web

from bridge import commands as c
from bridge.errors import Code, Unavailable
from bridge.events import Event
from bridge.ids import ParticipantId, ReceptionId, room_of
from bridge.live import LiveSettings
from bridge.model import Seat
from bridge.ports import JoinGrant
from bridge.receptions import ReceptionService
from bridge.repositories import UnitOfWork
from deploy.time import SystemClock, SystemEntropy
from signaling.build import Signaling, build
from signaling.notices import InProcessNotices
from signaling.packets import Json
from signaling.places import Places
from signaling.settings import SignalingConfig
from signaling.wire import NAMESPACE, CommandRequest, Done, Refused, RoomView, Welcome
from storage.engine import Database
from storage.localjournal import FileJournal
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.fakes import FakeNode, FakeRecorder, OnePlace

WITHIN_S = 30.0
_SHUTDOWN_S = 2.0
"""As in the product: for browsers that do not close a line whose end they were told."""
Answer = TypeVar("Answer", bound=msgspec.Struct)
CONFIG = SignalingConfig(
    owner="127.0.0.1:1", key=b"k" * 32, ping_interval_s=1, ping_timeout_s=30, end_s=30, tick_s=0.05, resume_s=30,
    idle_s=60, live=LiveSettings(planned_minutes=1),
)  # fmt: skip
"""Both ends of every line share one loop here, on a machine that may be busy: only a dead one may be taken for that."""


class FallibleUnits:
    """The database, as long as it is not ``away``. ``written``: how many units wrote."""

    def __init__(self, units: SqlUnits) -> None:
        self._units = units
        self.away = False
        self.written = 0

    def asking(self) -> UnitOfWork:
        self._answer()
        return self._units.asking()

    def reading(self) -> UnitOfWork:
        self._answer()
        return self._units.reading()

    def writing(self) -> UnitOfWork:
        self._answer()
        self.written += 1
        return self._units.writing()

    def _answer(self) -> None:
        if self.away:
            raise Unavailable(Code.STORAGE_UNAVAILABLE)


class RoomServer:
    """``signaling`` can be closed and made again on the same database: a restart of the process."""

    def __init__(
        self,
        folder: Path,
        config: SignalingConfig = CONFIG,
        places: Places | None = None,
        clock: SystemClock | None = None,
        notices: InProcessNotices | None = None,
    ) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.entropy = SystemEntropy()
        self.notices = notices or InProcessNotices()
        self.journal = FileJournal(folder / "journal" / config.owner.replace("/", "-"))
        self._database = Database(migrated(folder / "rooms.db"))
        self.units = FallibleUnits(SqlUnits(self._database))
        self.receptions = ReceptionService(self.units, self.clock, self.entropy, self.notices)
        self.node = FakeNode(self.clock)
        self.recorder = FakeRecorder()
        self.places: Places = places or OnePlace(self.node, self.recorder)
        self.signaling: Signaling | None = None
        self.port = 0
        self.send_buffer = 0
        """Of each connection, in the kernel; 0: its own choice."""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        self.signaling = build(
            self.config,
            units=self.units,
            receptions=self.receptions,
            journal=self.journal,
            places=self.places,
            notices=self.notices,
            clock=self.clock,
            entropy=self.entropy,
        )
        app = web.Application()
        self.signaling.attach(app)
        await self.signaling.start()
        self._runner = web.AppRunner(app, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", self.port))
        if self.send_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
        await web.SockSite(self._runner, listener).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self.signaling is not None:
            await self.signaling.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.signaling = self._runner = None

    async def close(self) -> None:
        await self.stop()
        await self._database.close()

    def token(self, reception: ReceptionId, seat: Seat) -> str:
        assert self.signaling is not None
        return self.signaling.tokens.mint(JoinGrant(reception, seat.id, seat.account))

    async def browser(self, reception: ReceptionId, seat: Seat) -> "Browser":
        """Joined, with its Welcome."""
        browser = Browser(self.port)
        await browser.connect({"token": self.token(reception, seat)})
        await browser.until(lambda: browser.welcome is not None)
        return browser

    async def stored(self, reception: ReceptionId, event: Event) -> None:
        """Until it is in the history: what acts at once is written behind."""
        async with asyncio.timeout(WITHIN_S):
            while event not in await self.events(reception):  # noqa: ASYNC110  the database tells nobody
                await asyncio.sleep(0.02)

    async def events(self, reception: ReceptionId) -> list[Event]:
        """Everything that is stored of it."""
        return [one.event for one in await self.receptions.history(reception)]

    def gates(self, reception: ReceptionId, participant: ParticipantId) -> Any:
        return self.node.gates(room_of(reception), participant)


class Browser:
    """Keeps every message it gets."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: list[tuple[str, Any]] = []
        self.gone = asyncio.Event()
        self.socket = socketio.AsyncClient(reconnection=False, json=Json)
        self.socket.on("*", self._hear, namespace=NAMESPACE)
        self.socket.on("disconnect", self._lost, namespace=NAMESPACE)
        self.refused: Any = None
        self.socket.on("connect_error", self._refused, namespace=NAMESPACE)
        self._more = asyncio.Condition()

    async def connect(self, auth: Any) -> None:
        """Raises socketio's ConnectionError; ``refused`` then has what came with it."""
        url = f"http://127.0.0.1:{self.port}"
        try:
            await self.socket.connect(
                url, auth=auth, namespaces=[NAMESPACE], transports=["websocket"], wait_timeout=WITHIN_S
            )
        except socketio.exceptions.ConnectionError:
            await self.socket.disconnect()
            raise

    async def refusal(self, auth: Any) -> dict[str, Any]:
        """What the server says to somebody whom it does not let in."""
        try:
            await self.connect(auth)
        except socketio.exceptions.ConnectionError:
            answer: dict[str, Any] = self.refused["data"]
            return answer
        raise AssertionError("was let in")

    async def _hear(self, event: str, body: Any = None) -> None:
        async with self._more:
            self.heard.append((event, body))
            self._more.notify_all()

    async def _refused(self, body: Any) -> None:
        self.refused = body

    async def _lost(self, reason: str) -> None:
        self.gone.set()
        async with self._more:
            self._more.notify_all()

    async def until(self, seen: Callable[[], bool]) -> None:
        async with self._more:
            await asyncio.wait_for(self._more.wait_for(seen), WITHIN_S)

    async def sees(self, seen: Callable[[RoomView], bool]) -> RoomView:
        """The first view of which ``seen`` holds, from the one at hand on; another may have followed it already."""
        heard = [place for place, said in enumerate(self.heard) if _view(*said) is not None]
        at_hand = heard[-1] if heard else 0

        def found() -> RoomView | None:
            views = (_view(*said) for said in self.heard[at_hand:])
            return next((view for view in views if view is not None and seen(view)), None)

        await self.until(lambda: found() is not None)
        view = found()
        assert view is not None
        return view

    def last(self, event: str) -> Any:
        return next((body for name, body in reversed(self.heard) if name == event), None)

    @property
    def welcome(self) -> Welcome | None:
        body = self.last("welcome")
        return None if body is None else msgspec.convert(body, Welcome)

    @property
    def id(self) -> ParticipantId:
        assert self.welcome is not None
        return self.welcome.participant

    @property
    def room(self) -> RoomView | None:
        views = (_view(*said) for said in reversed(self.heard))
        return next((view for view in views if view is not None), None)

    async def ask(self, event: str, body: Any = None) -> Any:
        """The answer as it came."""
        return await self.socket.call(event, _plain(body), namespace=NAMESPACE, timeout=WITHIN_S)

    async def persists(self, command: c.RoomCommand) -> None:
        """Asked again until it is done: a part that was away is still coming back."""
        async with asyncio.timeout(WITHIN_S):
            while isinstance(await self.command(command), Refused):  # noqa: ASYNC110  no message says that it is back
                await asyncio.sleep(0.1)

    async def command(self, command: c.RoomCommand) -> Done | Refused:
        answer = await self.ask("command", CommandRequest(command))
        return msgspec.convert(answer, Refused) if "code" in answer else msgspec.convert(answer, Done)

    async def done(self, command: c.RoomCommand) -> None:
        answer = await self.command(command)
        assert isinstance(answer, Done), answer

    async def close(self) -> None:
        await self.socket.disconnect()


HANGING = partial(RoomServer, config=msgspec.structs.replace(CONFIG, end_s=0.5))
"""One that is ended while something hangs; fixture ``server_class`` may be it."""


async def resumed(browser: Browser) -> Browser:
    """The same participant on a new socket."""
    assert browser.welcome is not None
    again = Browser(browser.port)
    await again.connect({"participant": browser.id, "secret": browser.welcome.secret})
    await again.until(lambda: again.welcome is not None)
    return again


async def eventually(seen: Callable[[], bool]) -> None:
    """For what no message tells."""
    async with asyncio.timeout(WITHIN_S):
        while not seen():  # noqa: ASYNC110  what is waited for has no event
            await asyncio.sleep(0.02)


def _view(event: str, body: Any) -> RoomView | None:
    """Of the messages that carry one."""
    if event == "room":
        return msgspec.convert(body, RoomView)
    return msgspec.convert(body, Welcome).room if event == "welcome" else None


def _plain(body: Any) -> Any:
    return msgspec.to_builtins(body) if isinstance(body, msgspec.Struct) else body
