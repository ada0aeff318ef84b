"""Rules of accounts, sign-in and sessions, shared by the pages and ``diemcau user``. Pure.

Sign-in is slowed down by login **and** address together: whoever guesses at a login from one place waits, while its
owner signs in from another at once, and the neighbours behind the same address are not touched.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from bridge.clients import ClientAccount
from bridge.errors import Code, Invalid, Refusal
from bridge.events import Departure
from bridge.ids import NS_PER_S, AccountId, AgencyId, SessionId, UtcNs
from bridge.model import Account, Session, SignInStep, SignInUnderWay
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.trying_rows import Tried

PASSWORD_BYTES = 12
"""Of a random one: 96 bits, 16 characters."""

MIN_PASSWORD = 12
"""Length is what counts (NIST SP 800-63B rev. 4 asks for 15 when a password stands alone, 8 beside a second factor)."""

MAX_PASSWORD = 200
MAX_DEVICE = 300
"""Longer is what a browser says of itself only when somebody plays with it."""
MAX_NAME = 120

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")

FREE_FAILURES = 5
"""Mistyping five times costs nothing."""

FIRST_WAIT_NS = 10 * NS_PER_S
LONGEST_WAIT_NS = 15 * 60 * NS_PER_S
FORGET_NS = 60 * 60 * NS_PER_S
"""A pair of login and address that was quiet for an hour starts anew."""

MAX_TRIES = 20_000
"""Bounds what is kept of failures; the longest quiet pair is forgotten first."""


def checked_login(text: str) -> str:
    """The login in its one spelling (lower case, composed). Raises Invalid(field=login)."""
    login = unicodedata.normalize("NFC", text).strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise Invalid(detail="a login is 2 to 64 of a-z 0-9 . _ @ -", field="login", like="new_login")
    return login


def checked_name(text: str) -> str:
    """A person's or point's name without outer blanks. Raises Invalid(field=name)."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise Invalid(field="name", limit=str(MAX_NAME))
    return name


def checked_language(text: str) -> str:
    """The code of a language, as people choose one. Raises Invalid(field=language)."""
    if not _LANGUAGE.fullmatch(text):
        raise Invalid(field="language", like="choice")
    return text


def check_password(password: str, login: str) -> None:
    """Long enough, not the login, not one character again and again. Raises Invalid(field=password)."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Invalid(field="password", limit=str(MIN_PASSWORD))
    if login in password.casefold() or len(set(password)) < MIN_PASSWORD // 3:
        raise Invalid(field="password", detail="easy to guess", limit=str(MIN_PASSWORD))


def check_new_password(new: str, old: str, login: str) -> None:
    """What somebody chooses instead of ``old``. Raises Invalid: field=new, or field=same when it is no change."""
    if new == old:
        raise Invalid(field="same")
    try:
        check_password(new, login)
    except Invalid as refusal:
        raise Invalid(detail=refusal.detail, field="new", limit=str(MIN_PASSWORD)) from refusal


# ── sign-in ────────────────────────────────────────────────────────────────────────────────────────────────────


class Attempt(msgspec.Struct, frozen=True):
    """Who tries from where."""

    login: str
    address: str

    @property
    def key(self) -> str:
        """Under which its failures are kept."""
        return f"sign-in {self.login} {self.address}"


def wait_ns(tried: Mapping[str, Tried], attempt: Attempt, now: UtcNs) -> int:
    """How long this pair has to wait before the next try; 0: go on. Doubles with each failure."""
    before = _remembered(tried, attempt, now)
    if before is None or before.mistakes < FREE_FAILURES:
        return 0
    doublings = min(int(before.mistakes) - FREE_FAILURES, 20)
    wait = min(FIRST_WAIT_NS << doublings, LONGEST_WAIT_NS)
    return max(0, before.at_utc_ns + wait - now)


def _remembered(tried: Mapping[str, Tried], attempt: Attempt, now: UtcNs) -> Tried | None:
    """A failure that lies ahead is of before the clock was set back: nobody waits until it is caught up with."""
    before = tried.get(attempt.key)
    return before if before is not None and 0 <= now - before.at_utc_ns <= FORGET_NS else None


def check_pace(tried: Mapping[str, Tried], attempt: Attempt, now: UtcNs) -> None:
    """Raises Refusal(too_many_requests) with the ``seconds`` to wait."""
    if wait := wait_ns(tried, attempt, now):
        raise Refusal(Code.TOO_MANY_REQUESTS, f"sign-in as {attempt.login}", seconds=str(-(-wait // NS_PER_S)))


def after_failure(tried: Mapping[str, Tried], attempt: Attempt, now: UtcNs) -> Tried:
    """What is kept of this pair with one more failure."""
    before = _remembered(tried, attempt, now)
    return Tried(attempt.key, 1 if before is None else before.mistakes + 1, now)


def signed_in(account: Account | None, fits: bool) -> Account:
    """The account whose password fitted. Raises Refusal(sign_in_failed), the same for every way to fail."""
    if account is None or account.disabled or not fits:
        raise Refusal(Code.SIGN_IN_FAILED, "unknown, disabled or wrong password")
    return account


ANSWER_WITHIN_NS = 10 * 60 * NS_PER_S
"""From the password to the last further answer; then one begins anew."""


def code_attempt(login: str) -> Attempt:
    """Tries of codes count by account alone: whoever tries them knows its password, so nobody else is locked out, and a
    million codes are too few to be guessed at from many addresses."""
    return Attempt(login, "code")


def begun(secret: str, account: AccountId, step: SignInStep, now: UtcNs) -> SignInUnderWay:
    """The sign-in that ``secret`` carries on."""
    return SignInUnderWay(session_id(secret), account, step, now)


def under_way(sign_in: SignInUnderWay | None, step: SignInStep, now: UtcNs) -> SignInUnderWay:
    """The sign-in, when this step is the one it waits for. Raises Refusal(not_signed_in)."""
    if sign_in is None or sign_in.step is not step or now - sign_in.made_utc_ns >= ANSWER_WITHIN_NS:
        raise Refusal(Code.NOT_SIGNED_IN, f"no sign-in waits for {step}")
    return sign_in


def places_to_end(account: Account, elsewhere: Iterable[Session]) -> list[Session]:
    """What must end before this account can be signed in here: a bridge point's is in one place at a time."""
    return list(elsewhere) if account.point is not None else []


