"""The recorder's end of a tap, by hand."""

import asyncio
from contextlib import suppress
from pathlib import Path

from bridge.tap import (
    Frame,
    FrameKind,
    FrameReader,
    Hello,
    Resume,
    pack_declaration,
    pack_frame,
    unpack_declaration,
)

WITHIN_S = 30.0


class Sink:
    """A recorder's tap socket. ``confirms`` False: takes everything, confirms nothing. ``knows`` False: the recording
    is none of its own, so it hangs up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames: list[Frame] = []
        self.hellos: list[Hello] = []
        self.confirms = self.knows = True
        self.reads = asyncio.Event()
        """While it is not set, nothing more is read."""
        self.reads.set()
        self.durable: dict[int, int] = {}
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._came = asyncio.Condition()

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def close(self) -> None:
        """As if killed: every connection breaks."""
        self.reads.set()
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.close()
            with suppress(ConnectionError):
                await line.wait_closed()
        self.path.unlink(missing_ok=True)

    async def ask_key_frame(self, track: int) -> None:
        """As the recorder does when it cannot go on."""
        for line in self._lines:
            line.write(pack_frame(FrameKind.KEY_FRAME, track, 0, 0))

    async def until(self, kind: FrameKind, times: int = 1, track: int | None = None) -> list[Frame]:
        """Wait for so many frames of a kind; gives them."""
        async with asyncio.timeout(WITHIN_S), self._came:
            await self._came.wait_for(lambda: len(self.of(kind, track)) >= times)
        return self.of(kind, track)

    def of(self, kind: FrameKind, track: int | None = None) -> list[Frame]:
        """All of a kind that came."""
        return [frame for frame in self.frames if frame.kind is kind and track in (None, frame.track)]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        cut = FrameReader()
        with suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                await self.reads.wait()
                for frame in cut.feed(chunk):
                    self._take(frame, writer)
                async with self._came:
                    self._came.notify_all()
        self._lines.discard(writer)
        writer.close()

    def _take(self, frame: Frame, writer: asyncio.StreamWriter) -> None:
        if frame.kind is FrameKind.HELLO:
            self.hellos.append(unpack_declaration(frame.body, Hello))
            if not self.knows:
                writer.close()
                return
            known = Resume({str(track): number for track, number in self.durable.items()})
            writer.write(pack_frame(FrameKind.RESUME, 0, 0, 0, pack_declaration(known)))
            return
        self.frames.append(frame)
        if self.confirms:
            self.durable[frame.track] = frame.number
            writer.write(pack_frame(FrameKind.CONFIRM, frame.track, frame.number, 0))
