"""Between a row and the bridge's struct of the same field names; columns that hold words, as they are searched."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, false

from bridge.errors import MalformedInput
from bridge.search import MAX_WORDS, folded

Kept = TypeVar("Kept", bound=msgspec.Struct)

Key = TypeVar("Key", bound=str)
_PORTION = 500
"""Parameters of one statement; SQLite's least limit is 999."""


def portions(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """As lists that one statement can name."""
    rest = iter(keys)
    while some := list(islice(rest, _PORTION)):
        yield some


def columns_of(struct: msgspec.Struct) -> dict[str, Any]:
    """Field → plain value; sets as sorted lists, so that equal structs make equal text."""
    columns: dict[str, Any] = msgspec.to_builtins(struct, order="deterministic")
    return columns


def struct_of(kind: type[Kept], row: Mapping[str, Any]) -> Kept:
    """The struct whose fields the row's columns are. Raises MalformedInput when somebody made the row another."""
    try:
        return msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise MalformedInput(f"a stored {kind.__name__}: {error}") from error


def searched(*texts: str) -> str:
    """Each word behind a space, so that a question can ask for how one begins."""
    return "".join(f" {word}" for text in texts for word in folded(text))


def begins(column: ColumnElement[str], words: str) -> list[ColumnElement[bool]]:
    """Folded words hold letters and digits alone, no sign that LIKE would take for its own. Nothing but signs is in no
    name and no title."""
    if words.strip() and not folded(words):
        return [false()]
    return [column.like(f"% {word}%") for word in folded(words)[:MAX_WORDS]]
