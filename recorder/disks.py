"""The file systems that recordings are written to."""

import os
from collections.abc import Mapping
from pathlib import Path

from bridge.disk import Disk


def disks(folders: Mapping[str, Path]) -> tuple[Disk, ...]:
    """One per file system; two folders on one share what is free. Blocks. Raises OSError."""
    found: dict[int, tuple[list[str], int]] = {}
    for name, folder in folders.items():
        system = os.statvfs(folder)
        names, _ = found.setdefault(os.stat(folder).st_dev, ([], system.f_bavail * system.f_frsize))
        names.append(name)
    return tuple(Disk("+".join(names), free) for names, free in found.values())
