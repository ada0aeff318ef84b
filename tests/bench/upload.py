"""``ONLY=upload``: a recorder that stores twenty participants' segments on the real MinIO while it records them.

720p VP8 at 1.5 Mb/s and Opus each, segments of five seconds, so that uploads never cease. Measured from START: CPU of
the recorder and of MinIO, how late the recorder's loop is (it is asked every 10 ms), and how long after STOP everything
was stored.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from bridge.control import TapOrder
from bridge.errors import Unavailable
from bridge.ids import NS_PER_S, RecordingId
from bridge.recorder_control import ArmOrder
from deploy.folder import DataFolder
from deploy.minio_program import built
from recorder.client import HttpRecorderNode
from recorder.places import way_to
from sfu.client import HttpMediaNode
from storage.objects.address import S3Address
from tests.bench.door_diemcau import ROOM
from tests.bench.figures import percentile, usage
from tests.bench.media import clip
from tests.bench.processes import ProcessFault, Running, running
from tests.bench.report import Row, table, write
from tests.bench.servers import diemcau
from tests.bench.serving import NOT_MEASURED, Load, Place, placed, why_not
from tests.bench.stand import publishing
from tests.support.minio import MinioServer, running_minio

_PUBLISHERS = 20
_SEGMENT_S = 5
_SPARE_S = 90.0
_START_S = 20.0
_RECORDING = RecordingId("bench")
_COLUMNS = (
    "what",
    "participants",
    "recorder_core_percent",
    "minio_core_percent",
    "late_p50_ms",
    "late_p99_ms",
    "late_max_ms",
    "segments",
    "mb",
    "stored_s",
    "rss_mb",
    "skipped",
)


class Measured(NamedTuple):
    """``began``, ``stopped``: of the part that counts, on CLOCK_MONOTONIC."""

    began: float
    stopped: float
    row: Row


async def upload(duration: float, build: Path) -> list[Row]:
    """Printed and written."""
    rows = [await _row(duration, build)]
    write(rows, build / "upload.json")
    print(table(rows, _COLUMNS) + "\n", flush=True)
    return rows


async def _row(duration: float, build: Path) -> Row:
    if not built().is_file():
        return {"what": "upload", "skipped": "the MinIO server is not built (make minio)"}
    media = await asyncio.to_thread(clip, build)
    try:
        with ExitStack() as stack:
            place = placed(Load("diemcau", _PUBLISHERS, 0, media, duration + _SPARE_S), stack)
            (place.folder / "minio").mkdir()
            minio = stack.enter_context(running_minio(place.folder / "minio"))
            measured = await _measure(place, minio, duration)
            return {**measured.row, **_lateness(place.folder / "late", measured)}
    except NOT_MEASURED as fault:
        return {"what": "upload", "skipped": why_not(fault)}


def _lateness(file: Path, measured: Measured) -> Row:
    looks = [tuple(map(float, line.split())) for line in file.read_text().splitlines()]
    late = [max(0.0, late) * 1000 for at, late in looks if measured.began <= at <= measured.stopped]
    return {
        "late_p50_ms": round(percentile(late, 0.5), 2),
        "late_p99_ms": round(percentile(late, 0.99), 2),
        "late_max_ms": round(max(late, default=0.0), 1),
    }


async def _measure(place: Place, minio: MinioServer, duration: float) -> Measured:
    async with (
        diemcau(place) as server,
        publishing(place, server),
        _recorder(place.folder, minio.bucket()) as recorder,
    ):
        spoken_to = DataFolder(place.folder / "data").socket("recorder")
        node, control = HttpMediaNode(way_to(server.control)), HttpRecorderNode(spoken_to)
        try:
            return await _recorded(node, control, recorder, minio, duration)
        finally:
            await node.close()
            await control.close()


@asynccontextmanager
async def _recorder(folder: Path, bucket: S3Address) -> AsyncIterator[Running]:
    """Beside the node's namespace: the tap is a Unix socket, the store is on the loopback of here."""
    config = folder / "recorder.toml"
    config.write_text(
        f'data = "{folder / "data"}"\n[recording]\nsegment_seconds = {_SEGMENT_S}\n[store]\nkind = "minio"\n'
        f'endpoint = "{bucket.endpoint}"\nbucket = "{bucket.bucket}"\n'
        f'access_key = "{bucket.access_key}"\nsecret_key = "{bucket.secret_key}"\n'
    )
    command = (sys.executable, "-m", "tests.bench.recorder_probe", str(config), str(folder / "late"))
    async with running("recorder", command, folder) as process:
        yield process


async def _recorded(
    node: HttpMediaNode, recorder: HttpRecorderNode, process: Running, minio: MinioServer, duration: float
) -> Measured:
    health = await _answers(recorder, process)
    await recorder.arm(_RECORDING, ArmOrder(ROOM, "recordings/bench/", time.time_ns() + 86_400 * NS_PER_S))
    await node.put_tap(ROOM, TapOrder(_RECORDING, health, recording=True))
    await recorder.started(_RECORDING)
    began, before, store_before = time.monotonic(), usage(process.pid), usage(minio.pid)
    await asyncio.sleep(duration)
    stopped, after, store_after = time.monotonic(), usage(process.pid), usage(minio.pid)
    await node.delete_tap(ROOM)
    status = await recorder.finished(_RECORDING)
    seconds = stopped - began
    row: Row = {
        "what": "upload",
        "participants": _PUBLISHERS,
        "recorder_core_percent": round((after.cpu_s - before.cpu_s) * 100 / seconds, 1),
        "minio_core_percent": round((store_after.cpu_s - store_before.cpu_s) * 100 / seconds, 1),
        "segments": status.segments,
        "mb": round(status.bytes / 1e6, 1),
        "stored_s": round(time.monotonic() - stopped, 2),
        "rss_mb": round(after.rss_mb, 1),
    }
    return Measured(began, stopped, row)


async def _answers(recorder: HttpRecorderNode, process: Running) -> str:
    """Its tap address, once it is there."""
    for _ in range(int(_START_S / 0.1)):
        try:
            return (await recorder.health()).tap_address
        except Unavailable:
            await asyncio.sleep(0.1)
    raise ProcessFault(f"recorder does not answer\n{process.said()}")
