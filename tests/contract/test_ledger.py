"""On every database: what a reception stores is tied into the audit, and a row changed past the program is found."""

import pytest
from sqlalchemy import Connection, Executable, delete, insert, select, text, update

from bridge.auditing import check_database
from bridge.errors import Refusal
from bridge.receptions import ReceptionService
from deploy.time import SystemClock, SystemEntropy
from signaling.notices import InProcessNotices
from storage.engine import parse_address
from storage.schema import connected
from storage.tables import audit_entries, reception_events
from storage.unit import SqlUnits
from tests.support.receptions import scheduled

ROWS = {
    "changed": update(reception_events).values(actor="somebody else"),
    "removed": delete(reception_events).where(reception_events.c.version == 2),
    "the last one removed": delete(reception_events).where(
        reception_events.c.version
        == select(reception_events.c.version).order_by(reception_events.c.version.desc()).limit(1).scalar_subquery()
    ),
    "all removed": delete(reception_events),
    "added": insert(reception_events).from_select(
        ["reception", "version", "at_utc_ns", "actor", "event"],
        select(
            reception_events.c.reception,
            reception_events.c.version + 100,
            reception_events.c.at_utc_ns,
            reception_events.c.actor,
            reception_events.c.event,
        ),
    ),
    "an entry changed": update(audit_entries).where(audit_entries.c.number == 1).values(detail="nothing"),
    "the last entry removed": delete(audit_entries).where(audit_entries.c.number == 2),
}


def past_the_program(url: str, statement: Executable) -> None:
    """By who owns the database, and so its triggers."""
    with connected(parse_address(url)) as connection:
        _disarm(connection)
        connection.execute(statement)
        connection.commit()


def _disarm(connection: Connection) -> None:
    for table in (reception_events.name, audit_entries.name):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            continue
        found = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t"), {"t": table}
        )
        for name in found.scalars().all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))


@pytest.mark.parametrize("what", ROWS)
async def test_a_row_that_is_not_as_the_audit_says_is_found(units: SqlUnits, database_url: str, what: str) -> None:
    clock = SystemClock()
    service = ReceptionService(units, clock, SystemEntropy(), InProcessNotices())
    await scheduled(service, clock.utc())
    whole = await check_database(units)
    assert whole.faults == ()
    assert (whole.entries, whole.events) == (2, 2)
    past_the_program(database_url, ROWS[what])
    assert (await check_database(units)).faults


async def test_an_event_that_cannot_be_read_is_a_fault_of_its_reception_alone(
    units: SqlUnits, database_url: str
) -> None:
    clock = SystemClock()
    service = ReceptionService(units, clock, SystemEntropy(), InProcessNotices())
    reception, other = await scheduled(service, clock.utc()), await scheduled(service, clock.utc())
    bad = update(reception_events).where(reception_events.c.reception == reception.id, reception_events.c.version == 2)
    past_the_program(database_url, bad.values(event="{"))
    with pytest.raises(Refusal, match=f"internal: event 2 of reception {reception.id}"):
        await service.history(reception.id)
    assert await service.history(other.id)
