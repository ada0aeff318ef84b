"""Whether anybody wants what is published, and telling publishers of pictures that nobody does."""

import asyncio
from collections.abc import Callable, Iterable

from bridge.control import UnwantedChanged
from bridge.ids import NS_PER_S, ParticipantId, RoomId
from bridge.media import Kind, Source
from sfu.peers.ground import Ground
from sfu.peers.tracks import PublishedTrack
from sfu.peers.unwanted import Unwanted


class Audience:
    """Of one room. ``tracks``: all that are published; ``is_wanted``: by a receiver or by the recording."""

    def __init__(
        self,
        ground: Ground,
        room: RoomId,
        tracks: Callable[[], Iterable[PublishedTrack]],
        is_wanted: Callable[[PublishedTrack], bool],
    ) -> None:
        self._ground = ground
        self._room = room
        self._tracks = tracks
        self._is_wanted = is_wanted
        self._unwanted = Unwanted()
        self._said: dict[ParticipantId, tuple[Source, ...]] = {}
        self._looking: asyncio.Handle | None = None
        self._waiting: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """Who wants what may be another now: looked at once per turn of the loop, however often it is said."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_soon(self._look)

    def close(self) -> None:
        """The room ends."""
        for handle in (self._looking, self._waiting):
            if handle is not None:
                handle.cancel()
        self._looking = self._waiting = None

    def _look(self) -> None:
        self._looking = None
        now_ns = self._ground.clock.mono()
        pictures = [track for track in self._tracks() if track.source.kind is Kind.VIDEO]
        again = self._unwanted.weigh([track.up for track in pictures if not self._is_wanted(track)], now_ns)
        self._tell(pictures)
        for up in again:
            self._ground.core.request_key_frame(up)
        self._look_later(self._unwanted.due_ns(now_ns))

    def _look_later(self, due_ns: int | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = None
        if due_ns is not None:
            self._waiting = asyncio.get_running_loop().call_later(due_ns / NS_PER_S, self._look_again)

    def _look_again(self) -> None:
        self._waiting = None
        self._look()

    def _tell(self, pictures: Iterable[PublishedTrack]) -> None:
        stopped: dict[ParticipantId, tuple[Source, ...]] = {}
        for track in pictures:
            if track.up in self._unwanted.stopped:
                stopped[track.participant] = (*stopped.get(track.participant, ()), track.source)
        before, self._said = self._said, stopped
        for participant in {**before, **stopped}:
            sources = stopped.get(participant, ())
            if sources != before.get(participant, ()):
                self._ground.publish(UnwantedChanged(self._room, participant, sources))
