"""What storage keeps of recordings: the archive's list, who read, what was checked, viewing copies."""

from collections.abc import Collection, Sequence
from typing import Protocol

from bridge.archive import AccessEvent, FixityCheck, ViewingCopy
from bridge.ids import AgencyId, RecordingId
from bridge.model import (
    RecordingRow,
)
from bridge.search import PointName, RecordingCursor, RecordingFilter, RecordingPerson


class Recordings(Protocol):
    async def put(self, row: RecordingRow) -> None:
        """Add, or replace the row of that id."""
        ...

    async def get(self, recording: RecordingId) -> RecordingRow: ...

    async def all(self) -> list[RecordingRow]:
        """Newest first."""
        ...

    async def in_states(self, states: Sequence[str]) -> list[RecordingRow]: ...

    async def find(self, asked: RecordingFilter, after: RecordingCursor | None, limit: int) -> list[RecordingRow]:
        """Newest first; ``after``: only what follows that place."""
        ...

    async def count(self, asked: RecordingFilter, most: int | None = None) -> int:
        """How many there are in all; not beyond ``most``, which costs less."""
        ...

    async def name_people(self, recording: RecordingId, people: Sequence[RecordingPerson]) -> None:
        """Who was there, instead of whoever was named before."""
        ...

    async def points(self, agencies: Collection[AgencyId] | None) -> list[PointName]:
        """Those from which somebody was in a recording of these agencies (None: of any), by name."""
        ...


class AccessEvents(Protocol):
    """Append-only."""

    async def add(self, event: AccessEvent) -> None: ...

    async def of(self, recording: RecordingId) -> list[AccessEvent]:
        """Newest first."""
        ...


class FixityChecks(Protocol):
    async def add(self, check: FixityCheck) -> None: ...

    async def of(self, recording: RecordingId, limit: int) -> list[FixityCheck]:
        """Newest first."""
        ...


class ViewingCopies(Protocol):
    async def put(self, copy: ViewingCopy) -> None:
        """Add, or replace that of the recording."""
        ...

    async def get(self, recording: RecordingId) -> ViewingCopy | None: ...

    async def in_states(self, states: Sequence[str]) -> list[ViewingCopy]:
        """Who asked first comes first."""
        ...
