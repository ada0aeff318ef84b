"""``python -m tests.chaos``: kill a part of the product at a random moment of a live session, loop after loop.

Afterwards the recording is sealed and verifies, every picture that was sent and accepted is in it or inside a declared
gap, no acknowledged event is missing, the audit chain holds and nothing is stored twice. Prints a row per loop and a
summary per part, writes both as JSON under ``build/chaos``, and ends with 1 when any loop failed. The same seed makes
the same choices again.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.bench.figures import percentile
from tests.bench.processes import ROOT
from tests.bench.report import Row, table, write
from tests.chaos.installation import installation
from tests.chaos.loop import Loops
from tests.chaos.plan import KILLED, LIVE_S, Part, choose
from tests.chaos.session import cast

BUILD = ROOT / "build/chaos"
_COLUMNS = (
    "loop", "killed", "at_ms", "back_s", "flow_s", "sent", "accepted", "recorded", "in_gaps", "lost", "gap_ms",
    "stall_ms", "acks", "seal_s", "verdict",
)  # fmt: skip
_SUMMARY = (
    "part", "runs", "failed", "accepted", "lost", "gap_p50_ms", "gap_p95_ms", "gap_max_ms", "back_p95_s", "seal_p95_s",
)  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--loops", type=int, default=20, help="how many")
    parser.add_argument("--seed", type=int, default=None, help="repeats the choices of a run (it is printed)")
    parser.add_argument("--only", choices=[str(part) for part in Part], help="kill this part in each loop")
    parser.add_argument("--first", type=int, default=1, help="number of the first loop, to repeat one alone")
    parser.add_argument("--away", type=float, default=60.0, help="store-away, database-away: seconds")
    parser.add_argument("--live", type=float, default=LIVE_S, help="seconds a session is live at least")
    parser.add_argument("--build", type=Path, default=BUILD, help="where figures and failed loops go")
    return parser.parse_args()


async def chaos(arguments: argparse.Namespace) -> list[Row]:
    """The rows of all loops, printed and written."""
    _end_well_on_sigterm()
    seed = arguments.seed if arguments.seed is not None else time.time_ns() % 1_000_000
    parts = [Part(arguments.only)] if arguments.only else list(KILLED)
    print(f"seed {seed}", flush=True)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="dcchaos-") as place:
        async with installation(Path(place) / "data") as attacked, cast(attacked.product) as people:
            loops = Loops(attacked, people, arguments.build)
            try:
                for number in range(arguments.first, arguments.first + arguments.loops):
                    row = await loops.run(choose(number, seed, parts, arguments.away, arguments.live))
                    print("  ".join(f"{name}={row.get(name)}" for name in _COLUMNS), flush=True)
            finally:
                rows = loops.rows
                tell(rows, arguments.build / f"{arguments.only or 'all'}-seed-{seed}.json")
    return rows


def tell(rows: list[Row], file: Path) -> None:
    """All rows, and a summary per part."""
    summary = [summed(part, [row for row in rows if row["killed"] == part]) for part in _parts(rows)]
    print("\n" + table(rows, _COLUMNS) + "\n\n" + table(summary, _SUMMARY) + f"\n\n{file}", flush=True)
    write({"loops": rows, "parts": summary}, file)


def _parts(rows: list[Row]) -> list[str]:
    return sorted({str(row["killed"]) for row in rows})


def summed(part: str, rows: list[Row]) -> Row:
    """The figures of one part's loops."""
    gaps, backs, seals = (_figures(rows, name) for name in ("gap_ms", "back_s", "seal_s"))
    return {
        "part": part,
        "runs": len(rows),
        "failed": sum(row["verdict"] != "whole" for row in rows),
        "accepted": round(sum(_figures(rows, "accepted"))),
        "lost": round(sum(_figures(rows, "lost"))),
        "gap_p50_ms": round(percentile(gaps, 0.5)),
        "gap_p95_ms": round(percentile(gaps, 0.95)),
        "gap_max_ms": round(max(gaps, default=0)),
        "back_p95_s": round(percentile(backs, 0.95), 2),
        "seal_p95_s": round(percentile(seals, 0.95), 2),
    }


def _figures(rows: list[Row], name: str) -> list[float]:
    return [float(value) for row in rows if isinstance(value := row.get(name), int | float)]


def _end_well_on_sigterm() -> None:
    """As on Ctrl-C: everything that was started is ended, and what was found until then is told."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def main() -> int:
    """The exit code."""
    try:
        rows = asyncio.run(chaos(_arguments()))
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 1
    except (RuntimeError, pytest.skip.Exception) as reason:  # something is not installed, or the product did not start
        print(f"chaos: {reason}", file=sys.stderr)
        return 1
    return int(not rows or any(row["verdict"] != "whole" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
