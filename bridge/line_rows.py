"""What storage keeps of lines that were tried."""

from collections.abc import Collection
from typing import Protocol

from bridge.ids import AgencyId, ReceptionId
from bridge.linetests import LineTest


class LineTests(Protocol):
    """Reports; of one person the newest."""

    async def keep(self, test: LineTest, most: int) -> None:
        """Instead of the person's one before. Beyond ``most`` the oldest go."""
        ...

    async def remove_older(self, before_utc_ns: int) -> int:
        """Those of before; how many."""
        ...

    async def newest(self, agencies: Collection[AgencyId] | None, limit: int) -> list[LineTest]:
        """Newest first: those of these agencies (None: of all), and of people nobody knows."""
        ...

    async def around(self, reception: ReceptionId, accounts: Collection[str]) -> list[LineTest]:
        """Of the reception's guests, and of these accounts."""
        ...
