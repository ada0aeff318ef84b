"""A renderer seen from outside: a child process, what it says, and how it ended.

It parses hostile media, so what it says is taken for no more than a progress and a list of faults.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from typing import NamedTuple

import msgspec

from bridge.errors import MalformedInput
from recorder.rendition.order import NotRendered, Progressed, Rendered, RenderOrder, Said, parse_said

_LINE_LIMIT = 1 << 20


class Died(NamedTuple):
    """A renderer that ended without a last word, or hung."""

    how: str


class Heard:
    """What the renderer said so far."""

    def __init__(self) -> None:
        self.progress = 0.0
        self.last: Rendered | NotRendered | None = None
        self._heard_at = asyncio.get_running_loop().time()

    @property
    def silent_s(self) -> float:
        """Since its last word."""
        return asyncio.get_running_loop().time() - self._heard_at

    async def listen(self, child: asyncio.subprocess.Process) -> None:
        """Until it ends. Raises MalformedInput for what is none of its words."""
        if child.stdout is None:
            return
        try:
            async for line in child.stdout:
                self._hear(parse_said(line))
        except (msgspec.DecodeError, ValueError) as error:  # ValueError: bytes that are no text, an endless line
            raise MalformedInput(f"what the renderer said is none of its words: {error}") from error

    def _hear(self, said: Said) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if isinstance(said, Progressed):
            self.progress = min(1.0, max(0.0, said.progress))
        else:
            self.last = said


async def ending(child: asyncio.subprocess.Process, within_s: float) -> str:
    """How one that says nothing more has ended."""
    try:
        return f"the renderer ended with code {await asyncio.wait_for(child.wait(), within_s)}"
    except TimeoutError:
        return f"the renderer said nothing more and did not end within {within_s:.0f} s"


@contextlib.asynccontextmanager
async def started(command: tuple[str, ...]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Killed at the end unless it ended by itself."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_LIMIT,
        start_new_session=True,
        env={**os.environ},
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended in this very moment
                child.kill()
        await child.wait()


async def write_order(child: asyncio.subprocess.Process, order: RenderOrder) -> None:
    """Standard input stays open behind it: its end would end the child."""
    if child.stdin is None:
        return
    child.stdin.write(msgspec.json.encode(order) + b"\n")
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it died; its exit code says so
        await child.stdin.drain()
