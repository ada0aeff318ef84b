"""How numbers are written in pages."""

import pytest

from web.render import environment


@pytest.mark.parametrize(("lang", "text"), [("vi", "0,3 12,0"), ("en", "0.3 12.0")])
def test_a_decimal_has_the_mark_of_the_readers_language(lang: str, text: str) -> None:
    template = environment().from_string("{{ 0.3|decimal }} {{ 12|decimal }}")
    assert template.render(lang=lang) == text


@pytest.mark.parametrize(
    ("lang", "text"), [("vi", "0 B, 999 B, 1 kB, 12,4 MB, 60,6 GB"), ("en", "0 B, 999 B, 1 kB, 12.4 MB, 60.6 GB")]
)
def test_a_size_has_it_too(lang: str, text: str) -> None:
    template = environment().from_string("{% for one in sizes %}{{ one|size }}{{ ', ' if not loop.last }}{% endfor %}")
    assert template.render(lang=lang, sizes=[0, 999, 1000, 12_400_000, 60_550_000_000]) == text
