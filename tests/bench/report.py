"""Rows of figures: as a table on the screen, as JSON in a file, and one server against another."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

Value = str | int | float | None
Row = Mapping[str, Value]


def table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Aligned text; numbers to the right with at most two decimals, what a row lacks as –."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    widths = [max(len(column), *(len(line[index]) for line in cells)) for index, column in enumerate(columns)]
    head = "  ".join(column.ljust(width) for column, width in zip(columns, widths, strict=True))
    return "\n".join(
        [head.rstrip(), *(_line(row, line, columns, widths) for row, line in zip(rows, cells, strict=True))]
    )


def _line(row: Row, cells: Sequence[str], columns: Sequence[str], widths: Sequence[int]) -> str:
    placed = [
        cell.ljust(width) if isinstance(row.get(column), str) else cell.rjust(width)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    ]
    return "  ".join(placed).rstrip()


def _cell(value: Value) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def ratios(rows: Sequence[Row], figure: str, of: str, to: str) -> dict[str, float]:
    """By load: the figure of one server over that of another, of this run; loads that lack one are left out."""
    found: dict[tuple[Value, Value], float] = {}
    for row in rows:
        value = row.get(figure)
        if isinstance(value, int | float) and value > 0:
            found[row.get("server"), row.get("load")] = float(value)
    loads = [load for server, load in found if server == of and (to, load) in found]
    return {str(load): round(found[of, load] / found[to, load], 3) for load in loads}


def write(rows: object, path: Path) -> None:
    """As indented JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
