"""The worker's ear: commands on standard input, one a line, read without waiting."""

import os
import select
import sys

import msgspec


class Commands:
    """``begin``: count from here · ``report``: say what was counted · ``end``, or a closed pipe: stop.

    Publishers know two more, ``pause``: send nothing · ``resume``: go on; receivers one, ``count``: packets so far.
    """

    def __init__(self) -> None:
        self.descriptor = sys.stdin.fileno()
        self._rest = b""

    def waiting(self) -> list[str]:
        """What was said since the last time; a pipe that is closed says ``end``."""
        said: list[str] = []
        while select.select([self.descriptor], [], [], 0)[0]:
            piece = os.read(self.descriptor, 4096)
            if not piece:
                return [*said, "end"]
            *lines, self._rest = (self._rest + piece).split(b"\n")
            said += [line.decode() for line in lines]
        return said


def first_line() -> bytes:
    """The order, byte by byte: what follows belongs to :class:`Commands`. Empty when the pipe is closed."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(sys.stdin.fileno(), 1)):
        line += byte
    return line


def answer(message: msgspec.Struct) -> None:
    """One line to whoever started this worker."""
    sys.stdout.write(msgspec.json.encode(message).decode() + "\n")
    sys.stdout.flush()
