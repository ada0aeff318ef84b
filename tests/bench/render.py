"""``ONLY=render``: how fast a viewing copy is drawn: three points in 720p at 30 pictures a second, on one core.

The recording is made before from the clip that publishers send elsewhere, muxed as the recorder does; measured is the
program as the jobs start it, from its order to the whole MP4, held on one core with one encoder thread.
"""

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bridge.ids import NS_PER_S
from bridge.manifest import Manifest, ManifestSegment
from bridge.media import Codec, Source
from deploy.configuration import Configuration, keep
from deploy.folder import prepare
from deploy.renders import renderer_command
from deploy.time import SystemClock
from recorder.muxer import SegmentFile
from recorder.rendition.order import Rendered, RenderOrder, Said, parse_said
from recorder.segmenter import FrameWritten, SegmentBegun
from storage.objects.directory import DirectoryObjects
from tests.bench.media import (
    AUDIO_CLOCK,
    AUDIO_SAMPLES,
    HEIGHT,
    SECONDS,
    VIDEO_CLOCK,
    WIDTH,
    Clip,
    clip,
    read_clip,
)
from tests.bench.report import Row, table, write
from tests.support.made_recordings import Made, Person, manifest_of, track_of
from web.catalogues import load_catalogues
from web.rendition_words import wording_of

GOAL = 1.0
_POINTS = 3
_COLUMNS = ("what", "points", "media_s", "times_by_cpu", "times_by_clock", "goal", "mb_per_hour", "rss_mb", "skipped")


async def render(duration: float, build: Path) -> list[Row]:
    """Printed and written. ``duration``: of the recording, in whole rounds of the clip."""
    media = read_clip(await asyncio.to_thread(clip, build))
    rounds = max(1, round(duration / SECONDS))
    with tempfile.TemporaryDirectory(prefix="dcbench-") as name:
        rows = [await _measured(Path(name), media, rounds)]
    write(rows, build / "render.json")
    print(table(rows, _COLUMNS) + "\n", flush=True)
    return rows


async def _measured(folder: Path, media: Clip, rounds: int) -> Row:
    configuration = Configuration(data=str(folder / "data"))
    place = prepare(configuration)
    keep(configuration, folder / "bench.toml")
    manifest = await _recording(place.objects, folder, media, rounds)
    words = load_catalogues().words["vi"]
    order = RenderOrder(manifest, wording_of(words), configuration.zone, str(folder / "pieces"))
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    said, rss_kb = await _run(renderer_command(folder / "bench.toml"), order)
    took, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    seconds = manifest.duration_ns / NS_PER_S
    row: Row = {"what": "viewing copy", "points": _POINTS, "media_s": seconds, "goal": GOAL}
    if not isinstance(said, Rendered) or said.faults:
        return {**row, "skipped": f"failed: {said}"}
    return {
        **row,
        "times_by_cpu": round(seconds / used, 2),
        "times_by_clock": round(seconds / took, 2),
        "mb_per_hour": round(_size(order) / seconds * 3600 / 1e6, 1),
        "rss_mb": round(rss_kb / 1024, 1),
    }


def _size(order: RenderOrder) -> int:
    return order.target.stat().st_size


async def _run(command: tuple[str, ...], order: RenderOrder) -> tuple[Said | None, int]:
    """(the last word, the most memory it had when it told its progress, kB)."""
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    os.sched_setaffinity(child.pid, {min(os.sched_getaffinity(0))})
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(msgspec.json.encode(order) + b"\n")
    said, most = None, 0
    async for line in child.stdout:
        said, most = parse_said(line), max(most, _memory_kb(child.pid))
    await child.wait()
    return said, most


def _memory_kb(pid: int) -> int:
    """0 when it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


# ── the recording ────────────────────────────────────────────────────────────────────────────────────────────────


async def _recording(objects: Path, folder: Path, media: Clip, rounds: int) -> Manifest:
    store = DirectoryObjects(objects, SystemClock())
    await store.prepare()
    tracks = []
    try:
        for code in range(1, _POINTS + 1):
            for source in (Source.CAMERA, Source.MICROPHONE):
                made = Made(code, source, ())
                name = f"t{code}-{source}"
                segment = await _segment(store, folder, name, source, media, rounds)
                tracks.append(track_of(made, name, [segment]))
    finally:
        store.close()
    seconds = rounds * SECONDS
    return manifest_of(tracks, [Person(code, f"Point {code}", (0, seconds)) for code in range(1, _POINTS + 1)], seconds)


async def _segment(
    store: DirectoryObjects, folder: Path, name: str, source: Source, media: Clip, rounds: int
) -> ManifestSegment:
    sound = source is Source.MICROPHONE
    codec, width, height = (Codec.OPUS, 0, 0) if sound else (Codec.VP8, WIDTH, HEIGHT)
    file = SegmentFile(folder / name, SegmentBegun(1, codec, width, height, 0))
    for at_ns, body, key in _rounds(_sounds(media) if sound else _pictures(media), rounds):
        file.write(FrameWritten(1, at_ns, body, key))
    size, sha256 = file.finish()
    key_ = f"recordings/bench/{name}.webm"
    stored = await store.put(key_, (folder / name).read_bytes(), 0)
    end = rounds * SECONDS * NS_PER_S
    return ManifestSegment(
        1, key_, stored.version, size, sha256, "webm", codec, width, height, file.frames, *(0, end) * 3
    )


def _rounds(frames: Iterable[tuple[int, bytes, bool]], rounds: int) -> Iterator[tuple[int, bytes, bool]]:
    once = list(frames)
    for number in range(rounds):
        yield from ((at_ns + number * SECONDS * NS_PER_S, body, key) for at_ns, body, key in once)


def _pictures(media: Clip) -> Iterator[tuple[int, bytes, bool]]:
    """Put together from their packets, each of which has one byte of VP8's payload descriptor."""
    frame = b""
    for packet in media.video:
        frame += packet.payload[1:]
        if packet.marker:
            yield packet.timestamp * NS_PER_S // VIDEO_CLOCK, frame, not frame[0] & 1
            frame = b""


def _sounds(media: Clip) -> Iterator[tuple[int, bytes, bool]]:
    for number, packet in enumerate(media.audio):
        yield number * AUDIO_SAMPLES * NS_PER_S // AUDIO_CLOCK, packet, True
