"""``python -m tests.bench``: measures, prints a table and writes the same as JSON under ``build/bench``."""

import argparse
import asyncio

from tests.bench.forward import LOADS, forward
from tests.bench.processes import ROOT
from tests.bench.servers import SERVERS

BUILD = ROOT / "build/bench"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=["forward"], help="one of them; all when left out")
    parser.add_argument("--duration", type=float, default=20.0, help="seconds each row is measured")
    parser.add_argument("--servers", default=",".join(SERVERS), help="forward: rows to measure")
    parser.add_argument("--loads", default=",".join(LOADS), help="forward: loads to measure")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    await forward(arguments.duration, BUILD, arguments.servers.split(","), arguments.loads.split(","))


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
