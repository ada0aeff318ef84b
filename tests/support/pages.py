"""The pages on a real server with a real database and store, and a reader with a cookie jar who sends its forms."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp import web

from bridge.board import WatchedRoom
from bridge.control import ProbeAnswer, ProbeOffer
from bridge.ids import AccountId, AgencyId, BridgePointId, MonoNs, ReceptionId, UtcNs
from bridge.model import Account, Agency, BridgePoint, Level, Role
from bridge.ports import JoinGrant
from bridge.receptions import ReceptionService
from deploy.time import SystemEntropy
from signaling.notices import InProcessNotices
from signaling.tokens import SignedJoinTokens
from storage.build import Storage, StorageConfig
from storage.build import build as build_storage
from storage.secretbox import AesSecretBox
from storage.signing.checker import Signatures
from storage.signing.installation import InstallationKeys
from tests.support.databases import migrated
from tests.support.ports import free_port
from tests.support.signing import own_keys
from web.build import build
from web.catalogues import Catalogues
from web.config import WebConfig, WebPorts
from web.keys import CATALOGUES, OFFICES

PASSWORD = "correct horse battery"


class HandClock:
    """A clock that moves when a test says so. 2026-11-23 02:00 UTC, a Monday morning in Vietnam."""

    def __init__(self) -> None:
        self.now_ns = 1_795_399_200_000_000_000

    def mono(self) -> MonoNs:
        """The same hand."""
        return MonoNs(self.now_ns)

    def utc(self) -> UtcNs:
        """The same hand."""
        return UtcNs(self.now_ns)

    def forward(self, seconds: int) -> None:
        """Later."""
        self.now_ns += seconds * 1_000_000_000


class QuickPasswords:
    """Stands in for argon2id, whose cost is its purpose; the real one has its own test."""

    def hash(self, password: str) -> str:
        """Readable."""
        return f"plain:{password}"

    def verify(self, stored: str, password: str) -> bool:
        """As the real one answers."""
        return stored == f"plain:{password}"


class PassingRemuxer:
    """Gives back what it gets; muxing has its own tests."""

    def __init__(self) -> None:
        self.asked = 0

    async def browser_form(self, container: str, body: bytes) -> tuple[str, bytes]:
        """As WebM."""
        self.asked += 1
        return "video/webm; codecs=vp8", body


class StandingRooms:
    """What a test puts into it; rooms that live have tests of their own."""

    def __init__(self) -> None:
        self.rooms: dict[ReceptionId, WatchedRoom] = {}

    async def address(self, reception: ReceptionId) -> str:
        """Here."""
        return ""

    def watched(self) -> list[WatchedRoom]:
        """All."""
        return list(self.rooms.values())

    def watched_room(self, reception: ReceptionId) -> WatchedRoom | None:
        """By its reception."""
        return self.rooms.get(reception)


@dataclass
class Answer:
    """A page as it was read. ``path``: where the last redirect led."""

    status: int
    text: str
    headers: Mapping[str, str]
    path: str
    body: bytes

    def token(self) -> str:
        """The CSRF token of its forms."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        assert found, self.text
        return found[1]


@dataclass
class Reader:
    """Somebody with a browser."""

    origin: str
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "en"})

    async def __aenter__(self) -> Self:
        self.client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=self.headers)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.close()

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """One request; redirects are followed."""
        async with self.client.request(method, self.origin + path, **options) as answer:
            body = await answer.read()
            return Answer(answer.status, body.decode("utf-8", "replace"), answer.headers, answer.url.path_qs, body)

    async def get(self, path: str, **options: Any) -> Answer:
        """A page."""
        return await self.ask("GET", path, **options)

    async def send(self, path: str, fields: Mapping[str, str], **options: Any) -> Answer:
        """A form, from this very site."""
        headers = {"Origin": self.origin, **options.pop("headers", {})}
        return await self.ask("POST", path, data=dict(fields), headers=headers, **options)

    async def post(self, path: str, body: object, token: str) -> Answer:
        """JSON with the CSRF header."""
        return await self.ask("POST", path, json=body, headers={"X-CSRF-Token": token})

    async def sign_in(self, login: str, password: str = PASSWORD) -> Answer:
        """Through the form, in English; a point's account ends where it was signed in before."""
        answer = await self.send("/sign-in?lang=en", {"login": login, "password": password, "next": "/today"})
        if answer.path.startswith("/sign-in/place"):
            return await self.send("/sign-in/place", {"keep": "here", "next": "/today"})
        return answer

    async def token(self) -> str:
        """The session's CSRF token."""
        return (await self.get("/today")).token()


