"""Set-up speaks in one line to the person who can act."""

import subprocess
from pathlib import Path

import pytest

from tools import setup


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("npm error code EAI_AGAIN\nnpm error A complete log of this run", "no network"),
        ("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution", "no network"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "certificate is not trusted"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Collecting x\nERROR: No matching distribution found for x==9\n[notice] hint", "No matching distribution"),
        ("", "no output"),
    ],
)
def test_reason_is_read_from_what_the_program_printed(log: str, expected: str) -> None:
    line = setup.reason(log)
    assert expected in line
    assert "\n" not in line


def test_a_failed_step_names_itself_its_reason_and_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "LOGS", tmp_path / "log")
    with pytest.raises(setup.SetupFault, match=r"baking: failed: error: no flour \(see log/setup-bread.log\)"):
        setup.run("bread", "baking", "sh", "-c", "echo error: no flour; exit 3")


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.SetupFault, match="install by hand what Debian calls: python3-venv"):
        setup.apt_install(["python3-venv"])


def test_a_python_that_is_new_enough_is_found_or_its_absence_said(tmp_path: Path) -> None:
    finder = setup.ROOT / "tools" / "find-python"
    found = subprocess.run([finder], capture_output=True, text=True, check=True).stdout.strip()
    assert subprocess.run([found, "-c", "import tomllib"], check=True).returncode == 0


def test_make_lists_its_targets() -> None:
    listing = subprocess.run(["make", "help"], cwd=setup.ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check", "unit", "browser", "bench", "demo", "fmt", "clean"):
        assert f"make {target} " in listing
