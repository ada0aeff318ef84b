"""How words are compared, and who is named by a manifest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import AccountId, AgencyId
from bridge.model import Role
from bridge.policy import SYSTEM, Action, Actor, agencies_of
from bridge.search import folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nguyễn Văn ĐỨC", ["nguyen", "van", "duc"]),
        ("  Khiếu nại:\tđất_đai (số 7/2026) ", ["khieu", "nai", "dat", "dai", "so", "7", "2026"]),
        ("Nguye\u0302\u0303n", ["nguyen"]),  # the same letters, put together from parts
        ("مُحَمَّد", ["محمد"]),
        ("%_'\"", []),
    ],
)
def test_words_are_compared_without_case_accents_and_signs(text: str, words: list[str]) -> None:
    assert folded(text) == words


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_letters_and_digits(text: str) -> None:
    words = folded(text)
    assert folded(" ".join(words)) == words
    assert all(word.isalnum() or not word.isascii() for word in words)


def test_lists_are_of_the_agencies_in_which_a_role_counts() -> None:
    own = AgencyId("own")

    def who(*roles: Role) -> Actor:
        return Actor(AccountId("a"), "A", frozenset(roles), own)

    assert agencies_of(who(Role.ARCHIVIST), Action.SEE_ARCHIVE) == frozenset({own})
    assert agencies_of(who(Role.CITIZEN, Role.AGENCY), Action.SEE_ARCHIVE) == frozenset()
    assert agencies_of(who(Role.ADMINISTRATOR), Action.SEARCH_PERSON) == frozenset()
    assert agencies_of(who(Role.CHAIR), Action.JOIN) == frozenset()  # a seat's right, no list's
    assert agencies_of(SYSTEM, Action.SEE_ARCHIVE) is None
