"""The browser's types say exactly what the structs say."""

import enum
from pathlib import Path

import msgspec
import pytest

from tools import wire_types


class Kind(enum.Enum):
    CAMERA = "camera"
    SCREEN = "screen"


class Inner(msgspec.Struct, frozen=True, tag="inner"):
    """What is inside."""

    pair: tuple[int, str]
    kinds: dict[str, Kind]


class Outer(msgspec.Struct, frozen=True, tag="outer"):
    maybe: Inner | None
    few: list[int]
    note: str = ""


@pytest.fixture(scope="module")
def text() -> str:
    return wire_types.typescript(wire_types.schema_of("TestWire", (Inner, Outer)), "tests")


@pytest.mark.parametrize(
    "line",
    [
        "export type TestWire = Inner | Outer;",
        'export type Kind = "camera" | "screen";',
        'type: "inner";',
        "pair: [number, string];",
        "[k: string]: Kind;",
        "maybe: Inner | null;",
        "few: number[];",
        "note?: string;",
        " * What is inside.",
    ],
)
def test_every_shape_has_its_type(text: str, line: str) -> None:
    assert line in text


def test_closed_objects_stay_closed(text: str) -> None:
    assert "unknown" not in text


def test_bounded_lists_are_lists() -> None:
    schema: wire_types.Json = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 30}
    assert wire_types.simplified(schema) == {"type": "array", "items": {"type": "integer"}}


def test_a_changed_file_is_stale(tmp_path: Path) -> None:
    same, other, absent = (tmp_path / name for name in ("same.ts", "other.ts", "absent.ts"))
    same.write_text("a")
    other.write_text("b")
    assert wire_types.stale({same: "a", other: "a", absent: "a"}) == [other, absent]
