"""``diemcau render``: draws one viewing copy, in a process of its own, for the jobs. It has no database and no key.

The order is one line of JSON on standard input, which stays open as our life line; what happens is told in lines on
standard output. It is cancelled by killing it: whole pieces stay.
"""

import asyncio
import os
import sys
import threading
import time

import msgspec

from bridge.errors import Unavailable
from bridge.manifest import ManifestSegment
from bridge.ports import ObjectStore
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.objectplace import objects_place
from deploy.pace import CpuPace
from deploy.time import SystemClock
from recorder.rendition.bodies import Fetch, sealed_body
from recorder.rendition.order import NotRendered, Progressed, RenderOrder, Said
from recorder.rendition.render import Renderer, RenderFailed
from storage.objects.build import build_objects

_NICE = 19
"""Whatever else the machine has to do comes first: receptions are under way."""
_TELL_EVERY_S = 0.5
_ORPHANED = 75
_STDIN, _PIECE = 0, 1 << 16


async def render(configuration: Configuration) -> int:
    """0 also when it could not be rendered: then the last line says why."""
    os.nice(_NICE)
    order = msgspec.json.decode(_first_line(), type=RenderOrder)
    threading.Thread(target=_end_with_owner, daemon=True).start()
    objects = build_objects(objects_place(configuration, prepare(configuration)), SystemClock())
    try:
        fetch = _fetching(objects, asyncio.get_running_loop())
        _say(await asyncio.to_thread(_rendered, order, fetch))
    finally:
        objects.close()
    return 0


def _first_line() -> bytes:
    """Of the bare descriptor: a thread that waits in ``sys.stdin`` would keep the interpreter from ending."""
    text = b""
    while not text.endswith(b"\n") and (piece := os.read(_STDIN, _PIECE)):
        text += piece
    return text


def _rendered(order: RenderOrder, fetch: Fetch) -> Said:
    try:
        return Renderer(order, fetch, CpuPace(order.cpu_percent), _Progress()).run()
    except Unavailable as away:
        return NotRendered(str(away), again=True)
    except RenderFailed as error:
        return NotRendered(str(error), again=False)


def _fetching(objects: ObjectStore, loop: asyncio.AbstractEventLoop) -> Fetch:
    """The store lives on the loop, the decoder in a thread."""

    def fetch(segment: ManifestSegment) -> bytes:
        return asyncio.run_coroutine_threadsafe(sealed_body(objects, segment), loop).result()

    return fetch


class _Progress:
    """Tells it now and then."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, progress: float) -> None:
        if time.monotonic() - self._told >= _TELL_EVERY_S:
            self._told = time.monotonic()
            _say(Progressed(progress))


def _say(what: Said) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_owner() -> None:
    """Nobody would take the copy; whole pieces wait for the next jobs."""
    while os.read(_STDIN, _PIECE):
        continue
    os._exit(_ORPHANED)
