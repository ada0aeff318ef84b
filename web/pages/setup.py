"""Set-up: the tree of agencies with their bridge points; add one, give it another name."""

import msgspec
from aiohttp import web

from bridge.accounts import MAX_NAME
from bridge.errors import Conflict, Invalid
from bridge.ids import AgencyId, BridgePointId
from bridge.model import Account, Agency, BridgePoint, Level
from bridge.organisation import BELOW, MAX_PLACE, Tree, parents_for
from bridge.setup import PointText, SettingUp, SetUp
from web.config import WebPorts
from web.forms import Form, read_form
from web.once import Key, Once
from web.render import render, see_other
from web.requests import actor_of
from web.sending import MARK, marked, overtaken, refused, sent_once

LIMITS = {"name": MAX_NAME, "place": MAX_PLACE}


class Drawn(msgspec.Struct, frozen=True):
    """An agency as a row of the tree; ``depth`` below the reader's own."""

    depth: int
    agency: Agency
    points: tuple[BridgePoint, ...]


def drawn(tree: Tree, top: AgencyId) -> list[Drawn]:
    """``top`` and all below it, each before its children."""
    points: dict[AgencyId, tuple[BridgePoint, ...]] = {}
    for point in tree.points.values():
        points[point.agency] = (*points.get(point.agency, ()), point)
    return [Drawn(depth, agency, points.get(agency.id, ())) for depth, agency in tree.rows(top)]


