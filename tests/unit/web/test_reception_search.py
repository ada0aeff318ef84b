"""What the address asks of the list of receptions."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Invalid
from bridge.ids import AccountId, ReceptionId
from bridge.search import ReceptionCursor
from web.reception_search import asked_of, cursor_text, parse_cursor

ME = AccountId("me")


def test_coming_ones_first_and_the_past_backwards() -> None:
    coming, past = (asked_of({"when": when}, frozenset(), ME, 7) for when in ("", "past"))
    assert (coming.filter.from_utc_ns, coming.filter.before_utc_ns, coming.filter.newest_first) == (7, None, False)
    assert (past.filter.from_utc_ns, past.filter.before_utc_ns, past.filter.newest_first) == (None, 7, True)
    assert coming.address() == "/receptions?when=coming"
    words = asked_of({"title": "Đất & đai"}, None, ME, 7)
    assert words.address("past", ReceptionCursor(5, ReceptionId("r"))) == (
        "/receptions?title=%C4%90%E1%BA%A5t+%26+%C4%91ai&when=past&after=5-r"
    )


def test_too_many_words_are_a_fault_and_ask_for_nothing() -> None:
    asked = asked_of({"title": "x" * 201}, None, ME, 7)
    assert [fault.field for fault in asked.form.faults] == ["title"]
    assert asked.filter.title == ""


@given(st.integers(0, 2**63 - 1), st.from_regex(r"[A-Za-z0-9_-]{1,100}", fullmatch=True))
def test_a_place_in_the_list_is_read_again(starts: int, key: str) -> None:
    cursor = ReceptionCursor(starts, ReceptionId(key))
    assert parse_cursor(cursor_text(cursor)) == cursor


@given(st.text(min_size=1).filter(lambda text: not re.fullmatch(r"\d{1,19}-[A-Za-z0-9_-]{1,100}", text, re.ASCII)))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_cursor(text)


@pytest.mark.parametrize("text", [f"{2**63}-r", "-1-r", "1-", "٣-r"])
def test_no_place_is_behind_the_end(text: str) -> None:
    with pytest.raises(Invalid):
        parse_cursor(text)
