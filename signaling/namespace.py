"""The room's socket: strangers' messages in, typed calls of a room out, every answer a struct or a Refused."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import socketio

from bridge.about import about
from bridge.errors import Code, Invalid, Refusal, TokenRefused
from bridge.ids import ParticipantId
from bridge.ports import Clock, JoinTokens
from signaling.limits import TokenBucket
from signaling.packets import MALFORMED
from signaling.room import Room
from signaling.rooms import Rooms
from signaling.settings import SignalingConfig
from signaling.socket_line import WAITING, SocketLine
from signaling.wire import (
    NAMESPACE,
    CommandRequest,
    Done,
    DownlinkReply,
    JoinAuth,
    LineReport,
    Refused,
    RestartRequest,
    ResumeAuth,
    UplinkReply,
    UplinkRequest,
    WantsRequest,
)

_log = logging.getLogger(__name__)
TOO_OFTEN = 200
"""Messages over the limit after which a socket is closed: no browser of ours sends them."""

Body = TypeVar("Body")
_Answer = msgspec.Struct


@dataclass
class Seated:
    """A socket that has entered a room."""

    room: Room
    participant: ParticipantId
    line: SocketLine
    bucket: TokenBucket
    sending: "asyncio.Task[None] | None" = None


class RoomNamespace(socketio.AsyncNamespace):  # type: ignore[misc]  # socketio has no types
    """Names of events are looked up in a table, never among the attributes."""

    def __init__(self, config: SignalingConfig, rooms: Rooms, tokens: JoinTokens, clock: Clock) -> None:
        super().__init__(NAMESPACE)
        self._config = config
        self._rooms = rooms
        self._tokens = tokens
        self._clock = clock
        self._seated: dict[str, Seated] = {}
        self._table: Mapping[str, Callable[[Seated, Any], Awaitable[_Answer]]] = {
            "uplink": self._uplink,
            "downlink": self._downlink,
            "restart_downlink": self._restart_downlink,
            "wants": self._wants,
            "line": self._line,
            "command": self._command,
            "leave": self._leave,
        }

    @property
    def messages(self) -> frozenset[str]:
        """Names of everything a seated socket may send."""
        return frozenset(self._table)

    def is_seated(self, sid: str | None) -> bool:
        """Whether this socket is in a room, or its waiting area."""
        return sid in self._seated

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """Called by the library for everything that happens to a socket."""
        sid: str = args[0]
        if event == "connect":
            return await self._connect(sid, args[2] if len(args) > 2 else None)
        if event == "disconnect":
            return self._disconnect(sid)
        return await self._message(sid, event, args[1] if len(args) > 1 else None)

    # ── connecting ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _connect(self, sid: str, auth: Any) -> None:
        line = SocketLine(self.server, sid)
        try:
            room, participant = await self._enter(auth, line)
        except Refusal as refusal:
            _log.info("socket %s refused: %s", sid, refusal)
            answer = msgspec.to_builtins(_refused(refusal))
            raise socketio.exceptions.ConnectionRefusedError(refusal.code, answer) from None
        if self._is_gone(sid):  # the library tells of no end while it waits for us
            room.line_lost(participant, line)
            raise socketio.exceptions.ConnectionRefusedError(Code.RESUME_INVALID)
        bucket = TokenBucket(self._config.messages_per_s, self._config.messages_burst, self._clock.mono())
        seated = self._seated[sid] = Seated(room, participant, line, bucket)
        # The acceptance leaves when this returns; the line's first message follows it.
        line.whose = {"room": room.id, "participant": participant}
        with about(**line.whose):
            seated.sending = asyncio.create_task(self._send(seated, sid), name=f"socket {sid}")

    async def _send(self, seated: Seated, sid: str) -> None:
        if self._is_gone(sid):  # nor of one that it finds out while it sends the acceptance
            await self.server.disconnect(sid, namespace=NAMESPACE)
        await seated.line.run()

    def _is_gone(self, sid: str) -> bool:
        socket = self.server.eio.sockets.get(self.server.manager.eio_sid_from_sid(sid, NAMESPACE))
        return socket is None or socket.closed or socket.closing

    async def _enter(self, auth: Any, line: SocketLine) -> tuple[Room, ParticipantId]:
        if isinstance(auth, dict) and "participant" in auth:
            resume = _read(auth, ResumeAuth)
            room = self._rooms.of_participant(resume.participant)
            if room is None:
                raise TokenRefused(Code.RESUME_INVALID, "in no room of this process")
            await room.resume(resume.participant, resume.secret, line)
            return room, resume.participant
        grant = await self._tokens.redeem(_read(auth, JoinAuth).token)
        room = await self._rooms.open(grant.reception)
        return room, await room.join(grant, line)

    def _disconnect(self, sid: str) -> None:
        seated = self._seated.pop(sid, None)
        if seated is not None:
            seated.line.cut()
            seated.room.line_lost(seated.participant, seated.line)

    # ── messages ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _message(self, sid: str, event: str, body: Any) -> _Answer | None:
        seated = self._seated.get(sid)
        if seated is None:
            return None
        if seated.line.is_cut:
            return None
        if seated.line.waiting > WAITING:  # asks and asks, and does not read what it is answered
            seated.line.cut()
            return None
        if not seated.bucket.take(self._clock.mono()):
            return self._too_many(seated)
        if event == MALFORMED:
            return Refused(Code.MALFORMED_MESSAGE, {})
        with about(room=seated.room.id, participant=seated.participant):
            return await self._answered(seated, event, body)

    def _too_many(self, seated: Seated) -> _Answer:
        refused = Refused(Code.TOO_MANY_REQUESTS, {"seconds": "1"})
        if seated.bucket.refused >= TOO_OFTEN:
            seated.line.end("refused", refused)
        return refused

    async def _answered(self, seated: Seated, event: str, body: Any) -> _Answer:
        handler = self._table.get(event)
        try:
            if handler is None:
                raise Invalid(Code.MALFORMED_MESSAGE, f"event {event}")
            return await handler(seated, body)
        except Refusal as refusal:
            _log.info("%s of %s refused: %s", event, seated.participant, refusal)
            return _refused(refusal)
        except Exception:  # noqa: BLE001  our own fault: to the log whole, to the browser as a code
            _log.exception("%s of %s", event, seated.participant)
            return Refused(Code.INTERNAL, {})

    async def _uplink(self, seated: Seated, body: Any) -> UplinkReply:
        request = _read(body, UplinkRequest)
        if len(request.sdp) > self._config.max_uplink_sdp:
            raise Invalid(Code.TOO_LARGE, field="sdp", limit=str(self._config.max_uplink_sdp))
        return await seated.room.uplink(seated.participant, request)

    async def _downlink(self, seated: Seated, body: Any) -> Done:
        return await seated.room.negotiate(seated.participant, _read(body, DownlinkReply))

    async def _restart_downlink(self, seated: Seated, body: Any) -> Done:
        request = RestartRequest() if body is None else _read(body, RestartRequest)
        return await seated.room.negotiate(seated.participant, request)

    async def _wants(self, seated: Seated, body: Any) -> Done:
        return await seated.room.negotiate(seated.participant, _read(body, WantsRequest))

    async def _line(self, seated: Seated, body: Any) -> Done:
        return seated.room.line_report(seated.participant, _read(body, LineReport))

    async def _command(self, seated: Seated, body: Any) -> Done:
        return await seated.room.command(seated.participant, _read(body, CommandRequest).command)

    async def _leave(self, seated: Seated, body: Any) -> Done:
        return await seated.room.leave(seated.participant)

    async def close(self) -> None:
        """Cut every line; browsers resume with whoever owns their room next."""
        sending = [seated.sending for seated in self._seated.values() if seated.sending is not None]
        for seated in self._seated.values():
            seated.line.cut()
        await asyncio.gather(*sending, return_exceptions=True)


def _read(body: Any, form: type[Body]) -> Body:
    """Raises Invalid(malformed_message)."""
    try:
        return msgspec.convert(body, form)
    except msgspec.ValidationError as error:
        raise Invalid(Code.MALFORMED_MESSAGE, str(error)) from None


def _refused(refusal: Refusal) -> Refused:
    return Refused(refusal.code, refusal.params)
