"""A recorder as a process of its own, to be killed: ``python -m tests.support.recorder_main FOLDER SECONDS``."""

import asyncio
import logging
import sys
from pathlib import Path

from tests.support.recorder_process import running_recorder


async def _run(folder: Path, segment_seconds: int) -> None:
    async with running_recorder(folder, segment_seconds, steered=True):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(_run(Path(sys.argv[1]), int(sys.argv[2])))
