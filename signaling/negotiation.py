"""Session descriptions and wishes between a browser and the room's node: carried, not read."""

import asyncio
from collections.abc import Awaitable, Callable, Container
from typing import TypeAlias

from bridge.control import DownlinkAnswer, UplinkAnswer, UplinkOffer, WantsOrder
from bridge.errors import Refusal
from bridge.ids import ParticipantId, RoomId
from bridge.node_room import NOT_THERE
from bridge.ports import MediaNode
from signaling.members import Members
from signaling.wire import DownlinkReply, RestartRequest, UplinkReply, UplinkRequest, WantsRequest

Negotiated: TypeAlias = DownlinkReply | RestartRequest | WantsRequest


class Negotiation:
    """``again`` makes the room anew on a node that has forgotten it."""

    def __init__(self, node: MediaNode, room: RoomId, members: Members, again: Callable[[], Awaitable[None]]) -> None:
        self._node = node
        self._room = room
        self._members = members
        self._again = again
        self._wants: dict[ParticipantId, WantsOrder] = {}
        """The newest of each that the node was not yet told."""
        self._turns: dict[ParticipantId, asyncio.Lock] = {}

    async def uplink(self, participant: ParticipantId, request: UplinkRequest) -> UplinkReply:
        """The node's answer. Raises Refusal(malformed_sdp | unsupported_codec), Unavailable(node_unavailable)."""
        offer = UplinkOffer(request.sdp, request.sources)
        try:
            answer = await self._node.offer_uplink(self._room, participant, offer)
        except Refusal as refusal:
            if refusal.code not in NOT_THERE:
                raise
            answer = await self._offer_again(participant, offer)
        return UplinkReply(answer.sdp)

    async def _offer_again(self, participant: ParticipantId, offer: UplinkOffer) -> UplinkAnswer:
        await self._again()
        return await self._node.offer_uplink(self._room, participant, offer)

    async def take(self, participant: ParticipantId, asked: Negotiated, here: Container[ParticipantId]) -> None:
        """What a browser says of what it receives; ``here``: who is in the room."""
        match asked:
            case DownlinkReply():
                await self._downlink(participant, asked)
            case RestartRequest():
                await self._restart_downlink(participant, asked)
            case WantsRequest():
                await self._put_newest(participant, asked, here)

    async def _downlink(self, participant: ParticipantId, reply: DownlinkReply) -> None:
        """The browser's answer. Raises Refusal(stale_offer | malformed_sdp), Unavailable(node_unavailable)."""
        await self._node.answer_downlink(self._room, participant, DownlinkAnswer(reply.offer, reply.sdp))
        member = self._members.get(participant)
        if member is not None and member.offer is not None and member.offer.offer == reply.offer:
            member.offer = None

    async def _restart_downlink(self, participant: ParticipantId, request: RestartRequest) -> None:
        """The browser has no receiving connection any more, or none that gets through: a new offer comes."""
        if (member := self._members.get(participant)) is not None:
            member.offer = None
        await self._node.restart_downlink(self._room, participant, keep=request.keep)

    async def _put_newest(
        self, participant: ParticipantId, request: WantsRequest, here: Container[ParticipantId]
    ) -> None:
        """Of who is ``here``. One order at a time; what was asked before the last that waits is passed over. Each is
        answered when it, or a newer one in its place, is on its way: what was acknowledged and lost nobody would say
        again.

        Raises Unavailable(node_unavailable)."""
        order = WantsOrder(tuple(one for one in request.shown if one.participant in here))
        self._wants[participant] = order
        turn = self._turns.setdefault(participant, asyncio.Lock())
        try:
            async with turn:
                if self._wants.get(participant) is order:
                    await self._put_wants(participant, order)
        finally:
            if self._wants.get(participant) is order:
                del self._wants[participant], self._turns[participant]

    async def _put_wants(self, participant: ParticipantId, order: WantsOrder) -> None:
        try:
            await self._node.put_wants(self._room, participant, order)
        except Refusal as refusal:
            if refusal.code not in NOT_THERE:
                raise
            await self._again()
            await self._node.put_wants(self._room, participant, order)
