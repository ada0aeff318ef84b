"""The rooms that this process owns, and its ears at their nodes and recorders."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec

from bridge.about import about_only
from bridge.board import WatchedRoom
from bridge.errors import Code, Refusal, Unavailable
from bridge.evolution import rebuilt
from bridge.finding import ReceptionFilter
from bridge.ids import NS_PER_S, ParticipantId, ReceptionId, SessionId, reception_of, room_of
from bridge.offices import texts_of
from bridge.ports import Clock, Entropy, LocalJournal
from bridge.reception import Reception
from bridge.receptions import STORED, ReceptionService
from bridge.repositories import UnitsOfWork
from bridge.sessionclock import SessionClock, SteadyClock
from bridge.states import OVER, UNDER_WAY
from bridge.stream import nodes_of
from signaling.alarms import decisions
from signaling.cutoff import cut_off
from signaling.doorkeeper import Doorkeeper, Visitor
from signaling.ears import Ears
from signaling.lane import TURN_S
from signaling.later import settle_kept, write_kept
from signaling.notices import MISSED
from signaling.overseer import set_clock
from signaling.pauses import passed
from signaling.places import Place, Places
from signaling.resume import ResumeSecrets
from signaling.room import Room
from signaling.room_lease import RoomLease, room_lease_name
from signaling.room_node import RoomNode
from signaling.room_parts import RoomParts
from signaling.settings import SignalingConfig, with_office
from signaling.strays import Strays
from signaling.times import Times
from signaling.windingup import reception_of_lease, wind_up

_log = logging.getLogger(__name__)
LOOK_BACK_S = 30 * 86_400
"""A reception that is still under way after a month is closed by hand."""
MOST_UNDER_WAY = 10_000
"""At once, in one installation."""
END_S = 5.0
"""A node answers in milliseconds; an empty room that cannot be removed is made anew as it is."""
LOOKS_PER_LEASE = 3
"""A dead owner's rooms are back a third of a lease after it ran out, if nobody asks for them sooner."""
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
        self._rooms: dict[ReceptionId, Room] = {}
        self._ears = Ears(places, self._rooms, clock)
        self._parts = RoomParts(
            config,
            units,
            service,
            journal,
            places,
            secrets,
            clock,
            entropy,
            self._times,
            self._retire,
            self._ears.moved,
        )
        self._turns: dict[ReceptionId, asyncio.Lock] = {}
        self._ending: dict[ReceptionId, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._doorkeeper = Doorkeeper(units, clock, self._visitors)
        self._keeping: list[asyncio.Task[None]] = []
        self._strays = Strays(units, service, places, clock)

    async def start(self) -> None:
        """Store what an earlier life of this process could not, then take back what is under way: its participants may
        resume from now on. Raises Unavailable."""
        await self._write_all_kept()
        await self._take_all_back(lobbies=True)
        await self._look_at_leases()
        self._looking = asyncio.create_task(self._look_on(), name="rooms without an owner")
        works = {"doorkeeper": self._doorkeeper.run(), "rooms that are over": self._strays.run(self._closing)}
        self._keeping = [asyncio.create_task(work, name=name) for name, work in works.items()]
        for task in self._keeping:
            task.add_done_callback(_told_of_failure)

    async def _look_on(self) -> None:
        """Whose owner died is taken over as soon as the lease has run out; what an ended room left is stored."""
        for turn in count(1):
            if await passed(self._closing, self._config.lease_s / LOOKS_PER_LEASE):
                return
            try:
                await self._look_at_leases()
                if turn % LOOKS_PER_LEASE == 0:  # this reads every reception of two months
                    await self._write_all_kept()
                    await self._take_all_back(lobbies=False)
            except Refusal as failure:
                _log.warning("rooms without an owner are not looked for: %s", failure)
            except Exception:  # noqa: BLE001  one strange room must not leave all others without an owner for ever
                _log.exception("rooms without an owner: the next look goes on")

    async def _write_all_kept(self) -> None:
        for reception in await self._journal.receptions():
            async with self._turns.setdefault(reception, asyncio.Lock()):
                if reception not in self._rooms and reception not in self._ending:
                    await settle_kept(self._journal, self._service, self._places, reception)

    async def _look_at_leases(self) -> None:
        """Of those that ran out, and of our own without a room: what is over is wound up (:mod:`signaling.windingup`),
        what is under way taken over."""
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
                continue
            if stored.state in OVER or not _occupied(stored):
                await self._clear(reception)
            else:
                await self._take_back(reception)

    async def _clear(self, reception: ReceptionId) -> None:
        """Of one that is over, or where nobody is: who comes makes it anew. In its turn, so that nobody is coming."""
        async with self._turns.setdefault(reception, asyncio.Lock()):
            stored = await self._service.present(reception)
            gone = stored.state in OVER or not _occupied(stored)
            if gone and reception not in self._rooms and reception not in self._ending:
                self._end(reception, wind_up(stored, self._places, self._times, self._lease(reception)))

    def _lease(self, reception: ReceptionId) -> RoomLease:
        return RoomLease(self._units, self._steady, reception, self._config.owner, self._config.lease_s)

    async def _take_all_back(self, *, lobbies: bool) -> None:
        now, around = self._clock.utc(), LOOK_BACK_S * NS_PER_S
        async with self._units.reading() as unit:
            if lobbies:
                rows = await unit.receptions.rows(now - around, now + around)
            else:  # again and again: of a country's month only what is under way
                states = frozenset(map(str, UNDER_WAY))
                wanted = ReceptionFilter(from_utc_ns=now - around, before_utc_ns=now + around, states=states)
                rows = await unit.receptions.find(wanted, None, MOST_UNDER_WAY)
        for row in rows:
            if row.id not in self._rooms and (row.state in UNDER_WAY or (lobbies and row.doors_open)):
                await self._take_back(row.id)

    async def _take_back(self, reception: ReceptionId) -> None:
        try:
            stored = await self._service.present(reception)
            if _occupied(stored):
                await self.open(reception)
        except Refusal as refusal:
            level = logging.DEBUG if refusal.code is Code.ROOM_ELSEWHERE else logging.ERROR
            _log.log(level, "room %s is not taken back: %s", reception, refusal)

    async def address(self, reception: ReceptionId) -> str:
        """Of the process that has the room. Whose owner died is taken over by whom somebody asks for the way back."""
        if reception in self._rooms:
            return self._config.owner
        async with self._units.reading() as unit:
            lease = await unit.leases.of(room_lease_name(reception))
        if lease is None or lease.owner == self._config.owner:
            return self._config.owner
        if lease.until_utc_ns > self._steady.utc():
            return lease.owner
        await self._take_back(reception)
        return self._config.owner

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
        moved = stored.node not in (None, place.node)
        if (spoke := await cut_off(history, room.id, RoomNode(self._places, place), moved=moved)) is not None:
            room.spoke_elsewhere(spoke, history[-1].at_utc_ns)
        for left in nodes_of(history) - {place.node}:
            self._ears.leave(room.id, left)
        self._ears.listen(room.place)
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
        """Where it was, if that can still be; a room whose node and all others are away waits for its own."""
        try:
            return await self._places.choose(stored)
        except Unavailable:
            if stored.node is None or stored.recorder is None:
                raise
            return Place(stored.node, stored.recorder)

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
        """A listener of the notices."""
        if kind == MISSED:
            for there in self._rooms.values():
                there.noticed()
        elif kind == STORED and (room := self._rooms.get(reception)) is not None:
            room.noticed(int(body["version"]))

    # ── the end ────────────────────────────────────────────────────────────────────────────────────────────────

    def _retire(self, room: Room) -> None:
        """The room is over, was empty for long, or another process has it."""
        reception = reception_of(room.id)
        self._rooms.pop(reception, None)
        self._end(reception, self._wind_up(room))

    def _end(self, reception: ReceptionId, work: Coroutine[Any, Any, None]) -> None:
        with about_only(room=room_of(reception)):
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

    async def lose_all(self) -> None:
        """Every line is about to be cut: noted as one in each room, or else one by one."""

        async def lose(room: Room) -> None:
            try:
                async with asyncio.timeout(TURN_S):
                    await room.lose_all()
            except (TimeoutError, Refusal) as failure:
                _log.warning("room %s: not noted that all lines are lost: %r", room.id, failure)

        await asyncio.gather(*map(lose, self._rooms.values()))

    async def close(self) -> None:
        """Rooms stay as they are on their nodes; whoever owns them next takes them back from storage."""
        self._closing.set()
        if self._looking is not None:
            await asyncio.wait([self._looking])
        await self._ears.close()
        await _cancelled(self._keeping)
        rooms = list(self._rooms.values())
        self._rooms.clear()
        await asyncio.gather(*(room.close() for room in rooms))
        ending = list(self._ending.values())
        if ending:
            await asyncio.wait(ending, timeout=END_S)
        await _cancelled(ending)


def _occupied(stored: Reception) -> bool:
    """Whether somebody is in its room or comes back to it."""
    return bool(stored.participants or stored.waiting or stored.state in UNDER_WAY)


def _told_of_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        _log.critical("%s ended", task.get_name(), exc_info=failure)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
