"""Where finished segment files go: made durable facts, stored, journalled, and their logs forgotten. In this order."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from bridge.journal import GapDeclared, GapReason, SegmentWritten
from bridge.ports import StoredObject
from bridge.recorder_control import RecordingFinished, SegmentStored, StoreChanged
from recorder.durable import Durable
from recorder.journal import WHOLE, Journal
from recorder.muxer import CONTAINERS, SUFFIXES
from recorder.muxlane import Muxed
from recorder.news import News
from recorder.ports import Ports
from recorder.spool import DoneSegment, RecordingState, Spool
from recorder.upload import Uploads, Waiting


class Storing:
    """``forget(part, track, floor)``: the packet log below this tap number is needed no more."""

    def __init__(
        self,
        state: RecordingState,
        spool: Spool,
        ports: Ports,
        news: News,
        journal: Journal,
        durable: Durable,
        forget: Callable[[int, int, int], None],
    ) -> None:
        self.uploads = Uploads(ports.objects, state.order.retain_until_utc_ns, self._stored, self._reachable)
        self._state = state
        self._spool = spool
        self._events = ports.events
        self._news = news
        self._journal = journal
        self._durable = durable
        self._forget = forget
        self._finished_files: asyncio.Queue[Muxed] = asyncio.Queue()

    def lanes(self) -> list[Awaitable[None]]:
        """What has to run."""
        return [self._register(), self.uploads.run(), self.uploads.look()]

    def add(self, muxed: Muxed) -> None:
        """A file is finished."""
        self._finished_files.put_nowait(muxed)

    async def drained(self) -> None:
        """Return when everything added is stored and journalled."""
        await self._finished_files.join()
        await self.uploads.drained()

    async def store_journal(self) -> None:
        """The last object of a recording; from then on the spool keeps only that it is done."""
        key = f"{self._state.order.prefix}journal.jsonl"
        await self.uploads.store(key, await asyncio.to_thread(self._journal.final))
        self._state.journal = key
        await asyncio.to_thread(self._spool.shrink, self._state)
        self._events.publish(RecordingFinished(self._state.recording, key))
        self._news.tell()

    async def _register(self) -> None:
        """Finished files become durable facts, then go to the store."""
        while True:
            muxed = await self._finished_files.get()
            await self._durable.sync()
            if muxed.sha256:
                written = self._written(muxed)
                done = DoneSegment(written, muxed.done.checkpoint)
                await asyncio.to_thread(self._spool.save_done, *muxed.key, done)
                self.uploads.add(Waiting(*muxed.key, muxed.path, done))
            else:
                self._say_unusable(muxed)
            self._finished_files.task_done()

    def _say_unusable(self, muxed: Muxed) -> None:
        """The muxer refused the stream: it is missing from the recording, and the recording says so."""
        ended = muxed.done.ended
        track = muxed.done.checkpoint.declared.track
        gap = GapDeclared(track, ended.start_ns, ended.end_ns, GapReason.NO_KEY_FRAME, 0)
        self._journal.append(WHOLE, gap)

    def _written(self, muxed: Muxed) -> SegmentWritten:
        ended = muxed.done.ended
        declared = muxed.done.checkpoint.declared
        container = CONTAINERS[ended.codec]
        key = f"{self._state.order.prefix}{declared.track}/{ended.number:05d}.{SUFFIXES[container]}"
        return SegmentWritten(
            track=declared.track,
            number=ended.number,
            key=key,
            version="",
            bytes=muxed.size,
            sha256=muxed.sha256,
            container=container,
            codec=ended.codec,
            width=ended.width,
            height=ended.height,
            frames=muxed.frames,
            start_ns=ended.start_ns,
            end_ns=ended.end_ns,
            arrival_start_ns=ended.arrival_start_ns,
            arrival_end_ns=ended.arrival_end_ns,
        )

    async def _stored(self, waiting: Waiting, stored: StoredObject) -> None:
        written = waiting.done.written
        said = msgspec.structs.replace(written, key=stored.key, version=stored.version)
        self._journal.append((waiting.part, waiting.track), said)
        await self._durable.sync()
        await asyncio.to_thread(self._spool.forget_stored, waiting.part, waiting.track, written.number)
        self._forget(waiting.part, waiting.track, waiting.done.checkpoint.floor)
        self._state.segments += 1
        self._state.stored_bytes += written.bytes
        self._events.publish(SegmentStored(self._state.recording, said.track, said.key, said.bytes))
        self._news.tell()

    def _reachable(self, available: bool) -> None:
        waiting = self.uploads.waiting_bytes
        self._events.publish(StoreChanged(self._state.recording, available, waiting))
        self._news.tell()
