"""Files of agencies, bridge points and their accounts, as a spreadsheet saves them (CSV, RFC 4180). Pure.

One line is one bridge point (or an agency without one). UTF-8 with or without a byte order mark, separated by commas or
semicolons, names of columns in Vietnamese or English, in any order.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from bridge.errors import MalformedInput
from bridge.organisation import same_name

MAX_BYTES = 192 * 1024
"""With what surrounds it in a sent form it stays below the largest request, also when it is sent back to be carried
out."""

MAX_ROWS = 500
"""A province has a hundred and some communes; hashing a password took 0.2 s on a busy machine with two cores."""


class Column(StrEnum):
    """What a line says."""

    AGENCY = "agency"
    LEVEL = "level"
    PARENT = "parent"
    POINT = "point"
    PLACE = "place"
    LOGIN = "login"


HEADERS: Mapping[str, Column] = {
    **{str(column): column for column in Column},
    "cơ quan": Column.AGENCY,
    "cấp": Column.LEVEL,
    "cơ quan cấp trên": Column.PARENT,
    "điểm cầu": Column.POINT,
    "địa điểm": Column.PLACE,
    "tên đăng nhập": Column.LOGIN,
}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""As an editor ends them; Python's own splitlines knows more signs, which may stand within a name."""

NEEDED = (Column.AGENCY, Column.LEVEL)


class Why(StrEnum):
    """What is wrong with a file or a line; the reader's words are elsewhere."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NOT_CSV = "not_csv"
    EMPTY = "empty"
    TOO_MANY_ROWS = "too_many_rows"
    UNKNOWN_COLUMN = "unknown_column"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"
    TOO_MANY_CELLS = "too_many_cells"
    BAD_NAME = "bad_name"
    BAD_LEVEL = "bad_level"
    OTHER_LEVEL = "other_level"
    LEVEL_NOT_BELOW = "level_not_below"
    PARENT_UNKNOWN = "parent_unknown"
    PARENT_AMBIGUOUS = "parent_ambiguous"
    BAD_PLACE = "bad_place"
    POINT_TWICE = "point_twice"
    POINT_MISSING = "point_missing"
    BAD_LOGIN = "bad_login"
    LOGIN_TWICE = "login_twice"
    LOGIN_TAKEN = "login_taken"
    POINT_TAKEN = "point_taken"


class LineFault(msgspec.Struct, frozen=True):
    """``line``: as a text editor counts them, from 1; 0: the file. ``value``: what stands there."""

    line: int
    column: str
    why: Why
    value: str = ""


class MalformedListing(MalformedInput):
    """The file does not parse, or cannot be carried out as it is. ``faults``: all that was found."""

    def __init__(self, faults: Sequence[LineFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"line {one.line} {one.column}: {one.why}" for one in self.faults[:20]))


class Row(msgspec.Struct, frozen=True):
    """One line, its cells without outer blanks; a column that the file lacks is empty."""

    line: int
    agency: str
    level: str
    parent: str = ""
    point: str = ""
    place: str = ""
    login: str = ""


def parse_listing(body: bytes) -> list[Row]:
    """The lines that say something. Raises MalformedListing."""
    lines = _lines(_text(body))
    if not lines:
        raise MalformedListing([LineFault(0, "", Why.EMPTY)])
    header_line, names = lines[0]
    columns = _columns(header_line, names)
    rows, faults = [], []
    for line, cells in lines[1:]:
        if len(cells) > len(columns):
            faults.append(LineFault(line, "", Why.TOO_MANY_CELLS, cells[len(columns)]))
        said = {str(column): cell.strip() for column, cell in zip(columns, cells, strict=False)}
        rows.append(Row(line=line, **{"agency": "", "level": "", **said}))
    if not rows:
        faults.append(LineFault(0, "", Why.EMPTY))
    if len(rows) > MAX_ROWS:
        faults.append(LineFault(rows[MAX_ROWS].line, "", Why.TOO_MANY_ROWS, str(MAX_ROWS)))
    if faults:
        raise MalformedListing(faults)
    return rows


def _text(body: bytes) -> str:
    if len(body) > MAX_BYTES:
        raise MalformedListing([LineFault(0, "", Why.TOO_LARGE, str(MAX_BYTES // 1024))])
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedListing([LineFault(body.count(b"\n", 0, error.start) + 1, "", Why.NOT_TEXT)]) from error


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Each line that is not blank, with the number of the line it begins on."""
    first = text.lstrip("\r\n").partition("\n")[0]
    reader = csv.reader(_LINE.findall(text), delimiter=_separator(first), strict=True)
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, _without_trailing(cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise MalformedListing([LineFault(begins, "", Why.NOT_CSV)]) from error
    return found


def _without_trailing(cells: list[str]) -> list[str]:
    """Spreadsheets fill short lines up with empty cells."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _separator(header: str) -> str:
    return max(",;", key=header.count)


def _columns(line: int, names: Sequence[str]) -> list[Column]:
    columns, faults = [], []
    for name in names:
        column = HEADERS.get(same_name(name))
        if column is None:
            faults.append(LineFault(line, name.strip(), Why.UNKNOWN_COLUMN, name.strip()))
        elif column in columns:
            faults.append(LineFault(line, str(column), Why.COLUMN_TWICE, name.strip()))
        else:
            columns.append(column)
    faults += [LineFault(line, str(column), Why.COLUMN_MISSING) for column in NEEDED if column not in columns]
    if faults:
        raise MalformedListing(faults)
    return columns
