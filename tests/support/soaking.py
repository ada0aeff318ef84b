"""The ten minutes beside the other tests: the soak begins when a run begins that will ask for it, and is waited for by
its test, which is the last. Alone it takes its time; two runs that both ask have one each."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.soak.verdict import Seen

MARK = "soak"
MINUTES = 10
SPARE_S = 480.0
"""Beyond the minutes: start, the short reception before, two ends; each of its waits is bounded by a minute."""
_END_S = 60.0
_ROOT = Path(__file__).parents[2]


class Soaking:
    """The process, from :meth:`__init__` to :meth:`end`; it ends by itself, and with this one."""

    def __init__(self) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="diemcau-soak-", ignore_cleanup_errors=True)
        self._folder = Path(self._place.name)
        self._log = self._folder.joinpath("soak.log")
        self._began = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak", str(self._folder), str(MINUTES)],
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def seen(self) -> Seen:
        """What it saw, once it is over. Raises AssertionError with the end of its log."""
        try:
            code = self._process.wait(max(1.0, self._began + MINUTES * 60 + SPARE_S - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the soak does not end:\n{self._said()}") from None
        assert code == 0, f"the soak ended with {code}:\n{self._said()}"
        return msgspec.json.decode(self._folder.joinpath("seen.json").read_bytes(), type=Seen)

    def end(self) -> None:
        """Whatever it is doing; what it has started ends with it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._place.cleanup()

    def _said(self) -> str:
        logs = sorted(self._folder.glob("data/logs/*.log"))
        return "\n".join(
            f"── {file.name}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-30:])
            for file in (self._log, *logs)
        )


SOAKING = pytest.StashKey[Soaking]()


def put_last(items: list[pytest.Item]) -> None:
    """The tests that wait for the soak, behind all others."""
    items.sort(key=_waits)


def begin(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """If one of them waits for it."""
    if any(_waits(item) for item in items) and not config.option.collectonly:
        config.stash[SOAKING] = Soaking()


def end(config: pytest.Config) -> None:
    """If it was begun."""
    soaking = config.stash.get(SOAKING, None)
    if soaking is not None:
        soaking.end()


def _waits(item: pytest.Item) -> bool:
    return item.get_closest_marker(MARK) is not None
