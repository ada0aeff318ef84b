"""The questions asked often are answered through an index, however large the archive grows."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.errors import NotFound
from bridge.ids import AccountId, AgencyId, RecordingId
from bridge.repositories import UnitOfWork
from bridge.search import ReceptionCursor, ReceptionFilter, RecordingCursor, RecordingFilter
from storage import schema
from storage.engine import Database
from storage.unit import SqlUnits
from tests.contract.samples import reception


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty one: SQLite's plan asks only what there is to use."""
    url = f"sqlite:///{tmp_path}/x.db"
    schema.migrate(url)
    database = Database(url)
    yield database
    await database.close()


async def asked(unit: UnitOfWork, question: str) -> object:
    """One of the questions."""
    match question:
        case "a day's receptions":
            return await unit.receptions.rows(1, 2)
        case "a page of one's receptions":
            mine = ReceptionFilter(agencies=frozenset({AgencyId("a")}), account=AccountId("a"), from_utc_ns=1)
            return await unit.receptions.find(mine, ReceptionCursor(5, reception().id), 25)
        case "an office's public receptions":
            shown = ReceptionFilter(agencies=frozenset({AgencyId("a")}), from_utc_ns=1, before_utc_ns=9, public=True)
            return await unit.receptions.find(shown, None, 200)
        case "recordings by state":
            return await unit.recordings.in_states(["writing", "degraded"])
        case "recordings, newest first":
            return await unit.recordings.all()
        case "a page of what is found":
            asked = RecordingFilter(agencies=frozenset({AgencyId("agency-1")}), person="an")
            return await unit.recordings.find(asked, RecordingCursor(5, RecordingId("recording-5")), 50)
        case "what follows a version":
            return await unit.receptions.history(reception().id, after=5)
        case "the head of the chain":
            return await unit.audit.head()
        case _:
            return await unit.audit.entries(5, 10)


async def plan(connection: AsyncConnection, statement: str, parameters: tuple[Any, ...]) -> str:
    """How SQLite would answer."""
    rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return " / ".join(str(row.detail) for row in rows)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("a day's receptions", "SEARCH receptions USING INDEX ix_receptions_starts_utc_ns_id"),
        (
            "a page of one's receptions",
            "SEARCH receptions USING INDEX ix_receptions_starts_utc_ns_id (starts_utc_ns>?)",
        ),
        ("an office's public receptions", "SEARCH receptions USING INDEX ix_receptions_agency_starts_utc_ns"),
        ("recordings by state", "SEARCH recordings USING INDEX ix_recordings_state"),
        ("recordings, newest first", "SCAN recordings USING INDEX ix_recordings_began_utc_ns"),
        ("a page of what is found", "SEARCH recordings USING INDEX ix_recordings_began_utc_ns (began_utc_ns<?)"),
        ("what follows a version", "SEARCH reception_events USING INDEX"),
        ("the head of the chain", "SCAN audit_entries USING INDEX"),
        ("entries", "SEARCH audit_entries USING INDEX"),
    ],
)
async def test_an_index_answers(database: Database, question: str, expected: str) -> None:
    heard: list[tuple[str, tuple[Any, ...]]] = []

    def hear(_: object, __: object, statement: str, parameters: tuple[Any, ...], *___: object) -> None:
        heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        async with SqlUnits(database).reading() as unit:
            with suppress(NotFound):
                await asked(unit, question)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    statement, parameters = next(one for one in heard if one[0].startswith("SELECT"))
    async with database.transaction(writes=False) as connection:
        assert expected in await plan(connection, statement, parameters)
