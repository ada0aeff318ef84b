"""Clients, kept answers, and the lists of receptions and accounts: the same on every database."""

import msgspec
import pytest

from bridge.client_rows import KeptAnswer
from bridge.clients import Client
from bridge.errors import NotFound
from bridge.events import ReceptionChanged, ReceptionScheduled
from bridge.finding import AccountFilter, ReceptionFilter, cursor_of
from bridge.ids import AccountId, AgencyId, ClientId, ReceptionId, SeatId
from bridge.model import AdmitRule, Level, ReceptionKind, Role, Seat
from bridge.policy import Action
from bridge.repositories import UnitOfWork
from storage.unit import SqlUnits
from tests.contract.samples import POINT, PROVINCE, account, reception, recorded

CLIENT = Client(
    ClientId("c1"), "Cổng", AgencyId("agency-1"), frozenset({Role.ADMINISTRATOR}), frozenset({Action.SCHEDULE}),
    "h" * 64, AccountId("account-1"), 5, 10,
)  # fmt: skip


async def test_a_client_is_kept_found_by_its_secret_and_seen(units: SqlUnits) -> None:
    async with units.writing() as unit:
        with pytest.raises(NotFound):
            await unit.clients.put(CLIENT)
    async with units.writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        later = msgspec.structs.replace(CLIENT, id=ClientId("c2"), secret_hash="i" * 64, made_utc_ns=6)
        for one in (CLIENT, later):
            await unit.clients.put(one)
        await unit.clients.put(msgspec.structs.replace(later, revoked_utc_ns=7))
        await unit.clients.touch(CLIENT.id, 8)
        await unit.commit()
    async with units.reading() as unit:
        seen = msgspec.structs.replace(CLIENT, seen_utc_ns=8)
        assert await unit.clients.by_secret("h" * 64) == await unit.clients.get(CLIENT.id) == seen
        assert await unit.clients.by_secret("x" * 64) is None
        assert [(one.id, one.revoked_utc_ns) for one in await unit.clients.all()] == [("c2", 7), ("c1", None)]


async def test_a_key_is_taken_once_for_each_owner(units: SqlUnits) -> None:
    reserved = KeptAnswer(AccountId("a"), "k", "r" * 64, 5)
    async with units.writing() as unit:
        assert await unit.kept_answers.take(reserved) is None
        assert await unit.kept_answers.take(msgspec.structs.replace(reserved, request="s" * 64)) == reserved
        assert await unit.kept_answers.take(msgspec.structs.replace(reserved, owner=AccountId("b"))) is None
        answered = msgspec.structs.replace(reserved, status=201, answer="x")
        await unit.kept_answers.put(answered)
        assert await unit.kept_answers.take(reserved) == answered
        await unit.kept_answers.remove(AccountId("b"), "k")
        assert await unit.kept_answers.remove_older(5) == 0
        assert await unit.kept_answers.remove_older(6) == 1


def seat(account_: str) -> Seat:
    """Of that account."""
    return Seat(SeatId(account_), AccountId(account_), Role.CITIZEN, "Bình", POINT.id, POINT.name, Level.COMMUNE)


async def planned(unit: UnitOfWork, number: int, start: int, of: str, *seated: str) -> None:
    """A reception with its seats."""
    seats, agency, id_ = tuple(map(seat, seated)), AgencyId(of), reception(number).id
    event = ReceptionScheduled(id_, "", agency, "", ReceptionKind.PERIODIC, start, seats, (), AdmitRule.ON_JOIN)
    row = msgspec.structs.replace(reception(number, start), agency=agency)
    await unit.receptions.append([recorded(1, event, number)], row)


