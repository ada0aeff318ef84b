"""Several hosts on this machine: network namespaces on one bridge, each with an address of its own. Needs root and
iproute2. Nothing leads out of them."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen

from tests.support.namespace import NoNamespace, inside, ip, made_namespace

_CLONE_NEWNET = 0x40000000
_SUBNET = "10.98.8"
_START_S = 60
_STOP_S = 30


class Host:
    """``address``: its own."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address
        self._running: list[tuple[Popen[bytes], Path]] = []

    def begin(self, configuration: Path) -> None:
        """``diemcau up`` with this file."""
        said = configuration.with_suffix(".screen")
        with said.open("wb") as screen:
            process = Popen(
                inside(self.name, sys.executable, "-m", "deploy.cli", "up", "--config", str(configuration)),
                stdin=DEVNULL,
                stdout=screen,
                stderr=STDOUT,
                env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
            )
        self._running.append((process, said))

    def ready(self) -> str:
        """What it said until it was ready."""
        process, said = self._running[-1]
        until = time.monotonic() + _START_S
        while "Ctrl-C" not in (text := said.read_text(encoding="utf8", errors="replace")):
            assert process.poll() is None, text
            assert time.monotonic() < until, text
            time.sleep(0.1)
        return text

    def lose(self) -> None:
        """As a power cut does: everything that runs on it ends without a word."""
        for pid in ip("netns", "pids", self.name).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        for process, _ in self._running:
            process.wait()
        self._running.clear()

    def stop(self) -> None:
        """As Ctrl-C does."""
        for process, said in self._running:
            process.send_signal(signal.SIGINT)
            assert process.wait(_STOP_S) == 0, said.read_text(encoding="utf8", errors="replace")
        self._running.clear()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Inside, sockets that this thread makes are this host's."""
        before = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        try:
            _enter(f"/run/netns/{self.name}")
            yield
        finally:
            _enter(f"/proc/self/fd/{before}")
            os.close(before)


def _enter(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
            raise NoNamespace(f"setns {path}: {os.strerror(ctypes.get_errno())}")
    finally:
        os.close(descriptor)


@contextmanager
def hosts(count: int) -> Iterator[list[Host]]:
    """So many; the last one has the bridge. At the end whatever still runs on them is killed. Raises NoNamespace."""
    with ExitStack() as stack:
        names = [stack.enter_context(made_namespace(f"host{number}")) for number in range(1, count + 1)]
        last = names[-1]
        ip("-n", last, "link", "add", "br0", "type", "bridge")
        found = []
        for number, name in enumerate(names, 1):
            found.append(Host(name, f"{_SUBNET}.{number}"))
            ip("-n", name, "link", "set", "lo", "up")
            if name == last:
                ip("-n", name, "addr", "add", f"{_SUBNET}.{number}/24", "dev", "br0")
                ip("-n", name, "link", "set", "br0", "up")
                continue
            ip("-n", name, "link", "add", "eth0", "type", "veth", "peer", "name", f"port{number}", "netns", last)
            ip("-n", name, "addr", "add", f"{_SUBNET}.{number}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", last, "link", "set", f"port{number}", "master", "br0", "up")
        yield found
