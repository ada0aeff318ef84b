"""Who sends a request: a client of the API by its token, else a person by the secret in their cookie, whose session
lies in the database. Where a token is sent, no cookie counts."""

from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.accounts import SessionLimits, session_holds, session_id
from bridge.clientdesk import ClientDesk
from bridge.ids import NS_PER_S, AgencyId, SessionId
from bridge.model import Account, Session
from bridge.policy import reaches_below
from bridge.repositories import UnitOfWork
from web.config import WebConfig, WebPorts
from web.keys import CONFIG, GUEST, PORTS, SIGNED_IN, VISITS, SignedIn
from web.requests import is_api, is_entry, is_plain_file, is_socket

_TOUCH_NS = 60 * NS_PER_S
"""A session is noted as seen at most once a minute: a page with many requests writes once."""

_LONGEST_SECRET = 128


def limits(config: WebConfig) -> SessionLimits:
    """How long sessions last here."""
    return SessionLimits(config.session_idle_s, config.session_absolute_s)


async def opened_by(secret: str, config: WebConfig, ports: WebPorts) -> SignedIn | None:
    """The session this secret opens, with its account; None when it ran out, is unknown or the account was closed."""
    now = ports.clock.utc()
    async with ports.units.asking() as unit:
        found = await unit.sessions.opened(session_id(secret))
        if found is None:
            return None
        session, account = found
        if account.disabled or not session_holds(session, limits(config), now):
            return None
        below = await _below(unit, account)
    if now - session.seen_utc_ns > _TOUCH_NS:
        await _touch(session, ports)
    return SignedIn(account, session, below)


async def _below(unit: UnitOfWork, account: Account) -> frozenset[AgencyId]:
    return await unit.organisation.below(account.agency) if reaches_below(account.roles) else frozenset()


async def _touch(session: Session, ports: WebPorts) -> None:
    async with ports.units.writing() as unit:
        await unit.sessions.touch(session.id, ports.clock.utc())
        await unit.commit()


def _may_be_ours(secret: str) -> bool:
    """Ours are short and plain; a stranger's cookie may hold bytes that are no text at all."""
    return 0 < len(secret) <= _LONGEST_SECRET and secret.isascii()


@web.middleware
async def find_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fills in the request's SIGNED_IN when its cookie or token opens something; under /enter its GUEST by the cookie
    of a visit."""
    config, ports = request.app[CONFIG], request.app[PORTS]
    if is_entry(request):
        secret = request.cookies.get(config.visit_cookie, "")
        if _may_be_ours(secret) and (guest := await request.app[VISITS].opened_by(secret)):
            request[GUEST] = guest
    elif not is_socket(request) and not is_plain_file(request):
        token, cookie = bearer(request), request.cookies.get(config.session_cookie, "")
        find = partial(_client_of, token) if token is not None else partial(opened_by, cookie, config)
        if _may_be_ours(cookie if token is None else token) and (found := await find(ports)):
            request[SIGNED_IN] = found
    return await handler(request)


def bearer(request: web.Request) -> str | None:
    """The token of a request to the API (RFC 6750); None when it carries none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if is_api(request) and scheme.lower() == "bearer" else None


async def _client_of(token: str, ports: WebPorts) -> SignedIn | None:
    """The client as an account, with a session that is stored nowhere and has no CSRF token."""
    opened = await ClientDesk(ports.units, ports.clock, ports.entropy).opened_by(token)
    if opened is None:
        return None
    client, account = opened
    now = ports.clock.utc()
    async with ports.units.reading() as unit:
        below = await _below(unit, account)
    return SignedIn(account, Session(SessionId(account.id), account.id, "", client.made_utc_ns, now), below)
