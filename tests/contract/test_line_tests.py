"""What every database promises of lines that were tried."""

from bridge.ids import NS_PER_S, AccountId, AgencyId, ReceptionId, SeatId
from bridge.lineforgetting import LineForgetting
from bridge.linetests import LinePath, LineTest, Outcome, PathResult
from storage.unit import SqlUnits
from tests.support.fakes import HandClock

UDP = PathResult(LinePath.UDP, Outcome.WORKS, 0.01, 0.0, 3.5, 20.0, 1500.0, 1490.0)


def made(id_: str, at: int, agency: str | None = None, account: str | None = None, seat: str | None = None) -> LineTest:
    return LineTest(
        id=id_,
        number="012345",
        at_utc_ns=at,
        who="Chu Trì" if account else "",
        agency=AgencyId(agency) if agency else None,
        account=AccountId(account) if account else None,
        reception=ReceptionId("reception") if seat else None,
        seat=SeatId(seat) if seat else None,
        device="Chromium · Linux",
        paths=(UDP,),
    )


async def kept(units: SqlUnits, *tests: LineTest, most: int = 10) -> None:
    async with units.writing() as unit:
        for test in tests:
            await unit.line_tests.keep(test, most)
        await unit.commit()


async def test_of_a_person_the_newest_is_kept_and_of_strangers_each(units: SqlUnits) -> None:
    before, after = made("a", 1, "office", account="id-chair"), made("b", 2, "office", account="id-chair")
    guest, again = made("c", 3, seat="seat"), made("d", 4, seat="seat")
    await kept(units, before, after, guest, again, made("e", 5), made("f", 6))
    async with units.reading() as unit:
        assert [one.id for one in await unit.line_tests.newest(None, 10)] == ["f", "e", "d", "b"]
        assert [one.id for one in await unit.line_tests.newest(None, 2)] == ["f", "e"]
        assert (await unit.line_tests.newest(None, 10))[3] == after
        around = await unit.line_tests.around(ReceptionId("reception"), ["id-chair", "id-nobody"])
        assert {one.id for one in around} == {"d", "b"}


async def test_a_reader_sees_their_agencies_and_strangers(units: SqlUnits) -> None:
    tests = [made("a", 1, "one", account="x"), made("b", 2, "two", account="y"), made("c", 3)]
    await kept(units, *tests)
    async with units.reading() as unit:
        assert [one.id for one in await unit.line_tests.newest([AgencyId("one")], 10)] == ["c", "a"]
        assert [one.id for one in await unit.line_tests.newest([], 10)] == ["c"]


async def test_the_oldest_go(units: SqlUnits) -> None:
    await kept(units, *(made(f"id{number}", number) for number in range(7)), most=3)
    async with units.reading() as unit:
        assert [one.id for one in await unit.line_tests.newest(None, 10)] == ["id6", "id5", "id4"]


async def test_none_stays_for_longer_than_three_months(units: SqlUnits) -> None:
    clock = HandClock()
    day_ns, now = 86_400 * NS_PER_S, clock.utc()
    await kept(units, *(made(f"{days}", now - days * day_ns) for days in (0, 89, 90, 91, 400)))
    assert await LineForgetting(units, clock).forget() == 2
    async with units.reading() as unit:
        assert [one.id for one in await unit.line_tests.newest(None, 10)] == ["0", "89", "90"]
    assert await LineForgetting(units, clock).forget() == 0
