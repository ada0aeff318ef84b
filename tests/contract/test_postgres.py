"""PostgreSQL beyond the contract: what cannot be changed in it, how it dies and comes back, and the way there."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, make_url, text

from bridge.audit import audit_faults
from bridge.errors import Code, Invalid, Unavailable
from bridge.ids import AgencyId
from storage import copying, schema
from storage.engine import Database, Kind
from storage.postgres import alone
from storage.tables import metadata
from storage.transaction import Transaction
from storage.unit import SqlUnits
from tests.contract.samples import PROVINCE, account, entry, reception, recorded, recording
from tests.support.postgres import Postgres, running_postgres

ROOT = Path(__file__).parents[2]
WITHIN_S = 30


@pytest.fixture
def url(postgres: Postgres, migrated_postgres: str) -> str:
    """A database of its own at the expected version."""
    return postgres.create(migrated_postgres)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open on it."""
    database = Database(url)
    yield database
    await database.close()


async def append(database: Database, number: int = 1) -> None:
    """One writing unit."""
    async with SqlUnits(database).writing() as unit:
        await unit.audit.append(entry(number))
        await unit.commit()


def run(url: str, *statements: str) -> None:
    """Change the database behind the program's back."""
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_from_empty_to_head_is_what_the_tables_say(postgres: Postgres) -> None:
    url = postgres.create()
    assert schema.current(url) is None
    with pytest.raises(schema.SchemaRefused, match="holds no database yet"):
        schema.check(url)
    assert schema.migrate(url) == schema.migrate(url) == schema.expected() == schema.current(url)
    schema.check(url)
    with schema.connected(make_url(url)) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        found = inspect(connection)
        for table in metadata.tables.values():
            names = {str(index["name"]) for index in found.get_indexes(table.name)}
            assert {str(index.name) for index in table.indexes} <= names


def test_a_migration_that_fails_leaves_nothing_behind(postgres: Postgres) -> None:
    url = postgres.create()
    run(url, "CREATE TABLE recordings (id text)", "INSERT INTO recordings VALUES ('kept')")
    with pytest.raises(Exception, match="already exists"):
        schema.migrate(url)
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert tables == [("recordings",)]


def test_an_unknown_version_is_left_alone(url: str) -> None:
    run(url, "UPDATE alembic_version SET version_num = '9999'")
    for step in (schema.check, schema.migrate):
        with pytest.raises(schema.SchemaRefused, match="which this program does not know"):
            step(url)


async def test_a_database_in_use_is_not_migrated(url: str, database: Database) -> None:
    await append(database)
    run(url, "DELETE FROM alembic_version")
    with pytest.raises(schema.SchemaRefused, match="in use: stop every program"):
        await asyncio.to_thread(schema.migrate, url)


async def test_a_database_being_migrated_is_away(url: str, database: Database) -> None:
    with schema.connected(make_url(url)) as migration:
        assert alone(migration)
        with pytest.raises(Unavailable, match="being migrated"):
            await append(database)
    await append(database)


