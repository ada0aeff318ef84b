"""``python -m tests.bench``: measures, prints a table and writes the same as JSON under ``build/bench``."""

import argparse
import asyncio
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

from tests.bench.forward import LOADS, forward
from tests.bench.join import join
from tests.bench.latency import latency
from tests.bench.pages import RATE, SOCKETS, pages
from tests.bench.processes import ROOT
from tests.bench.record import record
from tests.bench.render import render
from tests.bench.scale import scale
from tests.bench.sealing import seal, verify
from tests.bench.servers import SERVERS
from tests.bench.together import together
from tests.bench.upload import upload

BUILD = ROOT / "build/bench"
_WHAT = ("forward", "join", "latency", "pages", "record", "render", "scale", "seal", "together", "upload", "verify")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=_WHAT, help="one of them; all when left out")
    parser.add_argument(
        "--duration", type=float, default=20.0, help="forward, pages, record, render, upload: seconds that are measured"
    )
    parser.add_argument("--servers", default=",".join(SERVERS), help="forward: rows to measure")
    parser.add_argument("--loads", default=",".join(LOADS), help="forward: loads to measure")
    parser.add_argument("--picture", help="scale: where the curves are drawn, besides build/bench/scale.svg")
    parser.add_argument("--joins", type=int, default=15, help="join: how many")
    parser.add_argument("--rate", type=int, default=RATE, help="pages: requests a second")
    parser.add_argument("--sockets", type=int, default=SOCKETS, help="pages: how many wait")
    return parser.parse_args()


def _benches(asked: argparse.Namespace) -> dict[str, Callable[[], Coroutine[None, None, object]]]:
    """What each name measures."""
    seconds = asked.duration
    return {
        "forward": lambda: forward(seconds, BUILD, asked.servers.split(","), asked.loads.split(",")),
        "join": lambda: join(asked.joins, BUILD),
        "latency": lambda: latency(seconds, BUILD),
        "pages": lambda: pages(seconds, asked.rate, asked.sockets, BUILD),
        "record": lambda: record(seconds, BUILD),
        "scale": lambda: scale(seconds / 2, BUILD, Path(asked.picture) if asked.picture else None),
        "seal": lambda: seal(BUILD),
        "together": lambda: together(max(1, asked.joins // 5), BUILD),
        "verify": lambda: verify(BUILD),
        "render": lambda: render(seconds, BUILD),
        "upload": lambda: upload(seconds, BUILD),
    }


async def _run(arguments: argparse.Namespace) -> None:
    _end_well_on_sigterm()
    for name, bench in _benches(arguments).items():
        if arguments.only in (None, name):
            await bench()


def _end_well_on_sigterm() -> None:
    """As on Ctrl-C: everything that was started is stopped, every namespace removed."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


if __name__ == "__main__":
    with suppress(asyncio.CancelledError, KeyboardInterrupt):
        asyncio.run(_run(_arguments()))
