"""The real MinIO server, as `make minio` built it, on a free port of loopback, in a folder of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
import urllib3
from minio import MinioAdmin
from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException, MinioException

from deploy.minio_program import built
from storage.objects.address import S3Address
from storage.objects.minio_setup import CANARY, set_up
from storage.objects.s3 import client
from tests.support.ports import free_port

START_S = 30
ROOT_KEY, ROOT_SECRET = "root-of-the-tests", "root-secret-of-the-tests"
APPLICATION_SECRET = "application-secret"
_buckets = count(1)


class MinioServer:
    """A server that can be killed and started again on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def endpoint(self) -> str:
        """Of S3."""
        return f"http://127.0.0.1:{self._port}"

    def on_disk(self, address: S3Address, key: str) -> list[Path]:
        """The server's own files of one object."""
        return sorted(path for path in (self._folder / "objects" / address.bucket / key).rglob("*") if path.is_file())

    def start(self) -> None:
        """Until it answers."""
        if not built().is_file():
            pytest.skip("the MinIO server is not built (make minio)")
        environment = {
            "MINIO_ROOT_USER": ROOT_KEY, "MINIO_ROOT_PASSWORD": ROOT_SECRET, "MINIO_UPDATE": "off",
            "MINIO_BROWSER": "off", "HOME": str(self._folder), "PATH": os.environ["PATH"],
        }  # fmt: skip
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                # A run that is killed leaves no server behind: it ends with its parent.
                ["setpriv", "--pdeathsig", "KILL", built(), "server", self._folder / "objects", "--address",
                 f"127.0.0.1:{self._port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
            )  # fmt: skip
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            assert time.monotonic() < until, f"MinIO does not answer within {START_S} s"
            time.sleep(0.05)

    def _answers(self) -> bool:
        """Asked with a key that it reads from its disk: it says that it is ready before it knows any."""
        with urllib3.PoolManager(timeout=1, retries=False) as http:
            address = self.root("none")
            credentials = StaticProvider(address.access_key, address.secret_key)
            admin = MinioAdmin(
                endpoint=urlsplit(self.endpoint).netloc, credentials=credentials, secure=False, http_client=http
            )
            try:
                admin.user_list()
                client(address, http).bucket_exists("none")
            except (urllib3.exceptions.HTTPError, MinioAdminException, MinioException):
                return False
        return True

    def root(self, bucket: str) -> S3Address:
        """With the root key."""
        return S3Address(self.endpoint, bucket, ROOT_KEY, ROOT_SECRET)

    def bucket(self, deletable: str = CANARY) -> S3Address:
        """A new one, with an application's key of its own."""
        root = self.root(f"test{next(_buckets)}")
        user = f"application-{root.bucket}"
        set_up(root, user, APPLICATION_SECRET, policy=f"policy-{root.bucket}", deletable=deletable)
        return msgspec.structs.replace(root, access_key=user, secret_key=APPLICATION_SECRET)

    def kill(self) -> None:
        """As by a power cut of the process."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Idempotent."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


@contextmanager
def running_minio(folder: Path) -> Iterator[MinioServer]:
    """Started; stopped at the end. Skips the test when it was not built."""
    server = MinioServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
