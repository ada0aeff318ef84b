"""What the pages need to know and whom they need to ask; ``deploy`` fills both in and hands them to ``build``."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bridge.errors import NotFound
from bridge.figures import Lateness
from bridge.linetests import SECONDS
from bridge.ports import (
    Clock,
    Entropy,
    JoinTokens,
    LiveRooms,
    ObjectStore,
    PasswordHasher,
    ProbedNode,
    Remuxer,
    SecretBox,
)
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from bridge.signing import KnownKeys, SignatureChecker
from bridge.turn import NO_RELAYS, TurnRelays

Probe = Callable[[], Awaitable[object]]
"""Answers when the part is well, raises :class:`bridge.errors.Unavailable` when not (``node.health``). A string is its
own word for how it is, ``ok`` when well."""


async def _no_part(name: str) -> bytes:
    raise NotFound(detail=f"no part {name}")


STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebConfig:
    """Settings of the pages.

    ``origin``: scheme, host and port people type, ``https://diem-cau.example:8443``; decides cookies and links.
    ``hosts``: further ``host[:port]`` values the Host header may carry (``localhost:8443``).
    ``socket_origins``: where rooms' sockets answer besides the page's own origin, where there are several processes.
    ``turn``: relays that whoever may join a room is given credentials for.
    ``announced``: media addresses of the node, so that a Firefox user is told when they are loopback only.
    ``contact``: whom to call, on the sign-in and trouble pages. ``zone``: the office's time zone (IANA).
    ``proxies``: addresses of our own reverse proxies, whose X-Forwarded-For is believed; without them everybody behind
    a proxy would be slowed down by one guesser. ``office``, ``contact``, ``language``, ``session_minutes`` and
    ``resume_seconds`` hold where no agency set its own (:mod:`bridge.office`). ``scrapers``: addresses and networks
    that may read ``/metrics``; ``scrape_secret``: of who may from anywhere (:mod:`web.scraping`).
    """

    origin: str
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    office: str = "Điểm Cầu"
    contact: str = ""
    socket_origins: tuple[str, ...] = ()
    socket_path: str = "/socket.io"
    namespace: str = "/room"
    announced: tuple[str, ...] = ()
    turn: TurnRelays = NO_RELAYS
    line_test_seconds: int = SECONDS
    zone: str = "Asia/Ho_Chi_Minh"
    language: str = "vi"
    static: Path = STATIC
    trial: bool = False
    session_minutes: int = 120
    resume_seconds: int = 30
    session_idle_s: int = 8 * 3600
    session_absolute_s: int = 14 * 3600
    browser_forms_bytes: int = 64 * 1024 * 1024
    scrapers: tuple[str, ...] = ()
    scrape_secret: str = ""

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return urlsplit(self.origin).scheme == "https"

    @property
    def secret_bytes(self) -> bytes:
        """Of who may read ``/metrics``."""
        return self.scrape_secret.encode()

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Every value of the Host header that is us."""
        return frozenset({urlsplit(self.origin).netloc.lower(), *(host.lower() for host in self.hosts)})

    @property
    def session_cookie(self) -> str:
        """Cookies know no ports, so two installations on one machine need two names."""
        port = urlsplit(self.origin).port
        name = f"diemcau-{port}" if port else "diemcau"
        return f"__Host-{name}" if self.secure else name

    @property
    def visit_cookie(self) -> str:
        """Of somebody who entered by a code."""
        return f"{self.session_cookie}-visit"

    @property
    def step_cookie(self) -> str:
        """Of a sign-in that is not over yet."""
        return f"{self.session_cookie}-step"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebPorts:
    """The parts behind the pages. ``probed``: the media node by which people try their lines. ``known_keys``: those by
    which a recording is ours; pages never get one that signs. ``probes``: by name what ``/healthz`` asks beside the
    database (node, recorder); ``metrics``: of the part of that name, Refusal when there is none or it does not answer;
    ``lateness``: of this process's loop."""

    units: UnitsOfWork
    receptions: ReceptionService
    tokens: JoinTokens
    rooms: LiveRooms
    objects: ObjectStore
    signatures: SignatureChecker
    known_keys: KnownKeys
    remuxer: Remuxer
    passwords: PasswordHasher
    secrets: SecretBox
    probed: ProbedNode
    clock: Clock
    entropy: Entropy
    probes: Mapping[str, Probe] = field(default_factory=dict)
    metrics: Callable[[str], Awaitable[bytes]] = _no_part
    lateness: Lateness = field(default_factory=Lateness)
