"""A node without a network: orders and datagrams go in by hand, handshakes are skipped."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiortc.rtp import RtcpByePacket

from bridge.control import Gates, ParticipantOrder, RoomOrder, TapOrder, TrackPublished, UplinkOffer
from bridge.errors import Refusal
from bridge.ids import Mid, NodeId, ParticipantId, RecordingId, RoomId
from bridge.media import Source
from bridge.tap import FrameKind, FrameReader
from sfu.capture.capture import Line
from sfu.core.router import Router
from sfu.node import Node
from sfu.peers.room import Room
from sfu.peers.uplink import RENEWALS
from sfu.replay import Replay
from sfu.settings import SfuConfig
from sfu.transport.port import MediaPort
from sfu.transport.stun import parse_check
from sfu.transport.transport import Transport
from tests.support.fakes import CountingEntropy, HandClock
from tests.support.sfu_peer import Peer, rtp
from tests.support.sfu_stun import check
from tests.unit.sfu.sdp.samples import CHROMIUM_OFFER

ROOM, ANN = RoomId("room"), ParticipantId("ann")
ALL_OPEN = ParticipantOrder(receives=True, gates=Gates(microphone=True, camera=True, screen=True))
SOUND = UplinkOffer(CHROMIUM_OFFER, {Mid("0"): Source.MICROPHONE})
RESTARTED = CHROMIUM_OFFER.replace("a=ice-ufrag:aB3d", "a=ice-ufrag:eF5g")


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

    async def published(self) -> int:
        """How many tracks since the start."""
        reader, found = self.node.events_kept.read("", 0), 0
        self.node.events_kept.close()
        while (event := await reader.next()) is not None:
            found += isinstance(event.event, TrackPublished)
        return found


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    await made.connect()
    yield made
    await made.node.close()


async def test_what_came_before_a_goodbye_is_tapped_before_the_end(house: House) -> None:
    """In one batch as well: a browser says goodbye right behind its last packet."""
    await house.node.put_tap(ROOM, TapOrder(RecordingId("recording"), "unix:/nowhere", recording=True))
    house.feed(1)
    house.batch_ends()
    house.feed(2)
    house.feed(3)
    house.goodbye()
    house.batch_ends()
    replay: Replay = vars(vars(house.room)["_tap"])["_replay"]
    frames = FrameReader().feed(b"".join(replay.take(1 << 20)))
    of_track = [frame.kind for frame in frames if frame.track == 1]
    assert of_track == [FrameKind.TRACK, *[FrameKind.RTP] * 3, FrameKind.END]


async def test_an_offer_that_is_refused_leaves_the_connection_as_it_was(house: House) -> None:
    """The browser goes on with the credentials it knows."""
    before = house.transport.ice.local
    for refused in (
        UplinkOffer(RESTARTED.replace("opus/48000/2", "speex/16000"), {Mid("0"): Source.MICROPHONE}),
        UplinkOffer(RESTARTED, {Mid("7"): Source.MICROPHONE}),
    ):
        with pytest.raises(Refusal):
            await house.node.offer_uplink(ROOM, ANN, refused)
        assert (house.transport.ice.local, house.transport.ice.remote_ufrag) == (before, "aB3d")
    await house.node.offer_uplink(ROOM, ANN, UplinkOffer(RESTARTED, SOUND.sources))
    assert house.transport.ice.local != before


async def test_goodbyes_without_end_make_no_tracks_without_end(house: House) -> None:
    for sequence in range(1, 300):
        house.feed(sequence)
        house.batch_ends()
        house.goodbye()
        house.batch_ends()
    assert await house.published() == 1 + RENEWALS


async def test_a_track_of_who_is_on_the_way_out_disturbs_nobody(house: House) -> None:
    await house.node.put_tap(ROOM, TapOrder(RecordingId("recording"), "unix:/nowhere", recording=True))
    async with vars(house.room.participant(ANN))["_turn"]:
        leaving = asyncio.create_task(house.node.delete_participant(ROOM, ANN))
        await asyncio.sleep(0)
        house.feed(1)
        house.batch_ends()
    await leaving
    assert (await house.node.health()).participants == 0
