"""How numbers are written in pages."""

import pytest

from web.render import environment


@pytest.mark.parametrize(("lang", "text"), [("vi", "0,3 12,0"), ("en", "0.3 12.0")])
def test_a_decimal_has_the_mark_of_the_readers_language(lang: str, text: str) -> None:
    template = environment().from_string("{{ 0.3|decimal }} {{ 12|decimal }}")
    assert template.render(lang=lang) == text
