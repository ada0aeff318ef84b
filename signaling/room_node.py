"""The media node that a room is on now: whatever of the room orders something asks here, so that the room can move."""

from collections.abc import AsyncIterator

import msgspec

from bridge.control import (
    DownlinkAnswer,
    NodeFigures,
    NodeHealth,
    Numbered,
    ParticipantOrder,
    RoomLines,
    RoomOrder,
    TapAnswer,
    TapOrder,
    UplinkAnswer,
    UplinkOffer,
    WantsOrder,
)
from bridge.ids import NodeId, ParticipantId, RoomId
from bridge.ports import MediaNode
from signaling.places import Place, Places


class RoomNode:
    """:class:`bridge.ports.MediaNode`; raises Unavailable(node_unavailable) also while the node is not registered."""

    def __init__(self, places: Places, place: Place) -> None:
        self.place = place
        self._places = places

    def move(self, node: NodeId) -> None:
        """From here on this one is asked."""
        self.place = msgspec.structs.replace(self.place, node=node)

    @property
    def _now(self) -> MediaNode:
        return self._places.node(self.place.node)

    async def health(self) -> NodeHealth:
        return await self._now.health()

    async def put_room(self, room: RoomId, order: RoomOrder) -> None:
        await self._now.put_room(room, order)

    async def delete_room(self, room: RoomId, *, goes_on: bool = False) -> None:
        await self._now.delete_room(room, goes_on=goes_on)

    async def put_participant(self, room: RoomId, participant: ParticipantId, order: ParticipantOrder) -> None:
        await self._now.put_participant(room, participant, order)

    async def delete_participant(self, room: RoomId, participant: ParticipantId) -> None:
        await self._now.delete_participant(room, participant)

    async def offer_uplink(self, room: RoomId, participant: ParticipantId, offer: UplinkOffer) -> UplinkAnswer:
        return await self._now.offer_uplink(room, participant, offer)

    async def answer_downlink(self, room: RoomId, participant: ParticipantId, answer: DownlinkAnswer) -> None:
        await self._now.answer_downlink(room, participant, answer)

    async def restart_downlink(self, room: RoomId, participant: ParticipantId, *, keep: bool = False) -> None:
        await self._now.restart_downlink(room, participant, keep=keep)

    async def put_wants(self, room: RoomId, participant: ParticipantId, order: WantsOrder) -> None:
        await self._now.put_wants(room, participant, order)

    async def put_tap(self, room: RoomId, order: TapOrder) -> TapAnswer:
        return await self._now.put_tap(room, order)

    async def delete_tap(self, room: RoomId) -> TapAnswer:
        return await self._now.delete_tap(room)

    async def figures(self) -> NodeFigures:
        return await self._now.figures()

    async def room_lines(self, room: RoomId) -> RoomLines:
        return await self._now.room_lines(room)

    def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
        return self._now.events(run, after)