# ── sessions ───────────────────────────────────────────────────────────────────────────────────────────────────


class SessionLimits(msgspec.Struct, frozen=True):
    """A session ends after ``idle_s`` without a request and ``absolute_s`` after sign-in, whichever comes first."""

    idle_s: int
    absolute_s: int


def session_id(secret: str) -> SessionId:
    """What is stored of a cookie's secret: its sha256, so that a stolen database opens no session."""
    return SessionId(hashlib.sha256(secret.encode()).hexdigest())


def new_session(secret: str, csrf: str, account: AccountId, now: UtcNs, address: str = "", device: str = "") -> Session:
    """The session that ``secret`` opens."""
    return Session(session_id(secret), account, csrf, now, now, address, checked_device(device))


def checked_device(agent: str) -> str:
    """A User-Agent as it is kept: printable, and no longer than they are."""
    return "".join(one for one in agent if one.isprintable())[:MAX_DEVICE]


def session_holds(session: Session, limits: SessionLimits, now: UtcNs) -> bool:
    """Whether the session is still open; a clock set back closes none."""
    quiet, age = now - session.seen_utc_ns, now - session.made_utc_ns
    return quiet < limits.idle_s * NS_PER_S and age < limits.absolute_s * NS_PER_S


def open_sessions(
    sessions: Iterable[Session], limits: SessionLimits, now: UtcNs, but: SessionId | None = None
) -> list[Session]:
    """Those that still hold, without ``but``."""
    return [one for one in sessions if one.id != but and session_holds(one, limits, now)]


def why_out(account: Account | None, session_holds: bool) -> Departure | None:
    """Why somebody in a room is put out of it; None: they stay. ``account`` None: a citizen's, who has none."""
    if account is not None and account.disabled:
        return Departure.ACCOUNT_CLOSED
    if session_holds:
        return None
    is_reset = account is not None and account.must_change_password
    return Departure.PASSWORD_RESET if is_reset else Departure.SIGNED_OUT


# ── who asks ───────────────────────────────────────────────────────────────────────────────────────────────────


def actor_of(account: Account, below: frozenset[AgencyId]) -> Actor:
    """The account outside any reception; a client's narrowed to what it was given. ``below``: the agencies under its
    own."""
    only = account.only if isinstance(account, ClientAccount) else None
    return Actor(account.id, account.name, account.roles, account.agency, below=below, only=only)


def actor_in(actor: Actor, reception: Reception) -> Actor:
    """As they stand in this reception: with their seat when they have one."""
    seat = reception.seat_of(actor.account)
    return actor if seat is None else msgspec.structs.replace(actor, seat=seat.id, seat_role=reception.role_at(seat.id))
