"""A tap that ends in the very moment in which its recorder has hung up leaves no line open."""

import asyncio
import contextlib
import socket

import pytest

from bridge.tap import FrameKind, Resume, pack_declaration, pack_frame
from tests.unit.sfu.test_tap_times import Tapped

RESUME = pack_frame(FrameKind.RESUME, 0, 0, 0, pack_declaration(Resume({})))


async def test_who_is_cancelled_while_it_waits_for_its_pump_has_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made, begun, ending, ends = Tapped(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow_to_end(_: asyncio.StreamWriter) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await ends.wait()

    monkeypatch.setattr(made.tap, "_pump", slow_to_end)
    ours, theirs = socket.socketpair()
    with theirs:
        reader, writer = await asyncio.open_connection(sock=ours)
        serving = asyncio.create_task(made.tap._serve(reader, writer))  # noqa: SLF001 - its task is only ever cancelled
        theirs.sendall(RESUME)
        await begun.wait()
        theirs.shutdown(socket.SHUT_WR)
        await ending.wait()
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        assert writer.is_closing()
        ends.set()
        await writer.wait_closed()
