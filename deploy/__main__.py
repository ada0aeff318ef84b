"""The script ``diemcau``, also ``python -m deploy``; the supervisor's children begin here too."""

import os
import signal
from types import FrameType


def main() -> None:
    """While everything is imported there is nothing to clear away: Ctrl-C ends it there without a traceback. A part
    that is stopped then by its supervisor has ended in order; whoever else is stopped so has not done what it was
    asked."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if os.environ.get("DIEMCAU_SUPERVISED"):  # SUPERVISED of deploy/serving.py, which is not imported yet
        signal.signal(signal.SIGTERM, _stopped)  # until the loop has its own (deploy/serving.py)
    from deploy.cli import main as cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli()


def _stopped(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
