"""A page of the archive for a reader: what they may see of it, found by the database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aiohttp import web

from bridge.clients import client_id
from bridge.errors import NotFound
from bridge.ids import AccountId, BridgePointId
from bridge.model import RecordingRow
from bridge.policy import SYSTEM, Action, Actor, Concern, agencies_of
from bridge.repositories import UnitOfWork
from bridge.search import RecordingCursor, RecordingFilter, cursor_of
from web.archive_points import ArchivePoints
from web.archive_search import Asked, asked_of
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
    for, with their names, in order."""

    total: int
    more: bool
    points: Mapping[BridgePointId, str]


async def question_of(request: web.Request) -> tuple[Actor, Asked]:
    """Who asks for what. A person is looked for only where the reader may ask for one: they may see what lies in more
    places. Raises NotPermitted when somebody without the right asks for a person by name."""
    actor, zone = actor_of(request), times_of(request).zone
    asked = asked_of(request.query, zone, agencies_of(actor, Action.SEE_ARCHIVE))
    if asked.form.text("person"):
        await allowed(request, actor, Action.SEARCH_PERSON, Concern("archive", None))
        asked = asked_of(request.query, zone, agencies_of(actor, Action.SEARCH_PERSON))
    return actor, asked


async def found(unit: UnitOfWork, asked: RecordingFilter, after: RecordingCursor | None, limit: int) -> Found:
    """At most ``limit`` rows behind ``after``."""
    rows = await unit.recordings.find(asked, after, limit + 1)
    more = len(rows) > limit
    return Found(rows[:limit], cursor_of(rows[limit - 1]) if more else None)


async def around(unit: UnitOfWork, known: ArchivePoints, asked: RecordingFilter, page: Found, *, first: bool) -> Around:
    """What the page says beside the rows. A list that ends on its first page counts itself."""
    whole = first and page.next is None
    total = len(page.rows) if whole else await unit.recordings.count(asked, MOST_COUNTED + 1)
    points = {one.point: one.name for one in await known.of(unit, asked.agencies)}
    return Around(min(total, MOST_COUNTED), total > MOST_COUNTED, points)


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
