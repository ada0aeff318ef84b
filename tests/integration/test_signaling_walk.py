"""Random walks of many people through one room: memory and record never part, the node ends at the room's state."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge import commands as c
from bridge.control import NodeEvent, SpeakersChanged, TrackPublished, TransportChanged
from bridge.errors import Refusal
from bridge.help import open_help_of
from bridge.ids import ParticipantId, SeatId, TrackId, room_of
from bridge.media import Codec, Source
from bridge.model import Level, Role, Seat
from bridge.policy import Actor
from bridge.ports import JoinGrant, LocalJournal
from bridge.receptions import ReceptionService
from bridge.rules import participant_order
from bridge.states import HelpState
from deploy.time import SystemClock, SystemEntropy
from signaling.notices import InProcessNotices
from signaling.room import Room
from signaling.rooms import Rooms
from signaling.wire import UplinkRequest, Welcome
from storage.engine import Database
from storage.localjournal import FileJournal
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.fakes import SOURCES, FakeNode, FakeRecorder, OnePlace
from tests.support.receptions import AGENCY, CHAIR, SEATS, scheduled, seat
from tests.support.room_server import CONFIG, FallibleUnits, eventually

HELPER = seat("helper", Role.OPERATOR, Level.PROVINCE)
OPERATOR = Actor(HELPER.account, "helper", frozenset({Role.OPERATOR}), AGENCY)


class Paper:
    """A line that keeps its Welcome. ``over`` after a last message."""

    def __init__(self) -> None:
        self.welcome: Welcome | None = None
        self.over = False

    def send(self, event: str, body: msgspec.Struct) -> None:
        if isinstance(body, Welcome):
            self.welcome = body

    def end(self, event: str, body: msgspec.Struct) -> None:
        self.over = True


class Walk:
    """One reception and everything that may happen to it."""

    def __init__(self, units: FallibleUnits, seed: int, journal: LocalJournal) -> None:
        self.random = random.Random(seed)
        self.units = units
        self.clock = SystemClock()
        notices = InProcessNotices()
        self.service = ReceptionService(units, self.clock, SystemEntropy(), notices)
        self.node = FakeNode(self.clock)
        places = OnePlace(self.node, FakeRecorder())
        config = msgspec.structs.replace(CONFIG, resume_s=0.2)
        self.rooms = Rooms(config, units, self.service, journal, places, self.clock, SystemEntropy())
        self.forget = notices.subscribe(self.rooms.noticed)
        self.room: Room
        self.papers: list[Paper] = []
        self.refused = 0
        self.count = 0

    async def open(self) -> None:
        reception = await scheduled(self.service, self.clock.utc())
        self.room = await self.rooms.open(reception.id)

    async def step(self) -> None:
        acts: list[Callable[[], Coroutine[Any, Any, None]]] = [
            self.join,
            self.join,
            self.lose,
            self.resume,
            self.leave,
            self.database,
            *[self.help] * 3,
            *[self.command] * 10,
            *[self.node_says] * 3,
        ]
        try:
            await self.random.choice(acts)()
        except Refusal:
            self.refused += 1

    def anyone(self) -> Paper | None:
        here = [paper for paper in self.papers if paper.welcome is not None and not paper.over]
        return self.random.choice(here) if here else None

    async def join(self) -> None:
        await self.enter(self.random.choice([*SEATS, *self.room.present.seats.values()]))

    async def enter(self, seat: Seat) -> None:
        paper = Paper()
        self.papers.append(paper)
        await self.room.join(JoinGrant(self.room.present.id, seat.id, seat.account), paper)

    async def lose(self) -> None:
        if (paper := self.anyone()) is not None and paper.welcome is not None:
            paper.over = True
            self.room.line_lost(paper.welcome.participant, paper)

    async def resume(self) -> None:
        known = [paper for paper in self.papers if paper.welcome is not None]
        if known:
            welcome = self.random.choice(known).welcome
            assert welcome is not None
            paper = Paper()
            self.papers.append(paper)
            await self.room.resume(welcome.participant, welcome.secret, paper)

    async def leave(self) -> None:
        if (paper := self.anyone()) is not None and paper.welcome is not None:
            await self.room.leave(paper.welcome.participant)

    async def help(self) -> None:
        """On with an operator's help from wherever it stands: pages write between what the room writes."""
        present = self.room.present
        known = open_help_of(present.helps, HELPER.account)
        conductors = [key for key in present.participants if present.role_of(key) in (Role.CHAIR, Role.SECRETARY)]
        often = self.random.random() < 0.7
        if known is None:
            self.count += 1
            own = msgspec.structs.replace(HELPER, id=SeatId(f"helper-{self.count}"))
            await self.service.execute(OPERATOR, present.id, c.OfferHelp(own))
        elif known.state is HelpState.OFFERED and not often:
            await self.service.execute(OPERATOR, present.id, c.TakeBackHelp())
        elif known.state is HelpState.ACCEPTED and often:
            await self.enter(known.seat)
        elif conductors:
            answer: c.RoomCommand = c.AnswerHelp(known.seat.id, True)
            command = answer if known.state is HelpState.OFFERED else c.EndHelp(known.seat.id)
            await self.room.command(self.random.choice(conductors), command)

    async def database(self) -> None:
        self.units.away = not self.units.away and self.random.random() < 0.3

    async def command(self) -> None:
        paper = self.anyone()
        if paper is None or paper.welcome is None:
            return
        other = self.random.choice([*self.room.present.participants, ParticipantId("nobody")])
        yes = self.random.random() < 0.6
        helper = self.random.choice([*self.room.present.helps, SeatId("nobody")])
        commands: list[c.RoomCommand] = [
            c.SetMicrophone(yes),
            c.SetCamera(yes),
            c.SetScreen(yes),
            c.SetHand(yes),
            c.GiveFloor(other),
            c.TakeFloor(other),
            c.MuteParticipant(other),
            c.MuteAll(),
            c.StartReception("walk"),
            c.InterruptReception(),
            c.ResumeReception(),
            c.CallNextCase(),
            c.AnswerHelp(helper, yes),
            c.EndHelp(helper),
        ]
        command = self.random.choice(commands)
        await self.room.command(paper.welcome.participant, command)

    async def node_says(self) -> None:
        paper = self.anyone()
        if paper is None or paper.welcome is None:
            return
        who, room = paper.welcome.participant, self.room.id
        self.count += 1
        state = self.random.choice(["lost", "connected"])
        track = TrackPublished(room, who, TrackId(f"t{self.count}"), Source.CAMERA, Codec.VP8)
        transport = TransportChanged(room, who, "uplink", state)
        events: list[NodeEvent] = [transport, SpeakersChanged(room, (who,)), track]
        self.node.say(self.random.choice(events))
        if self.random.random() < 0.1:
            await self.room.uplink(who, UplinkRequest("v=0", SOURCES))

    async def chair(self) -> ParticipantId:
        """Somebody conducts; asked again while the database is still coming back."""
        async with asyncio.timeout(20):
            while True:
                paper = Paper()
                try:
                    await self.room.join(JoinGrant(self.room.present.id, CHAIR.id, CHAIR.account), paper)
                except Refusal:
                    await asyncio.sleep(0.02)
                    continue
                assert paper.welcome is not None
                return paper.welcome.participant

    async def close(self) -> None:
        self.forget()
        await self.rooms.close()


