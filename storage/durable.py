"""Making what was written outlast a power cut: the file's bytes, and the folder that names it."""

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Its bytes are on the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Names made, changed or removed in it are on the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def make_folders(folder: Path, root: Path) -> None:
    """``folder`` and what it lies in below ``root``, each synced into its parent. ``root`` must exist."""
    missing = []
    while folder != root and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for step in reversed(missing):
        step.mkdir(exist_ok=True)
        sync_folder(step.parent)


def _sync(path: Path, flags: int) -> None:
    file = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
