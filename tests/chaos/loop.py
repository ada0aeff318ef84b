"""One loop: played, sealed, examined, and a row of figures; what failed is kept in a folder of its own."""

import asyncio
import time
from pathlib import Path

import msgspec

from bridge.errors import Refusal
from bridge.repositories import ChainedEntry
from tests.bench.report import Row
from tests.chaos.checks import Bodies, Found, examined, fetched, sealed
from tests.chaos.installation import Installation
from tests.chaos.plan import Choice
from tests.chaos.session import Cast, Played, play

_WITHIN_S = 300.0
"""A loop that takes longer is a fault; the two that keep something away take a minute more."""


class Loops:
    """``rows``: of all loops so far."""

    def __init__(self, installation: Installation, people: Cast, build: Path) -> None:
        self.rows: list[Row] = []
        self._installation = installation
        self._people = people
        self._build = build
        self._head: ChainedEntry | None = None

    async def run(self, choice: Choice) -> Row:
        """Never raises for a fault of the product: it is in the row."""
        played: Played | None = None
        bodies: Bodies | None = None
        found: Found | None = None
        faults: list[str] = []
        seal_s = 0.0
        try:
            async with asyncio.timeout(_WITHIN_S + choice.away_s):
                played = await play(self._installation, self._people, choice)
                row = await sealed(self._installation, played.reception)
                seal_s = time.monotonic() - played.closed_at
                await self._installation.healthy()
                bodies = await fetched(self._installation, row)
                found, self._head = await examined(self._installation, choice, played, bodies, self._head)
                faults = found.faults
        except (TimeoutError, Refusal, RuntimeError, OSError, AssertionError) as failure:
            faults = [f"{type(failure).__name__}: {failure}"]
        kept = self._keep(choice, played, bodies, faults) if faults else ""
        self.rows.append(_row(choice, played, found, seal_s, faults, kept))
        return self.rows[-1]

    def _keep(self, choice: Choice, played: Played | None, bodies: Bodies | None, faults: list[str]) -> str:
        folder = self._build / f"seed-{choice.seed}-loop-{choice.number}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "faults.txt").write_text("\n".join(faults) + "\n", encoding="utf-8")
        (folder / "choice.json").write_bytes(msgspec.json.encode(choice))
        for log in (self._installation.product.folder / "logs").glob("*.log"):
            (folder / log.name).write_bytes(log.read_bytes())
        (folder / "screen.log").write_text(self._installation.product.said, encoding="utf-8")
        if played is not None:
            sent = {point.plan.name: point.sendings for point in played.points}
            (folder / "sent.json").write_bytes(msgspec.json.encode([sent, played.acts, played.struck_utc_ns]))
        if bodies is not None:
            (folder / "manifest.json").write_bytes(msgspec.json.encode(bodies.manifest))
            (folder / "journal.jsonl").write_bytes(bodies.journal)
            (folder / "history.json").write_bytes(msgspec.json.encode(bodies.history))
            for key, body in bodies.segments.items():
                (folder / key.replace("/", "_")).write_bytes(body)
        return str(folder)


def _row(
    choice: Choice, played: Played | None, found: Found | None, seal_s: float, faults: list[str], kept: str
) -> Row:
    account = found.account if found else None
    return {
        "loop": choice.number,
        "seed": choice.seed,
        "killed": str(choice.part),
        "at_ms": round(choice.at_s * 1000),
        "back_s": round(played.back_s, 2) if played else None,
        "flow_s": round(played.flow_s, 2) if played else None,
        "sent": account.sent if account else None,
        "accepted": account.accepted if account else None,
        "recorded": account.recorded if account else None,
        "in_gaps": account.in_gaps if account else None,
        "lost": len(account.lost) if account else None,
        "gap_ms": round(found.gap_s * 1000) if found else None,
        "stall_ms": round(found.stall_s * 1000) if found else None,
        "acks": len(played.acts) if played else None,
        "seal_s": round(seal_s, 2),
        "verdict": "whole" if not faults else f"FAILED ({len(faults)}): {faults[0]} → {kept}",
    }
