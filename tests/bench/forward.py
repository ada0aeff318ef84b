"""``ONLY=forward``: what forwarding one packet costs, in Điểm Cầu and beside it.

All servers stand ready at once and take turns in slices of a few seconds, so that a machine that is busy for a while is
busy for all of them. Latency is send to receive: from just before the publisher's ``protect`` to the kernel's receive
time at a receiver (SO_TIMESTAMPNS), of the marked packets that one receiver in ten decrypts. Both ends read one clock
of one machine. Memory per participant (``kb_each``): what the media process grew by since it stood empty (``base_mb``),
by participants. ``replay_mb``: what it grew by more when recorded, which is the replay buffer and the tap.
"""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench.figures import US_PER_S
from tests.bench.media import clip
from tests.bench.processes import ProcessFault
from tests.bench.report import Row, Value, ratios, table, write
from tests.bench.servers import SERVERS
from tests.bench.serving import NOT_MEASURED, Load, placed, why_not
from tests.bench.stand import Stand, stand

LOADS = {"2x20": (2, 20), "4x30": (4, 30), "10x10": (10, 10)}
"""Publishers, and others who receive them all."""
COLUMNS = (
    "server", "load", "us_per_packet", "p50_ms", "p99_ms", "rss_mb", "base_mb", "kb_each", "packets_s", "core_percent",
    "lost_percent", "replay_mb", "recorder_percent", "skipped",
)  # fmt: skip
PROFILES = {1: "AES128_CM_SHA1_80", 7: "AEAD_AES_128_GCM", 8: "AEAD_AES_256_GCM"}
_SLICE_S = 4.0
_SPARE_S = 180.0


async def forward(duration: float, build: Path, servers: list[str], loads: list[str]) -> list[Row]:
    """All rows, printed and written. Each server is measured for ``duration`` seconds under each load."""
    media = await asyncio.to_thread(clip, build)
    rows: list[Row] = []
    for load in loads:
        print(f"{load}: {', '.join(servers)} …", flush=True)
        async with AsyncExitStack() as stack:
            rows += await _Load(load, duration, media, stack).rows(servers)
    rows = [_with_replay(row, rows) for row in rows]
    write(rows, build / "forward.json")
    print("\n" + table(rows, COLUMNS) + "\n")
    for other in ("galene", "janus", "ideal"):
        for own in ("diemcau", "diemcau+tap"):
            for load, ratio in ratios(rows, "us_per_packet", own, other).items():
                print(f"{own} / {other} {load}: {ratio:.2f}")
    return rows


class _Load:
    """All servers under one load."""

    def __init__(self, name: str, duration: float, media: Path, stack: AsyncExitStack) -> None:
        self._name = name
        self._duration = duration
        self._media = media
        self._stack = stack
        self._skipped: dict[str, str] = {}

    async def rows(self, servers: list[str]) -> list[Row]:
        """One for each, measured or skipped with its reason."""
        stands = {}
        for number, server in enumerate(servers):
            made = await self._stand(server, number, len(servers))
            if made is not None:
                stands[server] = made
        turns = max(1, round(self._duration / _SLICE_S))
        for _ in range(turns):
            for server, made in stands.items():
                await self._slice(server, made, self._duration / turns)
        return [await self._row(server, stands.get(server)) for server in servers]

    async def _stand(self, server: str, number: int, servers: int) -> Stand | None:
        own = AsyncExitStack()
        try:
            async with own:
                place = placed(self._load(server, servers), own, number)
                ready = await own.enter_async_context(stand(SERVERS[server][1], place))
                self._stack.push_async_exit(own.pop_all())
                return ready
        except NOT_MEASURED as fault:
            self._failed(server, fault)
        return None

    def _load(self, server: str, servers: int) -> Load:
        publishers, receivers = LOADS[self._name]
        return Load(SERVERS[server][0], publishers, receivers, self._media, self._duration * servers * 1.5 + _SPARE_S)

    async def _slice(self, server: str, made: Stand, seconds: float) -> None:
        if server in self._skipped:
            return
        try:
            await made.slice(seconds)
        except (ProcessFault, OSError) as fault:
            self._failed(server, fault)

    async def _row(self, server: str, made: Stand | None) -> Row:
        if made is not None and server not in self._skipped:
            try:
                return await _measured(server, self._name, made)
            except (ProcessFault, OSError) as fault:
                self._failed(server, fault)
        nothing = dict.fromkeys(("us_per_packet", "p50_ms", "p99_ms", "rss_mb"))
        return {"server": server, "load": self._name, **nothing, "skipped": self._skipped[server]}

    def _failed(self, server: str, fault: Exception) -> None:
        print(f"{server} {self._name}: {fault}", flush=True)
        self._skipped[server] = why_not(fault)


async def _measured(server: str, load: str, made: Stand) -> Row:
    sent, received = await made.counted()
    rss_mb = made.rss_mb()
    row: dict[str, Value] = {
        "server": server,
        "load": load,
        "us_per_packet": round(made.cpu_s * US_PER_S / max(received.rtp, 1), 3),
        "p50_ms": round(received.p50_ms, 3),
        "p99_ms": round(received.p99_ms, 3),
        "rss_mb": round(rss_mb, 1),
        "base_mb": round(made.base.rss_mb, 1),
        "kb_each": round((rss_mb - made.base.rss_mb) * 1000 / sum(LOADS[load])),
        "packets_s": round(received.rtp / made.seconds),
        "core_percent": round(made.cpu_s * 100 / made.seconds, 1),
        "lost_percent": round(received.missing * 100 / max(received.checked + received.missing, 1), 3),
        "srtp": PROFILES.get(made.profile, str(made.profile)),
        "checked": received.checked,
        "undecipherable": received.undecipherable,
        "late_ms": round(sent.late_ms, 1),
        "clients_percent": round((sent.cpu_s + received.cpu_s) * 100 / made.seconds, 1),
        "machine_load": round(os.getloadavg()[0], 1),
    }
    if "recorder" in made.helpers_s:
        row["recorder_percent"] = round(made.helpers_s["recorder"] * 100 / made.seconds, 1)
    return row


def _with_replay(row: Row, rows: list[Row]) -> Row:
    """Beside the row of the same load without the tap, if there is one."""
    plain = next((one for one in rows if one["server"] == "diemcau" and one["load"] == row["load"]), {})
    if row["server"] != "diemcau+tap" or row["rss_mb"] is None or plain.get("rss_mb") is None:
        return row
    return {**row, "replay_mb": round(_grown_mb(row) - _grown_mb(plain), 1)}


def _grown_mb(row: Row) -> float:
    return float(row["rss_mb"] or 0) - float(row["base_mb"] or 0)
