"""The rooms that this process owns, and its ears at their nodes and recorders."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from bridge.board import WatchedRoom
from bridge.control import NodeEvent, RecorderEvent
from bridge.errors import Code, Refusal, Unavailable
from bridge.evolution import rebuilt
from bridge.ids import NS_PER_S, ParticipantId, ReceptionId, RecorderId, SessionId, reception_of
from bridge.model import RecordingRow
from bridge.offices import texts_of
from bridge.ports import Clock, Entropy, LocalJournal
from bridge.reception import Reception
from bridge.receptions import STORED, ReceptionService
from bridge.repositories import UnitsOfWork
from bridge.sessionclock import SessionClock, SteadyClock
from bridge.states import UNDER_WAY
from signaling.alarms import decisions
from signaling.doorkeeper import Doorkeeper, Visitor
from signaling.later import forget_begun, write_kept
from signaling.overseer import set_clock
from signaling.pauses import passed
from signaling.places import Place, Places
from signaling.resume import ResumeSecrets
from signaling.room import Room
from signaling.room_lease import RoomLease
from signaling.room_parts import RoomParts
from signaling.settings import SignalingConfig, with_office
from signaling.times import Times
from signaling.watcher import Source, Watcher
from signaling.windingup import reception_of_lease, wind_up

_log = logging.getLogger(__name__)
LOOK_BACK_S = 30 * 86_400
"""A reception that is still under way after a month is closed by hand."""
END_S = 5.0
"""A node answers in milliseconds; an empty room that cannot be removed is made anew as it is."""
TRIES = 8
"""With doubling pauses from half a second about two minutes; sealing finds the recording by itself anyway."""


class Rooms:
    """One per process. :meth:`start` takes back the rooms that are under way; :meth:`close` gives them up."""

    def __init__(
        self,
        config: SignalingConfig,
        units: UnitsOfWork,
        service: ReceptionService,
        journal: LocalJournal,
        places: Places,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._config = config
        self._units = units
        self._service = service
        self._journal = journal
        self._places = places
        self._clock = clock
        self._steady = SteadyClock(clock)
        secrets = ResumeSecrets(config.key)
        self._times = Times(journal, config.boot)
        self._parts = RoomParts(
            config, units, service, journal, places, secrets, clock, entropy, self._times, self._retire
        )
        self._rooms: dict[ReceptionId, Room] = {}
        self._turns: dict[ReceptionId, asyncio.Lock] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._ending: dict[ReceptionId, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._doorkeeper = Doorkeeper(units, clock, self._visitors)
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Store what an earlier life of this process could not, then take back what is under way: its participants may
        resume from now on. Raises Unavailable."""
        await self._write_all_kept()
        await self._take_all_back(lobbies=True)
        await self._wind_up_left()
        self._looking = asyncio.create_task(self._look_on(), name="rooms without an owner")
        self._keeping = asyncio.create_task(self._doorkeeper.run(), name="doorkeeper")
        self._keeping.add_done_callback(_told_of_failure)

    async def _look_on(self) -> None:
        """Whose owner died is taken over as soon as the lease has run out; what an ended room left is stored."""
        while not await passed(self._closing, self._config.lease_s):
            try:
                await self._write_all_kept()
                await self._take_all_back(lobbies=False)
                await self._wind_up_left()
            except Refusal as failure:
                _log.warning("rooms without an owner are not looked for: %s", failure)

    async def _write_all_kept(self) -> None:
        for reception in await self._journal.receptions():
            async with self._turns.setdefault(reception, asyncio.Lock()):
                if reception not in self._rooms and reception not in self._ending:
                    await self._write_kept(reception)

    async def _wind_up_left(self) -> None:
        """See :mod:`signaling.windingup`."""
        async with self._units.reading() as unit:
            held = await unit.leases.free_for(self._config.owner, self._steady.utc())
        for lease in held:
            reception = reception_of_lease(lease.name)
            if reception is None or reception in self._rooms or reception in self._ending:
                continue
            try:
                stored = await self._service.present(reception)
            except Unavailable:
                raise
            except Refusal as refusal:
                _log.error("room %s: not seen whether it is over: %s", reception, refusal)
            else:
                self._end(reception, wind_up(stored, self._places, self._times, self._lease(reception)))

    def _lease(self, reception: ReceptionId) -> RoomLease:
        return RoomLease(self._units, self._steady, reception, self._config.owner, self._config.lease_s)

    async def _write_kept(self, reception: ReceptionId) -> None:
        """Raises Unavailable when the database is away; what else is wrong concerns this reception alone."""
        try:
            begun = await write_kept(self._journal, self._service, reception)
            await self._forget_begun(reception, begun)
        except Unavailable:
            raise
        except Refusal as refusal:
            _log.error("reception %s: its journal is not written: %s", reception, refusal)

    async def _forget_begun(self, reception: ReceptionId, begun: Sequence[RecordingRow]) -> None:
        try:
            for row in begun:
                await forget_begun(self._places.recorder(RecorderId(row.recorder)), row)
        except Unavailable as failure:
            _log.warning("reception %s: what was begun is not taken back yet: %s", reception, failure)
        else:
            if begun:
                await self._journal.clear(reception)

    async def _take_all_back(self, *, lobbies: bool) -> None:
        now = self._clock.utc()
        async with self._units.reading() as unit:
            rows = await unit.receptions.rows(now - LOOK_BACK_S * NS_PER_S, now + LOOK_BACK_S * NS_PER_S)
        for row in rows:
            if row.id not in self._rooms and (row.state in UNDER_WAY or (lobbies and row.doors_open)):
                await self._take_back(row.id)

    async def _take_back(self, reception: ReceptionId) -> None:
        try:
            stored = await self._service.present(reception)
            if stored.participants or stored.waiting or stored.state in UNDER_WAY:
                await self.open(reception)
        except Refusal as refusal:
            level = logging.DEBUG if refusal.code is Code.ROOM_ELSEWHERE else logging.ERROR
            _log.log(level, "room %s is not taken back: %s", reception, refusal)

    async def open(self, reception: ReceptionId) -> Room:
        """The room, made when it is not there. Raises NotFound, Refusal(room_elsewhere), Unavailable."""
        async with self._turns.setdefault(reception, asyncio.Lock()):
            if reception not in self._rooms:
                await self._ended(reception)
                self._rooms[reception] = await self._make(reception)
            return self._rooms[reception]

    async def _ended(self, reception: ReceptionId) -> None:
        """The room before, given up when it was empty, must not be removed after the new one was made."""
        ending = self._ending.get(reception)
        if ending is not None:
            await asyncio.wait([ending], timeout=END_S)
            ending.cancel()

    async def _make(self, reception: ReceptionId) -> Room:
        lease = self._lease(reception)
        await lease.take()
        begun = await write_kept(self._journal, self._service, reception)
        history = await self._service.history(reception)
        stored = rebuilt(history)
        place = await self._place_of(stored)
        clock = await self._clock_of(stored, history[-1].at_utc_ns, place)
        room = Room(await self._parts_for(stored), stored, place, lease, clock)
        self._listen(room.place)
        for row in begun:
            room.was_begun(row.id)
        room.start()
        return room

    async def _parts_for(self, stored: Reception) -> RoomParts:
        """With the times that its office set; a room goes on with those it was made with."""
        async with self._units.reading() as unit:
            texts = await texts_of(unit, stored.agency)
        return msgspec.structs.replace(self._parts, config=with_office(self._config, texts))

    async def _clock_of(self, stored: Reception, last_utc_ns: int, place: Place) -> SessionClock:
        """The recording's, so that what the room notes first (who is away) has its right place already."""
        under_way = stored.state in UNDER_WAY and stored.began is not None
        clock = SessionClock(self._clock, stored.began.utc_ns if stored.began and under_way else None, last_utc_ns)
        if under_way:
            await self._times.take_up(stored, clock)
        try:
            await set_clock(clock, self._places.recorder(place.recorder), stored)
        except Refusal as refusal:
            how = "as noted" if clock.is_anchored else "from the last stored event"
            _log.warning("room %s: its time goes on %s until the recorder answers: %s", stored.id, how, refusal)
        return clock

    async def _place_of(self, stored: Reception) -> Place:
        if stored.node is not None and stored.recorder is not None:
            return Place(stored.node, stored.recorder)
        return await self._places.choose(stored)

    def of_participant(self, participant: ParticipantId) -> Room | None:
        """Where somebody is who comes back."""
        return next((room for room in self._rooms.values() if room.holds(participant)), None)

    def watched(self) -> list[WatchedRoom]:
        """Every room of this process."""
        return [room.watching.room for room in self._rooms.values()]

    def watched_room(self, reception: ReceptionId) -> WatchedRoom | None:
        """None when it is not of this process, or nobody is in it."""
        room = self._rooms.get(reception)
        return None if room is None else room.watching.room

    def _visitors(self) -> list[Visitor]:
        return [
            Visitor(someone.id, room.present.seats[someone.seat].account, SessionId(someone.session), room.put_out)
            for room in self._rooms.values()
            for someone in room.present.everybody()
        ]

    def decisions(self) -> str:
        """See :func:`signaling.alarms.decisions`."""
        return decisions(room.writer for room in self._rooms.values())

    def noticed(self, reception: ReceptionId, kind: str, body: Mapping[str, str]) -> None:
        """A listener of the process's notices."""
        if kind == STORED and (room := self._rooms.get(reception)) is not None:
            room.noticed(int(body["version"]))

    # ── nodes and recorders ────────────────────────────────────────────────────────────────────────────────────

    def _listen(self, place: Place) -> None:
        node, recorder = place.node, place.recorder
        self._watch(
            f"node {node}",
            self._places.node(node),
            restarted=lambda: self._tell(Room.node_restarted, lambda there: there.node == node),
            away=lambda: self._tell(Room.node_away, lambda there: there.node == node),
        )
        self._watch(
            f"recorder {recorder}",
            self._places.recorder(recorder),
            restarted=lambda: self._tell(Room.recorder_restarted, lambda there: there.recorder == recorder),
            away=lambda: None,  # the node says what that means: written late, or not any more
        )

    def _watch(self, name: str, source: Source, *, restarted: Callable[[], None], away: Callable[[], None]) -> None:
        if name not in self._watchers:
            watcher = Watcher(name, source, self._hear, restarted, away)
            self._watchers[name] = asyncio.create_task(watcher.run(), name=name)

    def _hear(self, event: NodeEvent | RecorderEvent) -> None:
        for room in self._concerned(event):
            room.hear(event)

    def _concerned(self, event: NodeEvent | RecorderEvent) -> list[Room]:
        name = getattr(event, "room", None)
        if name is not None:
            return [room for room in self._rooms.values() if room.id == name]
        recording = getattr(event, "recording", None)
        return [room for room in self._rooms.values() if room.present.recording == recording]

    def _tell(self, what: Callable[[Room], None], whom: Callable[[Place], bool]) -> None:
        for room in [room for room in self._rooms.values() if whom(room.place)]:
            what(room)

    # ── the end ────────────────────────────────────────────────────────────────────────────────────────────────

    def _retire(self, room: Room) -> None:
        """The room is over, was empty for long, or another process has it."""
        reception = reception_of(room.id)
        self._rooms.pop(reception, None)
        self._end(reception, self._wind_up(room))

    def _end(self, reception: ReceptionId, work: Coroutine[Any, Any, None]) -> None:
        task = self._ending[reception] = asyncio.create_task(work, name=f"end of room {reception}")
        task.add_done_callback(lambda _: self._forget(reception, task))

    def _forget(self, reception: ReceptionId, ended: asyncio.Task[None]) -> None:
        if self._ending.get(reception) is ended:
            del self._ending[reception]
        if reception not in self._rooms and (turn := self._turns.get(reception)) and not turn.locked():
            del self._turns[reception]

    async def _wind_up(self, room: Room) -> None:
        await room.close()
        if not room.owned:
            return
        await room.live.closed()
        await self._in_the_end("room removed", room.live.remove)
        recording = room.present.recording
        if recording is not None:
            await self._in_the_end("recording finished", lambda: room.live.finish(recording))
        await self._in_the_end("time forgotten", lambda: self._times.forget(room.present.id))
        await self._in_the_end("lease given back", room.lease.release)

    async def _in_the_end(self, what: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        pause = 0.5
        for _ in range(TRIES):
            try:
                await work()
            except Refusal as refusal:
                _log.warning("not yet %s: %s", what, refusal)
            else:
                return
            if await passed(self._closing, pause):
                break
            pause *= 2
        _log.error("not %s", what)

    async def close(self) -> None:
        """Rooms stay as they are on their nodes; whoever owns them next takes them back from storage."""
        self._closing.set()
        if self._looking is not None:
            await asyncio.wait([self._looking])
        await _cancelled([*self._watchers.values(), *([self._keeping] if self._keeping else [])])
        self._watchers.clear()
        rooms = list(self._rooms.values())
        self._rooms.clear()
        for room in rooms:
            await room.close()
        ending = list(self._ending.values())
        if ending:
            await asyncio.wait(ending, timeout=END_S)
        await _cancelled(ending)


def _told_of_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        _log.critical("%s ended", task.get_name(), exc_info=failure)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
