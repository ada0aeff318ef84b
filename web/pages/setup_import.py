"""Set-up from a file: first what it would do, then doing it, all or nothing."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from bridge.accounts import PASSWORD_BYTES
from bridge.errors import Conflict
from bridge.importing import Outcome, Plan, PointAccount, carry_out, plan_import
from bridge.listing import MAX_BYTES, MAX_ROWS, LineFault, MalformedListing, Row, parse_listing
from bridge.model import Agency
from bridge.organisation import Tree
from bridge.setup import SettingUp, SetUp
from web.config import WebPorts
from web.forms import Form, read_form
from web.once import Credential, Key, Once, Untold
from web.pages.people import told_at
from web.render import render, see_other
from web.requests import UPLOAD, actor_of, uploaded, words_of
from web.sending import MARK, marked, sent_once
from web.words import mark

FAULTS_SHOWN = 100
TEMPLATE_NAME = "diem-cau.csv"
_TEMPLATES: Mapping[str, str] = {
    "vi": "cơ quan;cấp;cơ quan cấp trên;điểm cầu;địa điểm;tên đăng nhập\r\n"
    "Sở Nội vụ;tỉnh;;Điểm cầu Sở Nội vụ;Tầng 2, phòng 205;dc.so-noi-vu\r\n"
    "Ủy ban nhân dân xã Kim Liên;xã;;Điểm cầu xã Kim Liên;Nhà văn hóa xã;dc.kim-lien\r\n",
    "en": "agency,level,parent,point,place,login\r\n"
    'Home Affairs,province,,Home Affairs point,"Second floor, room 205",dc.home-affairs\r\n'
    "Kim Lien commune,commune,,Kim Lien point,House of culture,dc.kim-lien\r\n",
}
"""As spreadsheets of that language read it: Vietnamese ones separate by semicolons, as a comma stands in numbers."""


class Checked(msgspec.Struct, frozen=True):
    """A file as it was looked at. ``rows``: how many lines said something."""

    text: str
    plan: Plan | None
    faults: Sequence[LineFault]
    rows: int = 0


class ImportPages:
    """The handlers."""

    def __init__(self, ports: WebPorts, once: Once, untold: Untold) -> None:
        self._ports = ports
        self._desk = SettingUp(ports.units, ports.clock, ports.entropy)
        self._once = once
        self._untold = untold

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Choose a file, or take the template."""
        await self._authorise(request)
        return self._ask_page(request, Form())

    async def template(self, request: web.Request) -> web.StreamResponse:
        """A file with two lines, as the reader's spreadsheet opens it."""
        await self._authorise(request)
        text = _TEMPLATES.get(words_of(request).lang, _TEMPLATES["en"])
        headers = {"Content-Disposition": f'attachment; filename="{TEMPLATE_NAME}"'}
        return web.Response(body=text.encode("utf-8-sig"), headers=headers, content_type="text/csv", charset="utf-8")

    async def check(self, request: web.Request) -> web.StreamResponse:
        """What the sent file would do; nothing is written."""
        await self._authorise(request)
        form = await read_form(request, UPLOAD)
        body = await uploaded(request, "file")
        if not body:
            form.wrong("file")
            return self._ask_page(request, form, 422)
        checked = await self._checked(request, body)
        return self._checked_page(request, checked, marked(request), 422 if checked.faults else 200)

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Does what was shown, or shows anew what would be done when that is no longer the same."""
        await self._authorise(request)
        form = await read_form(request, UPLOAD)
        body = form.values.get("listing", "").encode()

        async def do(key: Key) -> str:
            checked = await self._checked(request, body)
            if checked.plan is None or checked.plan.mark != form.text("plan"):
                raise Conflict(detail="the import is no longer what was shown")
            return await self._carried_out(request, key, parse_listing(body), checked.plan)

        try:
            onward = await sent_once(self._once, request, form, do)
        except Conflict:
            checked = await self._checked(request, body)
            return self._checked_page(request, checked, marked(request), 409, changed=True)
        raise see_other(onward or "/setup/import")

    async def _authorise(self, request: web.Request) -> None:
        actor = actor_of(request)

        async def read(setup: SetUp) -> Agency:
            return setup.agency(actor.agency)

        await self._desk.look(actor, read)

    async def _checked(self, request: web.Request, body: bytes) -> Checked:
        text = body.decode("utf-8-sig", "replace")
        try:
            rows = parse_listing(body)
        except MalformedListing as error:
            return Checked(text, None, error.faults)
        try:
            plan = await self._desk.look(actor_of(request), lambda setup: self._plan(request, setup, rows))
        except MalformedListing as error:
            return Checked(text, None, error.faults, len(rows))
        return Checked(text, plan, (), len(rows))

    async def _plan(self, request: web.Request, setup: SetUp, rows: Sequence[Row]) -> Plan:
        return plan_import(setup.tree, await setup.everybody(), actor_of(request).agency, rows)

    async def _carried_out(self, request: web.Request, key: Key, rows: Sequence[Row], shown: Plan) -> str:
        """Hashes before the unit of work begins: it would keep everybody else from writing. Raises Conflict."""
        things = [step.thing for step in shown.of(Outcome.MADE)]
        accounts = [thing for thing in things if isinstance(thing, PointAccount)]
        passwords = {account.login: self._ports.entropy.token(PASSWORD_BYTES) for account in accounts}
        hashes = {
            login: await asyncio.to_thread(self._ports.passwords.hash, password)
            for login, password in passwords.items()
        }

        async def work(setup: SetUp) -> Tree:
            try:
                plan = await self._plan(request, setup, rows)
            except MalformedListing as error:
                raise Conflict(detail=str(error)) from error
            if plan.mark != shown.mark:
                raise Conflict(detail="the import is no longer what was shown")
            await carry_out(setup, plan, hashes)
            return setup.tree

        tree = await self._desk.change(actor_of(request), work)
        if not accounts:
            return "/setup?saved"
        offices = _offices(shown, tree)
        self._untold.put(
            key,
            [Credential(one.login, passwords[one.login], one.name, offices.get(one.point, "")) for one in accounts],
        )
        return told_at(key)

    def _ask_page(self, request: web.Request, form: Form, status: int = 200) -> web.Response:
        return render(request, "setup_import.html", status, form=form, max_kb=MAX_BYTES // 1024, max_rows=MAX_ROWS)

    def _checked_page(
        self, request: web.Request, checked: Checked, form: Form, status: int, changed: bool = False
    ) -> web.Response:
        return render(
            request,
            "setup_import_check.html",
            status,
            checked=checked,
            groups=groups_of(checked.plan) if checked.plan else [],
            faults=checked.faults[:FAULTS_SHOWN],
            kind=lambda step: type(step.thing).__name__,
            form=form,
            mark=MARK,
            changed=changed,
        )


OUTCOMES: Mapping[Outcome, str] = {
    Outcome.MADE: mark("Will be made"),
    Outcome.CHANGED: mark("Will be changed"),
    Outcome.LEFT: mark("Stays as it is"),
}


def groups_of(plan: Plan) -> list[tuple[str, list[object]]]:
    """Heading and steps; empty ones are left out."""
    return [(heading, list(steps)) for outcome, heading in OUTCOMES.items() if (steps := plan.of(outcome))]


def _offices(plan: Plan, tree: Tree) -> Mapping[str, str]:
    """The agency's name of each point of the plan, by the point's id there."""
    names: dict[str, str] = {agency.id: agency.name for agency in tree.agencies.values()}
    names |= {step.thing.id: step.thing.name for step in plan.steps if isinstance(step.thing, Agency)}
    found: dict[str, str] = {}
    for step in plan.steps:
        thing = step.thing
        if not isinstance(thing, Agency | PointAccount):
            found[thing.id] = names.get(thing.agency, "")
    return found
