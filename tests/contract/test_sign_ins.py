"""What every database promises of an account's sessions, its sign-ins under way and its second factor."""

import msgspec
import pytest

from bridge.errors import NotFound
from bridge.ids import AccountId, SessionId
from bridge.model import SecondFactor, SignInStep, SignInUnderWay
from bridge.repositories import UnitOfWork
from tests.contract.samples import PROVINCE, account, session


@pytest.fixture
async def staffed(unit: UnitOfWork) -> UnitOfWork:
    """With account 1."""
    await unit.organisation.add_agency(PROVINCE)
    await unit.accounts.add(account())
    return unit


async def test_a_sign_in_needs_its_account(unit: UnitOfWork) -> None:
    with pytest.raises(NotFound):
        await unit.sign_ins.add(under_way(1))


async def test_a_second_factor_needs_its_account(unit: UnitOfWork) -> None:
    with pytest.raises(NotFound):
        await unit.second_factors.put(SecondFactor(AccountId("account-1"), "sealed", 5))


async def test_an_accounts_sessions_are_listed_and_ended_together(staffed: UnitOfWork) -> None:
    await staffed.accounts.add(account(2))
    somebody_elses = msgspec.structs.replace(session(9, 90), account=AccountId("account-2"))
    kept = msgspec.structs.replace(session(2, 30), address="10.0.0.7", device="Mozilla/5.0 “x”")
    for one in (session(1, 10), somebody_elses, kept, session(3, 20)):
        await staffed.sessions.add(one)
    assert await staffed.sessions.of(AccountId("account-1")) == [kept, session(3, 20), session(1, 10)]
    assert await staffed.sessions.remove_of(AccountId("account-1"), but=kept.id) == 2
    assert await staffed.sessions.of(AccountId("account-1")) == [kept]
    assert await staffed.sessions.remove_of(AccountId("account-1")) == 1
    assert await staffed.sessions.of(AccountId("account-2")) == [somebody_elses]


def under_way(number: int, made_utc_ns: int = 10) -> SignInUnderWay:
    return SignInUnderWay(SessionId(f"begun-{number}"), AccountId("account-1"), SignInStep.CODE, made_utc_ns)


async def test_a_sign_in_under_way_is_taken_once(staffed: UnitOfWork) -> None:
    for one in (under_way(1), under_way(2), under_way(3, 20)):
        await staffed.sign_ins.add(one)
    assert await staffed.sign_ins.get(SessionId("begun-1")) == under_way(1)
    assert await staffed.sessions.get(SessionId("begun-1")) is None
    assert await staffed.sign_ins.remove(SessionId("begun-1")) is True
    assert await staffed.sign_ins.remove(SessionId("begun-1")) is False
    assert await staffed.sign_ins.get(SessionId("begun-1")) is None
    assert await staffed.sign_ins.remove_older(20) == 1
    assert await staffed.sign_ins.remove_of(AccountId("account-1")) == 1
    assert await staffed.sign_ins.get(SessionId("begun-3")) is None


async def test_an_account_has_one_second_factor(staffed: UnitOfWork) -> None:
    begun = SecondFactor(AccountId("account-1"), "sealed", 5)
    await staffed.second_factors.put(begun)
    assert await staffed.second_factors.get(begun.account) == begun
    confirmed = msgspec.structs.replace(begun, on=True, last_step=2**40, recovery=("one", "two"))
    await staffed.second_factors.put(confirmed)
    assert await staffed.second_factors.get(begun.account) == confirmed
    assert await staffed.second_factors.remove(begun.account) is True
    assert await staffed.second_factors.remove(begun.account) is False
    assert await staffed.second_factors.get(begun.account) is None
