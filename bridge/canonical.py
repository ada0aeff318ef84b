"""Records that are hashed and signed: one value has one text, msgspec JSON in field order, UTF-8, without blanks."""

from typing import Protocol, TypeVar

import msgspec

from bridge.errors import MalformedInput


class Formed(Protocol):
    """A struct that says which form it has."""

    @property
    def format(self) -> int:
        """From 1."""
        ...


Record = TypeVar("Record", bound=Formed)


def serialise(record: Formed) -> bytes:
    """Its one text."""
    return msgspec.json.encode(record)


def parse(text: bytes, shape: type[Record], form: int, what: str) -> Record:
    """Raises MalformedInput; also for a form other than ``form``, and for text that is not canonical."""
    try:
        record = msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedInput(f"{what}: {error}") from error
    if record.format != form:
        raise MalformedInput(f"{what} of form {record.format}; this programme reads {form}")
    if serialise(record) != text:
        raise MalformedInput(f"{what} is not in canonical form")
    return record
