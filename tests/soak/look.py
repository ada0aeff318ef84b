"""What is in the memory of one process, as it sees it itself; told to whoever asks it by a signal."""

import asyncio
import ctypes
import gc
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

import msgspec

_PATIENCE_S = 60.0
"""A full collection takes a tenth of a second, and the machine may be busy with other tests."""


class Look(msgspec.Struct, frozen=True):
    """``blocks``: small objects of Python alive; ``heap``: bytes that malloc has given out (large objects, and all of
    OpenSSL, libsrtp, SQLite, FFmpeg); ``kinds``: how many there are of each class that the collector knows; ``tasks``:
    of each coroutine. What was there when the process began to serve is frozen and not among the kinds."""

    at_s: float
    blocks: int
    heap: int
    files: int
    threads: int
    kinds: dict[str, int]
    tasks: dict[str, int]


class _Mallinfo(ctypes.Structure):
    """mallinfo2(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def look(tasks: Iterable["asyncio.Task[object]"]) -> Look:
    """Now, once what nobody refers to is gone. What is free is given back, so that the memory that is seen from outside
    is what is held, however long malloc would keep the rest."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    kinds = Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())
    return Look(
        at_s=time.monotonic(),
        blocks=sys.getallocatedblocks(),
        heap=heap_bytes(),
        files=len(os.listdir("/proc/self/fd")),
        threads=threading.active_count(),
        kinds=dict(kinds),
        tasks=dict(Counter(_name(task) for task in tasks)),
    )


def heap_bytes() -> int:
    """What malloc has given out and not got back."""
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = _Mallinfo
    given = ask()
    return int(given.uordblks + given.hblkhd)


def _name(task: "asyncio.Task[object]") -> str:
    return getattr(task.get_coro(), "__qualname__", "") or task.get_name()


def answer_looks(folder: Path, name: str) -> None:
    """From now on this process writes a look when it gets SIGUSR1. Its loop's own turn does it, between two others."""
    (folder / f"{name}.pid").write_text(str(os.getpid()))

    def write(number: int, frame: FrameType | None) -> None:
        unfinished = folder / f"{name}.part"
        unfinished.write_bytes(msgspec.json.encode(look(asyncio.all_tasks())))
        unfinished.replace(folder / f"{name}.json")

    signal.signal(signal.SIGUSR1, write)


async def ask_look(folder: Path, name: str, pid: int) -> Look:
    """Of a process that answers. Raises TimeoutError, ProcessLookupError."""
    file = folder / f"{name}.json"
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    async with asyncio.timeout(_PATIENCE_S):
        while not file.exists():  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.1)
    return msgspec.json.decode(file.read_bytes(), type=Look)
