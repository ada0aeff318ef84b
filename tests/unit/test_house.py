"""The house rules that no linter knows: what bridge may import, who owns our names, what no file may say."""

import ast
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bridge", "deploy", "recorder", "sfu", "signaling", "storage", "web")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# What a pure room needs: values, text, numbers, types. No I/O, no clock, no randomness, no event loop.
BRIDGE_MAY_IMPORT = {
    "__future__", "abc", "base64", "binascii", "bisect", "collections", "contextlib", "contextvars", "copy", "csv",
    "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "itertools",
    "json", "math", "msgspec", "operator", "re", "statistics", "string", "struct", "textwrap", "types", "typing",
    "unicodedata",
}  # fmt: skip

FILE_LINES = 400
FUNCTION_LINES = 60


def tracked_files() -> list[Path]:
    """Every file that git knows; an unpacked archive has no git, so there it is a visible skip."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    """Full dotted names, where the import graph knows only the first part of a library's name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_bridge_imports_only_what_a_pure_room_needs() -> None:
    graph = grimp.build_graph("bridge", include_external_packages=True, cache_dir=None)
    inside = {name for name in graph.modules if name.partition(".")[0] == "bridge"}
    outside = {found for module in inside for found in graph.find_modules_directly_imported_by(module)} - inside
    assert outside <= BRIDGE_MAY_IMPORT


def test_recorder_takes_only_the_parsers_of_aiortc() -> None:
    taken = {name for path in python_files("recorder") for name in imported_modules(path) if name.startswith("aiortc")}
    assert [name for name in sorted(taken) if not name.startswith(("aiortc.rtp", "aiortc.codecs"))] == []


def test_no_other_distribution_owns_a_room_name() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {room: set(owners.get(room, [])) - {"diemcau"} for room in ROOMS} == {room: set() for room in ROOMS}


def test_contracts_know_every_room() -> None:
    assert tuple(SETTINGS["tool"]["importlinter"]["root_packages"]) == ROOMS
    assert {room for room in ROOMS if not (ROOT / room / "__init__.py").is_file()} == set()


BANNED = sorted(SETTINGS["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])


def banned_uses(file: str) -> set[str]:
    """Which banned names ruff refuses when all of them are used in ``file``."""
    lines = [f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}" for name in BANNED if "." in name]
    lines += [f"import {name}" for name in BANNED if "." not in name]
    # A class's method cannot be imported; it is used instead.
    source = "\n".join(line for line in lines if "datetime." not in line)
    source += "\nimport datetime\n" + "\n".join(name for name in BANNED if name.startswith("datetime."))
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "check", "--select=TID251", "--output-format=json", f"--stdin-filename={file}", "-"]
    found = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False).stdout
    return {match[1] for fault in json.loads(found) if (match := re.match(r"`([\w.]+)` is banned", fault["message"]))}


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "deploy"])
def test_clock_and_randomness_are_refused_in_every_inner_room(room: str) -> None:
    assert banned_uses(f"{room}/anything.py") == set(BANNED)


def test_only_the_way_in_reads_clock_and_environment() -> None:
    assert banned_uses("deploy/anything.py") == set()


def test_no_tracked_file_names_this_machine_or_a_registry() -> None:
    # Where this checkout lies, as a path from the root: "/src/" must not be found inside "./a/src/b".
    here = "|".join(re.escape(f"{place}/") for place in (ROOT, Path.home()) if str(place) != "/")
    forbidden = re.compile(rf"(?<![\w.@-])({here})|https?://registry\.|--(extra-)?index-url|--find-links")
    faults = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        if path != Path(__file__).resolve() and forbidden.search(text):
            faults.append(str(path.relative_to(ROOT)))
    assert faults == []


def pinned(lock: str) -> dict[str, set[str]]:
    """Names and versions of a lock file; a name may have one version per Python."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


def test_both_locks_agree_and_hold_hashes_but_no_address() -> None:
    run, dev = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run
    for lock in ("requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock"):
        text = (ROOT / lock).read_text("utf-8")
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=sha256:")
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text("utf-8")


def test_every_direct_dependency_is_locked() -> None:
    locked = pinned("requirements-dev.lock")
    project = SETTINGS["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=]", line)[0].lower() for line in wanted}
    assert names - set(locked) == set()


def test_files_and_functions_can_be_read_in_one_sitting() -> None:
    faults = []
    for path in python_files(*ROOMS, "tools", "tests"):
        text = path.read_text("utf-8")
        where = path.relative_to(ROOT)
        if (lines := text.count("\n")) > FILE_LINES:
            faults.append(f"{where}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                faults += [f"{where}:{node.lineno} {node.name}: {length} lines"] * (length > FUNCTION_LINES)
    assert faults == []
