"""A real coturn on a free port of loopback, with the REST scheme's secret, that relays to loopback and nowhere else."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aioice import stun

from tests.support.ports import free_port

SECRET = "a-secret-of-this-test-alone"
START_S = 30


class Coturn:
    """``port``: UDP and TCP."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._log = folder / "coturn.log"

    @property
    def url(self) -> str:
        """As browsers are told."""
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    @property
    def log(self) -> str:
        """What it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running_coturn(folder: Path) -> Iterator[Coturn]:
    """Started; stopped at the end. Skips the test when the machine has none."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("coturn is not installed (Debian's package coturn)")
    relay = Coturn(folder, free_port())
    settings = (
        "-n", "--no-cli", "--no-tls", "--no-dtls", "--no-rfc5780", "--allow-loopback-peers", "--use-auth-secret",
        "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--realm=diemcau", "--verbose",
        "--denied-peer-ip=0.0.0.0-126.255.255.255", "--denied-peer-ip=128.0.0.0-255.255.255.255",
        f"--listening-port={relay.port}", f"--static-auth-secret={SECRET}",
        f"--userdb={folder / 'turndb'}", f"--pidfile={folder / 'coturn.pid'}", "--log-file=stdout", "--simple-log",
    )  # fmt: skip
    with (folder / "coturn.log").open("wb") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", program, *settings], cwd=folder, stdout=log, stderr=log
        )
    try:
        _until_it_answers(relay, process)
        yield relay
    finally:
        process.terminate()
        process.wait(START_S)


def _until_it_answers(relay: Coturn, process: subprocess.Popen[bytes]) -> None:
    request = bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST))
    until = time.monotonic() + START_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.1)
        asking.connect(("127.0.0.1", relay.port))
        while True:
            assert process.poll() is None, f"coturn ended at its start:\n{relay.log}"
            assert time.monotonic() < until, f"coturn does not answer within {START_S} s:\n{relay.log}"
            try:
                asking.send(request)
                asking.recv(2_048)
                return
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.05)
