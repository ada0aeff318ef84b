"""Forms that are sent twice, and forms that somebody else was quicker than."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec
from aiohttp import web

from bridge.errors import Code, Conflict, Invalid
from web.forms import Form
from web.keys import PORTS
from web.once import Key, Once
from web.requests import signed_in

MARK = "once"
"""Field with the form's own random mark."""

_MARKED = re.compile(r"[A-Za-z0-9_-]{16,64}")


def marked(request: web.Request, **values: str) -> Form:
    """An empty form with a mark of its own."""
    return Form({MARK: request.app[PORTS].entropy.token(12), **values})


def key_of(request: web.Request, form: Form) -> Key:
    """The same for the same form with the same content: who goes back and types something else means something else.

    Raises Invalid(malformed_message) for a form without its mark.
    """
    if not _MARKED.fullmatch(form.text(MARK)):
        raise Invalid(Code.MALFORMED_MESSAGE, "a form without its mark")
    content = msgspec.json.encode((request.path, dict(form.values)), order="deterministic")
    return signed_in(request).session.id, hashlib.sha256(content).hexdigest()[:32]


async def sent_once(once: Once, request: web.Request, form: Form, do: Callable[[Key], Awaitable[str]]) -> str | None:
    """Does what the form asks, one time however often it is sent. Where to go on to; None with the fault noted."""
    key = key_of(request, form)
    try:
        return await once.run(key, lambda: do(key))
    except Invalid as refusal:
        form.refused(refusal)
        return None


class Again(NamedTuple):
    """A form that is shown again, and the answer's status."""

    form: Form
    status: int


async def refused(change: Awaitable[object], form: Form, late: Callable[[Form, Conflict], Form]) -> Again | None:
    """Why the form is shown again: with its fault, or, ``late``, with what somebody else stored meanwhile. None: the
    change was made."""
    try:
        await change
    except Invalid as refusal:
        form.refused(refusal)
        return Again(form, 422)
    except Conflict as refusal:
        return Again(late(form, refusal), 409)
    return None


def overtaken(form: Form, refusal: Conflict) -> Form:
    """The form as it was typed, with what somebody else stored meanwhile as that which was shown."""
    now, now_place = refusal.word("now"), refusal.word("now_place")
    again = Form({**form.values, "was": now, **({"was_place": now_place} if "now_place" in refusal.params else {})})
    again.wrong("name", like="overtaken", now=", ".join(filter(None, (now, now_place))))
    return again
