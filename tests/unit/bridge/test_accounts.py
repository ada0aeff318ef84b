"""Accounts: spelling, passwords, the pace of sign-in, how long sessions last."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import accounts
from bridge.accounts import Attempt, SessionLimits, Tallies
from bridge.errors import Code, Invalid, Refusal
from bridge.ids import NS_PER_S, AccountId, AgencyId, MonoNs, UtcNs
from bridge.model import Account, Role

HERE, THERE = Attempt("chair", "10.0.0.1"), Attempt("chair", "10.0.0.2")
ACCOUNT = Account(AccountId("a"), "chair", "Chair", frozenset({Role.CHAIR}), AgencyId("o"), None, "hash")


def seconds(count: float) -> MonoNs:
    return MonoNs(int(count * NS_PER_S))


def failed(times: int, attempt: Attempt = HERE) -> Tallies:
    tallies: Tallies = {}
    for _ in range(times):
        tallies = accounts.after_failure(tallies, attempt, seconds(1))
    return tallies


@pytest.mark.parametrize(("typed", "login"), [(" ChuTri ", "chutri"), ("a.b-c_d@e", "a.b-c_d@e"), ("x1", "x1")])
def test_a_login_has_one_spelling(typed: str, login: str) -> None:
    assert accounts.checked_login(typed) == login


@pytest.mark.parametrize("typed", ["", "a", "-ab", "a b", "chủtrì", "a" * 65, "a\n", "a/b"])
def test_other_logins_are_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.checked_login(typed)
    assert refused.value.params["field"] == "login"


@given(st.text())
def test_any_text_is_a_login_or_refused(text: str) -> None:
    try:
        login = accounts.checked_login(text)
    except Invalid:
        return
    assert accounts.checked_login(login) == login


@pytest.mark.parametrize("name", ["", " ", "a" * 121, "a\x00b", "two\nlines"])
def test_names_can_be_printed(name: str) -> None:
    with pytest.raises(Invalid):
        accounts.checked_name(name)
    assert accounts.checked_name(" Nguyễn Văn A ") == "Nguyễn Văn A"


@pytest.mark.parametrize("password", ["short", "a" * 12, "a" * 201, "the-ChutrI-himself"])
def test_passwords_that_are_easy_to_guess(password: str) -> None:
    with pytest.raises(Invalid):
        accounts.check_password(password, "chutri")


def test_a_long_password_is_taken() -> None:
    accounts.check_password("correct horse battery", "chutri")


def test_five_mistypes_cost_nothing_then_waits_double() -> None:
    assert accounts.wait_ns(failed(4), HERE, seconds(1)) == 0
    assert [accounts.wait_ns(failed(5 + more), HERE, seconds(1)) // NS_PER_S for more in range(4)] == [10, 20, 40, 80]
    assert accounts.wait_ns(failed(90), HERE, seconds(1)) == accounts.LONGEST_WAIT_NS
    assert accounts.wait_ns(failed(5), HERE, seconds(11)) == 0


def test_a_guesser_locks_nobody_else_out() -> None:
    tallies = failed(50)
    assert accounts.wait_ns(tallies, THERE, seconds(1)) == 0
    assert accounts.wait_ns(tallies, Attempt("citizen", HERE.address), seconds(1)) == 0
    with pytest.raises(Refusal) as refused:
        accounts.check_pace(tallies, HERE, seconds(1))
    assert (refused.value.code, refused.value.params) == (Code.TOO_MANY_REQUESTS, {"seconds": "900"})


def test_success_and_a_quiet_hour_forget() -> None:
    assert accounts.after_success(failed(9), HERE) == {}
    later = accounts.after_failure(failed(9), HERE, seconds(3602))
    assert later[HERE].failures == 1


def test_the_memory_of_failures_is_bounded() -> None:
    tallies: Tallies = {Attempt(str(one), "x"): accounts.Tally(1, seconds(1)) for one in range(accounts.MAX_TALLIES)}
    assert len(accounts.after_failure(tallies, HERE, seconds(2))) == accounts.MAX_TALLIES


@pytest.mark.parametrize(
    ("account", "fits"),
    [(None, True), (None, False), (ACCOUNT, False), (msgspec.structs.replace(ACCOUNT, disabled=True), True)],
)
def test_every_way_to_fail_says_the_same(account: Account | None, fits: bool) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.signed_in(account, fits)
    assert (refused.value.code, refused.value.params) == (Code.SIGN_IN_FAILED, {})
    assert accounts.signed_in(ACCOUNT, True) is ACCOUNT


def test_a_session_holds_until_idle_or_old() -> None:
    limits, made = SessionLimits(idle_s=10, absolute_s=25), UtcNs(1000 * NS_PER_S)
    session = accounts.new_session("secret", "csrf", AccountId("a"), made)
    assert "secret" not in session.id

    def holds(now_s: int, seen_s: int) -> bool:
        seen = msgspec.structs.replace(session, seen_utc_ns=(1000 + seen_s) * NS_PER_S)
        return accounts.session_holds(seen, limits, UtcNs((1000 + now_s) * NS_PER_S))

    assert holds(9, 0)
    assert not holds(10, 0)
    assert holds(24, 20)
    assert not holds(25, 24)
    assert holds(-100, 0)
