"""A real PostgreSQL server, as a user that is not root, on a free port, in a folder of its own that goes with it."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.support.ports import free_port

START_S = 30
_names = count(1)


def programs() -> Path:
    """Where Debian puts the server's programs; the newest. Skips the test when there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    return Path(found[-1]).parent


class Postgres:
    """A server that can be killed and started again on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._programs = programs()
        self._process: subprocess.Popen[bytes] | None = None
        # The server refuses to run as root, and so it should.
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    def initialise(self) -> None:
        """Make its folder. In the Vietnamese order of letters, so that what needs another has to say so."""
        if os.geteuid() == 0:
            shutil.chown(self._folder, self._user)
        locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi")
        made = subprocess.run(
            [*self._as_user("TERM"), self._programs / "initdb", "-D", self._folder / "db", "-U", "diemcau", "-A",
             "trust", "--no-sync", *locale],
            cwd=self._folder, capture_output=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr.decode()

    def start(self) -> None:
        """Until it answers."""
        settings = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}", "fsync=off")
        with (self._folder.parent / f"{self._folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._as_user("INT"), self._programs / "postgres", "-D", self._folder / "db", "-p", str(self._port),
                 *(word for setting in settings for word in ("-c", setting))],
                cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, "PostgreSQL ended at its start"
            assert time.monotonic() < until, f"PostgreSQL does not answer within {START_S} s"
            time.sleep(0.05)

    def _as_user(self, parent_died: str) -> tuple[str, ...]:
        """A run that is killed leaves no server behind: it ends with its parent."""
        change = ("--reuid", self._user, "--regid", self._user, "--clear-groups") if os.geteuid() == 0 else ()
        return ("setpriv", *change, "--pdeathsig", parent_died)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """As the configuration has it."""
        return f"postgresql://diemcau@127.0.0.1:{self._port}/{database}"

    def local_url(self, url: str) -> str:
        """The same database by the server's socket file, which is there in every network namespace too."""
        return f"postgresql://diemcau@/{url.rpartition('/')[2]}?host={self._folder}&port={self._port}"

    def create(self, template: str = "template1") -> str:
        """A new database's address."""
        name = f"test{next(_names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"'.encode())
        return self.url(name)

    def kill(self) -> None:
        """As by a power cut: no process of it gets to say anything."""
        process = self._running()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, children)):
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Idempotent; connections are cut."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Started; stopped and removed at the end. Skips the test when the machine has none."""
    # Not below pytest's own folder, which only root may enter.
    with tempfile.TemporaryDirectory(prefix="diemcau-pg-") as place:
        os.chmod(place, 0o711)  # noqa: S103  another user's server lies in it
        folder = Path(place) / "server"
        folder.mkdir()
        server = Postgres(folder)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
