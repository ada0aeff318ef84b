"""Commands of a room that are stored before they take effect. In the room's turn."""

from bridge import commands as c
from bridge.commands import RoomCommand
from bridge.decisions import decide
from bridge.events import ParticipantJoined, ParticipantLeft
from bridge.live import LiveReception
from bridge.policy import Actor
from signaling.arrivals import Arrivals
from signaling.memory import Memory
from signaling.settling import Settling


class StoredFirst:
    """What each of them needs beside the database: the recording, the node, whoever comes or goes."""

    def __init__(self, live: LiveReception, memory: Memory, arrivals: Arrivals, settling: Settling) -> None:
        self._live = live
        self._memory = memory
        self._arrivals = arrivals
        self._settling = settling

    async def do(self, actor: Actor, command: RoomCommand) -> None:
        """Raises Refusal."""
        match command:
            case c.StartReception():
                await self._live.start(actor, command)
            case c.InterruptReception():
                await self._interrupt(actor, command)
            case c.ResumeReception():
                await self._live.resume(actor, command)
            case c.CloseReception():
                await self._live.close(actor, command)
            case c.EndHelp():
                await self._arrivals.end_help(actor, command)
            case _:
                await self._let_in_or_out(actor, command)

    async def _let_in_or_out(self, actor: Actor, command: RoomCommand) -> None:
        """Stored, then told; acknowledged once the node follows, so that who was sent out is heard no more."""
        events = decide(self._memory.present, actor, command)
        await self._memory.commit(actor, type(command).__name__, events)
        await self._arrivals.follow(events, command.reason if isinstance(command, c.DismissSeat) else "")
        if any(isinstance(event, ParticipantJoined | ParticipantLeft) for event in events):
            await self._settling.done()

    async def _interrupt(self, actor: Actor, command: c.InterruptReception) -> None:
        try:
            await self._live.interrupt(actor, command)
        finally:
            self._settling.want()  # when it was not stored, media has to flow again
