"""What no log may say: nobody hands a name, a code, a token or somebody's words to a logger."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bridge", "deploy", "recorder", "sfu", "signaling", "storage", "web")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
FORBIDDEN = {
    "agenda", "auth", "body", "code", "cookies", "display", "headers", "invitation", "label", "login", "message",
    "name", "note", "office", "password", "people", "person", "plan", "purpose", "reason", "sdp", "secret", "text",
    "title", "token",
}  # fmt: skip
NAMES_OF_THINGS = {
    ("deploy/jobs.py", "job", "name"),
    ("deploy/renders.py", "", "note"),
    ("deploy/supervisor.py", "", "code"),
    ("deploy/supervisor.py", "", "name"),
    ("deploy/supervisor.py", "part", "name"),
    ("recorder/recorder.py", "folder", "name"),
}
"""By file, owner and word: parts of the program, how they ended, folders, faults of stored files."""
SYNTHETIC = "deploy/points/"
"""Points of demo and training: nobody is behind their names."""


def logged(path: Path) -> Iterator[ast.Call]:
    """Every call of a logger in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            holder = node.func.value
            if isinstance(holder, ast.Name) and holder.id in ("log", "_log"):
                yield node


def words(call: ast.Call) -> Iterator[tuple[str, str]]:
    """(owner, name) of whatever is handed in: ``seat.name``, ``token``."""
    for argument in call.args:
        for node in ast.walk(argument):
            if isinstance(node, ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                yield owner, node.attr
            elif isinstance(node, ast.Name):
                yield "", node.id


def found(root: Path = ROOT) -> list[str]:
    faults = []
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            place = path.relative_to(root).as_posix()
            if place.startswith(SYNTHETIC):
                continue
            for call in logged(path):
                for owner, name in words(call):
                    if name in FORBIDDEN and (place, owner, name) not in NAMES_OF_THINGS:
                        faults.append(f"{place}:{call.lineno} {owner}.{name}")
    return faults


def test_no_logger_is_handed_what_people_are_called_or_say() -> None:
    assert found() == []


def test_the_look_finds_them(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "x.py").write_text("log.info('%s %s', seat.name, token)\n_log.error('%s', message.text)\n")
    assert found(tmp_path) == [
        "web/x.py:1 seat.name",
        "web/x.py:1 .token",
        "web/x.py:2 message.text",
        "web/x.py:2 .message",
    ]
