"""``make impair``: Chromium → node → Chromium through bad lines, beside what is expected of them.

Each of the two has a line of its own: a seeded relay on loopback through which everything of that page goes, both
ways alike. A run enters anew, flows well for some seconds, then the line turns bad and is watched.

``frames``: decoded by the receiver of those that the publisher captured (what its own rate control refused is
missing too); ``gap_s``: the longest time in which the receiver's picture stood still; ``concealed``: share of the
sound that was invented; ``back_s``: from the end of an outage to the first frame. Medians over the runs.
"""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
from playwright.async_api import Browser, Error

from bridge.errors import Refusal
from bridge.model import Role
from tests.bench.processes import ROOT
from tests.bench.report import Row, table, write
from tests.support.browser import Person, Publishes, chromium, chromium_path, person
from tests.support.product import Product, product
from tests.support.relay import GOOD, Line, UdpRelay
from tests.support.room_page import RoomPage

_SCRIPT = Path(__file__).with_name("impaired.js")
_SEATS = {"Trần Thị Chủ Trì": Role.CHAIR, "Phạm Đại Diện Sở": Role.AGENCY}
_PUBLISHER = Publishes(1, "Bench", width=1280, height=720, fps=25)
_RECEIVER = Publishes(2, "Bench", width=320, height=180, fps=5)
_SETTLED_S = 8.0
"""Until the publisher's rate has grown to what a good line carries."""
_OUTAGE_S = 10.0
_WITHIN_S = 30.0
_COLUMNS = ("line", "runs", "frames", "gap_s", "concealed", "back_s", "goal", "met", "skipped")


class Goal(NamedTuple):
    """What issue and notes ask of a line; None: nothing."""

    frames: float | None = None
    gap_s: float | None = None
    concealed: float | None = None
    back_s: float | None = None


class Case(NamedTuple):
    """Which line turns bad, and how."""

    publisher: Line
    receiver: Line
    goal: Goal
    outage: bool = False


def _lossy(share: float) -> Line:
    return Line(loss=share)


CASES = {
    "good": Case(GOOD, GOOD, Goal(0.99, 0.5, 0.01)),
    "receiver-5": Case(GOOD, _lossy(0.05), Goal()),
    "receiver-10": Case(GOOD, _lossy(0.10), Goal(0.99, 0.5, 0.01)),
    "receiver-20": Case(GOOD, _lossy(0.20), Goal(0.95, 1.0, 0.04)),
    "publisher-5": Case(_lossy(0.05), GOOD, Goal()),
    "publisher-10": Case(_lossy(0.10), GOOD, Goal(frames=0.97)),
    "publisher-20": Case(_lossy(0.20), GOOD, Goal(frames=0.75, gap_s=1.0)),
    "receiver-300ms-5": Case(GOOD, Line(loss=0.05, delay=0.15), Goal()),
    "publisher-300ms-5": Case(Line(loss=0.05, delay=0.15), GOOD, Goal()),
    "outage": Case(GOOD, _lossy(1.0), Goal(back_s=1.0), outage=True),
}


class Captured(msgspec.Struct, frozen=True):
    """What a page counted while it was watched."""

    captured: int
    encoded: int
    decoded: int
    samples: int
    concealed: int
    gap_ms: float


class Seen(NamedTuple):
    """One run."""

    frames: float | None
    gap_s: float
    concealed: float
    back_s: float | None = None
    """Only of an outage, which has no ``frames``."""


class _Side(NamedTuple):
    who: Person
    relay: UdpRelay

    def turns(self, line: Line) -> None:
        self.relay.set_lines(up=line, down=line)


async def impair(cases: Sequence[str], runs: int, seconds: float, build: Path) -> list[Row]:
    """A row for each line, printed and written."""
    if chromium_path() is None:
        rows: list[Row] = [{"line": name, "skipped": "no chromium (apt-get install chromium)"} for name in cases]
    else:
        rows = await _measure(cases, runs, seconds)
    write(rows, build / "impair.json")
    print("\n" + table(rows, _COLUMNS), flush=True)
    return rows


async def _measure(cases: Sequence[str], runs: int, seconds: float) -> list[Row]:
    seen: dict[str, list[Seen]] = {name: [] for name in cases}
    faults: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="dcbench-") as folder:
        async with product(Path(folder) / "data") as installation:
            for run in range(runs):
                for name in cases:
                    try:
                        one = await _run(installation, CASES[name], seed=100 * run + 1, seconds=seconds)
                    except (Error, RuntimeError, TimeoutError, AssertionError, Refusal) as fault:
                        faults[name] = f"run {run}: {type(fault).__name__}: {str(fault)[:300]}"
                        print(name, faults[name], flush=True)
                        continue
                    seen[name].append(one)
                    print(f"{name} run {run}: {_said(one)}", flush=True)
    return [_row(name, seen[name], faults.get(name)) for name in cases]


async def _run(installation: Product, case: Case, seed: int, seconds: float) -> Seen:
    async with _entered(installation, seed) as (publisher, receiver):
        await receiver.who.page.evaluate(f"impaired.watch({_PUBLISHER.code})")
        await asyncio.sleep(_SETTLED_S)
        publisher.turns(case.publisher)
        receiver.turns(case.receiver)
        if case.outage:
            return await _outage(publisher, receiver, seconds)
        return await _watched(publisher, receiver, seconds)


