"""A recorder's control API as the other rooms call it: :class:`bridge.ports.RecorderNode` over HTTP."""

from collections.abc import AsyncGenerator
from ssl import SSLContext
from typing import TypeVar

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, WSMsgType

from bridge.control import Numbered, Problem
from bridge.errors import Code, Conflict, Invalid, NotFound, Refusal, Unavailable
from bridge.ids import RecordingId
from bridge.recorder_control import ArmOrder, Proof, RecorderHealth, RecordingStatus
from recorder.places import way_to

QUICK_S = 5.0
PROOF_S = 10.0
"""The recorder itself answers within 8 s."""

FINISH_S = 40.0
"""The recorder itself answers within 30 s."""

HEARTBEAT_S = 10.0

Answer = TypeVar("Answer")

_CLASSES: dict[int, type[Refusal]] = {400: Invalid, 404: NotFound, 409: Conflict, 503: Unavailable}


class HttpRecorderNode:
    """``address``: ``unix:PATH`` | ``HOST:PORT``. ``calling``: for a recorder of another machine. Raises
    Unavailable(recorder_unavailable) when nothing answers in time, else what the recorder refused with."""

    def __init__(self, address: str, secret: str = "", calling: SSLContext | None = None) -> None:
        self._way = way_to(address, calling)
        self._headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._session: ClientSession | None = None

    async def close(self) -> None:
        """Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def health(self) -> RecorderHealth:
        return await self._ask("GET", "/health", RecorderHealth)

    async def metrics(self) -> bytes:
        """In Prometheus' text format."""
        return await self._request("GET", "/metrics", None, QUICK_S)

    async def arm(self, recording: RecordingId, order: ArmOrder) -> RecordingStatus:
        return await self._ask("PUT", f"/recordings/{recording}", RecordingStatus, order)

    async def prove(self, recording: RecordingId) -> Proof:
        return await self._ask("POST", f"/recordings/{recording}/proof", Proof, timeout_s=PROOF_S)

    async def started(self, recording: RecordingId) -> RecordingStatus:
        return await self._ask("POST", f"/recordings/{recording}/started", RecordingStatus, timeout_s=PROOF_S)

    async def finished(self, recording: RecordingId) -> RecordingStatus:
        return await self._ask("POST", f"/recordings/{recording}/finished", RecordingStatus, timeout_s=FINISH_S)

    async def status(self, recording: RecordingId) -> RecordingStatus:
        return await self._ask("GET", f"/recordings/{recording}", RecordingStatus)

    async def disarm(self, recording: RecordingId) -> None:
        await self._request("DELETE", f"/recordings/{recording}", None, QUICK_S)

    async def events(self, run: str, after: int) -> AsyncGenerator[Numbered, None]:
        """Ends when the line drops."""
        decoder = msgspec.json.Decoder(Numbered)
        try:
            async with self._open().ws_connect(
                f"{self._way.root}/events", params={"run": run, "after": str(after)}, heartbeat=HEARTBEAT_S
            ) as socket:
                async for message in socket:
                    if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                        return
                    yield decoder.decode(message.data)
        except (ClientError, OSError, TimeoutError) as error:
            raise Unavailable(Code.RECORDER_UNAVAILABLE, str(error)) from error

    async def _ask(
        self,
        method: str,
        path: str,
        shape: type[Answer],
        body: msgspec.Struct | None = None,
        timeout_s: float = QUICK_S,
    ) -> Answer:
        content = await self._request(method, path, body, timeout_s)
        try:
            return msgspec.json.decode(content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(Code.RECORDER_UNAVAILABLE, f"{method} {path}: {error}") from error

    async def _request(self, method: str, path: str, body: msgspec.Struct | None, timeout_s: float) -> bytes:
        content = msgspec.json.encode(body) if body is not None else None
        timeout = ClientTimeout(total=timeout_s)
        try:
            async with self._open().request(method, self._way.root + path, data=content, timeout=timeout) as response:
                answer = await response.read()
        except (ClientError, OSError, TimeoutError) as error:
            said = str(error) or type(error).__name__
            raise Unavailable(Code.RECORDER_UNAVAILABLE, f"{method} {path}: {said}") from error
        if response.status >= 400:
            raise _refusal(response.status, answer)
        return answer

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(connector=self._way.connector(), headers=self._headers)
        return self._session


def _refusal(status: int, content: bytes) -> Refusal:
    try:
        problem = msgspec.json.decode(content, type=Problem)
        code = Code(problem.code)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return Unavailable(Code.RECORDER_UNAVAILABLE, f"status {status}")
    return _CLASSES.get(status, Refusal)(code, problem.detail)
