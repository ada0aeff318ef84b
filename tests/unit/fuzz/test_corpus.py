"""Every input that was once worth keeping, through its target, without the fuzzer."""

from pathlib import Path

import pytest

from tests.fuzz.__main__ import CORPUS
from tests.fuzz.targets import LONGEST, TARGETS

_MOST = 60
"""Files of one target: the corpus is a place to begin, not an archive."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_stays_mended(name: str) -> None:
    kept = sorted((CORPUS / name).iterdir())
    assert 0 < len(kept) <= _MOST
    for path in kept:
        data = path.read_bytes()
        assert len(data) <= LONGEST, path.name
        TARGETS[name](data)


def test_each_corpus_has_a_target() -> None:
    assert {path.name for path in Path(CORPUS).iterdir()} == set(TARGETS)
