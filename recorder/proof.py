"""The proof that a recorder writes: a second of sound or picture on its disk, an object in its store and read back."""

import asyncio
from collections.abc import Callable

from bridge.errors import Code, NotFound, Unavailable
from bridge.ids import NS_PER_S, TrackId
from bridge.recorder_control import Proof
from recorder.news import News
from recorder.ports import Ports
from recorder.spool import RecordingState
from recorder.writing import Heard, Writing

PROOF_MEDIA_S = 5.0
PROOF_STORE_S = 3.0
"""Together below the 8 s after which ``start`` gives up waiting for the proof."""

PROOF_NS = NS_PER_S


async def prove(state: RecordingState, writing: Callable[[], Writing | None], ports: Ports, news: News) -> Proof:
    """>= 1 s of one track durable, and a probe object stored and read back.

    Raises Unavailable(central_point_silent) when no second of anything came, Unavailable(recorder_not_writing) when
    the disk or the store does not take it.
    """
    await news.until(lambda: _proven(writing()) is not None, PROOF_MEDIA_S)
    found = _proven(writing())
    if found is None:
        raise Unavailable(_why_not_proven(writing()), f"recording {state.recording}")
    track, heard = found
    try:
        async with asyncio.timeout(PROOF_STORE_S):
            key = await _probe_store(state, ports)
    except TimeoutError as error:
        raise Unavailable(Code.RECORDER_NOT_WRITING, "the object store does not answer") from error
    except Unavailable as error:
        raise Unavailable(Code.RECORDER_NOT_WRITING, error.detail) from error
    return Proof(track, heard.packets, (heard.last_ns - heard.first_ns) / NS_PER_S, key)


def _proven(writing: Writing | None) -> tuple[TrackId, Heard] | None:
    if writing is None:
        return None
    for track, heard in writing.proven.items():
        if heard.last_ns - heard.first_ns >= PROOF_NS:
            return writing.track_id(track), heard
    return None


def _why_not_proven(writing: Writing | None) -> Code:
    heard = writing.heard.values() if writing is not None else ()
    came = any(one.last_ns - one.first_ns >= PROOF_NS for one in heard)
    return Code.RECORDER_NOT_WRITING if came else Code.CENTRAL_POINT_SILENT


async def _probe_store(state: RecordingState, ports: Ports) -> str:
    key = f"{state.order.prefix}probe-{ports.entropy.id()}"
    body = f"probe of recording {state.recording}\n".encode()
    stored = await ports.objects.put(key, body, state.order.retain_until_utc_ns)
    try:
        read = b"".join([chunk async for chunk in ports.objects.read(key, stored.version)])
    except NotFound as error:
        raise Unavailable(Code.RECORDER_NOT_WRITING, "the probe object is not there") from error
    if read != body:
        raise Unavailable(Code.RECORDER_NOT_WRITING, "the probe object reads back otherwise")
    return key
