"""A reception without anybody who conducts it does not run on by itself: interrupted by the system, later closed."""

import msgspec

from bridge.commands import CloseReception, InterruptReception
from bridge.events import Cause
from bridge.ids import NS_PER_S, MonoNs
from bridge.reception import Reception
from bridge.rules import officials_connected
from bridge.states import UNDER_WAY, ReceptionState

NO_OFFICIAL = "no_official_connected"
"""Reason of what the system does here; the screens word it."""

GRACE_S = 60
"""Longer than the resume time, so that nobody finds the reception closed because the server restarted."""


class WatchTimes(msgspec.Struct, frozen=True):
    """Seconds without an official until interrupted, and from there until closed."""

    interrupt_after_s: float = 300
    close_after_s: float = 3600


class Watch(msgspec.Struct, frozen=True):
    """``absent_since``: since when no official is connected, on the clock of the caller's process."""

    absent_since: MonoNs | None = None


def observed(watch: Watch, reception: Reception, now: MonoNs) -> Watch:
    """The watch after a look at the room."""
    if officials_connected(reception) or reception.state not in UNDER_WAY:
        return Watch()
    return watch if watch.absent_since is not None else Watch(now)


def resumed_watch(reception: Reception, times: WatchTimes, now: MonoNs, utc_ns: int) -> Watch:
    """The watch of a room that is taken over: time that ran since an interruption by absence still counts, but for a
    last minute in which an official may come back."""
    if reception.interrupted_utc_ns is None or reception.interrupted_by is not Cause.SYSTEM:
        return Watch()
    elapsed = max(0, utc_ns - reception.interrupted_utc_ns) + int(times.interrupt_after_s * NS_PER_S)
    most = int((times.interrupt_after_s + times.close_after_s - GRACE_S) * NS_PER_S)
    return Watch(MonoNs(now - min(elapsed, most)))


def due(
    watch: Watch, times: WatchTimes, reception: Reception, now: MonoNs
) -> InterruptReception | CloseReception | None:
    """What the system has to do now."""
    if watch.absent_since is None:
        return None
    absent_s = (now - watch.absent_since) / NS_PER_S
    if reception.state is ReceptionState.LIVE and absent_s >= times.interrupt_after_s:
        return InterruptReception(NO_OFFICIAL)
    if reception.state is ReceptionState.INTERRUPTED and absent_s >= times.interrupt_after_s + times.close_after_s:
        return CloseReception(NO_OFFICIAL)
    return None
