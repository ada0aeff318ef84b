"""A page of the archive for a reader: what they may see of it, found by the database."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aiohttp import web

from bridge.clients import client_id
from bridge.errors import NotFound
from bridge.ids import AccountId
from bridge.model import RecordingRow
from bridge.policy import SYSTEM, Action, Actor, Concern, agencies_of
from bridge.repositories import UnitOfWork
from bridge.search import PointName, RecordingCursor, RecordingFilter, cursor_of
from web.archive_search import Asked, asked_of
from web.keys import PORTS
from web.reach import allowed
from web.render import times_of
from web.requests import actor_of

MOST_COUNTED = 1000
"""Nobody reads on that far; counting a hundred thousand would cost more than the page."""


class Found(NamedTuple):
    """``next``: the place where the list goes on, None at its end."""

    rows: Sequence[RecordingRow]
    next: RecordingCursor | None


class Around(NamedTuple):
    """``total``: of all pages of the answer, ``more`` when there are more than that; ``points``: those one may ask
    for."""

    total: int
    more: bool
    points: Sequence[PointName]


async def question_of(request: web.Request) -> tuple[Actor, Asked]:
    """Who asks for what. A person is looked for only where the reader may ask for one: they may see what lies in more
    places. Raises NotPermitted when somebody without the right asks for a person by name."""
    actor, zone = actor_of(request), times_of(request).zone
    asked = asked_of(request.query, zone, agencies_of(actor, Action.SEE_ARCHIVE))
    if asked.form.text("person"):
        await allowed(request, actor, Action.SEARCH_PERSON, Concern("archive", None))
        asked = asked_of(request.query, zone, agencies_of(actor, Action.SEARCH_PERSON))
    return actor, asked


async def found(request: web.Request, asked: RecordingFilter, after: RecordingCursor | None, limit: int) -> Found:
    """At most ``limit`` rows behind ``after``."""
    async with request.app[PORTS].units.reading() as unit:
        rows = await unit.recordings.find(asked, after, limit + 1)
    more = len(rows) > limit
    return Found(rows[:limit], cursor_of(rows[limit - 1]) if more else None)


async def around(request: web.Request, asked: RecordingFilter, page: Found, *, first: bool) -> Around:
    """What the page says beside the rows. A list that ends on its first page counts itself."""
    async with request.app[PORTS].units.reading() as unit:
        whole = first and page.next is None
        total = len(page.rows) if whole else await unit.recordings.count(asked, MOST_COUNTED + 1)
        return Around(min(total, MOST_COUNTED), total > MOST_COUNTED, await unit.recordings.points(asked.agencies))


async def names_of(unit: UnitOfWork, accounts: Iterable[AccountId]) -> dict[AccountId, str]:
    """By account or client; the system has none, an account that is not there any more keeps its id."""
    names: dict[AccountId, str] = {SYSTEM.account: ""}
    for account in set(accounts) - {SYSTEM.account}:
        if (of_client := client_id(account)) is not None:
            client = await unit.clients.get(of_client)
            names[account] = client.name if client else account
            continue
        try:
            names[account] = (await unit.accounts.get(account)).name
        except NotFound:
            names[account] = account
    return names
