"""Into Galène through its WebSocket protocol (version 2): a client each, and a connection for each stream.

Galène pings its clients while the bench measures and nobody here runs a loop: the sockets live in a thread of their
own.
"""

import asyncio
import threading
from collections.abc import Coroutine
from itertools import count
from typing import Any, TypeVar

import aiohttp
from aiortc import RTCCertificate

from sfu.sdp import SessionDescription, parse_description
from sfu.transport.aiortc_private import fingerprint_of
from tests.bench.descriptions import publisher_offer, receiver_answer
from tests.bench.line import Line, Local, connect
from tests.bench.orders import WorkOrder

GROUP = "bench"
_WITHIN_S = 30.0

Json = dict[str, Any]
Value = TypeVar("Value")


class GaleneDoor:
    """See Door. A receiver has as many connections as there are publishers, as in Galène's own client."""

    def __init__(self, order: WorkOrder) -> None:
        self._order = order
        self._certificate = RTCCertificate.generateCertificate()
        self._fingerprint = fingerprint_of(self._certificate)
        self._numbers = count(1)
        self._clients: list[_Client] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="galene", daemon=True)
        self._thread.start()

    async def publish(self, publisher: int) -> Line:
        """See Door."""
        client = await self._enter(f"publisher{publisher}")
        local = Local(self._order.address)
        offer = publisher_offer(publisher, local.ufrag, local.pwd, self._fingerprint, local.place)
        stream = f"stream{publisher}"
        message = {"type": "offer", "id": stream, "label": "camera", "username": client.name, "sdp": offer}
        await self._there(client.say(message))
        answer = await self._there(client.heard("answer", stream))
        return await self._connect(client, local, stream, parse_description(answer["sdp"]), offered=True)

    async def receive(self, receiver: int) -> list[Line]:
        """See Door."""
        client = await self._enter(f"receiver{receiver}")
        await self._there(client.say({"type": "request", "request": {"": ["audio", "video"]}}))
        lines = []
        for _ in range(self._order.publishers):
            offer = await self._there(client.heard("offer"))
            said = parse_description(offer["sdp"])
            local = Local(self._order.address)
            sdp = receiver_answer(said, local.ufrag, local.pwd, self._fingerprint, local.place)
            await self._there(client.say({"type": "answer", "id": offer["id"], "sdp": sdp}))
            lines.append(await self._connect(client, local, offer["id"], said))
        return lines

    async def close(self) -> None:
        """See Door."""
        for client in self._clients:
            await self._there(client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _enter(self, name: str) -> "_Client":
        client = _Client(f"{name}-{next(self._numbers)}")
        await self._there(client.open(self._order.control))
        self._clients.append(client)
        return client

    async def _connect(
        self, client: "_Client", local: Local, stream: str, peer: SessionDescription, offered: bool = False
    ) -> Line:
        """Its candidates come apart from its description."""
        candidate = await self._there(client.candidate(stream, self._order.server))
        return await connect(local, self._certificate, peer, offered=offered, place=candidate)

    async def _there(self, asked: Coroutine[Any, Any, Value]) -> Value:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._loop))


class _Client:
    """One WebSocket; what it hears is kept until somebody waits for it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._heard: list[Json] = []
        self._news = asyncio.Event()
        self._session: aiohttp.ClientSession
        self._socket: aiohttp.ClientWebSocketResponse
        self._reading: asyncio.Task[None]

    async def open(self, url: str) -> None:
        """Joined. Raises ConnectionError, TimeoutError."""
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(url)
        self._reading = asyncio.create_task(self._read())
        await self.say({"type": "handshake", "version": ["2"], "id": self.name})
        await self.say({"type": "join", "kind": "join", "group": GROUP, "username": self.name, "password": ""})
        joined = await self.heard("joined")
        if joined.get("kind") != "join":
            raise ConnectionError(f"galene refuses: {joined}")

    async def say(self, message: Json) -> None:
        await self._socket.send_json(message)

    async def heard(self, kind: str, stream: str | None = None) -> Json:
        """The oldest of this kind (and stream) that nobody took yet."""
        async with asyncio.timeout(_WITHIN_S):
            while True:
                for message in self._heard:
                    if message["type"] == kind and stream in (None, message.get("id")):
                        self._heard.remove(message)
                        return message
                self._news.clear()
                await self._news.wait()

    async def candidate(self, stream: str, address: str) -> tuple[str, int]:
        """Where this stream's connection is, over UDP at ``address``."""
        while True:
            said = (await self.heard("ice", stream))["candidate"]["candidate"].split()
            if said[2].lower() == "udp" and said[4] == address:
                return said[4], int(said[5])

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._socket.close()
        await self._session.close()

    async def _read(self) -> None:
        async for message in self._socket:
            said: Json = message.json()
            if said["type"] == "ping":
                await self.say({"type": "pong"})
            elif said["type"] in ("answer", "ice", "joined", "offer"):
                self._heard.append(said)
                self._news.set()