async def _watched(publisher: _Side, receiver: _Side, seconds: float) -> Seen:
    await _begin(publisher, receiver)
    await asyncio.sleep(seconds)
    return await _ended(publisher, receiver)


async def _outage(publisher: _Side, receiver: _Side, seconds: float) -> Seen:
    await asyncio.sleep(_OUTAGE_S)
    receiver.turns(GOOD)
    async with asyncio.timeout(_WITHIN_S):
        back_ms: float = await receiver.who.page.evaluate("impaired.nextFrame()")
    await _begin(publisher, receiver)
    await asyncio.sleep(seconds / 3)
    return (await _ended(publisher, receiver))._replace(frames=None, back_s=back_ms / 1000)


async def _begin(*sides: _Side) -> None:
    await asyncio.gather(*(side.who.page.evaluate("impaired.begin()") for side in sides))


async def _ended(publisher: _Side, receiver: _Side) -> Seen:
    ends = await asyncio.gather(*(side.who.page.evaluate("impaired.end()") for side in (publisher, receiver)))
    sent, got = (msgspec.convert(end, Captured, strict=False) for end in ends)
    return Seen(
        frames=got.decoded / max(sent.captured, 1),
        gap_s=got.gap_ms / 1000,
        concealed=got.concealed / max(got.samples, 1),
    )


@asynccontextmanager
async def _entered(installation: Product, seed: int) -> AsyncIterator[tuple[_Side, _Side]]:
    """Both in a reception of their own with open doors, each behind a good line, the second seeing the first."""
    async with AsyncExitStack() as stack:
        chair = await stack.enter_async_context(installation.reader("chutri"))
        reception = await chair.schedule("Bench", _SEATS)
        await chair.open_doors(reception)
        sides = []
        for number, (login, publishes) in enumerate((("chutri", _PUBLISHER), ("coquan", _RECEIVER))):
            # A browser each: what one of them encodes must not starve the other's threads more than need be.
            browser = await stack.enter_async_context(chromium())
            side = await stack.enter_async_context(_side(installation, browser, publishes, seed + 10 * number))
            page = await RoomPage(side.who, installation, login).sign_in()
            await page.enter(reception)
            sides.append(side)
            if number == 0:
                await page.open_microphone()
        await sides[1].who.seen([_PUBLISHER.code])
        yield sides[0], sides[1]


@asynccontextmanager
async def _side(installation: Product, browser: Browser, publishes: Publishes, seed: int) -> AsyncIterator[_Side]:
    async with (
        UdpRelay(("127.0.0.1", installation.port + 1), seed=seed) as relay,
        person(browser, publishes) as who,
    ):
        await who.context.add_init_script(f"window.diemcauRelay = {relay.address[1]};")
        await who.context.add_init_script(path=_SCRIPT)
        yield _Side(who, relay)


def _row(name: str, seen: Sequence[Seen], fault: str | None) -> Row:
    goal = CASES[name].goal
    row: Row = {"line": name, "runs": len(seen), "goal": _asked(goal), "skipped": fault}
    if not seen:
        return row
    middle = Seen(
        frames=_median([one.frames for one in seen]),
        gap_s=median(one.gap_s for one in seen),
        concealed=median(one.concealed for one in seen),
        back_s=_median([one.back_s for one in seen]),
    )
    verdict = "–" if goal == Goal() else "yes" if met(goal, middle) else "no"
    return {**row, **middle._asdict(), "concealed": f"{middle.concealed:.2%}", "met": verdict}


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def met(goal: Goal, seen: Seen) -> bool:
    """Whether what was seen reaches everything that is asked."""
    return (
        (goal.frames is None or (seen.frames is not None and seen.frames >= goal.frames))
        and (goal.gap_s is None or seen.gap_s <= goal.gap_s)
        and (goal.concealed is None or seen.concealed <= goal.concealed)
        and (goal.back_s is None or (seen.back_s is not None and seen.back_s <= goal.back_s))
    )


def _asked(goal: Goal) -> str:
    said = [
        "" if goal.frames is None else f"frames ≥ {goal.frames}",
        "" if goal.gap_s is None else f"gap ≤ {goal.gap_s} s",
        "" if goal.concealed is None else f"concealed ≤ {goal.concealed}",
        "" if goal.back_s is None else f"back ≤ {goal.back_s} s",
    ]
    return ", ".join(part for part in said if part) or "–"


def _said(seen: Seen) -> str:
    back = "" if seen.back_s is None else f", back after {seen.back_s:.2f} s"
    frames = "" if seen.frames is None else f"frames {seen.frames:.3f}, "
    return f"{frames}gap {seen.gap_s:.2f} s, concealed {seen.concealed:.2%}{back}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="impair", description="Pictures and sound over bad lines.")
    parser.add_argument("--lines", default=",".join(CASES), help="which, with commas between")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--duration", type=float, default=30.0, help="seconds that a line is bad")
    return parser.parse_args()


def main() -> None:
    """``python -m tests.bench.impair``."""
    arguments = _arguments()
    lines = [name for name in arguments.lines.split(",") if name]
    unknown = [name for name in lines if name not in CASES]
    if unknown:
        raise SystemExit(f"no such line: {', '.join(unknown)} (there are {', '.join(CASES)})")
    asyncio.run(impair(lines, arguments.runs, arguments.duration, ROOT / "build/bench"))


if __name__ == "__main__":
    main()
