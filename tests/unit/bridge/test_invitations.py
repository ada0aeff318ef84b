"""Codes on paper: made, read back however they were typed, marked and sealed."""

import pytest

from bridge.ids import ReceptionId, SeatId
from bridge.invitations import (
    CODE_ALPHABET,
    CODE_LENGTH,
    code_of,
    fresh_code,
    invitation,
    mark_of,
    read_code,
    shown_code,
)
from deploy.time import SystemEntropy
from storage.secretbox import AesSecretBox

ENTROPY = SystemEntropy()
BOX = AesSecretBox("key", ENTROPY)


def test_a_fresh_code_uses_the_whole_alphabet() -> None:
    codes = [fresh_code(ENTROPY) for _ in range(400)]
    assert {len(code) for code in codes} == {CODE_LENGTH}
    assert set("".join(codes)) == set(CODE_ALPHABET)
    assert len(set(codes)) == len(codes)


def test_what_is_on_paper_reads_back() -> None:
    for _ in range(50):
        code = fresh_code(ENTROPY)
        assert read_code(shown_code(code)) == code


@pytest.mark.parametrize(
    "typed", ["abc-def-gh1", " ABC DEF GHI ", "abcdefghl", "A.B.C.D.E.F.G.H.1", "ABC\u00a0DEF\u00a0GH1"]
)
def test_codes_as_people_type_them(typed: str) -> None:
    assert read_code(typed) == "ABCDEFGH1"


def test_o_is_a_nought() -> None:
    assert read_code("ooo-ooo-oo0") == "0" * CODE_LENGTH


@pytest.mark.parametrize(
    "typed", ["", "ABC-DEF", "ABC-DEF-GH", "ABC-DEF-GHJ-K", "ABC-DEF-GHU", "ABCDEFGHỊ", "A" * 1000]
)
def test_what_is_no_code(typed: str) -> None:
    assert read_code(typed) is None


def test_it_is_found_by_its_mark_and_printed_again() -> None:
    code = fresh_code(ENTROPY)
    invited = invitation(SeatId("seat"), ReceptionId("reception"), code, BOX, 1, 2)
    assert invited.mark == mark_of(code, BOX)
    assert code not in (invited.mark, invited.sealed)
    assert code_of(invited, BOX) == code


def test_another_installations_key_reads_and_finds_nothing() -> None:
    other, code = AesSecretBox("other", ENTROPY), fresh_code(ENTROPY)
    invited = invitation(SeatId("seat"), ReceptionId("reception"), code, BOX, 1, 2)
    assert mark_of(code, other) != invited.mark
    assert code_of(invited, other) is None
