"""A process's ears at the nodes and recorders of its rooms; and what a room does with the node that it left."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from bridge.about import about_only
from bridge.control import NodeEvent
from bridge.errors import Refusal
from bridge.ids import NodeId, ReceptionId, RecorderId, RoomId, reception_of
from bridge.ports import Clock
from bridge.recorder_control import RecorderEvent
from signaling.places import Place, Places
from signaling.room import Room
from signaling.watcher import Watcher

_log = logging.getLogger(__name__)
LEAVE_AGAIN_S = 2.0
"""Nobody waits for it."""
LEAVE_AT_LAST_S = 60.0
"""Of a node that stays away, and perhaps for good: one that was struck out costs a look into what is known."""


class Ears:
    """``rooms`` is what the process has at any time. One watcher for each node and recorder, until :meth:`close`."""

    def __init__(self, places: Places, rooms: Mapping[ReceptionId, Room], clock: Clock) -> None:
        self._places = places
        self._clock = clock
        self._rooms = rooms
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def listen(self, place: Place) -> None:
        """To both of these, from now on."""
        self._watch(f"node {place.node}", self._at_node(place.node))
        self._watch(f"recorder {place.recorder}", self._at_recorder(place.recorder))

    def _watch(self, name: str, made: Callable[[str], Watcher]) -> None:
        """It speaks of all rooms there, not of the one that is opened first."""
        if name not in self._watchers:
            with about_only():
                self._watchers[name] = asyncio.create_task(made(name).run(), name=name)

    def _at_node(self, node: NodeId) -> Callable[[str], Watcher]:
        def there(place: Place) -> bool:
            return place.node == node

        return lambda name: Watcher(
            name,
            lambda: self._places.node(node),
            lambda event: self._hear(event, there),
            restarted=lambda heard: self._tell(there, lambda room: room.node_restarted(heard)),
            away=lambda heard: self._tell(there, lambda room: room.node_away(heard)),
            clock=self._clock,
            there=lambda: self._tell(there, Room.node_answers),
        )

    def _at_recorder(self, recorder: RecorderId) -> Callable[[str], Watcher]:
        def there(place: Place) -> bool:
            return place.recorder == recorder

        return lambda name: Watcher(
            name,
            lambda: self._places.recorder(recorder),
            lambda event: self._hear(event, there),
            restarted=lambda _: self._tell(there, Room.recorder_restarted),
            away=lambda _: None,  # the node says what that means: written late, or not any more
            clock=self._clock,
        )

    def _hear(self, event: NodeEvent | RecorderEvent, there: Callable[[Place], bool]) -> None:
        """What a node says of a room that has left it concerns nobody."""
        for room in self._concerned(event):
            if there(room.place):
                with about_only(**_named(room, event)):
                    room.hear(event)

    def _concerned(self, event: NodeEvent | RecorderEvent) -> list[Room]:
        name = getattr(event, "room", None)
        if name is not None:
            return [room for room in self._rooms.values() if room.id == name]
        recording = getattr(event, "recording", None)
        return [room for room in self._rooms.values() if room.present.recording == recording]

    def _tell(self, there: Callable[[Place], bool], what: Callable[[Room], None]) -> None:
        for room in [room for room in self._rooms.values() if there(room.place)]:
            with about_only(room=room.id):
                what(room)

    def moved(self, room: Room, left: NodeId) -> None:
        """It is on another node now."""
        self.listen(room.place)
        self.leave(room.id, left)

    def leave(self, room: RoomId, left: NodeId) -> None:
        """Once that node answers. Also what an earlier owner of the room could not tell it: where it does not have the
        room, nothing happens."""
        with about_only(room=room):
            task = asyncio.create_task(self._leave(room, left), name=f"room {room} leaves {left}")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _leave(self, room: RoomId, node: NodeId) -> None:
        """A node that only could not be reached still has the room, and people in it whom nobody else hears."""
        pause = LEAVE_AGAIN_S
        while True:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LEAVE_AT_LAST_S)
            there = self._rooms.get(reception_of(room))
            if there is not None and there.place.node == node:
                return  # it went back there
            try:
                await self._places.node(node).delete_room(room, goes_on=True)
            except Refusal as refusal:
                _log.debug("room %s is not away from %s yet: %s", room, node, refusal)
            else:
                return

    async def close(self) -> None:
        """Idempotent."""
        tasks = [*self._watchers.values(), *self._leaving]
        self._watchers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _named(room: Room, event: NodeEvent | RecorderEvent) -> dict[str, str]:
    participant = getattr(event, "participant", None)
    return {"room": room.id} if participant is None else {"room": room.id, "participant": participant}
