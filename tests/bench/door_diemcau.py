"""Into a media node through its control API."""

import asyncio

from aiortc import RTCCertificate

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    Gates,
    ParticipantOrder,
    UplinkOffer,
)
from bridge.ids import ParticipantId, RoomId
from recorder.places import way_to
from sfu.client import HttpMediaNode
from sfu.sdp import parse_description
from sfu.transport.aiortc_private import fingerprint_of
from tests.bench.descriptions import SOURCES, publisher_offer, receiver_answer
from tests.bench.line import Line, Local, connect
from tests.bench.orders import WorkOrder

ROOM = RoomId("bench")
"""The only one, or the first."""
_OPEN = Gates(microphone=True, camera=True, screen=True)
_WITHIN_S = 30.0


class DiemcauDoor:
    """Publishers receive nothing, receivers send nothing: what is measured is forwarding."""

    def __init__(self, order: WorkOrder) -> None:
        self._order = order
        self._nodes = [HttpMediaNode(way_to(control)) for control in order.control.split()]
        self._certificate = RTCCertificate.generateCertificate()
        self._fingerprint = fingerprint_of(self._certificate)
        self._offers: dict[ParticipantId, asyncio.Queue[DownlinkOffer]] = {}
        self._reading: list[asyncio.Task[None]] = []

    async def publish(self, publisher: int) -> Line:
        """See Door."""
        participant = ParticipantId(f"publisher{publisher}")
        room, node = self._room(publisher)
        await node.put_participant(room, participant, ParticipantOrder(False, _OPEN))
        local = Local(self._order.address)
        offer = publisher_offer(publisher, local.ufrag, local.pwd, self._fingerprint, local.place)
        answer = await node.offer_uplink(room, participant, UplinkOffer(offer, SOURCES))
        return await connect(local, self._certificate, parse_description(answer.sdp))

    async def receive(self, receiver: int) -> list[Line]:
        """See Door. Raises TimeoutError when not everything is offered."""
        participant = ParticipantId(f"receiver{receiver}")
        offers = self._offers[participant] = asyncio.Queue()
        if not self._reading:
            self._reading = [asyncio.create_task(self._read(node)) for node in self._nodes]
        room, node = self._room(receiver)
        await node.put_participant(room, participant, ParticipantOrder(True, Gates()))
        local = Local(self._order.address)
        line: Line | None = None
        tracks = 0
        async with asyncio.timeout(_WITHIN_S):
            while line is None or tracks < 2 * self._order.publishers // self._order.rooms:
                offer = await offers.get()
                said = parse_description(offer.sdp)
                sdp = receiver_answer(said, local.ufrag, local.pwd, self._fingerprint, local.place)
                await node.answer_downlink(room, participant, DownlinkAnswer(offer.offer, sdp))
                tracks = len(offer.tracks)
                if line is None:
                    line = await connect(local, self._certificate, said)
        return [line]

    async def close(self) -> None:
        """See Door."""
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        for node in self._nodes:
            await node.close()

    def _room(self, person: int) -> tuple[RoomId, HttpMediaNode]:
        number = person % self._order.rooms
        return room_of(number), self._nodes[number % len(self._nodes)]

    async def _read(self, node: HttpMediaNode) -> None:
        async for numbered in node.events("", 0):
            event = numbered.event
            if isinstance(event, DownlinkOffer) and event.participant in self._offers:
                self._offers[event.participant].put_nowait(event)


def room_of(number: int) -> RoomId:
    """Room of that number, from 0."""
    return RoomId(f"{ROOM}-{number}") if number else ROOM
