"""Which MinIO server this product is tried with, and where ``make minio`` puts it.

Standard library only: set-up reads it before anything is installed.
"""

import os
from pathlib import Path

MODULE = "github.com/minio/minio"
VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
"""The last version its archived upstream published as source; newer than its last security fix."""


def cache() -> Path:
    """Outside the repository, so that a fresh checkout need not build anew (XDG base directories)."""
    base = os.environ.get("DIEMCAU_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "diemcau"


def built() -> Path:
    """Where the built server lies, or will."""
    return cache() / f"minio-{VERSION}" / "minio"
