"""Galène, where its program is given: Debian has none. ``GALENE=path make bench ONLY=forward``."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from tests.bench.door_galene import GROUP
from tests.bench.namespaces import inside
from tests.bench.processes import running
from tests.bench.serving import Place, Server, Skipped, listens, nothing_more

_PORT = 8443
_MEDIA_PORT = 20_000
_ANYBODY = {
    "wildcard-user": {"password": {"type": "wildcard"}, "permissions": "present"},
    "codecs": ["vp8", "opus"],
}


@asynccontextmanager
async def galene(place: Place) -> AsyncIterator[Server]:
    """One UDP port, no relay, no certificate; everybody may publish."""
    program = shutil.which(os.environ.get("GALENE", ""))
    if program is None:
        raise Skipped("not given (GALENE=path of its program)")
    folder = place.folder / "galene"
    for name in ("data", "groups", "static"):
        (folder / name).mkdir(parents=True)
    (folder / "groups" / f"{GROUP}.json").write_bytes(msgspec.json.encode(_ANYBODY))
    options = (
        "-insecure", "-http", f"{place.hosts.server_address}:{_PORT}", "-turn", "", "-udp-range", str(_MEDIA_PORT),
        "-data", str(folder / "data"), "-groups", str(folder / "groups"), "-static", str(folder / "static"),
    )  # fmt: skip
    command = inside(place.hosts.server, program, *options)
    async with running("galene", command, place.folder) as process:
        await listens(process, _PORT)
        yield Server(process, f"ws://{place.hosts.server_address}:{_PORT}/ws", nothing_more)
