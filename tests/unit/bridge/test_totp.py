"""Codes as RFC 6238 prints them, taken once; recovery codes, used once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import totp
from bridge.ids import NS_PER_S, UtcNs

SECRET = b"12345678901234567890"
"""RFC 6238, appendix B."""
WIDE = "287082".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


def at(seconds: int) -> UtcNs:
    return UtcNs(seconds * NS_PER_S)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_the_standard(seconds: int, code: str) -> None:
    """The appendix has eight digits; six are their end."""
    assert totp.code_at(SECRET, totp.step_of(at(seconds))) == code[-6:]
    assert totp.matching_step(SECRET, code[-6:], at(seconds), 0) == seconds // 30


@pytest.mark.parametrize("written", ["287082", " 287 082 ", "287-082", "287\u00a0082"])
def test_blanks_do_not_matter(written: str) -> None:
    assert totp.matching_step(SECRET, written, at(59), 0) == 1


@pytest.mark.parametrize("written", ["", "28708", "2870820", "287083", "287O82", "-287082.", "x" * 10_000, WIDE])
def test_whatever_else_is_none(written: str) -> None:
    assert totp.matching_step(SECRET, written, at(59), 0) is None


@pytest.mark.parametrize(("seconds", "taken"), [(29, True), (30, True), (89, True), (90, False), (1000, False)])
def test_a_step_to_either_side_is_taken(seconds: int, taken: bool) -> None:
    assert (totp.matching_step(SECRET, "287082", at(seconds), 0) is not None) is taken


def test_a_code_is_taken_once_and_none_before_it_afterwards() -> None:
    first, second = totp.code_at(SECRET, 100), totp.code_at(SECRET, 101)
    now = at(101 * 30)
    assert totp.matching_step(SECRET, second, now, 100) == 101
    assert totp.matching_step(SECRET, second, now, 101) is None
    assert totp.matching_step(SECRET, first, now, 101) is None


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    found = totp.matching_step(SECRET, text, at(59), 0)
    assert found is None or totp.typed(text) in {totp.code_at(SECRET, step) for step in range(3)}
    assert totp.left_after([totp.recovery_hash("other")], text) is None


def test_the_secret_is_shown_as_devices_take_it() -> None:
    assert totp.plain_secret(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.shown_secret(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


@given(st.integers(0, 2**totp.RECOVERY_BITS - 1))
def test_a_recovery_code_opens_once_however_it_is_typed(bits: int) -> None:
    code = totp.recovery_code(bits)
    kept = (totp.recovery_hash(code), totp.recovery_hash("AAAA BBBB CCCC DDDD EEEE"))
    assert totp.left_after(kept, code.lower().replace(" ", "-")) == kept[1:]
    assert totp.left_after(kept[1:], code) is None