@pytest.fixture
async def units(tmp_path: Path) -> AsyncIterator[FallibleUnits]:
    database = Database(migrated(tmp_path / "walk.db"))
    yield FallibleUnits(SqlUnits(database))
    await database.close()


@pytest.mark.parametrize("seed", range(12))
async def test_memory_record_and_node_agree_after_any_walk(
    units: FallibleUnits,
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("signaling.writer.AGAIN_S", 0.01)
    walk = Walk(units, seed, FileJournal(tmp_path / "journal"))
    await walk.open()
    for _ in range(25):
        await asyncio.gather(*(walk.step() for _ in range(5)))
    units.away = False
    chair = await walk.chair()
    for participant in walk.room.present.participants:
        walk.node.say(TransportChanged(walk.room.id, participant, "uplink", "connected"))
    await eventually(lambda: all(one.connected for one in walk.room.present.participants.values()))
    await persist(walk.room, chair)

    stored = await walk.service.present(walk.room.present.id)
    assert msgspec.structs.replace(stored, version=0) == msgspec.structs.replace(walk.room.present, version=0)
    orders = walk.node.rooms[room_of(stored.id)].participants
    assert orders == {key: participant_order(stored, key) for key in stored.participants}
    assert [record.message for record in caplog.records if record.levelno >= logging.CRITICAL] == []
    await walk.close()


async def persist(room: Room, chair: ParticipantId) -> None:
    """Something that is stored after everything before it."""
    for command in (c.StartReception("walk"), c.ResumeReception(), c.InterruptReception(), c.MuteAll()):
        try:
            await room.command(chair, command)
        except Refusal:
            continue
        if isinstance(command, c.InterruptReception):
            return
    raise AssertionError(f"nothing was stored: {room.present.state}")
