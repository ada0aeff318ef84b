"""Databases that a test begins with. Migrating takes a quarter of a second: one file is migrated, and the others are
copies of it. What migrating does has tests of its own."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from storage import schema


def migrated(file: Path) -> str:
    """The address of a SQLite database at the expected version in this file; empty, unless it was there already."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_template(), file)
    return f"sqlite:///{file}"


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="diemcau-template-"))
    atexit.register(shutil.rmtree, folder)
    file = folder / "template.db"
    schema.migrate(f"sqlite:///{file}")
    return file
