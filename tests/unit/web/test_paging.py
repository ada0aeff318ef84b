"""Cursors: what was written is read back, whatever else comes is refused; pages end where the list ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Code, Refusal
from bridge.finding import ReceptionCursor
from bridge.ids import ReceptionId
from web.paging import Paged, cursor_text, parse_cursor

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.integers(0, 2**63 - 1), TEXT)
def test_a_place_is_read_as_it_was_written(at: int, name: str) -> None:
    place = ReceptionCursor(at, ReceptionId(name))
    assert parse_cursor(cursor_text(place), ReceptionCursor) == place
    assert parse_cursor(cursor_text((name, name)), tuple[str, str]) == (name, name)
    assert cursor_text((name,)).replace("-", "").replace("_", "").isalnum()


@given(st.text(min_size=1))
def test_anything_is_a_place_or_refused(text: str) -> None:
    told = Code.CURSOR_INVALID
    try:
        parse_cursor(text, tuple[str])
    except Refusal as refusal:
        told = refusal.code
    assert told is Code.CURSOR_INVALID


@pytest.mark.parametrize("key", [(2**63, "x"), ("a", "b"), (1, "\0"), (1,), (True, "x")])
def test_a_place_of_no_row_is_refused(key: object) -> None:
    with pytest.raises(Refusal, match="cursor_invalid"):
        parse_cursor(cursor_text(key), tuple[int, str])


def test_nothing_is_the_beginning() -> None:
    assert parse_cursor("", tuple[str]) is None


@pytest.mark.parametrize(("found", "shown", "more"), [(0, 0, False), (2, 2, False), (3, 2, True)])
def test_one_row_more_than_shown_says_that_the_list_goes_on(found: int, shown: int, more: bool) -> None:
    page = Paged([str(number) for number in range(found)], 2, lambda row: (row,))
    assert (len(page.rows), page.next is not None) == (shown, more)
    if page.next:
        assert parse_cursor(page.next, tuple[str]) == ("1",)
