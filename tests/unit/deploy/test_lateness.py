"""The watch of a loop sees when something holds it up, and ends with it."""

import asyncio
import time

from bridge.figures import Lateness
from deploy.lateness import EVERY_S, LatenessWatch


async def test_what_holds_the_loop_up_is_seen_and_the_next_look_is_in_time_again() -> None:
    lateness = Lateness()
    watch = LatenessWatch(lateness)
    watch.start()
    time.sleep(2 * EVERY_S)  # noqa: ASYNC251  the point: nothing turns meanwhile
    async with asyncio.timeout(30):
        while lateness.histogram.count < 2:  # noqa: ASYNC110  a timer tells nobody
            await asyncio.sleep(0.01)
    watch.close()
    watch.close()
    assert lateness.p99 >= EVERY_S
    assert lateness.histogram.total < 30
    seen = lateness.histogram.count
    await asyncio.sleep(2 * EVERY_S)
    assert lateness.histogram.count == seen
