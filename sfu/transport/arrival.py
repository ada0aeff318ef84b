"""When a datagram came, by the kernel: how long it then waited for this process is no part of the publisher's line."""

import socket
import struct
from typing import TypeAlias

from bridge.ids import NS_PER_S
from bridge.ports import Clock

ROOM = socket.CMSG_SPACE(16)
"""Bytes of ancillary data that one time stamp takes."""
_SO_TIMESTAMPNS = 35
"""socket(7), Linux on x86 and ARM; Python has no name for it. Elsewhere the reading is the arrival."""
_TIMESPEC = struct.Struct("@ll")
_LONGEST_NS = 5 * NS_PER_S
"""Nothing waits so long: the wall clock was set since."""

Ancillary: TypeAlias = list[tuple[int, int, bytes]]
"""As ``recvmsg`` gives it."""


def ask_for_stamps(sock: socket.socket) -> None:
    """Where the system does not know the option, none come."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    except OSError:
        return


class Arrivals:
    """The kernel stamps with the wall clock; the node lives by a monotonic one. Related anew for each wake-up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_ns = 0
        self._last_ns = 0

    def wake(self) -> None:
        """The socket is about to be read."""
        self._offset_ns = self._clock.mono() - self._clock.utc()

    def of(self, ancillary: Ancillary) -> int:
        """On the monotonic clock; never before the last one, never in the future."""
        now = self._clock.mono()
        came = now
        for level, kind, stamp in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(stamp) == _TIMESPEC.size:
                seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                came = seconds * NS_PER_S + nanoseconds + self._offset_ns
        if not now - _LONGEST_NS < came <= now:
            came = now
        self._last_ns = max(self._last_ns, came)
        return self._last_ns
