"""``ONLY=forward``: what forwarding one packet costs, in Điểm Cầu and beside it.

Latency is send to receive: from just before the publisher's ``protect`` to the kernel's receive time at a receiver
(SO_TIMESTAMPNS), of the marked packets that one receiver in ten decrypts. Both ends read one clock of one machine.
Memory per participant (``kb_each``): what the media process grew by since it stood empty (``base_mb``), by
participants. ``replay_mb``: what it grew by more when recorded, which is the replay buffer and the tap.
"""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from tests.bench.figures import US_PER_S, Usage, usage
from tests.bench.media import clip
from tests.bench.namespaces import Hosts, NoNamespaces, hosts, inside
from tests.bench.orders import Counted, WorkOrder
from tests.bench.processes import ProcessFault, Worker, running, worker_command
from tests.bench.report import Row, ratios, table, write
from tests.bench.servers import SERVERS, Place, Skipped

LOADS = {"2x20": (2, 20), "4x30": (4, 30)}
COLUMNS = (
    "server", "load", "us_per_packet", "p50_ms", "p99_ms", "rss_mb", "base_mb", "kb_each", "packets_s", "core_percent",
    "lost_percent", "replay_mb", "recorder_percent", "skipped",
)  # fmt: skip
PROFILES = {1: "AES128_CM_SHA1_80", 7: "AEAD_AES_128_GCM", 8: "AEAD_AES_256_GCM"}
_SETTLE_S = 3.0
"""Newcomers' key frames, first reports, growing buffers: not what is measured."""
_SPARE_S = 120.0


class Measured(NamedTuple):
    """One server under one load."""

    base: Usage
    before: Usage
    after: Usage
    helpers: dict[str, float]
    """CPU seconds of processes beside it."""
    sent: Counted
    received: Counted
    profile: int
    """libsrtp's number of what both ends agreed on."""


async def forward(duration: float, build: Path, servers: list[str], loads: list[str]) -> list[Row]:
    """All rows, printed as they come and written at the end."""
    media = await asyncio.to_thread(clip, build)
    rows: list[Row] = []
    try:
        with hosts() as made:
            for load in loads:
                for server in servers:
                    row = await _row(server, load, made, media, duration)
                    print(table([row], [column for column in COLUMNS if column in row]), flush=True)
                    rows.append(row)
    except NoNamespaces as error:
        rows = [_skipped(server, load, str(error)) for load in loads for server in servers]
    rows = [_with_replay(row, rows) for row in rows]
    write(rows, build / "forward.json")
    print("\n" + table(rows, COLUMNS) + "\n")
    for other in ("janus", "ideal"):
        for own in ("diemcau", "diemcau+tap"):
            for load, ratio in ratios(rows, "us_per_packet", own, other).items():
                print(f"{own} / {other} {load}: {ratio:.2f}")
    return rows


async def _row(server: str, load: str, made: Hosts, media: Path, duration: float) -> Row:
    try:
        return _as_row(server, load, await _measured(server, load, made, media, duration), duration)
    except Skipped as reason:
        return _skipped(server, load, str(reason))
    except ProcessFault as fault:
        print(f"{server} {load}: {fault}", flush=True)
        return _skipped(server, load, f"failed: {str(fault).splitlines()[0]}")


async def _measured(server: str, load: str, made: Hosts, media: Path, duration: float) -> Measured:
    door, start = SERVERS[server]
    publishers, receivers = LOADS[load]
    order = WorkOrder(
        role="publishers",
        door=door,
        publishers=publishers,
        receivers=receivers,
        address=made.client_address,
        server=made.server_address,
        control="",
        clip=str(media),
        seconds=duration + _SPARE_S,
    )
    with tempfile.TemporaryDirectory(prefix="dcbench-") as name:
        folder = Path(name)
        worker = inside(made.client, *worker_command())
        async with (
            start(Place(made, order, folder)) as running_server,
            running("publishers", worker, folder, speaks=True) as sending,
            running("receivers", worker, folder, speaks=True) as receiving,
        ):
            pid = running_server.process.pid
            base = usage(pid)
            inner = msgspec.structs.replace(order, control=running_server.control)
            senders, listeners = Worker(sending), Worker(receiving)
            ready = await senders.enter(inner)
            await listeners.enter(msgspec.structs.replace(inner, role="receivers"))
            async with running_server.begin() as helpers:
                await asyncio.sleep(_SETTLE_S)
                await senders.begin()
                await listeners.begin()
                before, beside = usage(pid), {who: usage(one).cpu_s for who, one in helpers.items()}
                await asyncio.sleep(duration)
                after = usage(pid)
                used = {who: usage(one).cpu_s - beside[who] for who, one in helpers.items()}
                received, sent = await listeners.report(), await senders.report()
    return Measured(base, before, after, used, sent, received, ready.profile)


def _as_row(server: str, load: str, measured: Measured, duration: float) -> Row:
    publishers, receivers = LOADS[load]
    cpu_s = measured.after.cpu_s - measured.before.cpu_s
    sent, received = measured.sent, measured.received
    grown_mb = measured.after.rss_mb - measured.base.rss_mb
    row: dict[str, str | int | float | None] = {
        "server": server,
        "load": load,
        "us_per_packet": round(cpu_s * US_PER_S / max(received.rtp, 1), 3),
        "p50_ms": round(received.p50_ms, 3),
        "p99_ms": round(received.p99_ms, 3),
        "rss_mb": round(measured.after.rss_mb, 1),
        "base_mb": round(measured.base.rss_mb, 1),
        "kb_each": round(grown_mb * 1000 / (publishers + receivers)),
        "packets_s": round(received.rtp / duration),
        "core_percent": round(cpu_s * 100 / duration, 1),
        "lost_percent": round(received.missing * 100 / max(received.checked + received.missing, 1), 3),
        "srtp": PROFILES.get(measured.profile, str(measured.profile)),
        "checked": received.checked,
        "undecipherable": received.undecipherable,
        "late_ms": round(sent.late_ms, 1),
        "clients_percent": round((sent.cpu_s + received.cpu_s) * 100 / duration, 1),
        "machine_load": round(os.getloadavg()[0], 1),
    }
    if "recorder" in measured.helpers:
        row["recorder_percent"] = round(measured.helpers["recorder"] * 100 / duration, 1)
    return row


def _with_replay(row: Row, rows: list[Row]) -> Row:
    """Beside the row of the same load without the tap, if there is one."""
    plain = next((one for one in rows if one["server"] == "diemcau" and one["load"] == row["load"]), {})
    if row["server"] != "diemcau+tap" or row.get("rss_mb") is None or plain.get("rss_mb") is None:
        return row
    return {**row, "replay_mb": round(_grown_mb(row) - _grown_mb(plain), 1)}


def _grown_mb(row: Row) -> float:
    return float(row["rss_mb"] or 0) - float(row["base_mb"] or 0)


def _skipped(server: str, load: str, reason: str) -> Row:
    return {"server": server, "load": load, "us_per_packet": None, "p50_ms": None, "p99_ms": None, "rss_mb": None,
            "skipped": reason}  # fmt: skip
