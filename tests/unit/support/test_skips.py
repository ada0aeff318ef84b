"""Which skips may happen where; as root on Debian in a checkout none may."""

from tests.support.skips import HERE, AllowedSkip, allowed, applying, listed

EVERYTHING = dict.fromkeys(HERE, lambda: True)
NO_ROOT = {**EVERYTHING, "root": lambda: False}


def test_as_root_on_debian_in_a_checkout_nothing_may_be_skipped() -> None:
    assert listed()
    assert applying(listed(), EVERYTHING) == []


def test_every_line_says_what_is_missing_and_why() -> None:
    for skip in listed():
        assert skip.unless in HERE
        assert skip.test.startswith("tests/")
        assert skip.reason


def test_a_skip_is_allowed_by_its_test_and_its_reason_together() -> None:
    skips = [AllowedSkip("root", "tests/a.py", "needs root")]
    assert allowed("tests/a.py::test_b", "needs root, as mounting does", applying(skips, NO_ROOT))
    assert not allowed("tests/a.py::test_b", "no time", applying(skips, NO_ROOT))
    assert not allowed("tests/c.py::test_b", "needs root", applying(skips, NO_ROOT))
    assert not allowed("tests/a.py::test_b", "needs root", applying(skips, EVERYTHING))
