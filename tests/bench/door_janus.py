"""Into Janus's VideoRoom through its WebSocket API: one connection per publisher and one per receiver, as ours."""

import asyncio
from itertools import count
from typing import Any

import aiohttp
from aiortc import RTCCertificate

from sfu.sdp import parse_description
from sfu.transport.aiortc_private import fingerprint_of
from tests.bench.descriptions import publisher_offer, receiver_answer
from tests.bench.line import Line, Local, connect
from tests.bench.orders import WorkOrder

_ROOM = 4711
_WITHIN_S = 20.0
_FEED = 100
"""Publisher ``index`` is feed 100 + index: receivers need not ask."""

Json = dict[str, Any]


class JanusDoor:
    """See Door. The first publisher makes the room."""

    def __init__(self, order: WorkOrder) -> None:
        self._order = order
        self._certificate = RTCCertificate.generateCertificate()
        self._fingerprint = fingerprint_of(self._certificate)
        self._client = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._numbers = count(1)
        self._session = 0

    async def publish(self, publisher: int) -> Line:
        """See Door."""
        handle = await self._attach()
        if publisher == 0:
            await self._message(handle, _room(self._order.publishers))
        join = {"request": "join", "ptype": "publisher", "room": _ROOM, "id": _FEED + publisher}
        await self._message(handle, join)
        local = Local(self._order.address)
        offer = publisher_offer(publisher, local.ufrag, local.pwd, self._fingerprint, local.place)
        answer = await self._message(handle, {"request": "publish"}, {"type": "offer", "sdp": offer})
        return await connect(local, self._certificate, parse_description(answer["jsep"]["sdp"]), offered=True)

    async def receive(self, receiver: int) -> list[Line]:
        """See Door."""
        handle = await self._attach()
        feeds = [{"feed": _FEED + index} for index in range(self._order.publishers)]
        join = {"request": "join", "ptype": "subscriber", "room": _ROOM, "streams": feeds}
        offer = parse_description((await self._message(handle, join))["jsep"]["sdp"])
        local = Local(self._order.address)
        sdp = receiver_answer(offer, local.ufrag, local.pwd, self._fingerprint, local.place)
        await self._message(handle, {"request": "start"}, {"type": "answer", "sdp": sdp})
        return [await connect(local, self._certificate, offer)]

    async def close(self) -> None:
        """Janus ends a session with its socket."""
        if self._socket is not None:
            await self._socket.close()
        await self._client.close()

    async def _attach(self) -> int:
        if self._socket is None:
            self._socket = await self._client.ws_connect(self._order.control, protocols=("janus-protocol",))
            self._session = (await self._ask({"janus": "create"}))["data"]["id"]
        attached = await self._ask({"janus": "attach", "plugin": "janus.plugin.videoroom"})
        return int(attached["data"]["id"])

    async def _message(self, handle: int, body: Json, jsep: Json | None = None) -> Json:
        message = {"janus": "message", "handle_id": handle, "body": body}
        return await self._ask(message if jsep is None else {**message, "jsep": jsep})

    async def _ask(self, message: Json) -> Json:
        """The final answer; acknowledgements and other events are passed over. Raises ConnectionError, TimeoutError."""
        assert self._socket is not None
        transaction = f"bench{next(self._numbers)}"
        session = {"session_id": self._session} if self._session else {}
        await self._socket.send_json({**message, **session, "transaction": transaction})
        async with asyncio.timeout(_WITHIN_S):
            while True:
                answer: Json = await self._socket.receive_json()
                if answer.get("transaction") != transaction or answer["janus"] == "ack":
                    continue
                plugin = answer.get("plugindata", {}).get("data", {})
                if answer["janus"] == "error" or "error" in plugin:
                    raise ConnectionError(f"janus refuses {message['janus']}: {answer}")
                return answer


def _room(publishers: int) -> Json:
    return {
        "request": "create",
        "room": _ROOM,
        "permanent": False,
        "publishers": publishers,
        "bitrate": 0,
        "fir_freq": 0,
        "audiocodec": "opus",
        "videocodec": "vp8",
        "audiolevel_ext": True,
        "audiolevel_event": False,
    }
