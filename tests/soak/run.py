"""The run: the product started, a short reception, then the long one, looked at all the while."""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import msgspec
from aiortc import RTCCertificate

from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import ReceptionId
from bridge.model import Account, Agency, Level, ReceptionKind, Role, Seat
from bridge.ports import JoinGrant
from bridge.receptions import ReceptionService
from deploy import configuration as conf
from deploy.folder import DataFolder
from deploy.stores import opened
from deploy.time import SystemClock, SystemEntropy
from deploy.webprocess import signaling_config
from recorder.places import way_to
from sfu.client import HttpMediaNode
from signaling.notices import InProcessNotices
from signaling.tokens import SignedJoinTokens
from storage.build import Storage
from tests.bench.figures import Usage, usage
from tests.soak.look import Look, ask_look
from tests.soak.point import SoakPoint
from tests.soak.verdict import Flow, Outside, Part, Seen, left
from tests.support.ports import free_ports
from tests.support.product import Product
from tests.support.receptions import AGENCY, KEEPER, seat

PARTS = ("web", "sfu", "recorder", "jobs")
POINTS = 10
_WARM_S = 20.0
_OUTSIDE_S = 5.0
_INSIDE_S = 60.0
_HAND_S = 3.0
_WITHIN_S = 60.0
_log = logging.getLogger("soak")


class Soak:
    """``tokens`` are minted as the pages of the product would."""

    def __init__(self, product: Product, folder: Path, storage: Storage, client: aiohttp.ClientSession) -> None:
        clock, entropy = SystemClock(), SystemEntropy()
        configuration = conf.load(None, {"data": str(product.folder), "web.port": product.port}, {})
        config = signaling_config(configuration, DataFolder(product.folder))
        self._tokens = SignedJoinTokens(
            storage.units, clock, entropy, key=config.key, owner=config.owner, valid_s=config.token_s
        )
        self._receptions = ReceptionService(storage.units, clock, entropy, InProcessNotices())
        self._product = product
        self._looks = folder
        self._storage = storage
        self._client = client
        self._clock = clock
        self._certificate = RTCCertificate.generateCertificate()
        self.seats: list[Seat] = []

    async def seat_people(self) -> None:
        """A chair and nine agencies, each with an account."""
        self.seats = [
            seat(f"point{number}", Role.AGENCY if number else Role.CHAIR, Level.PROVINCE if number else Level.CENTRAL)
            for number in range(POINTS)
        ]
        async with self._storage.units.writing() as unit:
            await unit.organisation.add_agency(Agency(AGENCY, "Office", Level.CENTRAL, None))
            for one in self.seats:
                await unit.accounts.add(
                    Account(one.account, one.name, one.name, frozenset({one.role}), AGENCY, None, "")
                )
            await unit.commit()

    def pids(self) -> dict[str, int]:
        """Of the parts."""
        return {name: int((self._looks / f"{name}.pid").read_text()) for name in PARTS}

    async def looks(self) -> dict[str, Look]:
        """One of each part, one after the other."""
        return {name: await ask_look(self._looks, name, pid) for name, pid in self.pids().items()}

    def outside(self) -> dict[str, Usage]:
        """Of each part."""
        return {name: usage(pid) for name, pid in self.pids().items()}

    @asynccontextmanager
    async def reception(self, title: str) -> AsyncIterator[list[SoakPoint]]:
        """Everybody there, sending and receiving everybody; closed, sealed and everybody gone at the end."""
        points = [SoakPoint(number, self._certificate) for number in range(POINTS)]
        async with AsyncExitStack() as stack:
            planned = await self._planned(title)
            for point, one in zip(points, self.seats, strict=True):
                grant = JoinGrant(planned, one.id, one.account)
                await point.enter(self._client, self._product.origin, self._tokens.mint(grant))
                stack.push_async_callback(point.close)
            await self._begin(points)
            yield points
            await points[0].command(type="CloseReception", reason="")
            await self._sealed(planned)
            stack.pop_all()
            for point in points:
                await point.close()

    async def _planned(self, title: str) -> ReceptionId:
        command = ScheduleReception(
            title, AGENCY, "Office", ReceptionKind.REGULAR, self._clock.utc(), tuple(self.seats), ()
        )
        planned = await self._receptions.schedule(KEEPER, command)
        await self._receptions.execute(KEEPER, planned.id, OpenDoors())
        return planned.id

    async def _begin(self, points: Sequence[SoakPoint]) -> None:
        for point in points:
            await point.publish()
            await point.command(type="SetCamera", on=True)
        await points[0].command(type="StartReception", override="soak", without_centre=False)
        for point in points:
            if point.number:
                await points[0].command(type="GiveFloor", participant=point.participant)
            await point.command(type="SetMicrophone", open=True)
        async with asyncio.timeout(_WITHIN_S):
            while any(point.tracks < 2 * (POINTS - 1) for point in points):  # noqa: ASYNC110  each answers by itself
                await asyncio.sleep(0.1)

    async def _sealed(self, reception: ReceptionId) -> None:
        async with asyncio.timeout(_WITHIN_S):
            while True:
                async with self._storage.units.reading() as unit:
                    rows = await unit.recordings.all()
                if any(row.reception == reception and row.manifest_key for row in rows):
                    return
                await asyncio.sleep(0.5)

    async def empty(self) -> dict[str, Look]:
        """Once nobody is on the node and what ends late has ended."""
        async with asyncio.timeout(_WITHIN_S):
            while (await self.node())["rooms"]:  # noqa: ASYNC110  it has to be asked
                await asyncio.sleep(0.5)
        await asyncio.sleep(_WARM_S)
        await self.looks()  # what looking itself makes, once
        return await self.looks()

    async def node(self) -> dict[str, int]:
        """Its own counts."""
        node = HttpMediaNode(way_to(DataFolder(self._product.folder).socket("sfu")))
        try:
            figures = await node.figures()
        finally:
            await node.close()
        health = figures.health
        return {
            "rooms": health.rooms,
            "participants": health.participants,
            "received": figures.received,
            "forwarded": figures.forwarded,
            "dropped": figures.dropped,
        }


