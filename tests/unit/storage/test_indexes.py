"""The questions asked often are answered through an index, however large the archive grows."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bridge.errors import NotFound
from bridge.finding import AccountFilter, ReceptionCursor, ReceptionFilter
from bridge.ids import AccountId, AgencyId, ReceptionId, RecordingId
from bridge.repositories import UnitOfWork
from bridge.search import RecordingCursor, RecordingFilter
from storage.engine import Database
from storage.unit import SqlUnits
from tests.contract.samples import reception

PLACE = ReceptionCursor(5, ReceptionId("r"))


def own(**asked: Any) -> ReceptionFilter:
    """Of some time."""
    return ReceptionFilter(from_utc_ns=1, before_utc_ns=9, **asked)


FOUND = RecordingFilter(agencies=frozenset({AgencyId("agency-1")}), person="an")
QUESTIONS: dict[str, Callable[[UnitOfWork], Awaitable[object]]] = {
    "a day's receptions": lambda unit: unit.receptions.rows(1, 2),
    "receptions of an agency": lambda unit: unit.receptions.find(own(agencies=frozenset({AgencyId("a")})), PLACE, 50),
    "receptions with a seat": lambda unit: unit.receptions.find(
        own(account=AccountId("a"), agencies=frozenset()), PLACE, 50
    ),
    "an office's public receptions": lambda unit: unit.receptions.find(
        own(agencies=frozenset({AgencyId("a")}), public=True), None, 200
    ),
    "a client by its secret": lambda unit: unit.clients.by_secret("x"),
    "the archive's points": lambda unit: unit.recordings.points([AgencyId("a")]),
    "accounts of agencies": lambda unit: unit.accounts.find(AccountFilter(frozenset({AgencyId("a")})), "m", 50),
    "recordings by state": lambda unit: unit.recordings.in_states(["writing", "degraded"]),
    "recordings, newest first": lambda unit: unit.recordings.all(),
    "a page of what is found": lambda unit: unit.recordings.find(
        FOUND, RecordingCursor(5, RecordingId("recording-5")), 50
    ),
    "what follows a version": lambda unit: unit.receptions.history(reception().id, after=5),
    "the head of the chain": lambda unit: unit.audit.head(),
    "entries": lambda unit: unit.audit.entries(5, 10),
}


def plan(path: Path, statement: str, parameters: tuple[Any, ...]) -> str:
    """How SQLite would answer."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return " / ".join(detail for *_, detail in rows)


async def statements(
    database: Database, question: Callable[[UnitOfWork], Awaitable[object]]
) -> list[tuple[str, tuple[Any, ...]]]:
    """What is read to answer it."""
    heard: list[tuple[str, tuple[Any, ...]]] = []

    def hear(_: object, __: object, statement: str, parameters: tuple[Any, ...], *___: object) -> None:
        heard.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        async with SqlUnits(database).reading() as unit:
            with suppress(NotFound):
                await question(unit)
    finally:
        event.remove(Engine, "before_cursor_execute", hear)
    return [one for one in heard if one[0].startswith(("SELECT", "WITH"))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("a day's receptions", "SEARCH receptions USING INDEX ix_receptions_starts_utc_ns_id"),
        ("receptions of an agency", "USING INDEX ix_receptions_agency_starts_utc_ns_id (agency=? AND starts_utc_ns>"),
        (
            "receptions with a seat",
            "ix_reception_seats_account_starts_utc_ns_reception (account=? AND starts_utc_ns>",
        ),
        (
            "an office's public receptions",
            "USING INDEX ix_receptions_agency_starts_utc_ns_id (agency=? AND starts_utc_ns>",
        ),
        ("a client by its secret", "SEARCH clients USING INDEX"),
        ("the archive's points", "INDEX ix_recording_people_agency_point_began_utc_ns (agency=? AND point=?"),
        ("accounts of agencies", "SEARCH accounts USING INDEX ix_accounts_agency_login (agency=? AND login>?)"),
        ("recordings by state", "SEARCH recordings USING INDEX ix_recordings_state"),
        ("recordings, newest first", "SCAN recordings USING INDEX ix_recordings_began_utc_ns"),
        ("a page of what is found", "INDEX ix_recordings_agency_began_utc_ns_id (agency=? AND began_utc_ns<?)"),
        ("what follows a version", "SEARCH reception_events USING INDEX"),
        ("the head of the chain", "SCAN audit_entries USING INDEX"),
        ("entries", "SEARCH audit_entries USING INDEX"),
    ],
)
async def test_an_index_answers(path: Path, database: Database, question: str, expected: str) -> None:
    statement, parameters = (await statements(database, QUESTIONS[question]))[0]
    assert expected in plan(path, statement, parameters)


async def test_points_of_many_agencies_are_one_question(database: Database) -> None:
    many = [AgencyId(f"agency-{number}") for number in range(120)]
    assert len(await statements(database, lambda unit: unit.recordings.points(many))) == 1
    assert len(await statements(database, lambda unit: unit.recordings.points(None))) == 1
