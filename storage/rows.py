"""Between a row and the bridge's struct of the same field names."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import RowMapping

Kept = TypeVar("Kept", bound=msgspec.Struct)


def columns_of(struct: msgspec.Struct) -> dict[str, Any]:
    """Field → plain value; sets as sorted lists, so that equal structs make equal text."""
    columns: dict[str, Any] = msgspec.to_builtins(struct, order="deterministic")
    return columns


def struct_of(kind: type[Kept], row: RowMapping | Mapping[str, Any]) -> Kept:
    """The struct whose fields the row's columns are. Raises msgspec.ValidationError when the row is not one."""
    # SQLAlchemy's keys may be a subclass of str, which msgspec refuses.
    return msgspec.convert({str(name): value for name, value in row.items()}, kind)
