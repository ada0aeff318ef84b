"""The least that enters a room: Socket.IO spoken by hand over a WebSocket, so that a thousand fit into one process."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec

_NAMESPACE = "/room"
_WITHIN_S = 60.0


class LightSocket:
    """``revision``: of the newest view; ``at``: when each view came, by its revision; ``waits``: in the waiting area,
    not in the room."""

    def __init__(self) -> None:
        self.revision = 0
        self.participant = ""
        self.at: dict[int, float] = {}
        self.waits = False
        self.lost = False
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._asked = 0
        self._socket: aiohttp.ClientWebSocketResponse
        self._reader: asyncio.Task[None]

    async def enter(self, client: aiohttp.ClientSession, origin: str, token: str) -> None:
        """Until it is welcome."""
        url = f"{origin}/socket.io/?EIO=4&transport=websocket"
        self._socket = await client.ws_connect(url, headers={"Origin": origin}, max_msg_size=0)
        await self._socket.receive_str(timeout=_WITHIN_S)
        await self._socket.send_str(f"40{_NAMESPACE}," + msgspec.json.encode({"token": token}).decode())
        self._reader = asyncio.create_task(self._read())
        await self.sees(1)

    async def sees(self, revision: int) -> None:
        """A view at least as new."""
        if self.revision >= revision:
            return
        seen = asyncio.get_running_loop().create_future()
        self._waiting.append((revision, seen))
        await asyncio.wait_for(seen, _WITHIN_S)

    async def command(self, **command: object) -> int:
        """The room's revision after it. Raises RuntimeError for a refusal."""
        return int((await self.ask("command", {"command": command}))["revision"])

    async def ask(self, event: str, body: object) -> dict[str, Any]:
        """What is answered. Raises RuntimeError for a refusal."""
        self._asked += 1
        answer = self._answers[self._asked] = asyncio.get_running_loop().create_future()
        text = msgspec.json.encode([event, body]).decode()
        await self._socket.send_str(f"42{_NAMESPACE},{self._asked}{text}")
        # wait_for of Python 3.11 swallows a cancellation that comes with the answer.
        async with asyncio.timeout(_WITHIN_S):
            told: dict[str, Any] = (await answer)[0]
        if "code" in told:
            raise RuntimeError(f"{event} {body}: {told}")
        return told

    async def ended(self) -> None:
        """The server has closed it."""
        await asyncio.wait([self._reader])

    async def send(self, event: str, body: object) -> None:
        """Whatever is answered."""
        self._asked += 1
        text = msgspec.json.encode([event, body]).decode()
        await self._socket.send_str(f"42{_NAMESPACE},{self._asked}{text}")

    async def stop_reading(self) -> None:
        """It stays, and takes nothing any more."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def answer_ping(self) -> None:
        """Whether one came or not."""
        await self._socket.send_str("3")

    async def close(self) -> None:
        """Without a word."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()

    async def _read(self) -> None:
        takes: dict[str, Callable[[str], None]] = {f"42{_NAMESPACE},": self._event, f"43{_NAMESPACE},": self._answer}
        async for message in self._socket:
            text = message.data
            if text == "2":
                await self._socket.send_str("3")
                continue
            for head, take in takes.items():
                if text.startswith(head):
                    take(text[len(head) :])
        self.lost = True

    def _event(self, text: str) -> None:
        name, body = msgspec.json.decode(text)
        self.heard(name, body)
        if name in ("welcome", "waiting_welcome"):
            self.participant, self.waits = body["participant"], name != "welcome"
            self._view(body["waiting" if self.waits else "room"])
        elif name in ("room", "waiting"):
            self._view(body)

    def heard(self, name: str, body: dict[str, Any]) -> None:
        """Every message that comes, for who needs more of them."""

    def _view(self, view: dict[str, Any]) -> None:
        self.revision = view["revision"]
        self.at[self.revision] = time.monotonic()
        for place in [one for one in self._waiting if one[0] <= self.revision]:
            self._waiting.remove(place)
            place[1].set_result(None)

    def _answer(self, text: str) -> None:
        place = text.index("[")
        self._answers.pop(int(text[:place])).set_result(msgspec.json.decode(text[place:]))

    def since(self, revision: int, began: float) -> float:
        """Seconds from ``began`` until a view at least as new as ``revision`` had come."""
        return min(at for known, at in self.at.items() if known >= revision) - began
