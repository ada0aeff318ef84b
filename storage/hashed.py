"""A file that only grows, hashed as it is written; and the pieces of what is to be written."""

import hashlib
import os
from collections.abc import AsyncIterator


class HashedFile:
    """Over an open descriptor, which stays its opener's to close."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """Hex, of what was written so far."""
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Append the whole of it."""
        self._hash.update(chunk)
        self.bytes += len(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._file, rest) :]


async def pieces_of(body: AsyncIterator[bytes] | bytes) -> AsyncIterator[bytes]:
    """Whichever form a body was given in."""
    if isinstance(body, bytes):
        yield body
        return
    async for piece in body:
        yield piece
