"""A room's clock: while a recording is written it is the recording's own, whatever becomes of anybody's wall clock.

Everything the room decides is stored under a wall-clock time, and the manifest places it by the difference to the
recording's beginning. So from START on that time is *beginning + media time*, and media time is counted on this
process's monotonic clock from an exchange with who keeps the recording's time: the node's answer to START, later the
recorder's status. Monotonic clocks of two machines are never compared but through such an exchange, which is right to
half its round trip. Before START it is the wall clock.

A process that takes a room over asks who keeps the time. Until that answers it goes on by the note of the process
before (:class:`TimeNote`), when both ran on one machine that was not started anew since; else it counts on from the
last stored event, which is never ahead of the recording, so that the answer moves time forward only. The wall clock is
not asked: nobody could say whether it was set meanwhile.
"""

import msgspec

from bridge.ids import MonoNs, RecordingId, UtcNs
from bridge.media import Moment
from bridge.ports import Clock


class SteadyClock:
    """The wall clock as it was when this was made, counted on by the monotonic one: for what one process promises and
    redeems itself (join tokens, leases), which nobody's setting of the clock may prolong or end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = clock.utc() - clock.mono()

    def mono(self) -> MonoNs:
        """This process's monotonic clock."""
        return self._clock.mono()

    def utc(self) -> UtcNs:
        """Runs evenly."""
        return UtcNs(self._offset + self._clock.mono())


AS_BEFORE_NS = 5_000_000
"""Two exchanges with a recorder on one machine differ by less; noting each would write for nothing."""


class TimeNote(msgspec.Struct, frozen=True):
    """It was media time ``media_ns`` of ``recording`` at ``mono_ns`` of the machine's run ``boot``."""

    boot: str
    recording: RecordingId
    mono_ns: int
    media_ns: int

    def tells_as(self, other: "TimeNote | None") -> bool:
        """Whether who goes on by the other has the same time."""
        if other is None or (self.boot, self.recording) != (other.boot, other.recording):
            return False
        return abs((self.media_ns - self.mono_ns) - (other.media_ns - other.mono_ns)) < AS_BEFORE_NS


class SessionClock:
    """:class:`bridge.ports.Clock`. ``began_utc_ns``: of a recording under way; ``last_utc_ns``: of its last stored
    event, behind which time never is."""

    def __init__(self, clock: Clock, began_utc_ns: int | None = None, last_utc_ns: int = 0) -> None:
        self._clock = clock
        self._began_utc_ns = began_utc_ns
        self._anchor: tuple[int, int] | None = None
        """(this process's monotonic clock, media time) of the same moment."""
        self._told = last_utc_ns if began_utc_ns is not None else 0
        self._resumed = (clock.mono(), max(last_utc_ns, began_utc_ns or 0))
        """(this process's monotonic clock, the least that it is by the recording) when this was made."""

    @property
    def is_anchored(self) -> bool:
        """Whether it runs by the recording."""
        return self._anchor is not None

    @property
    def media_ns(self) -> int | None:
        """Media time now, once it runs by the recording."""
        return None if self._anchor is None else self._anchor[1] + self._clock.mono() - self._anchor[0]

    def mono(self) -> MonoNs:
        """This process's monotonic clock."""
        return self._clock.mono()

    def utc(self) -> UtcNs:
        """Never goes back while a recording is under way."""
        media_ns = self.media_ns
        if self._began_utc_ns is None:
            return self._clock.utc()
        if media_ns is None:
            now = self._resumed[1] + self._clock.mono() - self._resumed[0]
        else:
            now = self._began_utc_ns + media_ns
        self._told = max(self._told, now)
        return UtcNs(self._told)

    def begin(self, began: Moment, asked: MonoNs) -> None:
        """START was answered just now; it had been ordered at ``asked``."""
        self._began_utc_ns = self._told = began.utc_ns
        self.set(0, asked)

    def set(self, media_ns: int, asked: MonoNs) -> None:
        """Media time as it was somewhere between ``asked`` and now."""
        self._anchor = ((asked + self._clock.mono()) // 2, media_ns)

    def note(self, boot: str, recording: RecordingId) -> TimeNote | None:
        """For who goes on after this process; None while it does not run by the recording."""
        return None if self._anchor is None else TimeNote(boot, recording, *self._anchor)

    def go_on(self, note: TimeNote) -> None:
        """As the process before, on the same monotonic clock. The recorder corrects it."""
        if note.media_ns >= 0 and note.mono_ns <= self._clock.mono():
            self._anchor = (note.mono_ns, note.media_ns)

    def forget(self) -> None:
        """The recording did not begin after all."""
        self._began_utc_ns = self._anchor = None
