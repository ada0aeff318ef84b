"""A recorder in this process, with a directory store, for tests that script its tap."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import av
from av.container import InputContainer

from bridge.ids import NS_PER_S, RecorderId, RecordingId, RoomId
from bridge.journal import Entry, SegmentWritten, parse_journal
from bridge.ports import ObjectStore
from bridge.recorder_control import ArmOrder
from bridge.tap import Frame
from deploy.time import SystemClock, SystemEntropy
from recorder.build import RecorderConfig, RecorderNodeProcess, build
from recorder.client import HttpRecorderNode
from storage.objects.directory import DirectoryObjects
from tests.support.flaky_objects import FlakyObjects
from tests.support.tap_node import TapNode

RETAIN = 4_000_000_000 * NS_PER_S


class RecorderAt:
    """A recorder that lives in ``folder``. ``objects``: its store; ``api``: its control API through the real client."""

    def __init__(self, folder: Path, objects: ObjectStore) -> None:
        self.folder = folder
        self.objects = objects
        self.tap_address = f"unix:{folder}/tap.sock"
        self.control_address = f"unix:{folder}/control.sock"
        self.api = HttpRecorderNode(self.control_address)

    async def close(self) -> None:
        await self.api.close()

    async def arm(self, recording: str) -> None:
        await self.api.arm(RecordingId(recording), order(recording))

    async def record(self, recording: str, frames: list[Frame]) -> TapNode:
        """Arm, hand over the whole script, wait until it is stored. → the node as it was when it hung up."""
        await self.arm(recording)
        node = await TapNode.connect(self.tap_address, recording)
        await node.send(frames)
        await node.until_confirmed(frames)
        await self.api.finished(RecordingId(recording))
        await node.close()
        return node

    async def journal(self, recording: str) -> list[Entry]:
        return parse_journal(await self.read(f"recordings/{recording}/journal.jsonl"))

    async def read(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in self.objects.read(key)])

    async def decode(self, segment: SegmentWritten) -> list[tuple[float, av.VideoFrame | av.AudioFrame]]:
        """(media time in seconds, frame) of everything in a segment."""
        body = await self.read(segment.key)
        return [(segment.start_ns / NS_PER_S + at, frame) for at, frame in decode(body)]


class RecorderUnderTest(RecorderAt):
    """One in this process."""

    def __init__(self, folder: Path, objects: FlakyObjects, segment_seconds: int = 60, reserve_bytes: int = 0) -> None:
        super().__init__(folder, objects)
        self.store = objects
        config = RecorderConfig(
            recorder=RecorderId("rec1"),
            spool=folder / "spool",
            control_address=self.control_address,
            tap_address=self.tap_address,
            segment_seconds=segment_seconds,
            spool_reserve_bytes=reserve_bytes,
        )
        self.process: RecorderNodeProcess = build(config, objects, SystemClock(), SystemEntropy())

    async def close(self) -> None:
        await super().close()
        await self.process.close()


class KillableRecorder(RecorderAt):
    """One in a process of its own."""

    def __init__(self, folder: Path, objects: ObjectStore, segment_seconds: int) -> None:
        super().__init__(folder, objects)
        self._segment_seconds = segment_seconds
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return when it answers."""
        command = (sys.executable, "-m", "tests.support.recorder_main", str(self.folder), str(self._segment_seconds))
        self._process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            assert await self._process.stdout.readline() == b"ready\n"

    async def kill(self) -> None:
        """As ``kill -9`` does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()

    async def close(self) -> None:
        await super().close()
        await self.kill()


def order(recording: str) -> ArmOrder:
    return ArmOrder(RoomId("room"), f"recordings/{recording}/", RETAIN)


def decode(body: bytes) -> list[tuple[float, av.VideoFrame | av.AudioFrame]]:
    """(seconds in the file, frame)."""
    with av.open(io.BytesIO(body)) as container:
        assert isinstance(container, InputContainer)
        found: list[tuple[float, av.VideoFrame | av.AudioFrame]] = []
        for frame in container.decode(container.streams[0]):
            assert isinstance(frame, av.VideoFrame | av.AudioFrame)
            assert frame.time is not None
            found.append((frame.time, frame))
    return found


@asynccontextmanager
async def running_recorder(
    folder: Path, segment_seconds: int = 60, steered: bool = False
) -> AsyncIterator[RecorderUnderTest]:
    """A started recorder with a directory store, closed at the end. ``steered``: the store by files in ``folder``."""
    objects = DirectoryObjects(folder / "objects", SystemClock())
    await objects.prepare()
    recorder = RecorderUnderTest(folder, FlakyObjects(objects, folder if steered else None), segment_seconds)
    await recorder.process.start()
    try:
        yield recorder
    finally:
        await recorder.close()
        objects.close()
