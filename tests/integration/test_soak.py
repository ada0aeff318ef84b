"""Ten minutes of ten points in a live reception of the real product: nothing grows, and nothing is left behind."""

import asyncio
from collections.abc import Callable

import pytest

from tests.soak.verdict import WARM_S, Part, Seen, a_minute, faults
from tests.support.soaking import MINUTES, SOAKING, SPARE_S


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(MINUTES * 60 + SPARE_S + 60)
async def test_ten_minutes_of_ten_points(
    pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    seen = await asyncio.to_thread(pytestconfig.stash[SOAKING].seen)
    record_property("figures", figures(seen))
    assert seen.minutes == MINUTES
    assert faults(seen) == []


def figures(seen: Seen) -> str:
    """A line for each process."""
    flow = seen.flow
    told = [f"sent {flow.sent}, came {flow.came}, {flow.missing} missing"]
    return "\n".join([*told, *(_of_part(name, part) for name, part in seen.parts.items())])


def _of_part(name: str, part: Part) -> str:
    looks = [one for one in part.inside if one.at_s > WARM_S]
    blocks, heap = a_minute((one.at_s, one.blocks) for one in looks), a_minute((one.at_s, one.heap) for one in looks)
    rss = a_minute((one.at_s, one.rss_mb) for one in part.outside if one.at_s > WARM_S)
    first, last = part.outside[0], part.outside[-1]
    share = (last.cpu_s - first.cpu_s) * 100 / (last.at_s - first.at_s)
    return (
        f"{name}: {last.rss_mb:.0f} MB, a minute {rss:+.2f} MB, {blocks:+.0f} objects, {heap / 1000:+.0f} kB; "
        f"{share:.1f} % of a core"
    )
