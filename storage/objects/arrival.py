"""A file in the making: not yet an object, and known to be dead when its writer is."""

import os
import tempfile
from pathlib import Path

from storage.hashed import HashedFile
from storage.lock import hold


class Arrival(HashedFile):
    """A file in the making, hashed as it is written. ``close`` removes what was not accepted."""

    def __init__(self) -> None:
        super().__init__(-1)
        self._path = Path()

    def open(self, incoming: Path) -> None:
        """Make the file and hold it. Apart from the making of this object, so that who gives up meanwhile can close."""
        self._file, name = tempfile.mkstemp(dir=incoming)
        self._path = Path(name)
        hold(self._file)

    def finish(self) -> None:
        """On the disk, and read-only."""
        os.fchmod(self._file, 0o444)
        os.fsync(self._file)

    def link(self, path: Path) -> None:
        """Appear there; FileExistsError rather than overwrite."""
        os.link(self._path, path)

    def rename(self, path: Path) -> None:
        """Appear there in place of what is."""
        os.replace(self._path, path)

    def close(self) -> None:
        """Idempotent."""
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def remove_if_left(path: Path) -> None:
    """Remove what a killed writer left; a living one holds its file."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if hold(file):
            path.unlink(missing_ok=True)
    finally:
        os.close(file)
