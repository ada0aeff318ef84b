"""Who sends a request, by the secret in their cookie; the session itself lies in the database."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.accounts import SessionLimits, session_holds, session_id
from bridge.errors import NotFound
from bridge.ids import NS_PER_S
from bridge.model import Session
from bridge.policy import reaches_below
from web.config import WebConfig, WebPorts
from web.keys import CONFIG, GUEST, PORTS, SIGNED_IN, VISITS, SignedIn
from web.requests import is_entry, is_plain_file, is_socket

_TOUCH_NS = 60 * NS_PER_S
"""A session is noted as seen at most once a minute: a page with many requests writes once."""

_LONGEST_SECRET = 128


def limits(config: WebConfig) -> SessionLimits:
    """How long sessions last here."""
    return SessionLimits(config.session_idle_s, config.session_absolute_s)


async def opened_by(secret: str, config: WebConfig, ports: WebPorts) -> SignedIn | None:
    """The session this secret opens, with its account; None when it ran out, is unknown or the account was closed."""
    now = ports.clock.utc()
    async with ports.units.reading() as unit:
        session = await unit.sessions.get(session_id(secret))
        if session is None or not session_holds(session, limits(config), now):
            return None
        try:
            account = await unit.accounts.get(session.account)
        except NotFound:
            return None
        reaches = reaches_below(account.roles)
        below = await unit.organisation.below(account.agency) if reaches else frozenset()
    if account.disabled:
        return None
    if now - session.seen_utc_ns > _TOUCH_NS:
        await _touch(session, ports)
    return SignedIn(account, session, below)


async def _touch(session: Session, ports: WebPorts) -> None:
    async with ports.units.writing() as unit:
        await unit.sessions.touch(session.id, ports.clock.utc())
        await unit.commit()


def _may_be_ours(secret: str) -> bool:
    """Ours are short and plain; a stranger's cookie may hold bytes that are no text at all."""
    return 0 < len(secret) <= _LONGEST_SECRET and secret.isascii()


@web.middleware
async def find_session(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fills in the request's SIGNED_IN when its cookie opens a session; under /enter its GUEST by that of a visit."""
    config = request.app[CONFIG]
    if is_entry(request):
        secret = request.cookies.get(config.visit_cookie, "")
        if _may_be_ours(secret) and (guest := await request.app[VISITS].opened_by(secret)):
            request[GUEST] = guest
    elif not is_socket(request) and not is_plain_file(request):
        secret = request.cookies.get(config.session_cookie, "")
        if _may_be_ours(secret) and (found := await opened_by(secret, config, request.app[PORTS])):
            request[SIGNED_IN] = found
    return await handler(request)
