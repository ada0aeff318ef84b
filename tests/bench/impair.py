"""``make impair``: Chromium → node → Chromium through bad lines, beside what is expected of them.

Each of the two has a line of its own: a seeded relay on loopback through which everything of that page goes, both
ways alike. A run enters anew, flows well for some seconds, then the line turns bad and is watched.

``frames``: decoded by the receiver of those that the publisher captured (what its own rate control refused is
missing too); ``gap_s``: the longest time in which the receiver's picture stood still; ``concealed``: share of the
sound that was invented; ``back_s``: from the end of an outage to the first frame. Medians over the runs. A second
table says where frames and packets went; ``--stalls`` when the picture stood still.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec
from playwright.async_api import Error

from bridge.errors import Refusal
from tests.bench.impair_figures import CASES, Seen, left, markdown, row, said, screen
from tests.bench.impair_watch import ENTER_S, watched
from tests.bench.processes import ROOT
from tests.bench.report import write
from tests.support.browser import chromium_path
from tests.support.product import product

_FAULTS = (Error, RuntimeError, OSError, AssertionError, Refusal, aiohttp.ClientError, msgspec.MsgspecError)
"""What a run may end in; the others go on."""
_RUN_WITHIN_S = 180.0
"""Beside the time for which the line is bad."""


class Orders(NamedTuple):
    """Which lines, how often, for how long."""

    lines: Sequence[str]
    runs: int
    seconds: float
    markdown: bool = False
    stalls: bool = False


async def impair(orders: Orders, build: Path) -> bool:
    """Measured, printed and written; whether every run ended well."""
    if chromium_path() is None:
        print("skipped: no chromium (apt-get install chromium)", flush=True)
        return False
    seen: dict[str, list[Seen]] = {name: [] for name in orders.lines}
    faults: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="dcbench-") as folder:
        await _measure(orders, Path(folder) / "data", seen, faults)
    rows = [row(name, found, faults.get(name)) for name, found in seen.items()]
    runs = {name: [one._asdict() for one in found] for name, found in seen.items()}
    write({"lines": rows, "runs": runs}, build / "impair.json")
    print("\n" + (markdown(seen) if orders.markdown else screen(seen, faults)), flush=True)
    return not faults


async def _measure(orders: Orders, data: Path, seen: dict[str, list[Seen]], faults: dict[str, str]) -> None:
    """Round by round, so that what else the machine does meets all lines alike."""
    whole = orders.runs * len(orders.lines)
    print(left(0, whole, 0.0, ENTER_S + orders.seconds), flush=True)
    async with product(data) as installation:
        began = time.monotonic()
        for done in range(whole):
            run, name = done // len(orders.lines), orders.lines[done % len(orders.lines)]
            try:
                async with asyncio.timeout(_RUN_WITHIN_S + orders.seconds):
                    one = await watched(installation, CASES[name], 100 * run + 1, orders.seconds)
            except _FAULTS as fault:
                faults[name] = f"run {run + 1}: {type(fault).__name__}: {str(fault)[:300] or 'took too long'}"
                print(f"FAILED {name} {faults[name]}", flush=True)
            else:
                seen[name].append(one)
                print(f"{name} run {run + 1}: {said(one)}", flush=True)
                if orders.stalls:
                    print("".join(f"    at {at:.1f} s for {for_s:.2f} s\n" for at, for_s in one.stalls), end="")
            print("  " + left(done + 1, whole, time.monotonic() - began, 0.0), flush=True)


def _orders() -> Orders:
    parser = argparse.ArgumentParser(prog="impair", description="Pictures and sound over bad lines.")
    parser.add_argument("--lines", default=",".join(CASES), help="which, with commas between")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--duration", type=float, default=30.0, help="seconds that a line is bad")
    parser.add_argument("--markdown", action="store_true", help="the tables as docs/media-plane.md has them")
    parser.add_argument("--stalls", action="store_true", help="when the picture stood still, of each run")
    given = parser.parse_args()
    lines = [name for name in given.lines.split(",") if name]
    unknown = [name for name in lines if name not in CASES]
    if unknown:
        parser.error(f"no such line: {', '.join(unknown)} (there are {', '.join(CASES)})")
    return Orders(lines, given.runs, given.duration, given.markdown, given.stalls)


def main() -> None:
    """``python -m tests.bench.impair``. Ends with 1 when a run failed."""
    if not asyncio.run(impair(_orders(), ROOT / "build/bench")):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
