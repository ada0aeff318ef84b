"""Capturing headers of one participant's packets: by whom, of what room, and why stands in the audit before the first
packet leaves the node. What is captured is cut in the node (:mod:`sfu.capture`)."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Protocol

import msgspec

from bridge.accounts import actor_in
from bridge.control import LONGEST_CAPTURE_S, CaptureOrder
from bridge.errors import Code, Invalid, Refusal, Unavailable
from bridge.ids import NodeId, ParticipantId, ReceptionId, RoomId, room_of
from bridge.policy import Action, Actor, authorise
from bridge.ports import Clock
from bridge.receptions import ReceptionService
from bridge.repositories import AuditEntry, UnitsOfWork

MAX_REASON = 300


class CapturingNode(Protocol):
    """A media node, as far as a capture needs one."""

    def capture(self, room: RoomId, participant: ParticipantId, order: CaptureOrder) -> AsyncGenerator[bytes, None]: ...


NodeOf = Callable[[NodeId | None], CapturingNode]
"""By what a reception says of its node. Raises NotFound, Unavailable."""


class CaptureRequest(msgspec.Struct, frozen=True):
    """Who asks, and ``hand``: under which user of the machine; of whom, for how long, and what for."""

    actor: Actor
    hand: str
    reception: ReceptionId
    participant: ParticipantId
    seconds: int
    reason: str


class Capturing:
    """The service."""

    def __init__(self, units: UnitsOfWork, receptions: ReceptionService, node_of: NodeOf, clock: Clock) -> None:
        self._units = units
        self._receptions = receptions
        self._node_of = node_of
        self._clock = clock

    async def capture(self, request: CaptureRequest) -> AsyncGenerator[bytes, None]:
        """The file in pieces. Raises Invalid, NotFound, NotPermitted, Conflict (another one is under way), Unavailable:
        when the audit cannot be written, nothing is handed on."""
        reason = _checked(request)
        name = f"reception {request.reception}"
        try:
            found = await self._receptions.present(request.reception)
            authorise(actor_in(request.actor, found), Action.CAPTURE_PACKETS, found.concern)
            node, order = self._node_of(found.node), CaptureOrder(request.seconds)
            async with aclosing(node.capture(room_of(request.reception), request.participant, order)) as pieces:
                first = await anext(pieces, None)
                if first is None:  # not even the file's head
                    raise Unavailable(Code.NODE_UNAVAILABLE, "the node hung up before the capture began")
                await self._note(request, name, "done", reason)
                yield first
                async for piece in pieces:
                    yield piece
        except Refusal as refusal:
            await self._note(request, name, f"refused:{refusal.code}", reason)
            raise

    async def _note(self, request: CaptureRequest, name: str, outcome: str, reason: str) -> None:
        detail = f"participant {request.participant}, {request.seconds} s, by hand of {request.hand}: {reason}"
        action = str(Action.CAPTURE_PACKETS)
        entry = AuditEntry(self._clock.utc(), request.actor.account, action, name, outcome, detail)
        async with self._units.writing() as unit:
            await unit.audit.append(entry)
            await unit.commit()


def _checked(request: CaptureRequest) -> str:
    """The reason without outer blanks. Raises Invalid."""
    reason = request.reason.strip()
    if not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
        raise Invalid(detail=f"a reason of at most {MAX_REASON} characters is needed", field="reason")
    if not 1 <= request.seconds <= LONGEST_CAPTURE_S:
        raise Invalid(detail=f"1 to {LONGEST_CAPTURE_S} seconds", field="seconds")
    return reason
