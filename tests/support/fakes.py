"""A media node and a recorder without media, and a clock by hand: they keep the contract of :mod:`bridge.ports`.

``down`` makes one stop answering; ``restart`` forgets everything under a new run, as a killed process does.
"""

import asyncio
from collections.abc import AsyncIterator, Collection

import msgspec

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    Gates,
    NodeEvent,
    NodeFigures,
    NodeHealth,
    Numbered,
    ParticipantLines,
    ParticipantOrder,
    RoomFigures,
    RoomLines,
    RoomOrder,
    TapAnswer,
    TapOrder,
    TrackPublished,
    UplinkAnswer,
    UplinkOffer,
    WantsOrder,
)
from bridge.errors import Code, Conflict, Invalid, NotFound, Refusal, Unavailable
from bridge.ids import Mid, MonoNs, NodeId, ParticipantId, RecorderId, RecordingId, RoomId, TrackId, UtcNs
from bridge.media import Codec, Kind, Moment, Source
from bridge.ports import Clock
from bridge.reception import Reception
from bridge.recorder_control import (
    ArmOrder,
    Proof,
    RecorderEvent,
    RecorderHealth,
    RecordingStatus,
)
from signaling.places import Place

AUTUMN_2026_NS = 1_790_000_000_000_000_000


class HandClock:
    """Moves when a test says so."""

    def __init__(self) -> None:
        self.now_ns = 0

    def mono(self) -> MonoNs:
        return MonoNs(self.now_ns)

    def utc(self) -> UtcNs:
        return UtcNs(AUTUMN_2026_NS + self.now_ns)

    def pass_s(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)


class CountingEntropy:
    """Ids and tokens in order, so that a failing test reads the same each time."""

    def __init__(self) -> None:
        self._count = 0

    def token(self, bytes_: int = 16) -> str:
        self._count += 1
        return f"token-{self._count}"

    def id(self) -> str:
        self._count += 1
        return f"{self._count:020d}"

    def bits(self, count: int) -> int:
        self._count += 1
        return self._count % (1 << count)


