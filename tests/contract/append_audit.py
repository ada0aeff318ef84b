"""A process that appends to the audit chain, one unit of work each: URL, name, how many."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bridge.repositories import AuditEntry
from storage.engine import Database
from storage.unit import SqlUnits


async def append(url: str, name: str, count: int) -> None:
    """Entries whose time is their number, 0 … count-1."""
    database = Database(url)
    units = SqlUnits(database)
    for number in range(count):
        async with units.writing() as unit:
            await unit.audit.append(AuditEntry(number, name, "append", "chain", "done"))
            await unit.commit()
    await database.close()


asyncio.run(append(sys.argv[1], sys.argv[2], int(sys.argv[3])))
