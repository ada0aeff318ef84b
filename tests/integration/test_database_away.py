"""PostgreSQL stopped under a live session of the product, and web killed meanwhile: every event is there, once, in
order, and the manifest has them."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

import aiohttp
import psycopg
import pytest

from bridge import commands as c
from bridge.errors import Code, Refusal
from bridge.manifest import parse_manifest
from bridge.media import Source
from bridge.model import Role
from deploy.points import Point, PointPlan
from deploy.time import SystemClock
from tests.support.ports import free_ports
from tests.support.postgres import Postgres, running_postgres
from tests.support.product import Product
from tests.support.room_server import eventually

WITHIN_S = 60.0
SEATS = {
    "chutri": ("Trần Thị Chủ Trì", Role.CHAIR),
    "coquan": ("Phạm Đại Diện Sở", Role.AGENCY),
    "congdan": ("Nguyễn Văn Công Dân", Role.CITIZEN),
}
DONE = ["HandMoved", "FloorGiven", "MicrophoneMoved", "MicrophoneMoved", "ParticipantLost", "ParticipantReturned"]
"""What the test does while the database is away, as events."""


class Live(NamedTuple):
    """A reception under way. ``points``: chair, agency, citizen."""

    product: Product
    url: str
    reception: str
    points: list[Point]


@pytest.fixture
def database() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
async def live(tmp_path: Path, database: Postgres) -> AsyncIterator[Live]:
    url = database.create()
    config = tmp_path / "site.toml"
    config.write_text(f'database_url = "{url}"\n[recording]\nplanned_minutes = 1\n')
    product = Product(tmp_path / "data", free_ports(), ("--config", str(config)))
    await product.start()
    try:
        async with AsyncExitStack() as stack:
            chair = await stack.enter_async_context(product.reader("chutri"))
            reception = await chair.schedule("Database away", dict(SEATS.values()))
            await chair.open_doors(reception)
            points = []
            for code, (login, (seat, _)) in enumerate(SEATS.items(), start=1):
                visitor = await stack.enter_async_context(product.reader(login))
                plan = PointPlan(code, seat, per_second=5.0)
                points.append(Point(plan, partial(visitor.invitation, reception), SystemClock()))
                stack.push_async_callback(points[-1].close)
            for point in points:
                await point.join()
            await points[0].command(c.StartReception("database away"))
            await points[2].until(lambda room: room.state == "live")
            yield Live(product, url, reception, points)
    finally:
        await product.stop()


async def acts(live: Live) -> None:
    """Everything that goes on without a database, and the refusal of what does not."""
    chair, _, citizen = live.points
    assert citizen.room is not None
    me = citizen.room.you
    await citizen.command(c.SetHand(True))
    await chair.command(c.GiveFloor(me))
    await citizen.open(Source.MICROPHONE)
    await chair.command(c.MuteParticipant(me))
    await citizen.drop_line()
    await chair.until(lambda room: room.participants[2].state == "away")
    await citizen.resume()
    with pytest.raises(Refusal) as refused:
        await chair.command(c.CloseReception())
    assert refused.value.code is Code.STORAGE_UNAVAILABLE
    await chair.until(lambda room: [alarm.code for alarm in room.alarms] == ["database_away"])
    async with aiohttp.ClientSession() as anybody, anybody.get(f"{live.product.origin}/healthz") as health:
        parts = (await health.json())["parts"]
    assert (health.status, parts["database"], parts["decisions"]) == (503, "unavailable", "waiting")


async def kill_web(product: Product) -> None:
    """As ``kill -9`` does, by the id of the one process that listens on the port of the pages."""
    children = [Path(f"/proc/{pid}") for pid in product.children()]
    (web,) = [child for child in children if b"\0web\0" in (child / "cmdline").read_bytes()]
    os.kill(int(web.name), signal.SIGKILL)


async def again(point: Point) -> None:
    """Back in the same seat, as soon as web is."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                await point.drop_line()
                await point.resume()
            except Refusal:
                await asyncio.sleep(0.2)
            else:
                return


async def manifest_events(live: Live) -> list[str]:
    """Kinds of the sealed manifest's events, in order."""
    async with asyncio.timeout(WITHIN_S):
        while not (found := list((live.product.folder / "objects").rglob("manifest.json"))):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    manifest = parse_manifest(await asyncio.to_thread(found[0].read_bytes))
    assert [event.at_ns for event in manifest.events] == sorted(event.at_ns for event in manifest.events)
    assert manifest.reception == live.reception
    return [event.kind for event in manifest.events]


def stored(live: Live) -> list[str]:
    """The reception's events in the database, in order; versions without a hole."""
    with psycopg.connect(live.url) as connection:
        rows = connection.execute(
            "SELECT version, event::json->>'type' FROM reception_events WHERE reception = %s ORDER BY version",
            [live.reception],
        ).fetchall()
    assert [version for version, _ in rows] == list(range(1, len(rows) + 1))
    return [kind for _, kind in rows]


def among(kinds: list[str]) -> list[str]:
    """Those that tell what :func:`acts` did, up to where everybody was lost with the killed process."""
    told = [kind for kind in kinds[kinds.index("ReceptionStarted") :] if kind in DONE]
    return told[: len(DONE)]


async def test_web_killed_while_the_database_is_away_loses_no_event(live: Live, database: Postgres) -> None:
    chair = live.points[0]
    database.stop()
    await acts(live)
    (journal,) = (live.product.folder / "journal").rglob("*.jsonl")
    assert journal.read_bytes().count(b"\n") >= len(DONE)
    await kill_web(live.product)
    await asyncio.to_thread(database.start)
    await again(chair)
    await chair.until(lambda room: room.alarms == ())
    await chair.command(c.CloseReception())
    kinds = stored(live)
    assert among(kinds) == DONE
    for kind in ("HandMoved", "FloorGiven", "ReceptionStarted", "ReceptionClosed"):
        assert kinds.count(kind) == 1, kind
    async with asyncio.timeout(WITHIN_S):
        while journal.exists():  # noqa: ASYNC110  the end's intent goes once everybody has been told of the end
            await asyncio.sleep(0.05)
    assert among(await manifest_events(live)) == DONE


async def test_a_database_that_comes_back_gets_everything_once(live: Live, database: Postgres) -> None:
    chair = live.points[0]
    database.stop()
    await acts(live)
    await asyncio.to_thread(database.start)
    await chair.until(lambda room: room.alarms == ())
    await chair.command(c.CloseReception())
    assert among(stored(live)) == DONE
    # who ends it does not wait for the disk
    await eventually(lambda: not list((live.product.folder / "journal").rglob("*.jsonl")))
    assert among(await manifest_events(live)) == DONE
