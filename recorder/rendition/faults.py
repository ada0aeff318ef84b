"""What could not be put into the copy, told once for each stored file; kept beside the pieces, for who goes on."""

from pathlib import Path

import msgspec

from bridge.manifest import ManifestSegment


class Faults:
    """Collected on the way: a damaged file costs its own span and nothing else."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.by_key: dict[str, str] = {}
        if file.exists():
            self.by_key = msgspec.json.decode(file.read_bytes(), type=dict[str, str])

    def add(self, segment: ManifestSegment, why: object) -> None:
        """The first reason of a file counts."""
        self.by_key.setdefault(segment.key, str(why))

    def keep(self) -> None:
        """Before the piece that they belong to is put in its place."""
        part = self._file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(self.by_key))
        part.replace(self._file)
