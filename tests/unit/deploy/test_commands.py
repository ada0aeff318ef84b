"""The commands' options, and how nodes are listed."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.core import TyperGroup

from bridge.repositories import NodeRow
from deploy.cli import app
from deploy.nodes import listing
from deploy.toptables import WIDE


def commands(inside: Any, name: str = "diemcau") -> Iterator[tuple[str, Any]]:
    """Typer has its own click, without public types."""
    if isinstance(inside, TyperGroup):
        for word, one in inside.commands.items():
            yield from commands(one, f"{name} {word}")
    else:
        yield name, inside


ALL = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", sorted(ALL))
def test_whoever_takes_a_data_folder_takes_the_port_that_belongs_to_it(name: str) -> None:
    options = {word for one in ALL[name].params for word in one.opts}
    assert ("--data" in options) is ("--port" in options)


ROWS = [
    NodeRow("sfu-1", "sfu", "unix:/x", "192.168.100.100:8081", 1_795_000_000 * 10**9, 0.35, 12, 214, "1.2.0"),
    NodeRow("node-of-the-second-hall-2", "sfu", "h:1", "192.168.100.101:8082", 0, 0.0, 0, 0, "1.2.0", draining=True),
]


def shown(width: int) -> list[str]:
    console = Console(file=StringIO(), width=width)
    console.print(listing(ROWS, width))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_eighty_columns_are_enough_for_what_one_drains_by() -> None:
    head, first, second = shown(80)
    assert "state" in head
    assert "takes rooms" in first
    assert second.startswith("node-of-the-second-hall-2 ")
    assert "drained" in second
    assert "…" not in head + first + second


def test_a_file_has_room_for_everything() -> None:
    head, first, _ = shown(WIDE)
    assert head.split() == ["node", "media", "rooms", "people", "core", "state", "heard", "of", "(UTC)", "version"]
    assert "192.168.100.100:8081" in first
    assert "35%" in first


def test_without_nodes_that_is_said() -> None:
    console = Console(file=StringIO(), width=80)
    console.print(listing([], 80))
    assert isinstance(console.file, StringIO)
    assert "no media node" in console.file.getvalue()
