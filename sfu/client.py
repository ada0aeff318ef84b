"""A media node elsewhere, through its control API. Implements :class:`bridge.ports.MediaNode`."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Protocol, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from bridge.control import (
    CaptureOrder,
    DownlinkAnswer,
    NodeFigures,
    NodeHealth,
    Numbered,
    ParticipantOrder,
    ProbeAnswer,
    ProbeOffer,
    Problem,
    RestartOrder,
    RoomLines,
    RoomOrder,
    TapAnswer,
    TapOrder,
    UplinkAnswer,
    UplinkOffer,
    WantsOrder,
)
from bridge.errors import Code, Conflict, Invalid, LineSilent, NotFound, NotPermitted, Refusal, Unavailable
from bridge.ids import ParticipantId, RoomId

_WITHIN_S = 5.0
"""A node answers in milliseconds; whoever waits longer stands before a dead one."""
_SILENT = 1.5
"""aiohttp pings a line on which nothing came for a heartbeat, and waits half as long for the answer."""
_KINDS: dict[int, type[Refusal]] = {400: Invalid, 403: NotPermitted, 404: NotFound, 409: Conflict, 503: Unavailable}
_CODES = {code.value: code for code in Code}

Answer = TypeVar("Answer")


class Way(Protocol):
    """How a process of this installation is reached; addresses are read in one place, ``recorder/places.py``."""

    @property
    def root(self) -> str:
        """What URLs begin with."""

    @property
    def connector(self) -> Callable[[], aiohttp.BaseConnector]:
        """Makes a new one, inside a running loop."""


class HttpMediaNode:
    """Make it inside a running loop; close() it."""

    def __init__(self, way: Way, within_s: float = _WITHIN_S, secret: str = "") -> None:
        self._root = way.root
        self._within_s = within_s
        self._session = aiohttp.ClientSession(
            connector=way.connector(),
            timeout=aiohttp.ClientTimeout(total=within_s),
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
        )

    async def close(self) -> None:
        """Idempotent; whoever reads events gets the end."""
        await self._session.close()

    async def health(self) -> NodeHealth:
        """Raises Unavailable(node_unavailable), as every method here."""
        return await self._ask("GET", "/health", None, NodeHealth)

    async def put_room(self, room: RoomId, order: RoomOrder) -> None:
        """Raises Refusal(room_full)."""
        await self._order("PUT", _place(room), order)

    async def delete_room(self, room: RoomId, *, goes_on: bool = False) -> None:
        """Unknown: nothing happens."""
        await self._order("DELETE", _place(room) + ("?goes_on" if goes_on else ""))

    async def put_participant(self, room: RoomId, participant: ParticipantId, order: ParticipantOrder) -> None:
        """Raises NotFound(unknown_room), Refusal(room_full)."""
        await self._order("PUT", _place(room, participant), order)

    async def delete_participant(self, room: RoomId, participant: ParticipantId) -> None:
        """Raises NotFound(unknown_room)."""
        await self._order("DELETE", _place(room, participant))

    async def offer_uplink(self, room: RoomId, participant: ParticipantId, offer: UplinkOffer) -> UplinkAnswer:
        """Raises NotFound, Refusal(malformed_sdp, unsupported_codec)."""
        path = _place(room, participant) + "/uplink"
        return await self._ask("POST", path, offer, UplinkAnswer)

    async def answer_downlink(self, room: RoomId, participant: ParticipantId, answer: DownlinkAnswer) -> None:
        """Raises NotFound, Conflict(stale_offer), Refusal(malformed_sdp)."""
        await self._order("POST", _place(room, participant) + "/downlink", answer)

    async def restart_downlink(self, room: RoomId, participant: ParticipantId, *, keep: bool = False) -> None:
        """Raises NotFound, Conflict(stale_offer) for someone who is not to receive."""
        await self._order("POST", _place(room, participant) + "/downlink/restart", RestartOrder(keep))

    async def probe(self, offer: ProbeOffer) -> ProbeAnswer:
        """Raises Refusal: malformed_sdp, too_many_requests."""
        return await self._ask("POST", "/probes", offer, ProbeAnswer)

    async def put_wants(self, room: RoomId, participant: ParticipantId, order: WantsOrder) -> None:
        """Raises NotFound."""
        await self._order("PUT", _place(room, participant) + "/wants", order)

    async def put_tap(self, room: RoomId, order: TapOrder) -> TapAnswer:
        """Raises NotFound(unknown_room)."""
        return await self._ask("PUT", _place(room) + "/tap", order, TapAnswer)

    async def delete_tap(self, room: RoomId) -> TapAnswer:
        """Raises NotFound(unknown_room)."""
        return await self._ask("DELETE", _place(room) + "/tap", None, TapAnswer)

    async def room_lines(self, room: RoomId) -> RoomLines:
        """Raises NotFound(unknown_room)."""
        return await self._ask("GET", _place(room) + "/lines", None, RoomLines)

    async def figures(self) -> NodeFigures:
        """The node in numbers, with its rooms and their lines."""
        return await self._ask("GET", "/figures", None, NodeFigures)

    async def metrics(self) -> bytes:
        """In Prometheus' text format."""
        return await self._send("GET", "/metrics", None)

    async def capture(
        self, room: RoomId, participant: ParticipantId, order: CaptureOrder
    ) -> AsyncGenerator[bytes, None]:
        """A pcapng file in pieces. Raises NotFound, Conflict."""
        path, body = _place(room, participant) + "/capture", msgspec.json.encode(order)
        limit = aiohttp.ClientTimeout(total=order.seconds + self._within_s)
        try:
            async with self._session.request("POST", self._root + path, data=body, timeout=limit) as response:
                if response.status >= 400:
                    raise _refusal(response.status, await response.read())
                async for piece in response.content.iter_any():
                    yield piece
        except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError) as error:
            raise _unavailable(error) from error

    async def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
        """What follows ``after`` of ``run``; ends when the line drops. Raises Unavailable when it cannot begin,
        LineSilent when the node does not answer on it any more."""
        try:
            socket = await self._session.ws_connect(
                f"{self._root}/events",
                params={"run": run, "after": str(after)},
                heartbeat=self._within_s,
                timeout=aiohttp.ClientWSTimeout(ws_close=self._within_s),
                max_msg_size=1024 * 1024,
            )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _unavailable(error) from error
        async with socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.ERROR and isinstance(message.data, TimeoutError):
                    raise LineSilent(Code.NODE_UNAVAILABLE, str(message.data), _SILENT * self._within_s)
                if message.type is not aiohttp.WSMsgType.BINARY:
                    break
                yield msgspec.json.decode(message.data, type=Numbered)

    async def _order(self, method: str, path: str, body: object = None) -> None:
        await self._send(method, path, body)

    async def _ask(self, method: str, path: str, body: object, shape: type[Answer]) -> Answer:
        answer = await self._send(method, path, body)
        try:
            return msgspec.json.decode(answer, type=shape)
        except msgspec.DecodeError as error:
            raise _unavailable(error) from error

    async def _send(self, method: str, path: str, body: object) -> bytes:
        content = None if body is None else msgspec.json.encode(body)
        try:
            async with self._session.request(method, self._root + path, data=content) as response:
                answer = await response.read()
                status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError) as error:
            raise _unavailable(error) from error
        if status >= 400:
            raise _refusal(status, answer)
        return answer


def _place(room: RoomId, participant: ParticipantId | None = None) -> str:
    path = f"/rooms/{quote(room, safe='')}"
    return path if participant is None else f"{path}/participants/{quote(participant, safe='')}"


def _refusal(status: int, answer: bytes) -> Refusal:
    """What the node refused, as it was thrown there."""
    try:
        problem = msgspec.json.decode(answer, type=Problem)
    except msgspec.DecodeError:
        return Unavailable(Code.NODE_UNAVAILABLE, f"status {status}")
    return _KINDS.get(status, Refusal)(_CODES.get(problem.code, Code.INTERNAL), problem.detail)


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(Code.NODE_UNAVAILABLE, f"{type(error).__name__}: {error}")
