"""A media node goes before everything else of its machine: real-time scheduling (sched(7)), where the system allows it.

It works for tenths of a millisecond at a time, some hundred times a second. Scheduled like pages, sealing and copies it
waits for them at each packet: on two busy cores 3 to 200 ms for one packet in a hundred, in real time 1 to 2 ms.

Who never rests would keep a core from all others, the recorder included. The kernel says so (RLIMIT_RTTIME, SIGXCPU)
once a node has computed for ``MOST_S`` without waiting for anything: it is then scheduled like the others for a while,
at once, also where one callback hangs and the loop does not turn.
"""

import asyncio
import logging
import os
import resource
import signal

_log = logging.getLogger(__name__)

MOST_S = 0.5
"""Far more than the longest work that is due at once: thirty points that join."""
REST_S = 10.0
_US_PER_S = 1_000_000


class RealTime:
    """Of the main thread, not of others and not of programs that it starts."""

    def __init__(self, most_s: float = MOST_S, rest_s: float = REST_S) -> None:
        self._most_us = round(most_s * _US_PER_S)
        self._rest_s = rest_s
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> bool:
        """Inside the running loop. False where the system does not allow it or knows no such thing; that is logged."""
        if not hasattr(os, "sched_setscheduler"):
            _log.info("media is scheduled like everything else: this system has no real-time scheduling")
            return False
        # Not the loop's: its handlers wait for its next turn.
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGXCPU, lambda *_: self._has_not_rested(loop))
        if not self._begin():
            self.close()
            return False
        _log.info("media goes before everything else of this machine")
        return True

    def close(self) -> None:
        """Like the others again. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)

    def _begin(self) -> bool:
        """False where it may not, or no more; that is logged."""
        self._timer = None
        _, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
        if hard != resource.RLIM_INFINITY:
            _log.info("media is scheduled like everything else: who has LimitRTTIME is killed when it is over")
            return False
        # Each time anew: the kernel moves the limit on with each signal.
        resource.setrlimit(resource.RLIMIT_RTTIME, (self._most_us, hard))
        try:
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
        except OSError as error:
            _log.info("media is scheduled like everything else: %s; LimitRTPRIO=1 would allow it", error.strerror)
            return False
        return True

    def _has_not_rested(self, loop: asyncio.AbstractEventLoop) -> None:
        """Between any two steps of the main thread."""
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        loop.call_soon_threadsafe(self._rest, loop)

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            _log.warning("media computes without a rest: for %.0f s it is scheduled like everything else", self._rest_s)
            self._timer = loop.call_later(self._rest_s, self._begin)
