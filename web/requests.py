"""Small questions about a request that several concerns ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aiohttp import web

from bridge import accounts
from bridge.errors import Code, Invalid, Refusal
from bridge.ids import SessionId
from bridge.invitations import read_code
from bridge.model import Account
from bridge.office import OfficeSettings
from bridge.policy import Actor
from web.keys import CATALOGUES, CONFIG, GUEST, OFFICE, OFFICES, PORTS, SIGNED_IN, WORDS, SignedIn
from web.words import Words

FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Visit:
    """``device``: the User-Agent; ``here``: the session that this browser has already, if any."""

    address: str
    device: str
    here: SessionId | None = None


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


UNREADABLE = (UnicodeError, LookupError, ValueError, RuntimeError, AssertionError, EOFError)
"""What reading a form raises for bytes that are no text, a charset nobody knows, parts that do not begin or end."""


def is_socket(request: web.Request) -> bool:
    """Whether it goes to the rooms' sockets, which authenticate by token and never by the page's cookie."""
    return request.path.startswith(request.app[CONFIG].socket_path + "/")


def is_api(request: web.Request) -> bool:
    """Whether the answer is read by a program: refusals then are problems, not pages."""
    return request.path.startswith("/api/")


def is_entry(request: web.Request) -> bool:
    """Whether it belongs to somebody who enters by a code: a visit counts here and nowhere else, a session does not."""
    return request.path == "/enter" or request.path.startswith(("/enter/", "/api/enter/"))


def loggable(path: str) -> str:
    """The path without a code that may stand in it: whoever reads the log must not be able to enter."""
    kept, slash, last = path.rpartition("/")
    return f"{kept}/…" if kept == "/enter" and slash and read_code(last) is not None else path


_PLAIN = frozenset({"/healthz", "/metrics", "/favicon.ico", "/build.json"})
_PLAIN_BELOW = ("/static/", "/i18n/", "/metrics/", "/offices/", "/api/offices/")


def is_plain_file(request: web.Request) -> bool:
    """Whether it is the same for everybody: no session is looked up for it."""
    return request.path.startswith(_PLAIN_BELOW) or request.path in _PLAIN


def signed_in(request: web.Request) -> SignedIn:
    """Who sends it. Raises Refusal(not_signed_in)."""
    found: SignedIn | None = request.get(SIGNED_IN)
    if found is None:
        raise Refusal(Code.NOT_SIGNED_IN)
    return found


def token_of(request: web.Request) -> str:
    """What each form of the reader's session or visit carries; empty for a stranger."""
    someone, guest = request.get(SIGNED_IN), request.get(GUEST)
    return someone.session.csrf if someone else guest.visit.csrf if guest else ""


def account_of(request: web.Request) -> Account:
    """Whose session it is. Raises Refusal(not_signed_in)."""
    return signed_in(request).account


def actor_of(request: web.Request) -> Actor:
    """Who asks, outside any reception. Raises Refusal(not_signed_in)."""
    someone = signed_in(request)
    return accounts.actor_of(someone.account, someone.below)


def client_address(remote: str, forwarded: str, proxies: Collection[str]) -> str:
    """Who really asks: the last address of X-Forwarded-For that is not a proxy of ours; what stands before it anybody
    could have written."""
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    while remote in proxies and hops:
        remote = hops.pop()
    return remote


def address_of(request: web.Request) -> str:
    """Where the request comes from, for the pace of sign-in and the audit."""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
    return client_address(request.remote or "", forwarded, request.app[CONFIG].proxies)


def visit_of(request: web.Request) -> Visit:
    """From where somebody signs in, and with what."""
    someone: SignedIn | None = request.get(SIGNED_IN)
    here = someone.session.id if someone else None
    return Visit(address_of(request), request.headers.get("User-Agent", ""), here)


def reference(request: web.Request) -> str:
    """A short number to quote on the telephone and to find in the log."""
    text = f"{request.app[PORTS].entropy.bits(32):08X}"
    return f"{text[:4]}-{text[4:]}"


def office_of(request: web.Request) -> OfficeSettings:
    """The reader's office, the installation's own before it was found."""
    return request.get(OFFICE) or request.app[OFFICES].defaults


def words_of(request: web.Request) -> Words:
    """The reader's words, in the house's language before the language was settled."""
    return request.get(WORDS) or request.app[CATALOGUES].words[request.app[CONFIG].language]


async def posted(request: web.Request, kind: str = FORM) -> Mapping[str, str]:
    """The fields of a sent form; it stays readable for who asks again. Raises Invalid(malformed_message)."""
    if request.content_type != kind:
        raise Invalid(Code.MALFORMED_MESSAGE, f"form as {request.content_type}")
    try:
        sent = await request.post()
    except UNREADABLE as error:
        raise Invalid(Code.MALFORMED_MESSAGE, f"form: {error}") from error
    fields = {name: value for name, value in sent.items() if isinstance(value, str)}
    if any("\0" in text for pair in fields.items() for text in pair):
        raise Invalid(Code.MALFORMED_MESSAGE, "form with NUL")
    return fields


async def uploaded(request: web.Request, name: str) -> bytes:
    """The file of a form that :func:`posted` has read as UPLOAD; empty when none was chosen."""
    found = (await request.post()).get(name)
    return found.file.read() if isinstance(found, web.FileField) else b""


def inside(path: str) -> str:
    """``path`` when it leads to this server, else the front page: nobody is sent elsewhere by a crafted link."""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if local else "/"
