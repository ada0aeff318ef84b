"""What the archive is asked for: dates as people write them, faults in words, nothing lost of what was typed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Invalid
from bridge.ids import AgencyId, RecordingId
from bridge.search import ProofState, RecordingCursor
from web.archive_search import FIELDS, MAX_TEXT, asked_of, checked
from web.paging import cursor_text

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
OWN = frozenset({AgencyId("own")})


def moment(ns: int | None) -> str:
    """As UTC."""
    assert ns is not None
    return f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("typed", ["2026-11-05", "5/11/2026", "05.11.2026", " 05-11-2026 "])
def test_a_day_is_the_offices_own_and_the_last_one_counts_whole(typed: str) -> None:
    asked = checked(asked_of({"from": typed, "to": typed}, HANOI, OWN))
    assert moment(asked.from_utc_ns) == "2026-11-04 17:00"
    assert moment(asked.before_utc_ns) == "2026-11-05 17:00"
    assert asked.agencies == OWN
    assert asked_of({"from": typed}, HANOI, OWN).form.values == {"from": "2026-11-05"}


@pytest.mark.parametrize(
    "typed", ["31/2/2026", "2026-13-01", "hôm qua", "1/1/1999", "2100-01-01", "20261105", "5/11/26"]
)
def test_a_bad_day_says_how_to_write_it_and_stays_as_it_was_typed(typed: str) -> None:
    asked = asked_of({"from": typed, "title": "đất"}, HANOI, OWN)
    assert [fault.field for fault in asked.form.faults] == ["from"]
    assert "31/12/2026" in asked.form.faults[0].sentence
    assert asked.form.values == {"from": typed, "title": "đất"}
    assert asked.filter.title == "đất"
    with pytest.raises(Invalid) as refused:
        checked(asked)
    assert refused.value.params == {"field": "from"}


def test_every_fault_is_named_at_once() -> None:
    query = {"from": "x", "to": "y", "proof": "perhaps", "person": "a" * (MAX_TEXT + 1), "point": "p\0"}
    asked = asked_of(query, HANOI, OWN)
    assert [fault.field for fault in asked.form.faults] == ["from", "to", "point", "person", "proof"]


def test_the_last_day_may_not_lie_before_the_first() -> None:
    asked = asked_of({"from": "2026-11-06", "to": "2026-11-05"}, HANOI, OWN)
    assert [(fault.field, "before the first" in fault.sentence) for fault in asked.form.faults] == [("to", True)]


def test_empty_fields_ask_for_nothing() -> None:
    asked = asked_of(dict.fromkeys(FIELDS, "  "), HANOI, None)
    assert asked.given == {}
    assert asked.address() == "/archive"
    assert checked(asked) == checked(asked_of({}, HANOI, None))


def test_the_address_keeps_the_question_and_leaves_out_what_is_to_go() -> None:
    asked = asked_of({"title": "đất & nhà", "proof": "faulty", "page": "7"}, HANOI, OWN)
    assert asked.filter.proof is ProofState.FAULTY
    assert asked.address() == "/archive?title=%C4%91%E1%BA%A5t+%26+nh%C3%A0&proof=faulty"
    assert asked.address(without="title") == "/archive?proof=faulty"
    behind = RecordingCursor(5, RecordingId("r-1"))
    assert asked.address(without="title", after=behind) == f"/archive?proof=faulty&after={cursor_text(behind)}"


@given(st.dictionaries(st.sampled_from(FIELDS), st.text()))
def test_whatever_is_typed_is_kept(query: dict[str, str]) -> None:
    assert asked_of(query, HANOI, OWN).form.values == query
