"""The journal of a recording while it runs: lines in the spool, each with the track that said it.

::

    {part}/{track} {entry as JSON}\\n

The owner lets a restart take back what a track said behind the checkpoint from which it is made again.
``SegmentWritten`` is said once its file is stored and is never taken back. Owner ``0/0``: the whole recording.
"""

import os
from pathlib import Path
from typing import TypeAlias

import msgspec

from bridge.errors import MalformedInput
from bridge.journal import Entry, SegmentWritten, serialise_entry

Owner: TypeAlias = tuple[int, int]
"""(part, track number)."""

WHOLE: Owner = (0, 0)


class Journal:
    """``append`` touches memory only; ``write`` blocks and runs in a thread, one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[bytes] = []

    def append(self, owner: Owner, entry: Entry) -> None:
        """Say something; durable after the next ``write`` of what is taken."""
        self._waiting.append(b"%d/%d %s" % (*owner, serialise_entry(entry)))

    def take(self) -> bytes:
        """What is to be written now."""
        lines, self._waiting = b"".join(self._waiting), []
        return lines

    def write(self, lines: bytes) -> None:
        """Append and sync. Raises OSError; the file then holds nothing of them."""
        if not lines:
            return
        with self._path.open("ab") as file:
            size = file.tell()
            try:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise

    def read(self) -> list[tuple[Owner, Entry]]:
        """Every whole line. Raises MalformedInput."""
        if not self._path.exists():
            return []
        return [_parse(line) for line in self._path.read_bytes().split(b"\n")[:-1]]

    def take_back(self, kept: dict[Owner, int]) -> None:
        """Keep of each owner's entries only the first so many; of owners not named, none. Blocks.

        ``SegmentWritten`` and what the whole recording said stay.
        """
        lines = []
        counts: dict[Owner, int] = {}
        for owner, entry in self.read():
            if owner != WHOLE and not isinstance(entry, SegmentWritten):
                counts[owner] = counts.get(owner, 0) + 1
                if counts[owner] > kept.get(owner, 0):
                    continue
            lines.append(b"%d/%d %s" % (*owner, serialise_entry(entry)))
        beside = self._path.with_name(self._path.name + ".new")
        beside.write_bytes(b"".join(lines))
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(self._path)

    def final(self) -> bytes:
        """The journal as it is stored: the entries alone."""
        return b"".join(serialise_entry(entry) for _, entry in self.read())


_DECODER = msgspec.json.Decoder(Entry)


def _parse(line: bytes) -> tuple[Owner, Entry]:
    owner, _, entry = line.partition(b" ")
    try:
        part, track = owner.split(b"/")
        return (int(part), int(track)), _DECODER.decode(entry)
    except (ValueError, msgspec.DecodeError) as error:
        raise MalformedInput(f"spool journal: {error}") from error
