"""A node without a network: orders and datagrams go in by hand, handshakes are skipped."""

import asyncio
import re
from collections.abc import Collection
from typing import TypeVar

from aiortc.rtp import RtcpByePacket

from bridge.control import DownlinkAnswer, DownlinkOffer, Gates, ParticipantOrder, RoomOrder, UplinkOffer
from bridge.ids import Mid, NodeId, ParticipantId, RoomId
from bridge.media import Source
from sfu.capture.capture import Line
from sfu.core.router import Router
from sfu.node import Node
from sfu.peers.room import Room
from sfu.settings import SfuConfig
from sfu.transport.port import MediaPort
from sfu.transport.stun import parse_check
from sfu.transport.transport import Transport
from tests.support.fakes import CountingEntropy, HandClock
from tests.support.sfu_peer import Peer, rtp
from tests.support.sfu_stun import check
from tests.unit.sfu.sdp.samples import CHROMIUM_OFFER

Told = TypeVar("Told")
WITHIN_S = 30.0
ROOM, ANN, BOB = RoomId("room"), ParticipantId("ann"), ParticipantId("bob")
ALL_OPEN = ParticipantOrder(receives=True, gates=Gates(microphone=True, camera=True, screen=True))
SOUND = UplinkOffer(CHROMIUM_OFFER, {Mid("0"): Source.MICROPHONE})


class House:
    """A node with one room, in which Ann's microphone is connected."""

    def __init__(self) -> None:
        clock = HandClock()
        clock.pass_s(1)
        self.clock = clock
        self.node = Node(SfuConfig(node=NodeId("node"), control="unix:none"), clock, CountingEntropy())
        parts = vars(self.node)
        self.core: Router = parts["_core"]
        self.port: MediaPort = parts["_port"]
        parts["_ground"].candidates = (("127.0.0.1", 1),)
        self.peer = Peer(9, ("127.0.0.1", 5000))

    @property
    def room(self) -> Room:
        found: Room = vars(self.node)["_rooms"][ROOM]
        return found

    @property
    def transport(self) -> Transport:
        return self.room.participant(ANN).transports()[Line.UPLINK]

    async def connect(self) -> None:
        await self.node.put_room(ROOM, RoomOrder(held=False))
        await self.node.put_participant(ROOM, ANN, ALL_OPEN)
        await self.node.offer_uplink(ROOM, ANN, SOUND)
        local = self.transport.ice.local
        datagram = check(local.pwd, f"{local.ufrag}:aB3d", nominates=True)
        self.transport.check(parse_check(datagram), self.peer.address, self.clock.mono())
        self.transport.keyed(self.peer.keys)

    def feed(self, sequence: int) -> None:
        packet = rtp(sequence, sequence * 960, 1001, 111, b"opus")
        self.core.feed(self.peer.rtp(packet), self.peer.address, self.clock.mono())

    def goodbye(self) -> None:
        compound = bytes(RtcpByePacket(sources=[1001]))
        self.core.feed(self.peer.rtcp(compound), self.peer.address, self.clock.mono())

    def batch_ends(self) -> None:
        self.port.on_activity()

    def told(self, of: type[Told]) -> list[Told]:
        """The node's events of this kind since the start."""
        kept = [event.event for event in vars(self.node.events_kept)["_kept"].values()]
        return [event for event in kept if isinstance(event, of)]

    async def offered(self, tracks: int, before: DownlinkOffer | None = None) -> DownlinkOffer:
        """To Bob, with so many tracks in it; another than the one before."""
        reader = self.node.events_kept.read("", 0)
        async with asyncio.timeout(WITHIN_S):
            while (event := await reader.next()) is not None:
                offer = event.event
                if not isinstance(offer, DownlinkOffer) or offer.participant != BOB or offer == before:
                    continue
                if len(offer.tracks) == tracks:
                    self.node.events_kept.leave(reader)
                    return offer
        raise AssertionError("the node closed")

    async def answer(self, offer: DownlinkOffer, refused: Collection[Mid] = ()) -> None:
        """As Bob's browser does; it takes nothing on these m-lines."""
        own = re.sub(r"a=ice-pwd:.*\r", f"a=ice-pwd:{'p' * 24}\r", offer.sdp)
        own = re.sub(r"a=ice-ufrag:.*\r", "a=ice-ufrag:bobs\r", own)
        session, *sections = own.replace("a=setup:actpass", "a=setup:active").split("m=")
        said = [_refused(one) if any(f"a=mid:{mid}\r" in one for mid in refused) else one for one in sections]
        await self.node.answer_downlink(ROOM, BOB, DownlinkAnswer(offer.offer, "m=".join([session, *said])))


def _refused(section: str) -> str:
    kind, _, rest = section.split(" ", 2)
    return f"{kind} 0 {rest}"