async def test_receptions_are_found_by_agency_or_seat_in_pages(units: SqlUnits) -> None:
    async with units.writing() as unit:
        for number, start, of in ((1, 30, "a"), (2, 10, "a"), (3, 10, "b"), (4, 20, "b"), (5, 40, "a"), (6, 10, "c")):
            await planned(unit, number, start, of, f"account-{number}", "everywhere" if number == 3 else "x")
        asked = ReceptionFilter(
            agencies=frozenset({AgencyId("a")}), account=AccountId("everywhere"), from_utc_ns=10, before_utc_ns=40
        )
        whole = await unit.receptions.find(asked, None, 10)
        assert [row.id[-1] for row in whole] == ["2", "3", "1"]
        backwards = msgspec.structs.replace(asked, newest_first=True)
        newest = await unit.receptions.find(backwards, None, 2)
        oldest = await unit.receptions.find(backwards, cursor_of(newest[-1]), 2)
        assert [row.id[-1] for row in (*newest, *oldest)] == ["1", "3", "2"]
        first = await unit.receptions.find(asked, None, 2)
        await planned(unit, 7, 10, "a")  # comes before the place, moves nothing
        rest = await unit.receptions.find(asked, cursor_of(first[-1]), 2)
        assert [row.id[-1] for row in (*first, *rest)] == ["2", "3", "7", "1"]
        nobody = msgspec.structs.replace(asked, agencies=frozenset(), account=AccountId("nobody"))
        assert await unit.receptions.find(nobody, None, 10) == []
        everything = msgspec.structs.replace(asked, agencies=None)
        assert len(await unit.receptions.find(everything, None, 10)) == 6
        assert await unit.receptions.find(msgspec.structs.replace(asked, states=frozenset({"live"})), None, 10) == []


async def test_seats_are_found_where_the_change_put_them(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await planned(unit, 1, 10, "a", "one", "two")
        change = ReceptionChanged(starts_utc_ns=50, seats=(seat("three"),), removed=(SeatId("one"),))
        await unit.receptions.append([recorded(2, change, 1)], reception(1, 50))
        for account_, there in (("one", 0), ("two", 1), ("three", 1)):
            asked = ReceptionFilter(agencies=frozenset(), account=AccountId(account_), from_utc_ns=50)
            assert len(await unit.receptions.find(asked, None, 10)) == there


async def test_several_histories_come_in_one_answer(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.receptions.append([recorded(1), recorded(2)], reception())
        await unit.receptions.append([recorded(1, number=2)], reception(2))
        found = await unit.receptions.histories([reception().id, reception(2).id, ReceptionId("none")])
        assert found == {reception().id: [recorded(1), recorded(2)], reception(2).id: [recorded(1, number=2)]}


async def test_accounts_are_found_by_words_in_pages(units: SqlUnits) -> None:
    async with units.writing() as unit:
        await unit.organisation.add_agency(PROVINCE)
        for number, name in enumerate(("Nguyễn Văn Đạt", "Lê Thị Nguyên", "Trần An"), start=1):
            one = account(number)
            await unit.accounts.add(
                msgspec.structs.replace(one, name=name, point=None, agency=PROVINCE.id, disabled=number == 3)
            )
        own = AccountFilter(frozenset({PROVINCE.id}))
        assert await unit.accounts.count(own) == 3
        words = msgspec.structs.replace(own, words="nguyen")
        first = await unit.accounts.find(words, "", 1)
        rest = await unit.accounts.find(words, first[-1].login, 5)
        assert [one.name for one in (*first, *rest)] == ["Nguyễn Văn Đạt", "Lê Thị Nguyên"]
        assert [one.name for one in await unit.accounts.find(AccountFilter(words="dat van"), "", 5)] == [
            "Nguyễn Văn Đạt"
        ]
        assert await unit.accounts.count(AccountFilter(frozenset(), "an")) == 0
        assert await unit.accounts.count(AccountFilter(disabled=False)) == 2
        assert await unit.accounts.count(AccountFilter(words="%")) == 0
        renamed = msgspec.structs.replace(first[0], name="Hồ Bình")
        await unit.accounts.replace(renamed)
        assert await unit.accounts.count(AccountFilter(words="binh")) == 1
        assert set(await unit.accounts.those([renamed.id, AccountId("none")])) == {renamed.id}
