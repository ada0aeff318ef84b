"""Somebody with the database file in their hands: each changed, removed or added row is found."""

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    RowMapping,
    Table,
    and_,
    create_engine,
    delete,
    insert,
    select,
    text,
    update,
)

from bridge.audit import chained
from bridge.auditing import check_database
from bridge.errors import Refusal
from bridge.repositories import AuditEntry, ChainedEntry
from bridge.verification import Judge, Verification
from deploy.verify import verify_by_id
from storage.tables import audit_entries, reception_events, recordings
from tests.support.pages import Pages, serving
from tests.support.sealed import RECORDING, sealed

TABLES = (reception_events, audit_entries, recordings)
Tell = Callable[[str, object], None]
NO_EVIDENCE = {
    "recorder",  # which process wrote; the journal's own words name the node
    "verified_utc_ns",  # of the last check: the next one writes it anew
    "faults",
    "origin",
    "title_words",  # of the search alone: the title itself is compared
}
"""Columns of recordings that say nothing of what was recorded."""

SEED = 4


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        await sealed(running)
        assert await found(running) == [], "whole before anybody touches it"
        yield running


@pytest.fixture
def file(tmp_path: Path, pages: Pages) -> Iterator[Connection]:
    """The database behind the program's back; its triggers are no lock to who owns the file."""
    engine = create_engine(f"sqlite:///{tmp_path / 'pages.db'}")
    with engine.connect() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.commit()
        yield connection
    engine.dispose()


async def found(pages: Pages) -> list[str]:
    """What `diemcau db check` and `diemcau verify ID` say."""
    faults = (await check_database(pages.storage.units)).faults
    try:
        result = await verified(pages)
    except Refusal as refusal:
        return [*faults, str(refusal)]
    return [*faults, *(f"{fault.path}: {fault.algorithm}" for fault in result.faults)]


async def verified(pages: Pages) -> Verification:
    """`diemcau verify ID`."""
    judge = Judge(pages.ports.signatures, await pages.keys.trust())
    return await verify_by_id(pages.storage.units, pages.ports.objects, judge, RECORDING, lambda *_: None)


def flipped(value: object, rng: random.Random) -> object:
    """One bit of a number, of one byte of a text; 1 instead of nothing."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value ^ 1 << 20
    assert isinstance(value, str)
    text = bytearray(value.encode())
    ascii_only = [place for place, byte in enumerate(text) if byte < 0x80]
    place = rng.choice(ascii_only)
    text[place] ^= 1
    return text.decode()


@contextmanager
def changed(file: Connection, statement: Executable) -> Iterator[None]:
    """Undone at the end."""
    before = {table: file.execute(select(table)).mappings().all() for table in TABLES}
    file.execute(statement)
    file.commit()
    try:
        yield
    finally:
        for table, rows in before.items():
            file.execute(delete(table))
            file.execute(insert(table), [dict(row) for row in rows])
        file.commit()


def same(table: Table, row: RowMapping) -> ColumnElement[bool]:
    return and_(*(column == row[column.name] for column in table.primary_key))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_one_bit_flipped_in_any_column_of_any_row(
    pages: Pages, file: Connection, table: Table, record_property: Tell
) -> None:
    rng = random.Random(SEED)
    tried = 0
    for row in file.execute(select(table)).mappings().all():
        for column, value in row.items():
            if value == "" or (table is recordings and column in NO_EVIDENCE):
                continue
            other = flipped(value, rng)
            with changed(file, update(table).where(same(table, row)).values({column: other})):
                assert await found(pages), f"{table.name}.{column}: {value!r} → {other!r}"
            tried += 1
    record_property("figures", f"{table.name}: {tried} bits flipped one by one, all found (seed {SEED})")
    assert tried >= 10
    assert await found(pages) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_any_row_that_is_removed(pages: Pages, file: Connection, table: Table, record_property: Tell) -> None:
    """Also the last one, after which no chain goes on."""
    rows = file.execute(select(table)).mappings().all()
    for row in rows:
        with changed(file, delete(table).where(same(table, row))):
            assert await found(pages), row
    record_property("figures", f"{table.name}: {len(rows)} rows removed one by one, all found")
    assert rows


@pytest.mark.parametrize("table", [reception_events, audit_entries], ids=lambda table: table.name)
async def test_all_rows_that_are_removed(pages: Pages, file: Connection, table: Table) -> None:
    with changed(file, delete(table)):
        assert await found(pages)


async def test_an_event_that_nobody_caused(pages: Pages, file: Connection) -> None:
    last = file.execute(select(reception_events).order_by(reception_events.c.version.desc())).mappings().first()
    assert last is not None
    with changed(file, insert(reception_events).values({**last, "version": last["version"] + 1})):
        assert any("is in no audit entry" in fault for fault in await found(pages))


async def test_an_audit_that_was_cut_where_a_recording_was_sealed(pages: Pages, file: Connection) -> None:
    """A chain that holds by itself is betrayed by the manifest, which names its head."""
    numbers = file.execute(select(audit_entries.c.number).order_by(audit_entries.c.number)).scalars().all()
    with changed(file, delete(audit_entries).where(audit_entries.c.number >= numbers[-2])):
        result = await verified(pages)
        assert [fault.path for fault in result.faults] == ["audit"]


async def test_an_audit_that_was_made_anew_for_changed_events(pages: Pages, file: Connection) -> None:
    """Whoever recomputes the whole chain gets past `db check`; the manifest still names the head that there was."""
    with changed(file, update(audit_entries).where(audit_entries.c.number == 1).values(actor="somebody else")):
        links: list[ChainedEntry] = []
        for row in file.execute(select(audit_entries).order_by(audit_entries.c.number)).mappings().all():
            entry = AuditEntry(*(row[name] for name in AuditEntry.__struct_fields__))
            links.append(chained(links[-1] if links else None, entry))
        file.execute(delete(audit_entries))
        for link in links:
            columns = {**msgspec.structs.asdict(link.entry), "number": link.number}
            file.execute(insert(audit_entries).values(previous=link.previous, hash=link.hash, **columns))
        file.commit()
        assert await found(pages) == ["audit: chain"]
