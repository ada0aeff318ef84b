"""A participant's line as a room sees it: messages go down it without waiting, and it ends once."""

from typing import Protocol

import msgspec


class Line(Protocol):
    """One socket that has entered a room."""

    def send(self, event: str, body: msgspec.Struct) -> None:
        """In order; never waits."""
        ...

    def end(self, event: str, body: msgspec.Struct) -> None:
        """A last message, then the socket is closed."""
        ...
