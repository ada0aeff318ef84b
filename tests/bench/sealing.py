"""``ONLY=verify`` and ``ONLY=seal``: how fast a recording is checked, and how long it takes to seal one.

Pre-made segments in a real store beside a real database; no media. ``core_s`` is processor time of this process alone.
Checking: an hour of one point at 1.5 Mb/s, byte by byte. Sealing: an hour of ten points with camera and microphone,
from the closed reception to the row that says sealed; its segments are small, for sealing reads none of them.
"""

import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from bridge.sealing import Sealing
from bridge.verification import Judge, remembered_of, verify_recording
from deploy.minio_program import built
from deploy.time import SystemClock
from storage.build import Storage, StorageConfig, build
from storage.objects.address import S3Address
from tests.bench.figures import MB
from tests.bench.report import Row, table, write
from tests.support.minio import running_minio
from tests.support.premade import Shape, premade
from tests.support.signing import signing_ports

VERIFY_GOAL_MB, SEAL_GOAL_S = 300.0, 10.0
STORES = ("directory", "minio")
_SAMPLE_MINUTES = 60
_CAMERA_MINUTE, _MICROPHONE_MINUTE = 11_250_000, 300_000
"""Bytes of a minute at 1.5 Mb/s and at 40 kb/s."""
_SEALED_TRACKS, _SEALED_MINUTES = 20, 60
_SEALINGS = 3
_COLUMNS = ("what", "store", "objects", "mb", "seconds", "core_s", "mb_per_s", "mb_per_core_s", "goal", "skipped")


async def verify(build_folder: Path) -> list[Row]:
    """Both stores, printed and written."""
    return _told([await _row("verify", store, _verified) for store in STORES], build_folder / "verify.json")


async def seal(build_folder: Path) -> list[Row]:
    """Both stores, printed and written."""
    return _told([await _row("seal", store, _sealed) for store in STORES], build_folder / "seal.json")


def _told(rows: list[Row], path: Path) -> list[Row]:
    write(rows, path)
    print(table(rows, _COLUMNS) + "\n", flush=True)
    return rows


async def _row(what: str, store: str, measured: Callable[[Storage, Path], Awaitable[Row]]) -> Row:
    if store == "minio" and not built().is_file():
        return {"what": what, "store": store, "skipped": "the MinIO server is not built (make minio)"}
    with tempfile.TemporaryDirectory(prefix="dcbench-") as name:
        async with _storage(Path(name), store) as storage:
            return {"what": what, "store": store, **await measured(storage, Path(name))}


@asynccontextmanager
async def _storage(folder: Path, store: str) -> AsyncIterator[Storage]:
    with ExitStack() as open_:
        place: Path | S3Address = folder / "objects"
        if store == "minio":
            (folder / "minio").mkdir()
            place = open_.enter_context(running_minio(folder / "minio")).bucket()
        storage = build(StorageConfig(f"sqlite:///{folder / 'bench.db'}", place), SystemClock())
        await storage.migrate()
        await storage.prepare()
        try:
            yield storage
        finally:
            await storage.close()


async def _verified(storage: Storage, folder: Path) -> Row:
    camera, microphone = bytes(range(250)) * (_CAMERA_MINUTE // 250), bytes(range(250)) * (_MICROPHONE_MINUTE // 250)
    shape = Shape(2, _SAMPLE_MINUTES, lambda track, minute: microphone if track else camera)
    row = await premade(storage.units, storage.objects, SystemClock(), shape=shape)
    signing = signing_ports(folder / "signing", SystemClock())
    await Sealing(storage.units, storage.objects, SystemClock(), signing, "bench", 1).seal(row)
    async with storage.units.reading() as unit:
        row = await unit.recordings.get(row.id)
    judge = Judge(signing.checker, await signing.known.trust())
    began, used = time.monotonic(), time.process_time()
    result = await verify_recording(storage.objects, row.manifest_key, judge, remembered_of(row))
    seconds, used = time.monotonic() - began, time.process_time() - used
    megabytes = result.bytes / MB
    return {
        "objects": result.objects,
        "mb": round(megabytes),
        "seconds": round(seconds, 2),
        "core_s": round(used, 2),
        "mb_per_s": round(megabytes / seconds),
        "mb_per_core_s": round(megabytes / used),
        "goal": VERIFY_GOAL_MB,
        "skipped": None if result.holds else f"{len(result.faults)} faults",
    }


async def _sealed(storage: Storage, folder: Path) -> Row:
    signing = signing_ports(folder / "signing", SystemClock())
    sealing = Sealing(storage.units, storage.objects, SystemClock(), signing, "bench", 1)
    times, used = [], []
    for number in range(_SEALINGS):
        row = await premade(
            storage.units, storage.objects, SystemClock(), f"recording{number}", Shape(_SEALED_TRACKS, _SEALED_MINUTES)
        )
        began, before = time.monotonic(), time.process_time()
        await sealing.seal(row)
        times.append(time.monotonic() - began)
        used.append(time.process_time() - before)
    objects = _SEALED_TRACKS * _SEALED_MINUTES + 3
    return {
        "objects": objects,
        "seconds": round(max(times), 2),
        "core_s": round(max(used), 2),
        "goal": SEAL_GOAL_S,
    }
