"""A lock on a file between processes: given back by the kernel when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path
from typing import Self


def hold(file: int) -> bool:
    """Hold an open file alone until it is closed. False when another has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class FileLock:
    """One holder's view of the lock. Two instances in one process exclude each other like two processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def share(self) -> bool:
        """Hold it together with others. False when somebody has it alone. Repeating is harmless."""
        return self._file is not None or self._take(fcntl.LOCK_SH | fcntl.LOCK_NB)

    def alone(self) -> bool:
        """Hold it alone. False when anybody has it."""
        return self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def __enter__(self) -> Self:
        """Hold it alone, waiting for it."""
        self._take(fcntl.LOCK_EX)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Give it back. Idempotent."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self, how: int) -> bool:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            os.close(file)
            return False
        except OSError:
            os.close(file)
            raise
        self._file = file
        return True
