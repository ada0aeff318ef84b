"""Vietnamese is really drawn: no letter is the font's box for what it does not have."""

import unicodedata

import pytest

from recorder.rendition.lettering import card, clock, font, line, shortened, wrapped

_MARKED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
VIETNAMESE = _MARKED + _MARKED.upper()
_NOWHERE = "\U0010fffd"
"""A private letter that no font has."""


def drawn(letter: str) -> bytes:
    return bytes(font(40).getmask(letter))


@pytest.mark.parametrize("letter", VIETNAMESE + "–·…:0123456789ABCxyz")
def test_every_letter_is_in_the_font(letter: str) -> None:
    assert drawn(letter) != drawn(_NOWHERE)
    assert any(drawn(letter))


def test_all_letters_differ_from_their_bare_ones() -> None:
    for letter in VIETNAMESE:
        bare = unicodedata.normalize("NFD", letter)[0].replace("đ", "d").replace("Đ", "D")
        assert drawn(letter) != drawn(bare), letter


def test_loose_diacritics_are_joined_to_their_letters() -> None:
    name = "Nguyễn Thị Hường"
    assert line(unicodedata.normalize("NFD", name), 300, 26, 32) == line(name, 300, 26, 32)


def test_a_name_that_is_too_long_is_cut_with_dots() -> None:
    cut = shortened("Ủy ban nhân dân xã Tân Lập, huyện Kỳ Sơn, tỉnh Nghệ An", font(16), 150)
    assert cut.endswith("…")
    assert font(16).getlength(cut) <= 150
    assert shortened("Ông Ngô", font(16), 150) == "Ông Ngô"


def test_words_are_wrapped_and_none_is_lost() -> None:
    words = "khoảng trống: đường truyền bị mất"
    lines = wrapped(words, font(20), 120)
    assert len(lines) > 1
    assert " ".join(lines) == words
    assert all(font(20).getlength(one) <= 120 for one in lines)


def test_sheets_have_their_size_and_ground() -> None:
    assert len(card("camera off", 320, 180, 16)) == 320 * 180
    assert set(line("", 64, 26, 32)) == {32}


def test_the_clock_stands_still_while_it_runs() -> None:
    one, other = clock("09:13:21", 200, 32, 32), clock("09:13:22", 200, 32, 32)
    changed = [place % 200 for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    assert changed
    assert min(changed) > 150  # the last digit alone
