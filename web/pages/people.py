"""Set-up: the people and bridge points that can sign in; add one, close one, give a new password."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from bridge.accounts import MAX_NAME, PASSWORD_BYTES
from bridge.errors import Conflict, Invalid
from bridge.finding import AccountFilter
from bridge.ids import AccountId, AgencyId, BridgePointId
from bridge.importing import usual_roles
from bridge.model import Account, Agency, BridgePoint, Role
from bridge.organisation import Tree
from bridge.policy import Action, Concern, agencies_of, grantable
from bridge.setup import AccountText, NewAccount, SettingUp, SetUp, text_of
from web.catalogues import LANGUAGES
from web.config import WebPorts
from web.forms import Form, read_form
from web.labels import ROLES
from web.once import Credential, Key, Once, Untold
from web.paging import Paged, parse_cursor
from web.reach import allowed
from web.render import render, see_other
from web.requests import actor_of, signed_in, words_of
from web.sending import MARK, marked, refused, sent_once

ROWS_SHOWN = 100
MAX_ASKED = 200


class PeoplePages:
    """The handlers; ``untold`` keeps a new password until its page is fetched."""

    def __init__(self, ports: WebPorts, once: Once, untold: Untold) -> None:
        self._ports = ports
        self._units = ports.units
        self._desk = SettingUp(ports.units, ports.clock, ports.entropy)
        self._once = once
        self._untold = untold

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """Everybody of the reader's part of the tree, or those whose name or login has the words; in pages."""
        asked = request.query.get("q", "").strip()[:MAX_ASKED].replace("\0", "")
        after = parse_cursor(request.query.get("after", ""), tuple[str])
        actor = actor_of(request)
        await allowed(request, actor, Action.SET_UP, Concern("organisation", None))
        wanted = AccountFilter(agencies_of(actor, Action.SET_UP), asked)
        async with self._units.reading() as unit:
            rows = await unit.accounts.find(wanted, after[0] if after else "", ROWS_SHOWN + 1)
            page = Paged(rows, ROWS_SHOWN, lambda account: (account.login,))
            total = await unit.accounts.count(wanted)
            agencies = await unit.organisation.names({account.agency for account in page.rows})
        return render(
            request,
            "people.html",
            asked=asked,
            found=page.rows,
            total=total,
            next=f"/setup/people?{urlencode({'q': asked, 'after': page.next})}" if page.next else "",
            first=after is None,
            agencies=agencies,
            saved="saved" in request.query,
            form=Form({"q": asked}),
        )

    # ── a new one ──────────────────────────────────────────────────────────────────────────────────────────────

    async def new(self, request: web.Request) -> web.StreamResponse:
        """The form for a person of the agency, or for the point, of the address."""
        agency, point = await self._place(request)
        values = {"name": point.name if point else ""}
        if point:
            values |= {f"role-{role}": "1" for role in usual_roles(point.level)}
        return self._new_page(request, agency, point, marked(request, **values))

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Made, and on to its password; or the form again as it was sent."""
        agency, point = await self._place(request)
        form = await read_form(request)
        roles = ticked(form)

        def asked(stored: str) -> NewAccount:
            at = point.id if point else None
            return NewAccount(form.text("login"), form.text("name"), roles, agency.id, at, stored)

        async def do(key: Key) -> str:
            await self._desk.look(actor_of(request), lambda setup: setup.check_account(asked("")))
            return await self._told(
                request,
                key,
                lambda setup, stored: setup.add_account(asked(stored)),
                point.name if point else agency.name,
            )

        onward = await sent_once(self._once, request, form, do)
        if onward is None:
            return self._new_page(request, agency, point, form, 422)
        raise see_other(onward)

    # ── one of them ────────────────────────────────────────────────────────────────────────────────────────────

    async def one(self, request: web.Request) -> web.StreamResponse:
        """Who it is, and what can be done."""
        return await self._one_page(request, marked(request))

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Name, roles, language; or the form again, and when somebody else was quicker what they wrote beside it."""
        account, form = await self._reached(request), await read_form(request)
        asked = AccountText(form.text("name"), ticked(form), form.text("language"))

        async def work(setup: SetUp) -> None:
            if asked.language not in LANGUAGES:
                raise Invalid(field="language", like="choice")
            await setup.change_account(account, shown_in(form), asked)

        late = partial(_overtaken, request)
        if again := await refused(self._desk.change(actor_of(request), work), form, late):
            return await self._one_page(request, *again)
        raise see_other(f"/setup/people/{account}?saved")

    async def disable(self, request: web.Request) -> web.StreamResponse:
        """Closed; its sessions end."""
        return await self._set_disabled(request, True)

    async def enable(self, request: web.Request) -> web.StreamResponse:
        """Open again, with the password it had."""
        return await self._set_disabled(request, False)

    async def _set_disabled(self, request: web.Request, disabled: bool) -> web.StreamResponse:
        account, form = await self._reached(request), await read_form(request)
        try:
            await self._desk.change(actor_of(request), lambda setup: setup.set_disabled(account, disabled))
        except Invalid as refusal:
            form.refused(refusal)
            return await self._one_page(request, form, 422)
        raise see_other(f"/setup/people/{account}?saved")

    async def password(self, request: web.Request) -> web.StreamResponse:
        """A new random one; on to where it is shown."""
        account, form = await self._reached(request), await read_form(request)

        async def do(key: Key) -> str:
            return await self._told(request, key, lambda setup, stored: setup.set_password(account, stored), "")

        onward = await sent_once(self._once, request, form, do)
        if onward is None:
            return await self._one_page(request, form, 422)
        raise see_other(onward)

    async def passwords(self, request: web.Request) -> web.StreamResponse:
        """New passwords, shown one time."""
        told = self._untold.take((signed_in(request).session.id, request.match_info["form"]))
        return render(request, "passwords.html", 200 if told else 410, told=told)

    # ── what they share ────────────────────────────────────────────────────────────────────────────────────────

    async def _told(
        self, request: web.Request, key: Key, work: Callable[[SetUp, str], Awaitable[Account]], place: str
    ) -> str:
        """Hashes before the unit of work begins: it would keep everybody else from writing."""
        password = self._ports.entropy.token(PASSWORD_BYTES)
        stored = await asyncio.to_thread(self._ports.passwords.hash, password)
        account = await self._desk.change(actor_of(request), lambda setup: work(setup, stored))
        credential = Credential(account.login, password, account.name, place)
        self._untold.put(key, [credential])
        return told_at(key)

    async def _reached(self, request: web.Request) -> AccountId:
        """Of the address, for who may change it; asked before anything that was sent is looked at. Raises NotFound."""
        asked = AccountId(request.match_info["account"])
        return (await self._desk.look(actor_of(request), lambda setup: setup.account(asked))).id

    async def _place(self, request: web.Request) -> tuple[Agency, BridgePoint | None]:
        """Of the address: an agency, or one of its points. Raises NotFound, also for somebody else's."""
        asked = request.match_info

        async def read(setup: SetUp) -> tuple[Agency, BridgePoint | None]:
            if "point" in asked:
                point = setup.point(BridgePointId(asked["point"]))
                return setup.agency(point.agency), point
            return setup.agency(AgencyId(asked["agency"])), None

        return await self._desk.look(actor_of(request), read)

    def _new_page(
        self, request: web.Request, agency: Agency, point: BridgePoint | None, form: Form, status: int = 200
    ) -> web.Response:
        given = grantable(actor_of(request), at_point=point is not None)
        return render(
            request,
            "setup_new_account.html",
            status,
            agency=agency,
            point=point,
            roles=[role for role in Role if role in given],
            form=form,
            mark=MARK,
            max_name=MAX_NAME,
        )

    async def _one_page(self, request: web.Request, form: Form, status: int = 200) -> web.Response:
        asked = AccountId(request.match_info["account"])

        async def read(setup: SetUp) -> tuple[Tree, Account]:
            return setup.tree, await setup.account(asked)

        tree, found = await self._desk.look(actor_of(request), read)
        given = grantable(actor_of(request), at_point=found.point is not None)
        return render(
            request,
            "person.html",
            status,
            person=found,
            tree=tree,
            form=form if "name" in form.values else Form({**as_fields(text_of(found)), **form.values}, form.faults),
            roles=[role for role in Role if role in given],
            kept=sorted(found.roles - given),
            max_name=MAX_NAME,
            mark=MARK,
            own=found.id == actor_of(request).account,
            saved="saved" in request.query,
        )


