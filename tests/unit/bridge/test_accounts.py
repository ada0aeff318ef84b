"""Accounts: spelling, passwords, the pace of sign-in, how long sessions last."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import accounts
from bridge.accounts import Attempt, SessionLimits
from bridge.errors import Code, Invalid, Refusal
from bridge.events import Departure
from bridge.ids import NS_PER_S, AccountId, AgencyId, BridgePointId, SessionId, UtcNs
from bridge.model import Account, Role, SignInStep
from bridge.trying_rows import Tried

HERE, THERE = Attempt("chair", "10.0.0.1"), Attempt("chair", "10.0.0.2")
ACCOUNT = Account(AccountId("a"), "chair", "Chair", frozenset({Role.CHAIR}), AgencyId("o"), None, "hash")


def seconds(count: float) -> UtcNs:
    return UtcNs(int(count * NS_PER_S))


def failed(times: int, attempt: Attempt = HERE) -> dict[str, Tried]:
    tried: dict[str, Tried] = {}
    for _ in range(times):
        tried[attempt.key] = accounts.after_failure(tried, attempt, seconds(1))
    return tried


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


def test_a_quiet_hour_forgets_and_so_does_a_clock_that_was_set_back() -> None:
    assert accounts.after_failure(failed(9), HERE, seconds(3602)).mistakes == 1
    assert accounts.wait_ns(failed(9), HERE, seconds(0.5)) == 0
    assert accounts.after_failure(failed(9), HERE, seconds(0.5)).mistakes == 1


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


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ("the old password", "same"),
        ("short", "new"),
        ("x" * 201, "new"),
        ("I am chutri!", "new"),
        ("aabbaabbaabb", "new"),
    ],
)
def test_a_new_password_is_new_and_not_easy(new: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.check_new_password(new, "the old password", "chutri")
    assert refused.value.params["field"] == field
    accounts.check_new_password("bốn từ dài và lạ", "the old password", "chutri")


def test_a_sign_in_waits_ten_minutes_for_one_step() -> None:
    made = UtcNs(1000 * NS_PER_S)
    begun = accounts.begun("secret", AccountId("a"), SignInStep.CODE, made)
    assert "secret" not in begun.id
    last = UtcNs(made + accounts.ANSWER_WITHIN_NS - 1)
    assert accounts.under_way(begun, SignInStep.CODE, last) is begun
    for found, step, now in (
        (None, SignInStep.CODE, made),
        (begun, SignInStep.PLACE, made),
        (begun, SignInStep.CODE, UtcNs(last + 1)),
    ):
        with pytest.raises(Refusal) as refused:
            accounts.under_way(found, step, now)
        assert refused.value.code is Code.NOT_SIGNED_IN


def test_only_a_point_has_to_end_other_places() -> None:
    limits, now = SessionLimits(idle_s=10, absolute_s=25), UtcNs(1000 * NS_PER_S)
    sessions = [accounts.new_session(name, "csrf", ACCOUNT.id, now) for name in ("here", "there")]
    elsewhere = accounts.open_sessions(sessions, limits, now, but=accounts.session_id("here"))
    assert [one.id for one in elsewhere] == [accounts.session_id("there")]
    point = msgspec.structs.replace(ACCOUNT, point=BridgePointId("p"))
    assert accounts.places_to_end(point, elsewhere) == elsewhere
    assert accounts.places_to_end(ACCOUNT, elsewhere) == []
    later = UtcNs(now + 10 * NS_PER_S)
    assert accounts.open_sessions(sessions, limits, later, but=SessionId("")) == []


def test_tries_of_codes_count_by_account_from_wherever() -> None:
    tallies = failed(6, accounts.code_attempt("chair"))
    assert accounts.wait_ns(tallies, accounts.code_attempt("chair"), seconds(1)) == 20 * NS_PER_S
    assert accounts.wait_ns(tallies, accounts.code_attempt("citizen"), seconds(1)) == 0
    assert accounts.wait_ns(tallies, HERE, seconds(1)) == 0


def test_a_device_is_kept_short_and_printable() -> None:
    session = accounts.new_session("s", "c", ACCOUNT.id, UtcNs(0), "10.0.0.1", "Fire\tfox\n\x1b[31m" + "x" * 999)
    assert session.device.startswith("Firefox[31mxxx")
    assert len(session.device) == accounts.MAX_DEVICE


@pytest.mark.parametrize(
    ("change", "holds", "why"),
    [
        ({}, True, None),
        ({"disabled": True}, True, Departure.ACCOUNT_CLOSED),
        ({"disabled": True}, False, Departure.ACCOUNT_CLOSED),
        ({"must_change_password": True}, False, Departure.PASSWORD_RESET),
        ({"must_change_password": True}, True, None),  # they signed in with it: the page asks, the room does not
        ({}, False, Departure.SIGNED_OUT),
    ],
)
def test_why_somebody_is_put_out_of_a_room(change: dict[str, bool], holds: bool, why: Departure | None) -> None:
    assert accounts.why_out(msgspec.structs.replace(ACCOUNT, **change), holds) is why


def test_a_citizen_without_an_account_stays() -> None:
    assert accounts.why_out(None, True) is None
