"""Who may go before the others does, until it keeps them from working."""

import os
import subprocess
import sys

import pytest

_SAID_WHEN_REFUSED = "media is scheduled like everything else: Operation not permitted; LimitRTPRIO=1 would allow it"
_PROGRAM = """
import asyncio, logging, os, sys, time
from deploy.realtime import RealTime

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")

def is_real_time():
    return os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR

async def main():
    real_time = RealTime(most_s=0.2, rest_s=0.3)
    began = real_time.start()
    assert began == is_real_time()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import os; assert os.sched_getscheduler(0) == os.SCHED_OTHER"
    )
    assert await child.wait() == 0
    until = time.monotonic() + 30
    while is_real_time() and time.monotonic() < until:
        if sys.argv[2] == "turns":
            await asyncio.sleep(0)  # looks for what has come, and waits for nothing
    assert not is_real_time()
    while began and not is_real_time():
        await asyncio.sleep(0.01)
    real_time.close()
    real_time.close()
    assert not is_real_time()

asyncio.run(main()) if sys.argv[1] == "asyncio" else __import__("uvloop").run(main())
"""


_REFUSED = """
import asyncio, logging, os, resource, signal, sys
from deploy.realtime import RealTime

logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
if os.geteuid() == 0:
    os.setuid(65534)

async def main():
    assert not RealTime().start()
    assert signal.getsignal(signal.SIGXCPU) is signal.SIG_DFL

asyncio.run(main())
"""


def _allowed() -> bool:
    """Whether this machine lets us."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


def _said(program: str, *arguments: str) -> list[str]:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize("kind", ["turns", "hangs"])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_it_goes_first_until_it_does_not_rest_and_again_later(loop: str, kind: str) -> None:
    said = _said(_PROGRAM, loop, kind)
    if _allowed():
        assert said == [
            "media goes before everything else of this machine",
            "media computes without a rest: for 0 s it is scheduled like everything else",
        ]
    else:
        assert said == [_SAID_WHEN_REFUSED]


def test_where_it_may_not_it_says_so_and_goes_on() -> None:
    assert _said(_REFUSED) == [_SAID_WHEN_REFUSED]


def test_where_the_system_would_kill_it_it_does_not_ask() -> None:
    limited = _REFUSED.replace("RLIMIT_RTPRIO, (0, 0)", "RLIMIT_RTTIME, (200_000, 200_000)")
    assert _said(limited) == ["media is scheduled like everything else: who has LimitRTTIME is killed when it is over"]
