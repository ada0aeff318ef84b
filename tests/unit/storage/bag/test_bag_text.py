"""The text files of a bag: what is written is what RFC 8493 says, what is read is a value or MalformedInput."""

import hashlib
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.errors import MalformedInput
from storage.bag.text import (
    DECLARATION,
    check_declaration,
    parse_hashes,
    parse_info,
    serialise_hashes,
    serialise_info,
)

HASH = hashlib.sha256(b"").hexdigest()
PARTS = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part not in (".", "..") and not part.startswith("~")
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join).filter(lambda path: not path[0].isspace())
LABELS = st.text(string.ascii_letters + string.digits + "-_", min_size=1).filter(lambda label: label[0] not in "-_")


@given(st.dictionaries(PATHS, st.just(HASH)))
@example({"data/100%\r\nsure.webm": HASH, "data/%25": HASH, "data/%0A": HASH})
def test_hashes_come_back_with_any_path(hashes: dict[str, str]) -> None:
    assert parse_hashes(serialise_hashes(hashes)) == hashes


def test_only_line_ends_and_percent_signs_are_encoded() -> None:
    text = serialise_hashes({"data/một hai\n3%.webm": HASH}).decode()
    assert text == f"{HASH}  data/một hai%0A3%25.webm\n"


@given(st.lists(st.tuples(LABELS, st.text(st.characters(exclude_categories=["Cs"])))))
@example([("Source-Organization", "Ban\r\nTiếp: công dân\n\n\t1")])
def test_a_value_stays_on_its_line(info: list[tuple[str, str]]) -> None:
    text = serialise_info(info)
    assert text.count(b"\n") == len(info)
    assert parse_info(text) == [(label, " ".join(value.split())) for label, value in info]


def test_what_other_tools_write_is_read() -> None:
    assert parse_info(b"A: one\r\n  two\rB :three\n") == [("A", "one two"), ("B", "three")]
    assert parse_hashes(f"{HASH.upper()}\tdata/a b\r\n".encode()) == {"data/a b": HASH}
    check_declaration(b"BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\r\n")


def test_a_label_that_cannot_be_one_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="no label"):
        serialise_info([("a:b", "c")])


@pytest.mark.parametrize("path", ["/etc/passwd", "data/../x", "data//x", "~root/x", ".", "data/./x"])
def test_a_path_that_leads_outside_is_refused(path: str) -> None:
    with pytest.raises(MalformedInput):
        parse_hashes(f"{HASH}  {path}\n".encode())


def test_a_path_named_twice_is_refused() -> None:
    with pytest.raises(MalformedInput):
        parse_hashes(f"{HASH}  a\n{HASH}  a\n".encode())


@given(st.binary())
@example(b" \n")
@example(DECLARATION)
def test_any_bytes_give_a_value_or_the_one_error(text: bytes) -> None:
    for parse in (parse_hashes, parse_info, check_declaration):
        try:
            parse(text)
        except MalformedInput:
            continue
