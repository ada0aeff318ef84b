"""What every database promises of offices' settings, their logos and the first administrator's link."""

import pytest

from bridge.errors import Conflict, NotFound
from bridge.first import FirstLink
from bridge.ids import AccountId, AgencyId
from bridge.model import AdmitRule
from bridge.office import Logo, OfficeText, OfficeVersion
from storage.unit import SqlUnits
from tests.contract.samples import COMMUNE, PROVINCE

WHOLE = OfficeText(
    name="Trụ sở", logo="a.png", languages=("vi", "en"), language="vi", address="1 Trường Thi", contact="1900",
    house_rules="một\nhai", bring="Giấy tờ", session_minutes=45, admit=AdmitRule.ON_JOIN, own_devices=False,
    resume_seconds=60,
)  # fmt: skip


def version(number: int, settings: OfficeText, agency: AgencyId = PROVINCE.id) -> OfficeVersion:
    return OfficeVersion(agency, number, 7, AccountId("a"), settings)


async def test_the_newest_version_of_each_agency_counts_and_none_is_lost(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        await unit.organisation.add_agency(COMMUNE)
        assert await unit.offices.newest() == []
        assert await unit.offices.of(PROVINCE.id) is None
        first, second = version(1, OfficeText()), version(2, WHOLE)
        other = version(1, OfficeText(own_devices=True), COMMUNE.id)
        for one in (first, second, other):
            await unit.offices.add(one)
        assert await unit.offices.newest() == sorted([second, other], key=lambda one: one.agency)
        assert await unit.offices.of(PROVINCE.id) == second
        assert await unit.offices.of(PROVINCE.id, 1) == first
        assert await unit.offices.of(PROVINCE.id, 3) is None


async def test_a_version_is_one_persons_and_of_an_agency_that_is(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        await unit.offices.add(version(1, WHOLE))
        await unit.commit()
    async with units.writing() as unit:
        with pytest.raises(Conflict):
            await unit.offices.add(version(1, OfficeText()))
    async with units.writing() as unit:
        with pytest.raises(NotFound):
            await unit.offices.add(version(1, WHOLE, AgencyId("none")))


async def test_a_logo_is_kept_byte_by_byte(units: SqlUnits) -> None:
    logo = Logo("abc.png", "image/png", bytes(range(256)) * 900)
    async with units.writing() as unit:
        await unit.offices.put_logo(logo)
        await unit.offices.put_logo(logo)
        await unit.commit()
    async with units.reading() as unit:
        assert await unit.offices.logo("abc.png") == logo
        assert await unit.offices.logo("ABC.png") is None


async def test_there_is_at_most_one_first_link(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.first_links.put(FirstLink("one", 1))
        await unit.first_links.put(FirstLink("two", 2))
        assert await unit.first_links.get("one") is None
        assert await unit.first_links.get("two") == FirstLink("two", 2)
        await unit.first_links.clear()
        assert await unit.first_links.get("two") is None
