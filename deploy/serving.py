"""How a process lives: set up, told when to stop, closed in order."""

import asyncio
import errno
import gc
import os
import resource
import signal
import stat
import sys
from typing import Protocol

from bridge.figures import Lateness
from deploy.configuration import ConfigurationFault
from deploy.lateness import LatenessWatch


class Served(Protocol):
    """What the rooms' ``build`` give."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


def stop_event() -> asyncio.Event:
    """Set on SIGTERM, SIGINT, and when the supervisor that holds our standard input is gone."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    _watch_supervisor(loop, stopping)
    return stopping


def _watch_supervisor(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """The supervisor keeps the other end of a pipe open and never writes: readable means that it has died."""
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):  # no standard input at all: nobody to watch
        return
    if is_pipe and os.environ.get(SUPERVISED):
        loop.add_reader(sys.stdin.fileno(), lambda: _gone(loop, stopping))


def _gone(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    loop.remove_reader(sys.stdin.fileno())
    stopping.set()


SUPERVISED = "DIEMCAU_SUPERVISED"
"""Set by the supervisor for its children: their standard input is its life line."""


def as_many_files_as_allowed() -> None:
    """A media node has a connection open for each who comes by TCP; most systems begin with 1024 and allow far more."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def started(served: Served, name: str) -> None:
    """Raises ConfigurationFault in one line for an address that cannot be taken."""
    try:
        await served.start()
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise ConfigurationFault(f"{name}: {error.strerror or error}") from error
        raise


async def serve(served: Served, name: str, lateness: Lateness | None = None) -> int:
    """Runs until told to stop; ``lateness`` is told how late the loop turns. Raises ConfigurationFault as
    :func:`started` does."""
    stopping = stop_event()
    await started(served, name)
    # A full collection over everything imported takes 40 ms, in which nothing would be forwarded or recorded.
    gc.collect()
    gc.freeze()
    watch = LatenessWatch(lateness or Lateness())
    watch.start()
    try:
        await stopping.wait()
    finally:
        watch.close()
        await served.close()
    return 0
