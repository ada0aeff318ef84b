"""``python -m tests.bench``: measures, prints a table and writes the same as JSON under ``build/bench``."""

import argparse
import asyncio
import signal
from contextlib import suppress
from pathlib import Path

from tests.bench.forward import LOADS, forward
from tests.bench.join import join
from tests.bench.pages import RATE, SOCKETS, pages
from tests.bench.processes import ROOT
from tests.bench.record import record
from tests.bench.render import render
from tests.bench.scale import scale
from tests.bench.sealing import seal, verify
from tests.bench.servers import SERVERS
from tests.bench.upload import upload

BUILD = ROOT / "build/bench"
_WHAT = ("forward", "join", "pages", "record", "render", "scale", "seal", "upload", "verify")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=_WHAT, help="one of them; all when left out")
    parser.add_argument(
        "--duration", type=float, default=20.0, help="forward, pages, record, render, upload: seconds that are measured"
    )
    parser.add_argument(
        "--servers", default=",".join(name for name in SERVERS if name != "diemcau×2"), help="forward: rows to measure"
    )
    parser.add_argument("--loads", default=",".join(LOADS), help="forward: loads to measure")
    parser.add_argument("--picture", help="scale: where the curves are drawn, besides build/bench/scale.svg")
    parser.add_argument("--joins", type=int, default=15, help="join: how many")
    parser.add_argument("--rate", type=int, default=RATE, help="pages: requests a second")
    parser.add_argument("--sockets", type=int, default=SOCKETS, help="pages: how many wait")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    _end_well_on_sigterm()
    wanted = (arguments.only,) if arguments.only else _WHAT
    if "forward" in wanted:
        await forward(arguments.duration, BUILD, arguments.servers.split(","), arguments.loads.split(","))
    if "join" in wanted:
        await join(arguments.joins, BUILD)
    if "pages" in wanted:
        await pages(arguments.duration, arguments.rate, arguments.sockets, BUILD)
    if "record" in wanted:
        await record(arguments.duration, BUILD)
    if "scale" in wanted:
        await scale(arguments.duration / 2, BUILD, Path(arguments.picture) if arguments.picture else None)
    if "seal" in wanted:
        await seal(BUILD)
    if "verify" in wanted:
        await verify(BUILD)
    if "render" in wanted:
        await render(arguments.duration, BUILD)
    if "upload" in wanted:
        await upload(arguments.duration, BUILD)


def _end_well_on_sigterm() -> None:
    """As on Ctrl-C: everything that was started is stopped, every namespace removed."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


if __name__ == "__main__":
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_run(_arguments()))
