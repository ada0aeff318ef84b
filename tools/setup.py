"""Set-up steps behind the Makefile: one line when a step starts, one line when it cannot go on.

Runs on the machine's own Python before any library is there, so the standard library only. What a
program printed lies in build/log/; the reason shown is read from there.
"""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOGS = ROOT / "build" / "log"

# What the tests need from Debian: a package and the file (a pattern) that shows it is there.
TEST_PACKAGES = {
    "chromium": "/usr/bin/chromium",
    "coturn": "/usr/bin/turnserver",
    "firefox-esr": "/usr/bin/firefox-esr",
    # A face with every Vietnamese letter, so that pictures of pages look like an office's.
    "fonts-noto-core": "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "iproute2": "/sbin/ip",
    # The Node inside Playwright is linked against it; a small Debian has none.
    "libatomic1": "/usr/lib/*/libatomic.so.1",
    "nftables": "/usr/sbin/nft",
    "postgresql": "/usr/lib/postgresql/*/bin/initdb",
    "redis-server": "/usr/bin/redis-server",
}

NETWORK_SIGNS = (
    "name resolution", "name or service not known", "could not resolve", "temporary failure",
    "network is unreachable", "connection refused", "connection timed out", "read timed out",
    "newconnectionerror", "enotfound", "eai_again", "econnrefused", "etimedout", "econnreset",
)  # fmt: skip


class SetupFault(Exception):
    """A step cannot go on; the text says what is missing and what to do."""


def reason(log: str) -> str:
    """The one line of a program's output that tells a person why it failed."""
    lowered = log.lower()
    if any(sign in lowered for sign in NETWORK_SIGNS):
        return "no network, or the package registry does not answer"
    if "certificate" in lowered or "_cert_" in lowered:
        return "the package registry's certificate is not trusted (PIP_CERT, NODE_EXTRA_CA_CERTS)"
    if "no space left" in lowered:
        return "the disk is full"
    if "permission denied" in lowered:
        return "permission denied in this folder"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["no output"])[-1][:200]


def run(step: str, what: str, *command: str | Path, **environment: str) -> None:
    """Run one program quietly; raises SetupFault with its reason when it fails."""
    print(f"set-up: {what}", flush=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"setup-{step}.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, **environment}, check=False,
        )  # fmt: skip
    if done.returncode:
        why = reason(log.read_text(errors="replace"))
        raise SetupFault(f"{what}: failed: {why} (see {log.relative_to(ROOT)})")


def apt_install(packages: list[str]) -> None:
    """Install Debian packages; raises SetupFault when this machine or user cannot."""
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise SetupFault(f"this machine has no apt; install by hand what Debian calls: {wanted}")
    if os.geteuid() != 0:
        raise SetupFault(f"not root; ask for: apt-get install {wanted}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-update", "reading Debian's package lists", "apt-get", "update", **quiet)
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    run("apt", f"installing Debian packages: {wanted}", *install, **quiet)


def make_environment() -> None:
    """Make .venv from the Python that runs this; on Debian its venv module is a package apart."""
    if importlib.util.find_spec("ensurepip") is None:
        print("set-up: this Python has no venv module (Debian's package python3-venv)", flush=True)
        apt_install(["python3-venv"])
    version = ".".join(map(str, sys.version_info[:3]))
    what = f"making .venv with Python {version}"
    run("venv", what, sys.executable, "-m", "venv", "--clear", VENV)


def pip_install(step: str, what: str, *arguments: str) -> None:
    """Run the environment's own pip."""
    pip = ("-m", "pip", "--disable-pip-version-check", "install")
    run(step, what, VENV / "bin" / "python", *pip, *arguments)


def install_locked(lock: str, what: str) -> None:
    """Install exactly what a lock names, every file checked against its hash."""
    locked = ("--require-hashes", "--only-binary", ":all:", "-r", lock)
    pip_install(Path(lock).stem, f"installing {what} ({lock})", *locked)


def install_program() -> None:
    """The run-time libraries, then this checkout itself as an editable install."""
    install_locked("requirements.lock", "Python packages")
    editable = ("--no-deps", "--no-build-isolation", "-e", ".")
    pip_install("diemcau", "installing the command diemcau", *editable)


def install_developer_tools() -> None:
    """Linters, type checker and test libraries."""
    install_locked("requirements-dev.lock", "developer tools")


def install_fuzzer() -> None:
    """What `make fuzz` needs beside them."""
    install_locked("requirements-fuzz.lock", "the fuzzer")


def install_client_packages() -> None:
    """What the browser client is built from and with, exactly as package-lock.json names it."""
    npm = ROOT / "tools" / "npm"
    run("npm", "installing client packages (package-lock.json)", npm, "ci", "--no-progress")


def install_test_programs() -> None:
    """Browsers, fonts and network tools of the tests; without them their tests are skipped.

    In CI a missing program is a fault: a skipped browser test must not look like a green one.
    """
    missing = [name for name, proof in TEST_PACKAGES.items() if not glob.glob(proof)]
    if not missing:
        return
    try:
        apt_install(missing)
    except SetupFault as fault:
        if os.environ.get("CI"):
            raise
        print(f"set-up: {fault}; tests that need them will be skipped", flush=True)


STEPS: dict[str, Callable[[], None]] = {
    "environment": make_environment,
    "program": install_program,
    "developer-tools": install_developer_tools,
    "fuzzer": install_fuzzer,
    "client-packages": install_client_packages,
    "test-programs": install_test_programs,
}


def main(arguments: list[str]) -> int:
    """Run the named steps in order; exit code 1 and one line at the first that cannot go on."""
    try:
        for name in arguments:
            STEPS[name]()
    except SetupFault as fault:
        print(f"set-up: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
