"""A disk that fills up: a file system of its own, in memory, for a spool."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_spool(folder: Path, size: int) -> Iterator[Path]:
    """``folder``, whose ``spool`` has so many bytes. Skips the test for who may not mount."""
    spool = folder / "spool"
    spool.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(spool)], check=False)
    if mount.returncode:
        pytest.skip("mounting a file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(spool)], check=True)
