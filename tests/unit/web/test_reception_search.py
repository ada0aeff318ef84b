"""What the address asks of the list of receptions."""

from bridge.ids import AccountId
from web.reception_search import asked_of

ME = AccountId("me")


def test_coming_ones_first_and_the_past_backwards() -> None:
    coming, past = (asked_of({"when": when}, frozenset(), ME, 7) for when in ("", "past"))
    assert (coming.filter.from_utc_ns, coming.filter.before_utc_ns, coming.filter.newest_first) == (7, None, False)
    assert (past.filter.from_utc_ns, past.filter.before_utc_ns, past.filter.newest_first) == (None, 7, True)
    assert coming.address() == "/receptions?when=coming"
    words = asked_of({"title": "Đất & đai"}, None, ME, 7)
    assert words.address("past", "abc") == ("/receptions?title=%C4%90%E1%BA%A5t+%26+%C4%91ai&when=past&after=abc")


def test_too_many_words_are_a_fault_and_ask_for_nothing() -> None:
    asked = asked_of({"title": "x" * 201}, None, ME, 7)
    assert [fault.field for fault in asked.form.faults] == ["title"]
    assert asked.filter.title == ""
