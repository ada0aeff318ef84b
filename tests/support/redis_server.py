"""A real Redis server on a free port of loopback, in a folder of its own; nothing of it is kept."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import free_port

START_S = 30


class RedisServer:
    """Can be ended and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed (Debian's package redis-server)")
        self._program = program
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As the configuration has it."""
        return f"redis://127.0.0.1:{self._port}"

    @property
    def local_url(self) -> str:
        """By its socket file, which is there in every network namespace too."""
        return f"unix://{self._folder}/redis.sock"

    def start(self) -> None:
        """Until it answers."""
        place = ("--bind", "127.0.0.1", "--port", str(self._port), "--unixsocket", f"{self._folder}/redis.sock")
        options = (*place, "--save", "", "--dir", str(self._folder))
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", self._program, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, "redis-server ended at its start"
            assert time.monotonic() < until, f"redis-server does not answer within {START_S} s"
            time.sleep(0.02)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Inside, connections stand and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Idempotent; connections are cut."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Started; ended at the end. Skips the test when there is none."""
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