async def soaked(folder: Path, minutes: float) -> Seen:
    """Everything. Raises what went wrong."""
    command = (sys.executable, "-m", "tests.soak.up", str(folder), "up")
    product = Product(folder / "data", free_ports(), ("--workers", "1"), command=command)
    await product.start()
    try:
        configuration = conf.load(None, {"data": str(product.folder), "web.port": product.port}, {})
        async with opened(configuration, DataFolder(product.folder)) as storage, aiohttp.ClientSession() as client:
            return await _soaked(Soak(product, folder, storage, client), minutes)
    finally:
        await product.stop()


async def _soaked(soak: Soak, minutes: float) -> Seen:
    await soak.seat_people()
    async with soak.reception("warm"):
        await asyncio.sleep(_WARM_S)
    seen = Seen(minutes, {name: Part(look) for name, look in (await soak.empty()).items()}, Flow(), {})
    _log.info("warm")
    async with soak.reception("long") as points:
        await _watched(soak, points, seen)
        _count(points, seen.flow)
    await soak.empty()
    await _ended(soak, seen.parts)
    seen.node = await soak.node()
    return seen


async def _ended(soak: Soak, parts: dict[str, Part]) -> None:
    """Until nothing is left: a line of a control API is kept for a while by who asked. What is leaked never ends."""
    until = time.monotonic() + _WITHIN_S
    while time.monotonic() < until:
        for name, look in (await soak.looks()).items():
            parts[name].after = look
        if not any(map(left, parts.values())):
            return
        await asyncio.sleep(_OUTSIDE_S)


async def _watched(soak: Soak, points: Sequence[SoakPoint], seen: Seen) -> None:
    began, own = time.monotonic(), time.process_time()
    over = asyncio.Event()
    hands = asyncio.create_task(_hands(points, over))
    try:
        inside_s = _INSIDE_S
        while (at := time.monotonic() - began) < seen.minutes * 60 + 1:
            for name, used in soak.outside().items():
                seen.parts[name].outside.append(Outside(round(at, 1), used.cpu_s, used.rss_mb))
            if at >= inside_s:
                inside_s += _INSIDE_S
                for name, look in (await soak.looks()).items():
                    seen.parts[name].inside.append(msgspec.structs.replace(look, at_s=round(at, 1)))
                _tell(at, seen)
            await asyncio.sleep(_OUTSIDE_S)
    finally:
        over.set()
        await hands
    seen.flow.others_cpu_s = time.process_time() - own


async def _hands(points: Sequence[SoakPoint], over: asyncio.Event) -> None:
    """Somebody raises a hand, and takes it down again: every view of the room anew, and a row in the database."""
    turn = 0
    while not over.is_set():
        point = points[1 + turn // 2 % (len(points) - 1)]
        await point.command(type="SetHand", raised=turn % 2 == 0)
        turn += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(_HAND_S):
                await over.wait()


def _count(points: Sequence[SoakPoint], flow: Flow) -> None:
    flow.sent = sum(one.packets for point in points for one in point.sending)
    flow.came = sum(point.came.packets for point in points)
    flow.missing = sum(point.came.missing for point in points)
    flow.repeated = sum(point.came.repeated for point in points)
    flow.pictures_asked = sum(point.pictures_asked for point in points)
    flow.least_tracks = min(point.tracks for point in points)


def _tell(at: float, seen: Seen) -> None:
    said = (
        f"{name} {part.outside[-1].rss_mb:.1f} MB, {part.inside[-1].blocks} blocks, "
        f"{part.inside[-1].heap // 1000} kB, {part.outside[-1].cpu_s:.1f} s"
        for name, part in seen.parts.items()
    )
    _log.info("%4.0f s: %s", at, " · ".join(said))