@pytest.mark.parametrize("table", ["audit_entries", "reception_events", "access_events", "fixity_checks"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at_utc_ns = 2", "DELETE FROM {}", "TRUNCATE {}"])
async def test_what_happened_cannot_be_changed(url: str, database: Database, table: str, verb: str) -> None:
    async with SqlUnits(database).writing() as unit:
        await unit.audit.append(entry())
        await unit.receptions.append([recorded(1)], reception())
        await unit.commit()
    with pytest.raises(psycopg.IntegrityError, match="append-only"):
        run(url, verb.format(table))


async def test_a_zero_byte_is_invalid_and_not_an_accident(database: Database) -> None:
    async with SqlUnits(database).writing() as unit:
        with pytest.raises(Invalid):
            await unit.outbox.add("kind", "a\x00b", "", 1)


async def test_a_hung_writer_does_not_stop_the_others_for_ever(url: str, database: Database) -> None:
    """Its server's limit is what frees them; here it is cut short."""
    async with database.transaction(Kind.WRITES) as connection:
        hung = Transaction(connection, writes=True)
        await hung.rows(text("SELECT set_config('idle_in_transaction_session_timeout', '200', false)"))
        other = Database(url)
        await append(other)
        await other.close()
        with pytest.raises(Unavailable):
            await hung.rows(text("SELECT 1"))
    await append(database)


async def test_what_the_server_ended_is_made_anew_before_it_is_used(url: str, database: Database) -> None:
    """No page has to fail once for each connection that a restart of the server cut."""
    units = SqlUnits(database)
    async with units.reading() as first, units.asking() as second:  # two connections are kept from here
        assert await first.organisation.agencies() == await second.organisation.agencies() == []
    ours = "FROM pg_stat_activity WHERE application_name = 'diemcau'"
    run(url, f"SELECT pg_terminate_backend(pid, 30000) {ours}")  # until each has ended, not only been told to
    async with units.reading() as first, units.asking() as second, units.writing() as third:
        assert await first.organisation.agencies() == await second.organisation.agencies() == []
        await third.audit.append(entry())
        await third.commit()


async def test_statements_stay_prepared_from_one_unit_to_the_next(database: Database) -> None:
    """A unit that ends with a rollback would have the driver forget them all."""
    units = SqlUnits(database)
    for _ in range(8):
        async with units.reading() as unit:
            await unit.organisation.below(AgencyId("agency-1"))
    async with database.transaction(Kind.READS) as connection:
        found = await connection.execute(text("SELECT statement FROM pg_prepared_statements"))
        assert any("below" in statement for statement in found.scalars())


async def test_nothing_is_written_outside_of_a_unit_that_writes(database: Database) -> None:
    for kind in (Kind.ASKS, Kind.READS):
        async with database.transaction(kind) as connection:
            with pytest.raises(Exception, match="read-only transaction"):
                await connection.execute(text("DELETE FROM outbox"))


def test_an_address_that_nobody_answers_is_away() -> None:
    with pytest.raises(Unavailable) as refused:
        schema.check("postgresql://diemcau@127.0.0.1:9/none")
    assert refused.value.code is Code.STORAGE_UNAVAILABLE


@pytest.mark.parametrize("text_", ["postgresql//u:secret@h/n", "mysql://u:secret@h/n", "secret"])
def test_what_is_no_address_is_said_without_its_password(text_: str) -> None:
    with pytest.raises(ValueError, match="database_url") as refused:
        schema.check(text_)
    assert "secret" not in str(refused.value)


async def test_killed_and_started_again_it_goes_on_where_it_was() -> None:
    """What was acknowledged is there; while it is away every unit is refused, at once, with one code."""
    with running_postgres() as server:
        url = server.create()
        await asyncio.to_thread(schema.migrate, url)
        database = Database(url)
        acknowledged = 0
        for _ in range(3):
            acknowledged = await _append_until_killed(database, server, acknowledged)
            with pytest.raises(Unavailable) as refused:
                await append(database)
            assert refused.value.code is Code.STORAGE_UNAVAILABLE
            await asyncio.to_thread(server.start)
            async with SqlUnits(database).reading() as unit:
                chain = await unit.audit.entries(0, 100_000)
            assert audit_faults(chain) == []
            assert len(chain) - acknowledged in (0, 1), "committed, but killed before it could say so"
            acknowledged = len(chain)
        await database.close()


async def _append_until_killed(database: Database, server: Postgres, begin: int) -> int:
    """How many entries were acknowledged in all."""
    done = begin
    under_way = asyncio.Event()

    async def write() -> None:
        nonlocal done
        while True:
            await append(database, done)
            done += 1
            if done == begin + 20:
                under_way.set()

    writing = asyncio.ensure_future(write())
    async with asyncio.timeout(WITHIN_S):
        await under_way.wait()
        await asyncio.to_thread(server.kill)
        with pytest.raises(Unavailable):
            await writing
    return done


# ── from SQLite to PostgreSQL ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def embedded(tmp_path: Path) -> str:
    """A SQLite installation with something in every kind of table."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    await asyncio.to_thread(schema.migrate, url)
    database = Database(url)
    async with SqlUnits(database).writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        await unit.accounts.add(account())
        await unit.receptions.append([recorded(number) for number in range(1, 2500)], reception())
        await unit.recordings.put(recording())
        for number in range(5):
            await unit.audit.append(entry(number))
        await unit.outbox.add("kind", "one", "", 1)
        await unit.outbox.add("kind", "two", "", 2)
        first, second = await unit.outbox.pending(9)
        await unit.outbox.done(first.number)
        await unit.outbox.done(second.number)
        await unit.commit()
    await database.close()
    return url


async def everything(url: str) -> list[object]:
    """What a reading unit sees."""
    database = Database(url)
    async with SqlUnits(database).reading() as unit:
        seen = [
            await unit.organisation.agencies(),
            await unit.accounts.all(),
            await unit.receptions.history(reception().id),
            await unit.recordings.all(),
            await unit.audit.entries(0, 100),
        ]
    await database.close()
    return seen


async def test_a_copy_is_the_same_installation(embedded: str, postgres: Postgres) -> None:
    target = postgres.create()
    rows = await asyncio.to_thread(copying.copy, embedded, target)
    assert (rows["reception_events"], rows["audit_entries"], rows["outbox"]) == (2499, 5, 0)
    assert await everything(target) == await everything(embedded)
    database = Database(target)
    async with SqlUnits(database).writing() as unit:
        await unit.audit.append(entry(6))
        assert audit_faults(await unit.audit.entries(0, 100)) == []
        await unit.outbox.add("kind", "three", "", 3)
        assert [row.number for row in await unit.outbox.pending(9)] == [3]
    await database.close()


async def test_a_copy_never_goes_over_something(embedded: str, url: str, database: Database) -> None:
    await append(database)
    with pytest.raises(schema.SchemaRefused, match="already holds audit_entries"):
        await asyncio.to_thread(copying.copy, embedded, url)


async def test_an_installation_that_runs_is_not_copied(embedded: str, url: str) -> None:
    running = Database(embedded)
    async with SqlUnits(running).reading():
        with pytest.raises(schema.SchemaRefused, match="in use: stop the program"):
            await asyncio.to_thread(copying.copy, embedded, url)
    await running.close()
    with pytest.raises(schema.SchemaRefused, match="from SQLite to PostgreSQL"):
        await asyncio.to_thread(copying.copy, embedded, embedded)


async def diemcau(*arguments: str, database: str = "") -> tuple[int, str]:
    """Exit code and what it printed, of the command as people give it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.cli", *arguments,
        cwd=ROOT, env={**os.environ, "DIEMCAU_DATABASE_URL": database, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_commands_of_an_installation_that_moves(postgres: Postgres, tmp_path: Path) -> None:
    data, target = ("--data", str(tmp_path / "data")), postgres.create()
    for database in ("", postgres.create()):
        code, said = await diemcau("db", "migrate", *data, database=database)
        assert (code, schema.expected() in said) == (0, True), said
        code, said = await diemcau("db", "check", *data, database=database)
        assert (code, "0 fault(s)" in said) == (0, True), said
    code, said = await diemcau("db", "copy", target, *data)
    assert (code, "rows copied" in said) == (0, True), said
    code, said = await diemcau("db", "check", *data, database=target)
    assert code == 0, said
    code, said = await diemcau("db", "check", *data, database="nonsense:secret")
    assert (code, "secret" in said) == (78, False), said
