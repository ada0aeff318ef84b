"""Each part is killed once at a random moment of a live session of the real product; `make chaos` does it for long."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.processes import ROOT
from tests.bench.report import Row, table
from tests.chaos.installation import installation
from tests.chaos.loop import Loops
from tests.chaos.plan import KILLED, Part, choose
from tests.chaos.session import cast

BUILD = ROOT / "build/chaos/test"
"""What failed is kept there."""
LIVE_S = 3.0
AWAY_S = 6.0
"""Instead of a minute: longer than the recorder takes to say "writing late" (2 s), and than a segment (5 s)."""
COLUMNS = ("killed", "at_ms", "back_s", "flow_s", "accepted", "recorded", "in_gaps", "lost", "gap_ms", "seal_s")


async def _loops(folder: Path, parts: tuple[Part, ...], tell: Callable[[str, object], None]) -> list[Row]:
    """A loop per part, by a seed that is told."""
    seed = time.time_ns() % 1_000_000
    async with installation(folder / "data") as attacked, cast(attacked.product) as people:
        loops = Loops(attacked, people, BUILD)
        for number, part in enumerate(parts, start=1):
            await loops.run(choose(number, seed, [part], AWAY_S, LIVE_S))
    tell("figures", f"seed {seed}\n{table(loops.rows, COLUMNS)}")
    return loops.rows


@pytest.mark.timeout(400)
async def test_whatever_is_killed_nothing_is_lost_that_is_not_declared(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rows = await _loops(tmp_path, KILLED, record_property)
    assert {row["killed"]: row["verdict"] for row in rows} == {str(part): "whole" for part in KILLED}
    assert sum(int(row["recorded"] or 0) for row in rows) > 0


@pytest.mark.timeout(400)
async def test_the_session_goes_on_while_store_or_database_is_away(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    parts = (Part.STORE_AWAY, Part.DATABASE_AWAY)
    rows = await _loops(tmp_path, parts, record_property)
    assert {row["killed"]: row["verdict"] for row in rows} == {str(part): "whole" for part in parts}
