"""Published facts between the web processes of one installation, over Redis.

They are hints to look again: what they tell of is stored. So nothing is kept in Redis, one that is lost costs only
time, and while Redis is away every process works on for itself. Who could have missed some tells itself ``MISSED``; who
could not carry some tells that to the others.

Not python-socketio's AsyncRedisManager: all sockets of a room are in the process that owns it, and that manager would
send each of a room's messages through Redis.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from bridge.ids import ReceptionId
from bridge.ports import Entropy
from signaling.notices import MISSED, InProcessNotices

CHANNEL = "diemcau notices"
WAITING = 1000
"""Notices that Redis has not taken. Drop rule: the oldest; the others are told to look again once it is back."""
FIRST_AGAIN_S = 0.2
LAST_AGAIN_S = 5.0
QUIET_S = 5.0
"""After so long without a word the connection is asked whether it still stands, and given up after as long again; a
network that swallows packets would be believed for a quarter of an hour."""
CLOSING_S = 0.5
"""Then it is told once more: what the library waits with may swallow a cancellation (asyncio.wait_for, Python 3.11)."""
_log = logging.getLogger(__name__)


class Notice(msgspec.Struct, frozen=True):
    """As it travels. ``sender``: the process, which has told its own listeners already."""

    sender: str
    reception: ReceptionId
    kind: str
    body: dict[str, str]


class RedisNotices(InProcessNotices):
    """``url``: ``redis://…`` or ``rediss://…``. Published before :meth:`start` reaches this process alone."""

    def __init__(self, url: str, entropy: Entropy) -> None:
        super().__init__()
        self._url = url
        self._name = entropy.id()
        self._waiting: asyncio.Queue[Notice] = asyncio.Queue(WAITING)
        self._lost = False
        """Some were not carried, or perhaps not."""
        self._running: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen and to carry; returns at once."""
        self._running = asyncio.create_task(self._run(), name="notices")

    async def close(self) -> None:
        """Idempotent."""
        running, self._running = self._running, None
        while running is not None and not running.done():
            running.cancel()
            await asyncio.wait([running], timeout=CLOSING_S)

    def publish(self, reception: ReceptionId, kind: str, body: Mapping[str, str]) -> None:
        """Tell our own at once, the other processes as soon as may be; never waits."""
        self.tell(reception, kind, body)
        if self._waiting.full():
            self._waiting.get_nowait()
            self._lost = True
        self._waiting.put_nowait(Notice(self._name, reception, kind, dict(body)))

    async def _run(self) -> None:
        pause = FIRST_AGAIN_S
        while True:
            try:
                async with redis.asyncio.from_url(self._url, socket_connect_timeout=QUIET_S) as client:
                    await self._converse(client)
            except (RedisError, OSError, TimeoutError) as failure:
                _log.warning("notices of other web processes are not heard: %s", failure)
            if self.connected.is_set():
                pause = FIRST_AGAIN_S
            self.connected.clear()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_AGAIN_S)

    async def _converse(self, client: "redis.asyncio.Redis") -> None:
        """Until either way breaks."""
        async with client.pubsub() as heard:
            async with asyncio.timeout(QUIET_S):
                await heard.subscribe(CHANNEL)
            ways = [asyncio.create_task(self._speak(client)), asyncio.create_task(self._listen(heard))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                ends = await asyncio.gather(*ways, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _speak(self, client: "redis.asyncio.Redis") -> None:
        while True:
            if self._lost:
                self._lost = False
                await self._carry(client, Notice(self._name, ReceptionId(""), MISSED, {}))
            await self._carry(client, await self._waiting.get())

    async def _carry(self, client: "redis.asyncio.Redis", notice: Notice) -> None:
        try:
            async with asyncio.timeout(QUIET_S):
                await client.publish(CHANNEL, msgspec.json.encode(notice))
        except BaseException:  # whatever ends it: perhaps it was not carried
            self._lost = True
            raise

    async def _listen(self, heard: "redis.asyncio.client.PubSub") -> None:
        asked = False
        while True:
            message = await heard.get_message(timeout=QUIET_S)
            if message is None and asked:
                raise TimeoutError("Redis does not answer")
            asked = message is None
            if message is None:
                await heard.ping()
            else:
                self._hear(message)

    def _hear(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "subscribe":
            self.connected.set()
            self.tell(ReceptionId(""), MISSED, {})
        elif message["type"] == "message":
            self._take(message["data"])

    def _take(self, content: bytes) -> None:
        try:
            notice = msgspec.json.decode(content, type=Notice)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("a notice that is none of ours: %s", error)
            return
        if notice.sender != self._name:
            self.tell(notice.reception, notice.kind, notice.body)
