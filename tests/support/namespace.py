"""A network of its own on this machine: a namespace with one address besides loopback. Needs root and iproute2."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

ADDRESS = "10.98.7.1"
"""Private, and inside the namespace only."""


class NoNamespace(Exception):
    """Why none can be made here, in one line."""


@contextmanager
def namespace() -> Iterator[str]:
    """Its name. Loopback and ADDRESS are up; nothing leads out. At the end whatever still runs in it is killed.

    Raises NoNamespace.
    """
    with made_namespace("") as name:
        for command in (
            "link set lo up",
            "link add v0 type veth peer name v1",
            f"addr add {ADDRESS}/24 dev v0",
            "link set v0 up",
            "link set v1 up",
        ):
            ip("-n", name, *command.split())
        yield name


@contextmanager
def made_namespace(suffix: str) -> Iterator[str]:
    """Its name; there is nothing in it. Raises NoNamespace."""
    if shutil.which("ip") is None:
        raise NoNamespace("network namespaces need iproute2 (apt-get install iproute2)")
    if os.geteuid() != 0:
        raise NoNamespace("network namespaces need root")
    name = f"diemcau{os.getpid()}{suffix}"
    ip("netns", "add", name)
    try:
        yield name
    finally:
        for process in ip("netns", "pids", name).split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        ip("netns", "del", name)


def inside(name: str, *command: str) -> tuple[str, ...]:
    """The command as it runs in the namespace."""
    return ("ip", "netns", "exec", name, *command)


def ip(*arguments: str) -> str:
    """What iproute2 says. Raises NoNamespace."""
    done = subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise NoNamespace(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
