"""Files of a spreadsheet: whatever comes in, either lines or the one error with every fault."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.listing import MAX_BYTES, MAX_ROWS, LineFault, MalformedListing, Row, Why, parse_listing

HEADER = "agency,level,parent,point,place,login"


def faults(body: bytes) -> list[LineFault]:
    with pytest.raises(MalformedListing) as refused:
        parse_listing(body)
    return list(refused.value.faults)


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "replace")))
def test_any_bytes_are_lines_or_the_one_error(body: bytes) -> None:
    try:
        rows = parse_listing(body)
    except MalformedListing as error:
        rows = []
        said = bool(error.faults)
    else:
        said = bool(rows)
    assert said
    assert all(1 < row.line <= body.count(b"\n") + body.count(b"\r") + 1 for row in rows)


CELL = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=12).map(
    lambda text: f"x{text.strip()}"
)


@given(st.lists(st.tuples(*[CELL] * 6), min_size=1, max_size=6), st.sampled_from(",;"), st.booleans())
def test_what_a_spreadsheet_writes_is_read(cells: list[tuple[str, ...]], separator: str, mark: bool) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(HEADER.split(","))
    writer.writerows(cells)
    body = text.getvalue().encode("utf-8-sig" if mark else "utf-8")
    assert parse_listing(body) == [Row(place + 2, *line) for place, line in enumerate(cells)]


def test_columns_are_named_in_both_languages_in_any_order() -> None:
    body = "CẤP;Cơ  quan;tên đăng nhập\nxã;Kim Liên;dc.kl\n".encode()
    assert parse_listing(body) == [Row(2, "Kim Liên", "xã", login="dc.kl")]


def test_lines_are_counted_as_an_editor_does() -> None:
    body = f'\n{HEADER}\n\nA,commune,,"Hall\nupstairs",,\nB,commune,,,,,\n'.encode()
    assert [(row.line, row.agency) for row in parse_listing(body)] == [(4, "A"), (6, "B")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", [LineFault(0, "", Why.EMPTY)]),
        (b"\xef\xbb\xbf\n\n", [LineFault(0, "", Why.EMPTY)]),
        (HEADER.encode(), [LineFault(0, "", Why.EMPTY)]),
        (b"agency,level\nX\xe3,commune\n", [LineFault(2, "", Why.NOT_TEXT)]),
        (b'agency,level\n"X,commune\n', [LineFault(2, "", Why.NOT_CSV)]),
        (
            b"agency,rank\nA,b\n",
            [LineFault(1, "rank", Why.UNKNOWN_COLUMN, "rank"), LineFault(1, "level", Why.COLUMN_MISSING)],
        ),
        (b"agency,level,Level\nA,b\n", [LineFault(1, "level", Why.COLUMN_TWICE, "Level")]),
        (
            b"agency,level\nA,b,c\nD,e,f\n",
            [LineFault(2, "", Why.TOO_MANY_CELLS, "c"), LineFault(3, "", Why.TOO_MANY_CELLS, "f")],
        ),
        (b"x" * (MAX_BYTES + 1), [LineFault(0, "", Why.TOO_LARGE, "192")]),
        (b"agency,level\n" + b"A,b\n" * (MAX_ROWS + 1), [LineFault(MAX_ROWS + 2, "", Why.TOO_MANY_ROWS, "500")]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(body: bytes, expected: list[LineFault]) -> None:
    assert faults(body) == expected
