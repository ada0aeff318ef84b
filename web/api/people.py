"""REST for accounts: who asks, who can be seated, and the accounts of one's part of the tree."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from bridge.accounts import PASSWORD_BYTES
from bridge.clients import ClientAccount
from bridge.finding import AccountFilter
from bridge.ids import AccountId
from bridge.model import Account
from bridge.policy import Action, Concern, office_actions
from bridge.setup import NewAccount, SettingUp, SetUp
from web.api.bodies import json_response, made_response, read_body, read_query
from web.api.wire import (
    AttendeesPage,
    AttendeeView,
    MeView,
    NewPasswordView,
    PeoplePage,
    PersonRequest,
    PersonView,
    SearchQuery,
)
from web.config import WebPorts
from web.paging import Paged, parse_cursor
from web.reach import allowed
from web.requests import account_of, actor_of
from web.scheduling import usual_role


async def me(request: web.Request) -> web.StreamResponse:
    """``GET /api/me``."""
    account, actor = account_of(request), actor_of(request)
    return json_response(
        MeView(
            account=account.id,
            name=account.name,
            agency=account.agency,
            roles=tuple(sorted(account.roles)),
            client=isinstance(account, ClientAccount),
            actions=tuple(sorted(office_actions(actor))),
        )
    )


def _view(account: Account) -> PersonView:
    return PersonView(
        id=account.id,
        login=account.login,
        name=account.name,
        roles=tuple(sorted(account.roles)),
        agency=account.agency,
        point=account.point,
        disabled=account.disabled,
        must_change_password=account.must_change_password,
    )


def _attendee(account: Account) -> AttendeeView:
    return AttendeeView(account.id, account.name, usual_role(account), account.agency, account.point)


def _login(account: Account) -> tuple[str]:
    return (account.login,)


def _after(asked: SearchQuery) -> str:
    return (parse_cursor(asked.after, tuple[str]) or ("",))[0]


class PeopleApi:
    """The handlers."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self._desk = SettingUp(ports.units, ports.clock, ports.entropy)

    async def attendees(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/attendees``: as the page of a new reception offers them, of the whole installation."""
        actor, asked = actor_of(request), read_query(request, SearchQuery)
        await allowed(request, actor, Action.SCHEDULE, Concern("reception", actor.agency))
        after, wanted = _after(asked), AccountFilter(words=asked.q, disabled=False)
        async with self._ports.units.reading() as unit:
            page = Paged(await unit.accounts.find(wanted, after, asked.limit + 1), asked.limit, _login)
        return json_response(AttendeesPage(tuple(map(_attendee, page.rows)), page.next))

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/people``."""
        asked = read_query(request, SearchQuery)
        after = _after(asked)

        async def read(setup: SetUp) -> list[Account]:
            return await setup.unit.accounts.find(setup.part(asked.q), after, asked.limit + 1)

        page = Paged(await self._desk.look(actor_of(request), read), asked.limit, _login)
        return json_response(PeoplePage(tuple(map(_view, page.rows)), page.next))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/people/{account}``."""
        return json_response(_view(await self._account(request)))

    async def add(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/people``: 201 with its password."""
        asked = await read_body(request, PersonRequest)

        def new(stored: str) -> NewAccount:
            return NewAccount(asked.login, asked.name, frozenset(asked.roles), asked.agency, asked.point, stored)

        # asked before the password is hashed, which takes a tenth of a second
        await self._desk.look(actor_of(request), lambda setup: setup.check_account(new("")))
        told = await self._told(request, lambda setup, stored: setup.add_account(new(stored)))
        return made_response(told, f"/api/people/{told.person.id}")

    async def disable(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/people/{account}/disable``."""
        return await self._set_disabled(request, True)

    async def enable(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/people/{account}/enable``."""
        return await self._set_disabled(request, False)

    async def password(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/people/{account}/password``."""
        account = (await self._account(request)).id
        told = await self._told(request, lambda setup, stored: setup.set_password(account, stored))
        return json_response(told)

    async def _set_disabled(self, request: web.Request, disabled: bool) -> web.StreamResponse:
        account = AccountId(request.match_info["account"])
        await self._desk.change(actor_of(request), lambda setup: setup.set_disabled(account, disabled))
        return json_response(_view(await self._account(request)))

    async def _told(self, request: web.Request, work: Callable[[SetUp, str], Awaitable[Account]]) -> NewPasswordView:
        """Hashes before the unit of work begins: it would keep everybody else from writing."""
        password = self._ports.entropy.token(PASSWORD_BYTES)
        stored = await asyncio.to_thread(self._ports.passwords.hash, password)
        made = await self._desk.change(actor_of(request), lambda setup: work(setup, stored))
        async with self._ports.units.reading() as unit:
            return NewPasswordView(_view(await unit.accounts.get(made.id)), password)

    async def _account(self, request: web.Request) -> Account:
        async def read(setup: SetUp) -> Account:
            return await setup.account(AccountId(request.match_info["account"]))

        return await self._desk.look(actor_of(request), read)