@dataclass
class Pages:
    """A running installation with four accounts: chair, agency, citizen, archivist."""

    origin: str
    storage: Storage
    clock: HandClock
    config: WebConfig
    ports: WebPorts
    tokens: SignedJoinTokens
    app: web.Application
    keys: InstallationKeys
    rooms: StandingRooms

    def reader(self, **headers: str) -> Reader:
        """A browser of its own."""
        return Reader(self.origin, {"Accept-Language": "en", **headers})

    async def redeem(self, token: str) -> JoinGrant:
        """As the room's socket would."""
        return await self.tokens.redeem(token)


class EchoingNode:
    """Answers every offer with itself."""

    async def probe(self, offer: ProbeOffer) -> ProbeAnswer:
        return ProbeAnswer(offer.sdp)


PEOPLE = (
    ("chair", "Chu Trì", Role.CHAIR, Level.CENTRAL),
    ("agency", "Sở Nông nghiệp", Role.AGENCY, Level.PROVINCE),
    ("citizen", "Nguyễn Văn A", Role.CITIZEN, Level.COMMUNE),
    ("archivist", "Lưu Trữ", Role.ARCHIVIST, Level.CENTRAL),
)


async def furnish(storage: Storage) -> None:
    """Three agencies with a point each, and the accounts."""
    async with storage.units.writing() as unit:
        for level in Level:
            parent = None if level is Level.CENTRAL else AgencyId("office-central")
            await unit.organisation.add_agency(Agency(AgencyId(f"office-{level}"), f"Office {level}", level, parent))
            point = BridgePoint(
                BridgePointId(f"point-{level}"), AgencyId(f"office-{level}"), f"Point {level}", level, ""
            )
            await unit.organisation.add_point(point)
        for login, name, role, level in PEOPLE:
            point_id = None if level is Level.CENTRAL else BridgePointId(f"point-{level}")
            stored = QuickPasswords().hash(PASSWORD)
            roles, agency = frozenset({role}), AgencyId(f"office-{level}")
            await unit.accounts.add(Account(AccountId(f"id-{login}"), login, name, roles, agency, point_id, stored))
        await unit.commit()


@asynccontextmanager
async def serving(
    folder: Path, catalogues: Catalogues | None = None, *, furnished: bool = True, **settings: Any
) -> AsyncIterator[Pages]:
    """An installation on loopback, with its own languages or with these; not ``furnished``: as it is before anybody
    has an account."""
    clock, entropy, rooms = HandClock(), SystemEntropy(), StandingRooms()
    storage = build_storage(StorageConfig(migrated(folder / "pages.db"), folder / "objects"), clock)
    await storage.prepare()
    if furnished:
        await furnish(storage)
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    config = WebConfig(**{"origin": origin, "static": folder / "static", **settings})
    tokens = SignedJoinTokens(storage.units, clock, entropy, key=b"k" * 32, owner="test", valid_s=120)
    keys = own_keys(folder / "signing", clock)
    ports = WebPorts(
        units=storage.units,
        receptions=ReceptionService(storage.units, clock, entropy, InProcessNotices()),
        tokens=tokens,
        rooms=rooms,
        objects=storage.objects,
        signatures=Signatures(),
        known_keys=keys,
        remuxer=PassingRemuxer(),
        passwords=QuickPasswords(),
        secrets=AesSecretBox("secret of the tests", entropy),
        probed=EchoingNode(),
        clock=clock,
        entropy=entropy,
    )
    app = build(config, ports)
    if catalogues is not None:
        app[CATALOGUES] = catalogues
        app[OFFICES].defaults = msgspec.structs.replace(app[OFFICES].defaults, languages=tuple(catalogues.words))
    try:
        async with _listening(app, port):
            yield Pages(origin, storage, clock, config, ports, tokens, app, keys, rooms)
    finally:
        await storage.close()


@asynccontextmanager
async def _listening(app: web.Application, port: int) -> AsyncIterator[None]:
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def another(pages: Pages) -> AsyncIterator[Pages]:
    """A second web process of the same installation: what lies in memory it does not have."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    app = build(replace(pages.config, origin=origin), pages.ports)
    async with _listening(app, port):
        yield replace(pages, origin=origin, app=app)
