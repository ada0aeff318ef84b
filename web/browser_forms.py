"""Segments as browsers play them, kept in memory for a while: a seek back must not remux, and two viewers share."""

import asyncio
import hashlib
from collections import OrderedDict
from typing import NamedTuple

from bridge.errors import Code, Refusal
from bridge.manifest import ManifestSegment
from bridge.ports import ObjectStore, Remuxer
from bridge.verification import read_whole


class BrowserForm(NamedTuple):
    """``media_type`` with its codecs, as Media Source asks for it."""

    media_type: str
    body: bytes


class BrowserForms:
    """At most ``limit_bytes`` of them; the longest unused goes first. A segment that several ask for at once is made
    once."""

    def __init__(self, objects: ObjectStore, remuxer: Remuxer, limit_bytes: int) -> None:
        self._objects = objects
        self._remuxer = remuxer
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, BrowserForm] = OrderedDict()
        self._making: dict[str, asyncio.Task[BrowserForm]] = {}

    async def of(self, segment: ManifestSegment) -> BrowserForm:
        """Raises Refusal(object_damaged) for bytes that are not the sealed ones, NotFound, Unavailable,
        MalformedInput."""
        if (kept := self._kept.get(segment.sha256)) is not None:
            self._kept.move_to_end(segment.sha256)
            return kept
        task = self._making.get(segment.sha256)
        if task is None:
            task = asyncio.create_task(self._make(segment), name=f"browser form of {segment.key}")
            self._making[segment.sha256] = task
            task.add_done_callback(lambda _: self._making.pop(segment.sha256, None))
        # A viewer who goes away must not take the form from the others who wait for it.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Ends what is being made. Idempotent."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(self, segment: ManifestSegment) -> BrowserForm:
        body = await read_whole(self._objects, segment.key, segment.version or None)
        if await asyncio.to_thread(_sha256, body) != segment.sha256:
            raise Refusal(Code.OBJECT_DAMAGED, segment.key, path=segment.key)
        form = BrowserForm(*await self._remuxer.browser_form(segment.container, body))
        self._keep(segment.sha256, form)
        return form

    def _keep(self, key: str, form: BrowserForm) -> None:
        self._kept[key] = form
        self._bytes += len(form.body)
        while self._bytes > self._limit:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
