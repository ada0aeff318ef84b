"""Two hosts of our own on this machine: one for servers, one for clients, a cable between them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_NETWORK = "10.177.0"
_PREFIX = "dcbench"
"""Then the process id of the bench, a dash, the number of the pair, s or c."""


class Hosts(NamedTuple):
    """Names of the two namespaces and the address in each."""

    server: str
    client: str
    server_address: str
    client_address: str


class NoNamespaces(Exception):
    """Why there are none, in one line."""


@contextmanager
def hosts(number: int = 0) -> Iterator[Hosts]:
    """Pair ``number`` of this bench; made, and removed whatever happens. Raises NoNamespaces."""
    for program, package in (("ip", "iproute2"), ("setpriv", "util-linux")):
        if shutil.which(program) is None:
            raise NoNamespaces(f"no {program} (apt-get install {package})")
    if os.geteuid() != 0:
        raise NoNamespaces("network namespaces need root")
    _remove_stale()
    name = f"{_PREFIX}{os.getpid()}-{number}"
    made = Hosts(f"{name}s", f"{name}c", f"{_NETWORK}.1", f"{_NETWORK}.2")
    try:
        for command in _making(made):
            _ip(command)
        yield made
    finally:
        for namespace in (made.server, made.client):
            _remove(namespace)


def _remove_stale() -> None:
    """Those of a bench that was killed."""
    for path in Path("/run/netns").glob(f"{_PREFIX}*"):
        owner = path.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            _remove(path.name)


def _remove(namespace: str) -> None:
    subprocess.run(["ip", "netns", "delete", namespace], check=False, capture_output=True)


def inside(namespace: str, *command: str) -> list[str]:
    """The command, run in that namespace; the programs before it replace themselves, so its process id is its own.

    It dies with the bench, also when that is killed.
    """
    return ["ip", "netns", "exec", namespace, "setpriv", "--pdeathsig", "KILL", *command]


def _making(made: Hosts) -> list[str]:
    s, c = made.server, made.client
    return [
        f"netns add {s}",
        f"netns add {c}",
        f"link add server netns {s} type veth peer name client netns {c}",
        f"-n {s} address add {made.server_address}/24 dev server",
        f"-n {c} address add {made.client_address}/24 dev client",
        # No link-local addresses: a server that binds them fails while they are tentative.
        f"-n {s} link set server addrgenmode none",
        f"-n {c} link set client addrgenmode none",
        f"-n {s} link set lo up",
        f"-n {c} link set lo up",
        f"-n {s} link set server up",
        f"-n {c} link set client up",
    ]


def _ip(command: str) -> None:
    done = subprocess.run(["ip", *command.split()], check=False, capture_output=True, text=True)
    if done.returncode:
        raise NoNamespaces(f"ip {command}: {done.stderr.strip()}")
