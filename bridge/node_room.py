"""A room's image on its media node: what was ordered there, and the orders that bring it to the present state."""

from contextlib import AbstractAsyncContextManager

from bridge.control import ParticipantOrder, RoomOrder
from bridge.errors import Code, Refusal
from bridge.ids import ParticipantId, RoomId
from bridge.ports import MediaNode
from bridge.reception import Reception
from bridge.rules import participant_order, room_order
from bridge.states import OVER

NOT_THERE = frozenset({Code.UNKNOWN_ROOM, Code.UNKNOWN_PARTICIPANT, Code.NOT_FOUND})
"""What a node says that restarted and was not told again."""


class NodeRoom:
    """``turn`` lets one call through at a time. Every call may be repeated after a failure."""

    def __init__(
        self, node: MediaNode, room: RoomId, turn: AbstractAsyncContextManager[object], loudest: int = 0
    ) -> None:
        self.id = room
        self._node = node
        self._turn = turn
        self._loudest = loudest
        self._holding = False
        self._room: RoomOrder | None = None
        self._participants: dict[ParticipantId, ParticipantOrder] = {}

    def forget(self) -> None:
        """The node began anew: nothing of what was ordered holds."""
        self._room = None
        self._participants = {}

    async def begin_anew(self) -> None:
        """As :meth:`forget`, and nothing that is being ordered of the node before counts for the next one."""
        async with self._turn:
            self.forget()

    async def settle(self, reception: Reception) -> None:
        """Order what differs; gates that close go first. Raises Unavailable(node_unavailable)."""
        async with self._turn:
            if reception.state in OVER:
                return
            try:
                await self._order(reception)
            except Refusal as refusal:
                if refusal.code not in NOT_THERE:
                    raise
                # the node restarted in between and does not know the room or the participant
                self.forget()
                await self._order(reception)

    async def _order(self, reception: Reception) -> None:
        wanted = {key: participant_order(reception, key) for key in reception.participants}
        changed = {key: order for key, order in wanted.items() if self._participants.get(key) != order}
        await self._order_room(RoomOrder(True) if self._holding else room_order(reception, self._loudest))
        for gone in [key for key in self._participants if key not in wanted]:
            await self._delete(gone)
        for key, order in sorted(changed.items(), key=lambda item: _openness(item[1])):
            await self._node.put_participant(self.id, key, order)
            self._participants[key] = order

    async def _order_room(self, order: RoomOrder) -> None:
        if self._room != order:
            await self._node.put_room(self.id, order)
            self._room = order

    async def _delete(self, participant: ParticipantId) -> None:
        try:
            await self._node.delete_participant(self.id, participant)
        except Refusal as refusal:
            if refusal.code not in NOT_THERE:  # gone already is what was wanted
                raise
        self._participants.pop(participant, None)

    async def hold(self) -> None:
        """Nothing flows from here on, whatever the state says, until :meth:`release`."""
        self._holding = True
        async with self._turn:
            await self._order_room(RoomOrder(True))

    def release(self) -> None:
        """The next :meth:`settle` orders what the state says."""
        self._holding = False

    async def remove(self) -> None:
        """The room is over. Raises Unavailable(node_unavailable)."""
        async with self._turn:
            try:
                await self._node.delete_room(self.id)
            except Refusal as refusal:
                if refusal.code not in NOT_THERE:
                    raise
            self.forget()


def _openness(order: ParticipantOrder) -> int:
    return sum((order.receives, order.gates.microphone, order.gates.camera, order.gates.screen))