class SetUpPages:
    """The handlers; ``once`` is shared with the other pages of set-up."""

    def __init__(self, ports: WebPorts, once: Once) -> None:
        self._desk = SettingUp(ports.units, ports.clock, ports.entropy)
        self._once = once

    async def tree(self, request: web.Request) -> web.StreamResponse:
        """The reader's own agency and all below it."""
        actor = actor_of(request)

        async def read(setup: SetUp) -> list[Drawn]:
            return drawn(setup.tree, setup.agency(actor.agency).id)

        rows = await self._desk.look(actor, read)
        return render(request, "setup.html", rows=rows, saved="saved" in request.query)

    # ── an agency ──────────────────────────────────────────────────────────────────────────────────────────────

    async def agency(self, request: web.Request) -> web.StreamResponse:
        """Its name to be changed, its points, what can be added."""
        agency = await self._agency(request)
        return await self._agency_page(request, agency, Form())

    async def rename_agency(self, request: web.Request) -> web.StreamResponse:
        """Or the form again; when somebody else was quicker, with what they wrote beside it."""
        agency, form = await self._agency(request), await read_form(request)

        async def work(setup: SetUp) -> None:
            await setup.rename_agency(agency.id, form.values.get("was", ""), form.text("name"))

        if again := await refused(self._desk.change(actor_of(request), work), form, overtaken):
            return await self._agency_page(request, agency, *again)
        raise see_other(f"/setup/agencies/{agency.id}?saved")

    async def move_agency(self, request: web.Request) -> web.StreamResponse:
        """Under another parent, or the page again with why not."""
        agency, form = await self._agency(request), await read_form(request)
        shown, parent = AgencyId(form.text("was_parent")), AgencyId(form.text("parent"))

        async def work(setup: SetUp) -> None:
            if parent not in setup.tree.agencies:
                raise Invalid(field="parent")
            await setup.move_agency(agency.id, shown, parent)

        if again := await refused(self._desk.change(actor_of(request), work), form, _moved_meanwhile):
            return await self._agency_page(request, agency, *again)
        raise see_other(f"/setup/agencies/{agency.id}?saved")

    async def new_agency(self, request: web.Request) -> web.StreamResponse:
        """The form, below the agency of the address."""
        parent = await self._agency(request)
        return self._new_agency_page(request, parent, marked(request))

    async def add_agency(self, request: web.Request) -> web.StreamResponse:
        """A new one, or the form again as it was sent."""
        parent, form = await self._agency(request), await read_form(request)

        async def work(setup: SetUp) -> Agency:
            level = chosen_level(form, parent)
            return await setup.add_agency(form.text("name"), level, parent.id)

        async def do(_: Key) -> str:
            return f"/setup/agencies/{(await self._desk.change(actor_of(request), work)).id}?saved"

        onward = await sent_once(self._once, request, form, do)
        if onward is None:
            return self._new_agency_page(request, parent, form, 422)
        raise see_other(onward)

    # ── a bridge point ─────────────────────────────────────────────────────────────────────────────────────────

    async def new_point(self, request: web.Request) -> web.StreamResponse:
        """The form, for the agency of the address."""
        agency = await self._agency(request)
        return self._point_page(request, agency, None, marked(request))

    async def add_point(self, request: web.Request) -> web.StreamResponse:
        """A new one, or the form again as it was sent."""
        agency, form = await self._agency(request), await read_form(request)

        async def work(setup: SetUp) -> BridgePoint:
            return await setup.add_point(agency.id, _text(form))

        async def do(_: Key) -> str:
            made = await self._desk.change(actor_of(request), work)
            return f"/setup/agencies/{made.agency}?saved"

        onward = await sent_once(self._once, request, form, do)
        if onward is None:
            return self._point_page(request, agency, None, form, 422)
        raise see_other(onward)

    async def point(self, request: web.Request) -> web.StreamResponse:
        """Its name and place to be changed."""
        agency, point = await self._point(request)
        form = Form({"name": point.name, "place": point.place, "was": point.name, "was_place": point.place})
        return self._point_page(request, agency, point, form)

    async def change_point(self, request: web.Request) -> web.StreamResponse:
        """Or the form again; when somebody else was quicker, with what they wrote beside it."""
        agency, point = await self._point(request)
        form = await read_form(request)
        shown = PointText(form.values.get("was", ""), form.values.get("was_place", ""))

        async def work(setup: SetUp) -> None:
            await setup.change_point(point.id, shown, _text(form))

        if again := await refused(self._desk.change(actor_of(request), work), form, overtaken):
            return self._point_page(request, agency, point, *again)
        raise see_other(f"/setup/agencies/{agency.id}?saved")

    # ── what they share ────────────────────────────────────────────────────────────────────────────────────────

    async def _agency(self, request: web.Request) -> Agency:
        """Of the address. Raises NotFound, also for somebody else's."""
        asked = AgencyId(request.match_info["agency"])

        async def read(setup: SetUp) -> Agency:
            return setup.agency(asked)

        return await self._desk.look(actor_of(request), read)

    async def _point(self, request: web.Request) -> tuple[Agency, BridgePoint]:
        asked = BridgePointId(request.match_info["point"])

        async def read(setup: SetUp) -> tuple[Agency, BridgePoint]:
            point = setup.point(asked)
            return setup.agency(point.agency), point

        return await self._desk.look(actor_of(request), read)

    async def _agency_page(self, request: web.Request, agency: Agency, form: Form, status: int = 200) -> web.Response:
        async def read(setup: SetUp) -> tuple[Tree, list[Account]]:
            return setup.tree, await setup.people()

        tree, people = await self._desk.look(actor_of(request), read)
        own = actor_of(request).agency
        named = {
            "name": agency.name,
            "was": agency.name,
            "parent": agency.parent or "",
            "was_parent": agency.parent or "",
        }
        form = Form({**named, **form.values}, form.faults)
        accounts = {one.point: one for one in people if one.point is not None and not one.disabled}
        above = tree.agencies.get(agency.parent) if agency.parent else None
        return render(
            request,
            "setup_agency.html",
            status,
            agency=agency,
            parent=None if agency.id == own else above,
            parents=[] if agency.id == own else parents_for(tree, own, agency),
            points=tree.points_of(agency.id),
            children=tree.children(agency.id),
            accounts=accounts,
            people=[one for one in people if one.agency == agency.id and one.point is None],
            may_grow=bool(BELOW[agency.level]),
            limits=LIMITS,
            form=form,
            saved="saved" in request.query,
        )

    def _new_agency_page(self, request: web.Request, parent: Agency, form: Form, status: int = 200) -> web.Response:
        levels = BELOW[parent.level]
        return render(
            request, "setup_new_agency.html", status, parent=parent, levels=levels, form=form, limits=LIMITS, mark=MARK
        )

    def _point_page(
        self, request: web.Request, agency: Agency, point: BridgePoint | None, form: Form, status: int = 200
    ) -> web.Response:
        return render(
            request, "setup_point.html", status, agency=agency, point=point, form=form, limits=LIMITS, mark=MARK
        )


def chosen_level(form: Form, parent: Agency) -> Level:
    """Raises Invalid for none, or one that cannot stand below."""
    found = next((level for level in BELOW[parent.level] if level == form.text("level")), None)
    if found is None:
        raise Invalid(field="level")
    return found


def _moved_meanwhile(form: Form, refusal: Conflict) -> Form:
    again = Form({**form.values, "was_parent": refusal.word("now_parent")})
    again.wrong("parent", like="overtaken", now=refusal.word("now"))
    return again


def _text(form: Form) -> PointText:
    return PointText(form.text("name"), form.text("place"))
