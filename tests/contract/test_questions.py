"""Units that ask one thing, and what every page asks first: seen at once what another process changed."""

import msgspec
import pytest

from bridge.finding import ReceptionFilter
from bridge.ids import AgencyId, ReceptionId, SessionId
from bridge.model import Agency, Level, Role
from storage.engine import Database
from storage.unit import SqlUnits
from tests.contract.samples import COMMUNE, PROVINCE, account, entry, reception, session

ASKED_OFTEN = 12
"""The driver prepares a statement at its sixth time, and the server may keep its plan after five more."""


@pytest.fixture
async def signed_in(units: SqlUnits) -> SqlUnits:
    """One administrator, in a browser."""
    async with units.writing() as unit:
        for agency in (PROVINCE, COMMUNE):
            await unit.organisation.add_agency(agency)
        await unit.accounts.add(account(1, Role.ADMINISTRATOR))
        await unit.sessions.add(session())
        await unit.commit()
    return units


async def test_a_session_is_found_with_its_account(signed_in: SqlUnits) -> None:
    async with signed_in.asking() as unit:
        assert await unit.sessions.opened(session().id) == (session(), account(1, Role.ADMINISTRATOR))
        assert await unit.sessions.opened(SessionId("another")) is None


async def test_what_another_process_changed_is_seen_by_the_next_question(
    signed_in: SqlUnits, database_url: str
) -> None:
    other = Database(database_url)
    there = SqlUnits(other)
    for _ in range(ASKED_OFTEN):
        async with signed_in.asking() as unit:
            assert await unit.organisation.below(PROVINCE.id) == {COMMUNE.id}
            assert await unit.sessions.opened(session().id) is not None
    added = Agency(AgencyId("agency-3"), "Xã Nam Giang", Level.COMMUNE, PROVINCE.id)
    demoted = account(1, Role.CITIZEN)
    async with there.writing() as unit:
        await unit.organisation.add_agency(added)
        await unit.accounts.replace(demoted)
        await unit.commit()
    async with signed_in.asking() as unit:
        assert await unit.organisation.below(PROVINCE.id) == {COMMUNE.id, added.id}
        assert await unit.sessions.opened(session().id) == (session(), demoted)
    async with there.writing() as unit:
        await unit.organisation.replace_agency(msgspec.structs.replace(added, parent=COMMUNE.id))
        await unit.sessions.remove(session().id)
        await unit.commit()
    async with signed_in.asking() as unit:
        assert await unit.organisation.below(COMMUNE.id) == {added.id}
        assert await unit.sessions.opened(session().id) is None
    await other.close()


async def test_who_asks_cannot_write(signed_in: SqlUnits) -> None:
    for make in (signed_in.asking, signed_in.reading):
        async with make() as unit:
            with pytest.raises(RuntimeError, match="only reads"):
                await unit.audit.append(entry())


async def test_who_reads_sees_one_moment_and_who_asks_the_present(signed_in: SqlUnits) -> None:
    async with signed_in.reading() as whole, signed_in.asking() as asking:
        assert len(await whole.organisation.agencies()) == len(await asking.organisation.agencies()) == 2
        async with signed_in.writing() as unit:
            await unit.organisation.add_agency(Agency(AgencyId("agency-3"), "Xã Nam Giang", Level.COMMUNE, PROVINCE.id))
            await unit.commit()
        assert len(await whole.organisation.agencies()) == 2
        assert len(await asking.organisation.agencies()) == 3


async def test_names_of_those_agencies_that_there_are(signed_in: SqlUnits) -> None:
    asked = {PROVINCE.id, COMMUNE.id, AgencyId("another")}
    async with signed_in.asking() as unit:
        assert await unit.organisation.names(asked) == {one.id: one.name for one in (PROVINCE, COMMUNE)}
        assert await unit.organisation.names([COMMUNE.id]) == {COMMUNE.id: COMMUNE.name}
        assert await unit.organisation.names([]) == {}


@pytest.mark.parametrize("agencies", [1, 2, 3, 200])
async def test_a_list_of_agencies_is_as_long_as_it_is(units: SqlUnits, agencies: int) -> None:
    """One is compared, many are one parameter, however many."""
    names = [AgencyId(f"a{number}'\"\\{{}},") for number in range(agencies)]
    rows = [msgspec.structs.replace(reception(number, 100 + number), agency=name) for number, name in enumerate(names)]
    async with units.writing() as unit:
        for row in (*rows, reception(999)):
            await unit.receptions.append([], row)
        wanted = ReceptionFilter(agencies=frozenset(names))
        assert [row.id for row in await unit.receptions.find(wanted, None, 500)] == [row.id for row in rows]
        nobody = ReceptionFilter(agencies=frozenset())
        assert await unit.receptions.find(nobody, None, 500) == []
        assert await unit.receptions.seats_of(account().id, [ReceptionId(row.id) for row in rows]) == {}