def ticked(form: Form) -> frozenset[Role]:
    """The roles that were chosen."""
    return frozenset(role for role in Role if f"role-{role}" in form.values)


def as_fields(text: AccountText) -> dict[str, str]:
    """A form that shows the account as it is, and remembers that it did."""
    roles = " ".join(sorted(text.roles))
    was = {"was": text.name, "was_roles": roles, "was_language": text.language}
    return {"name": text.name, "language": text.language, **{f"role-{role}": "1" for role in text.roles}, **was}


def shown_in(form: Form) -> AccountText:
    """What the form showed when it was opened; what is no role was never shown."""
    words = form.values.get("was_roles", "").split()
    roles = frozenset(role for role in Role if role in words)
    return AccountText(form.values.get("was", ""), roles, form.values.get("was_language", ""))


def _overtaken(request: web.Request, form: Form, refusal: Conflict) -> Form:
    """As it was typed, with what somebody else stored as that which was shown."""
    name, roles_now, speaks = (refusal.word(field) for field in ("now", "now_roles", "now_language"))
    was = {"was": name, "was_roles": roles_now, "was_language": speaks}
    again, words = Form({**form.values, **was}), words_of(request)
    roles = ", ".join(words.t(ROLES[Role(role)]) for role in roles_now.split())
    again.wrong("name", like="overtaken", now="; ".join((name, roles, LANGUAGES.get(speaks, speaks))))
    return again


def told_at(key: Key) -> str:
    """Where the passwords of this form are shown."""
    return f"/setup/passwords/{key[1]}"
