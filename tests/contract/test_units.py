"""What every database promises of a unit of work (:class:`bridge.repositories.UnitOfWork`)."""

import asyncio
import sys
from pathlib import Path

import pytest

from bridge.audit import audit_faults
from bridge.errors import Code, Conflict, Unavailable
from storage.engine import BUSY_S
from storage.unit import SqlUnits
from tests.contract.samples import PROVINCE, entry, reception, recorded, recording

APPENDER = Path(__file__).with_name("append_audit.py")


async def test_what_is_committed_is_there(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        await unit.commit()
    async with units.reading() as unit:
        assert await unit.organisation.agencies() == [PROVINCE]


async def test_leaving_without_commit_undoes_everything(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        await unit.receptions.append([recorded(1)], reception())
        await unit.audit.append(entry())
        await unit.outbox.add("mail", "x", "y", 1)
    async with units.reading() as unit:
        assert await unit.organisation.agencies() == []
        assert await unit.receptions.rows(0, 1000) == []
        assert await unit.audit.head() is None
        assert await unit.outbox.pending(9) == []


async def test_an_error_undoes_everything(units: SqlUnits) -> None:
    async def fail() -> None:
        async with units.writing() as unit:
            await unit.recordings.put(recording())
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with units.reading() as unit:
        assert await unit.recordings.all() == []


async def test_a_conflict_keeps_nothing_of_its_unit(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.receptions.append([recorded(1)], reception())
        await unit.commit()

    async def overtaken() -> None:
        async with units.writing() as unit:
            await unit.audit.append(entry())
            await unit.receptions.append([recorded(1)], reception(state="live"))
            await unit.commit()

    with pytest.raises(Conflict):
        await overtaken()
    async with units.reading() as unit:
        assert await unit.audit.head() is None
        assert (await unit.receptions.row(reception().id)).state == "planned"


async def test_a_unit_ends_with_its_commit(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.commit()
        with pytest.raises(RuntimeError):
            await unit.audit.append(entry())
        with pytest.raises(RuntimeError):
            await unit.commit()
        # The next may write though this one was not left yet.
        async with units.writing() as other:
            await other.audit.append(entry())
            await other.commit()


async def test_a_reading_unit_sees_one_moment(units: SqlUnits) -> None:
    async with units.reading() as before:
        assert await before.recordings.all() == []
        async with units.writing() as unit:
            await unit.recordings.put(recording())
            await unit.commit()
        assert await before.recordings.all() == []
    async with units.reading() as after:
        assert await after.recordings.all() == [recording()]


async def test_a_reading_unit_cannot_write(units: SqlUnits) -> None:
    async with units.reading() as unit:
        with pytest.raises(RuntimeError):
            await unit.recordings.put(recording())
    async with units.writing() as unit:
        await unit.recordings.put(recording())
        await unit.commit()


async def test_nobody_sees_what_is_not_committed(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.recordings.put(recording())
        async with units.reading() as other:
            assert await other.recordings.all() == []
        await unit.commit()


async def test_writers_in_one_process_follow_one_another(units: SqlUnits) -> None:
    async def append(number: int) -> None:
        async with units.writing() as unit:
            await unit.audit.append(entry(number))
            await unit.commit()

    await asyncio.gather(*(append(number) for number in range(50)))
    async with units.reading() as unit:
        chain = await unit.audit.entries(0, 100)
    assert len(chain) == 50
    assert audit_faults(chain) == []


async def test_two_processes_append_to_one_chain(units: SqlUnits, database_url: str) -> None:
    root = str(Path(__file__).parents[2])
    writers = [
        await asyncio.create_subprocess_exec(sys.executable, str(APPENDER), database_url, name, "200", cwd=root)
        for name in ("first", "second")
    ]
    assert [await writer.wait() for writer in writers] == [0, 0]
    async with units.reading() as unit:
        chain = await unit.audit.entries(0, 1000)
    assert audit_faults(chain) == []
    for name in ("first", "second"):
        # Each writer's own entries in its order, none lost, none twice.
        assert [link.entry.at_utc_ns for link in chain if link.entry.actor == name] == list(range(200))
    assert len(chain) == 400


async def test_a_cancelled_writer_keeps_nobody_waiting(units: SqlUnits) -> None:
    """Cancelled at any step of its way, it leaves neither a lock nor a connection behind."""

    async def write() -> None:
        async with units.writing() as unit:
            await unit.audit.append(entry())
            await unit.recordings.put(recording())
            await unit.commit()

    for steps in range(60):
        writing = asyncio.ensure_future(write())
        for _ in range(steps):
            await asyncio.sleep(0)
        writing.cancel()
        await asyncio.wait([writing])
    async with asyncio.timeout(BUSY_S):
        await write()
    async with units.reading() as unit:
        assert audit_faults(await unit.audit.entries(0, 100)) == []


async def test_who_waits_too_long_for_its_turn_is_told(units: SqlUnits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.engine.BUSY_S", 0.05)
    async with units.writing():
        with pytest.raises(Unavailable) as refused:
            async with units.writing():
                pass
    assert refused.value.code is Code.STORAGE_UNAVAILABLE
