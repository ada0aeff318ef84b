"""PROTOCOL.md against the code, name by name: events, commands, addresses, frames, and the fields of every struct that
it spells out. What was added or taken away without a word there is found here."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import msgspec
import pytest
from aiohttp import web

from bridge import control, linetests, media, recorder_control, tap
from bridge.commands import RoomCommand
from bridge.control import NodeEvent
from bridge.recorder_control import RecorderEvent
from recorder.api import ControlServer
from sfu.api import application
from signaling import wire
from signaling.access import ASKED
from signaling.views import ROOM_ACTIONS
from web import linewire
from web import wire as pages
from web.api import wire as api

TEXT = (Path(__file__).parents[2] / "PROTOCOL.md").read_text(encoding="utf-8")
MODULES: tuple[ModuleType, ...] = (wire, control, recorder_control, tap, media, pages, api, linewire, linetests)
SPELT = re.compile(r"`([A-Z]\w+) \{([^}`]*)\}")
SERVER_EVENT = re.compile(r"[Ee]vents? ``(\w+)``")


def table(head: str, behind: str = "") -> list[list[str]]:
    """Cells of the rows of the first table with this head after that text."""
    begin = TEXT.index(head, TEXT.index(behind))
    lines = TEXT[begin:].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def structs() -> dict[str, type[msgspec.Struct]]:
    found: dict[str, type[msgspec.Struct]] = {}
    for module in MODULES:
        for name, one in vars(module).items():
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                found[name] = one
    return found


def spelt() -> Iterator[tuple[str, str]]:
    return ((name, fields) for name, fields in SPELT.findall(TEXT) if name in structs())


@pytest.mark.parametrize(("name", "fields"), sorted(set(spelt())))
def test_a_struct_that_is_spelt_out_has_these_fields(name: str, fields: str) -> None:
    assert [one.strip() for one in fields.split(",")] == list(structs()[name].__struct_fields__)


def test_what_a_client_sends() -> None:
    rows = Counter(name for row in table("| event | body | answer | |") for name in named(row[0]))
    assert rows == Counter(ASKED.keys())


def test_what_the_server_sends() -> None:
    told = {name for one in wire.WIRE for name in SERVER_EVENT.findall(one.__doc__ or "")} - ASKED.keys()
    rows = Counter(name for row in table("| event | body | |", "### What the server sends") for name in named(row[0]))
    assert rows == Counter(told)


def test_commands() -> None:
    commands = {one.__name__: set(one.__struct_fields__) for one in get_args(RoomCommand)}
    rows = {named(row[0])[0]: set(named(row[1])) for row in table("| type | fields | who | |")}
    assert rows == commands


def test_what_may_be_asked_is_named() -> None:
    said = re.search(r"`may`: the actions open to your role \(([^)]*)\)", TEXT)
    assert said is not None
    assert set(named(said[1])) == {str(action) for action in ROOM_ACTIONS}


def requests(behind: str) -> Counter[str]:
    return Counter(name for row in table("| request |", behind) for name in named(row[0]))


def routes(app: web.Application) -> Counter[str]:
    return Counter(f"{one.method} {one.resource.canonical}" for one in app.router.routes() if one.resource is not None)


def without_heads(found: Counter[str]) -> Counter[str]:
    return Counter({name: count for name, count in found.items() if not name.startswith("HEAD ")})


def test_addresses_of_a_media_node() -> None:
    node: Any = None  # its routes are asked for, it is not
    assert requests("**A media node**") == without_heads(routes(application(node)))


def test_addresses_of_a_recorder() -> None:
    recorder: Any = None
    app = web.Application()
    app.add_routes(ControlServer(recorder, "unix:/none", "")._routes())  # noqa: SLF001  without a listener
    assert requests("**A recorder**") == without_heads(routes(app))


def test_events_of_node_and_recorder() -> None:
    events = {one.__name__: set(one.__struct_fields__) for one in get_args(NodeEvent) + get_args(RecorderEvent)}
    rows = {named(row[0])[0]: set(named(row[1])) for row in table("| type | fields | |")}
    assert rows == events


def test_frames_of_the_tap() -> None:
    rows = {named(row[0])[0]: int(row[1].partition(",")[0]) for row in table("| kind | | body |")}
    assert rows == {kind.name: kind.value for kind in tap.FrameKind}