class _Events:
    def __init__(self) -> None:
        self.run = "run-1"
        self._kept: list[Numbered] = []
        self._grown = asyncio.Event()
        self._line = 1

    def say(self, event: NodeEvent | RecorderEvent) -> None:
        self._kept.append(Numbered(self.run, len(self._kept) + 1, event))
        self._grow()

    def anew(self) -> None:
        self.run = f"run-{int(self.run.removeprefix('run-')) + 1}"
        self._kept = []
        self._grow()

    def drop(self) -> None:
        self._line += 1
        self._grow()

    def _grow(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()

    async def read(self, run: str, after: int) -> AsyncIterator[Numbered]:
        mine, sent = (self.run, self._line), after if run == self.run else 0
        while (self.run, self._line) == mine:  # a restarted process drops the line
            grown = self._grown
            for numbered in self._kept[sent:]:
                sent = numbered.number
                yield numbered
            await grown.wait()


class FakeRoom(msgspec.Struct):
    order: RoomOrder
    participants: dict[ParticipantId, ParticipantOrder] = {}
    offered: set[ParticipantId] = set()
    wants: dict[ParticipantId, WantsOrder] = {}
    tap: TapOrder | None = None


class FakeNode:
    """Answers an offer with a track per source; offers a downlink (empty text) to who receives, at each new track."""

    def __init__(self, clock: Clock) -> None:
        self.rooms: dict[RoomId, FakeRoom] = {}
        self.down = False
        self.orders: list[str] = []
        self.offers = 0
        self.answered: list[tuple[ParticipantId, int]] = []
        self.lines: ParticipantLines | None = None
        """What everybody's lines are said to be."""
        self.behind_ms = 0
        self._clock = clock
        self._events = _Events()

    def say(self, event: NodeEvent) -> None:
        self._events.say(event)

    def restart(self) -> None:
        self.rooms = {}
        self._events.anew()

    def drop(self) -> None:
        """Every reader's line ends."""
        self._events.drop()

    def gates(self, room: RoomId, participant: ParticipantId) -> Gates:
        return self.rooms[room].participants[participant].gates

    def _answer(self, order: str) -> None:
        if self.down:
            raise Unavailable(Code.NODE_UNAVAILABLE)
        self.orders.append(order)

    def _room(self, room: RoomId) -> FakeRoom:
        if room not in self.rooms:
            raise NotFound(Code.UNKNOWN_ROOM)
        return self.rooms[room]

    def _known(self, room: RoomId, participant: ParticipantId) -> FakeRoom:
        if participant not in self._room(room).participants:
            raise NotFound(Code.UNKNOWN_PARTICIPANT)
        return self._room(room)

    async def health(self) -> NodeHealth:
        if self.down:
            raise Unavailable(Code.NODE_UNAVAILABLE)
        return NodeHealth(NodeId("node-1"), self._events.run, len(self.rooms), 0, "fake")

    async def put_room(self, room: RoomId, order: RoomOrder) -> None:
        self._answer(f"room held={order.held}")
        if room in self.rooms:
            self.rooms[room].order = order
        else:
            self.rooms[room] = FakeRoom(order)

    async def delete_room(self, room: RoomId, *, goes_on: bool = False) -> None:
        self._answer("leave room" if goes_on else "delete room")
        self.rooms.pop(room, None)

    async def put_participant(self, room: RoomId, participant: ParticipantId, order: ParticipantOrder) -> None:
        self._answer(f"participant {participant}")
        self._room(room).participants[participant] = order

    async def delete_participant(self, room: RoomId, participant: ParticipantId) -> None:
        self._answer(f"delete {participant}")
        self._room(room).participants.pop(participant, None)

    async def offer_uplink(self, room: RoomId, participant: ParticipantId, offer: UplinkOffer) -> UplinkAnswer:
        self._answer(f"uplink {participant}")
        known = self._known(room, participant)
        if not offer.sdp.startswith("v=0"):
            raise Invalid(Code.MALFORMED_SDP)
        for source in offer.sources.values():
            codec = Codec.OPUS if source.kind is Kind.AUDIO else Codec.VP8
            track = TrackId(f"{participant}-{source}-{self._events.run}")
            self.say(TrackPublished(room, participant, track, source, codec))
        known.offered.add(participant)
        for other in known.participants:
            if other != participant:
                self._offer(room, other)
        return UplinkAnswer("v=0 answer")

    def _offer(self, room: RoomId, participant: ParticipantId) -> None:
        self.offers += 1
        self.say(DownlinkOffer(room, participant, self.offers, "v=0 offer", ()))

    async def answer_downlink(self, room: RoomId, participant: ParticipantId, answer: DownlinkAnswer) -> None:
        self._answer(f"downlink {participant}")
        self._known(room, participant)
        if answer.offer > self.offers:
            raise Conflict(Code.STALE_OFFER)
        self.answered.append((participant, answer.offer))

    async def restart_downlink(self, room: RoomId, participant: ParticipantId, *, keep: bool = False) -> None:
        self._answer(f"restart {participant}{' keep' if keep else ''}")
        self._known(room, participant)
        self._offer(room, participant)

    async def put_wants(self, room: RoomId, participant: ParticipantId, order: WantsOrder) -> None:
        self._answer(f"wants {participant}")
        self._known(room, participant).wants[participant] = order

    async def put_tap(self, room: RoomId, order: TapOrder) -> TapAnswer:
        self._answer(f"tap recording={order.recording}")
        self._room(room).tap = order
        return TapAnswer(self._now())

    async def delete_tap(self, room: RoomId) -> TapAnswer:
        self._answer("delete tap")
        self._room(room).tap = None
        return TapAnswer(self._now())

    async def room_lines(self, room: RoomId) -> RoomLines:
        if self.down:
            raise Unavailable(Code.NODE_UNAVAILABLE)
        known = self._room(room)
        counted = self.lines or ParticipantLines(ParticipantId(""), None, None)
        people = [msgspec.structs.replace(counted, participant=one) for one in known.participants]
        return RoomLines(tuple(people), None if known.tap is None else self.behind_ms)

    async def figures(self) -> NodeFigures:
        rooms = tuple(RoomFigures(room, (), None) for room in self.rooms)
        return NodeFigures(await self.health(), self._clock.mono(), 0, 0, 0, 0, 0, 0.0, rooms)

    def _now(self) -> Moment:
        return Moment(self._clock.mono(), self._clock.utc())

    def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
        return self._events.read(run, after)


class FakeRecorder:
    """``refuses``: what the next proof says. Its recordings are words: armed, proved, writing, finished."""

    def __init__(self) -> None:
        self.recordings: dict[RecordingId, str] = {}
        self.down = False
        self.refuses: Code | None = None
        self.store_answers = True
        self.finished_calls = 0
        self._events = _Events()

    def say(self, event: RecorderEvent) -> None:
        self._events.say(event)

    def restart(self) -> None:
        """What it said before, nobody hears again."""
        self._events.anew()

    def _answer(self) -> None:
        if self.down:
            raise Unavailable(Code.RECORDER_UNAVAILABLE)

    def _status(self, recording: RecordingId) -> RecordingStatus:
        if recording not in self.recordings:
            raise NotFound(Code.UNKNOWN_RECORDING)
        return RecordingStatus(recording, self.recordings[recording], 0, 0, None)

    async def health(self) -> RecorderHealth:
        self._answer()
        return RecorderHealth(
            RecorderId("recorder-1"), self._events.run, "unix:tap", 0, 1 << 30, "fake", store_answers=self.store_answers
        )

    async def arm(self, recording: RecordingId, order: ArmOrder) -> RecordingStatus:
        self._answer()
        self.recordings[recording] = "armed"
        return self._status(recording)

    async def prove(self, recording: RecordingId) -> Proof:
        self._answer()
        self._status(recording)
        if self.refuses is not None:
            raise Refusal(self.refuses)
        self.recordings[recording] = "proved"
        return Proof(TrackId("track"), 50, 1.0, "probe")

    async def started(self, recording: RecordingId) -> RecordingStatus:
        self._answer()
        self.recordings[recording] = "writing"
        return self._status(recording)

    async def finished(self, recording: RecordingId) -> RecordingStatus:
        self._answer()
        self.finished_calls += 1
        self.recordings[recording] = "finished"
        return self._status(recording)

    async def status(self, recording: RecordingId) -> RecordingStatus:
        self._answer()
        return self._status(recording)

    async def disarm(self, recording: RecordingId) -> None:
        self._answer()
        self.recordings.pop(recording, None)

    def events(self, run: str, after: int) -> AsyncIterator[Numbered]:
        return self._events.read(run, after)


class ManyPlaces:
    """:class:`signaling.places.Places` with several nodes: the first that answers, in order of name."""

    def __init__(self, nodes: dict[NodeId, FakeNode], recorder: FakeRecorder) -> None:
        self.nodes = nodes
        self._recorder = recorder

    async def choose(self, reception: Reception, besides: Collection[NodeId] = ()) -> Place:
        able = [name for name, node in sorted(self.nodes.items()) if name not in besides and not node.down]
        if not able:
            raise Unavailable(Code.NODE_UNAVAILABLE, "none of them answers")
        here = reception.node if reception.node in able else able[0]
        return Place(here or able[0], RecorderId("recorder-1"))

    def node(self, node: NodeId) -> FakeNode:
        return self.nodes[node]

    def recorder(self, recorder: RecorderId) -> FakeRecorder:
        return self._recorder


class OnePlace:
    """:class:`signaling.places.Places` with one of each."""

    def __init__(self, node: FakeNode, recorder: FakeRecorder) -> None:
        self._node = node
        self._recorder = recorder

    async def choose(self, reception: Reception, besides: Collection[NodeId] = ()) -> Place:
        if NodeId("node-1") in besides:
            raise Unavailable(Code.NODE_UNAVAILABLE, "there is one")
        await self._node.health()
        return Place(NodeId("node-1"), RecorderId("recorder-1"))

    def node(self, node: NodeId) -> FakeNode:
        return self._node

    def recorder(self, recorder: RecorderId) -> FakeRecorder:
        return self._recorder


SOURCES = {Mid("0"): Source.MICROPHONE, Mid("1"): Source.CAMERA}
