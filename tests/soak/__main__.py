"""Ten points in a live reception of the real product, for minutes: ``python -m tests.soak FOLDER [MINUTES]``.

Measured are web, media node, recorder and jobs, each in its own process: from outside once in a few seconds, from
inside (:mod:`tests.soak.look`) once a minute. A short reception comes before and is over before the first look, so that
what is made once has been made. What was seen goes to FOLDER/seen.json; :mod:`tests.soak.verdict` judges it.
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path

import msgspec

from tests.soak.ending import end_with_parent
from tests.soak.run import soaked
from tests.soak.verdict import Seen


async def _until_told(place: Path, minutes: float) -> Seen:
    """SIGTERM ends it in order."""
    own = asyncio.current_task()
    assert own is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, own.cancel)
    return await soaked(place, minutes)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    end_with_parent()
    place, minutes = Path(sys.argv[1]), float((sys.argv[2:] or ["10"])[0])
    place.mkdir(parents=True, exist_ok=True)
    seen = asyncio.run(_until_told(place, minutes))
    (place / "seen.part").write_bytes(msgspec.json.format(msgspec.json.encode(seen)))
    (place / "seen.part").replace(place / "seen.json")
