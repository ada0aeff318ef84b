"""Session descriptions between a browser and the room's node: carried, not read."""

from collections.abc import Awaitable, Callable

from bridge.control import DownlinkAnswer, UplinkAnswer, UplinkOffer
from bridge.errors import Refusal
from bridge.ids import ParticipantId, RoomId
from bridge.node_room import NOT_THERE
from bridge.ports import MediaNode
from signaling.members import Members
from signaling.wire import DownlinkReply, RestartRequest, UplinkReply, UplinkRequest


class Negotiation:
    """``again`` makes the room anew on a node that has forgotten it."""

    def __init__(self, node: MediaNode, room: RoomId, members: Members, again: Callable[[], Awaitable[None]]) -> None:
        self._node = node
        self._room = room
        self._members = members
        self._again = again

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

    async def downlink(self, participant: ParticipantId, reply: DownlinkReply) -> None:
        """The browser's answer. Raises Refusal(stale_offer | malformed_sdp), Unavailable(node_unavailable)."""
        await self._node.answer_downlink(self._room, participant, DownlinkAnswer(reply.offer, reply.sdp))
        member = self._members.get(participant)
        if member is not None and member.offer is not None and member.offer.offer == reply.offer:
            member.offer = None

    async def restart_downlink(self, participant: ParticipantId, request: RestartRequest) -> None:
        """The browser has no receiving connection any more, or none that gets through: a new offer comes."""
        if (member := self._members.get(participant)) is not None:
            member.offer = None
        await self._node.restart_downlink(self._room, participant, keep=request.keep)
