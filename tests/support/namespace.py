"""A network of its own on this machine: a namespace with one address besides loopback. Needs root and iproute2."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

ADDRESS = "10.98.7.1"
"""Private, and inside the namespace only."""


def why_none() -> str | None:
    """Why no namespace can be made here; None when it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    made = _ip("netns", "list", check=False)
    return None if made.returncode == 0 else "network namespaces need iproute2"


@contextmanager
def namespace() -> Iterator[str]:
    """Its name. Loopback and ADDRESS are up; nothing leads out."""
    name = f"diemcau{os.getpid()}"
    _ip("netns", "add", name)
    try:
        for command in (
            "link set lo up",
            "link add v0 type veth peer name v1",
            f"addr add {ADDRESS}/24 dev v0",
            "link set v0 up",
            "link set v1 up",
        ):
            _ip("-n", name, *command.split())
        yield name
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("netns", "del", name)


def inside(name: str, *command: str) -> tuple[str, ...]:
    """The command as it runs in the namespace."""
    return ("ip", "netns", "exec", name, *command)


def _ip(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ip", *arguments], check=check, capture_output=True)
