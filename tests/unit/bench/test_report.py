"""The table on the screen, the ratios and the file."""

from pathlib import Path

import msgspec

from tests.bench.report import Row, ratios, table, write

ROWS: list[Row] = [
    {"server": "diemcau", "load": "2x20", "us_per_packet": 6.0},
    {"server": "janus", "load": "2x20", "us_per_packet": 20.0},
    {"server": "diemcau", "load": "4x30", "us_per_packet": 5.0},
    {"server": "janus", "load": "4x30", "us_per_packet": None, "skipped": "not installed"},
]


def test_table_is_aligned_and_says_what_is_missing() -> None:
    assert table(ROWS, ("server", "us_per_packet", "skipped")).splitlines() == [
        "server   us_per_packet  skipped",
        "diemcau           6.00              –",
        "janus            20.00              –",
        "diemcau           5.00              –",
        "janus                –  not installed",
    ]


def test_ratios_only_where_both_were_measured() -> None:
    assert ratios(ROWS, "us_per_packet", "diemcau", "janus") == {"2x20": 0.3}
    assert ratios(ROWS, "us_per_packet", "diemcau", "ideal") == {}


def test_file_is_a_list_of_rows(tmp_path: Path) -> None:
    write(ROWS, tmp_path / "new" / "rows.json")
    assert msgspec.json.decode((tmp_path / "new" / "rows.json").read_bytes()) == ROWS
