"""Light, dark or as the device: what was just chosen, chosen before, or neither."""

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from web.middlewares.theme import Theme, chosen, theme_of


def asked(query: str = "", cookie: str = "") -> Any:
    headers = {"Cookie": f"theme={cookie}"} if cookie else {}
    return make_mocked_request("GET", f"/today{query}", headers=headers)


@pytest.mark.parametrize(
    ("query", "cookie", "theme"),
    [
        ("", "", Theme.DEVICE),
        ("", "dark", Theme.DARK),
        ("?theme=light", "dark", Theme.LIGHT),
        ("?theme=device", "dark", Theme.DEVICE),
        ("?theme=purple", "dark", Theme.DARK),
        ("", "purple", Theme.DEVICE),
    ],
)
def test_the_newest_choice_counts(query: str, cookie: str, theme: Theme) -> None:
    assert theme_of(asked(query, cookie)) is theme


@given(st.text(st.characters(codec="ascii", exclude_categories=["C", "Z"]), max_size=40))
def test_nothing_else_is_ever_a_theme(word: str) -> None:
    assert chosen(make_mocked_request("GET", "/today")) is None
    assert theme_of(asked(cookie=word.translate(str.maketrans("", "", ';,"\\\\')))) in Theme
