"""Set-up: what an office says of itself, its logo, how its rooms begin; inherited from the agency above."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from aiohttp import web

from bridge.errors import Conflict, Invalid, NotFound
from bridge.ids import AgencyId
from bridge.model import Agency
from bridge.office import (
    MAX_CONTACT,
    MAX_LINE,
    MAX_TEXT,
    RESUME_SECONDS,
    SESSION_MINUTES,
    OfficeSettings,
    OfficeText,
    OfficeVersion,
    settled,
)
from bridge.offices import change_logo, change_office, own_version, texts_of
from bridge.pictures import MAX_BYTES, SIDES, MalformedPicture
from bridge.setup import SettingUp, SetUp
from web.assets import FOR_EVER
from web.catalogues import LANGUAGES
from web.config import WebPorts
from web.forms import Form, read_form
from web.office_form import as_fields, meant, merged, shown_version
from web.officebook import OfficeBook
from web.render import render, see_other
from web.requests import UPLOAD, actor_of, uploaded

LIMITS = {
    "line": MAX_LINE,
    "contact": MAX_CONTACT,
    "text": MAX_TEXT,
    "minutes": SESSION_MINUTES,
    "seconds": RESUME_SECONDS,
    "kb": MAX_BYTES // 1000,
    "sides": SIDES,
}


class Own(NamedTuple):
    """What the agency set, and what holds where it set nothing (``from``: the agency above, None: the installation)."""

    agency: Agency
    version: OfficeVersion
    above: OfficeSettings
    parent: Agency | None


class OfficePages:
    """The handlers; ``book`` is told of each change."""

    def __init__(self, ports: WebPorts, book: OfficeBook) -> None:
        self._ports = ports
        self._desk = SettingUp(ports.units, ports.clock, ports.entropy)
        self._book = book

    async def own(self, request: web.Request) -> web.StreamResponse:
        """On to the reader's own agency."""
        actor = actor_of(request)
        await self._own(request, actor.agency)
        raise see_other(_address(actor.agency))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The form as it is stored."""
        return self._page(request, await self._own(request, _agency(request)), Form())

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Or the form again with every fault; when somebody else was quicker, with both."""
        agency = _agency(request)
        own, form = await self._own(request, agency), await read_form(request)
        asked = meant(form, LANGUAGES)
        if form.faults:
            return self._page(request, own, form, 422)
        return await self._done(request, own, form, lambda setup: self._change(setup, agency, form, asked))

    async def _change(self, setup: SetUp, agency: AgencyId, form: Form, asked: OfficeText) -> OfficeVersion:
        return await change_office(setup, agency, shown_version(form), asked, tuple(LANGUAGES))

    async def change_logo(self, request: web.Request) -> web.StreamResponse:
        """By the content of the file, whatever its name says."""
        agency = _agency(request)
        own, form = await self._own(request, agency), await read_form(request, UPLOAD)
        body = await uploaded(request, "logo")
        if not body:
            form.wrong("logo", like="file")
            return self._page(request, own, form, 422)
        return await self._done(request, own, form, lambda setup: change_logo(setup, agency, shown_version(form), body))

    async def remove_logo(self, request: web.Request) -> web.StreamResponse:
        """The one of the agency above holds again."""
        agency = _agency(request)
        own, form = await self._own(request, agency), await read_form(request)
        return await self._done(request, own, form, lambda setup: change_logo(setup, agency, shown_version(form), None))

    async def logo(self, request: web.Request) -> web.StreamResponse:
        """``GET /office/logos/{name}``: for everybody, it stands on the sign-in page. Nothing but that type."""
        async with self._ports.units.reading() as unit:
            logo = await unit.offices.logo(request.match_info["logo"])
        if logo is None:
            raise NotFound(detail="logo")
        headers = {"Cache-Control": FOR_EVER, "Content-Security-Policy": "default-src 'none'; sandbox"}
        return web.Response(body=logo.body, content_type=logo.media_type, headers=headers)

    # ── what they share ────────────────────────────────────────────────────────────────────────────────────────

    async def _done(
        self, request: web.Request, own: Own, form: Form, work: Callable[[SetUp], Awaitable[OfficeVersion]]
    ) -> web.StreamResponse:
        try:
            await self._desk.change(actor_of(request), work)
        except MalformedPicture as error:
            form.wrong("logo", like=f"logo-{error.why}", kb=str(LIMITS["kb"]), least="16", most=str(SIDES.stop - 1))
            return self._page(request, own, form, 422)
        except Invalid as refusal:
            form.refused(refusal)
            return self._page(request, own, form, 422)
        except Conflict:
            return await self._overtaken(request, form)
        self._book.changed()
        raise see_other(f"{_address(own.agency.id)}?saved")

    async def _overtaken(self, request: web.Request, form: Form) -> web.StreamResponse:
        now = await self._own(request, _agency(request))
        version, shown = now.version.version, shown_version(form)

        async def read(setup: SetUp) -> OfficeVersion:
            return await own_version(setup, now.agency.id, max(shown, 0))

        before = await self._desk.look(actor_of(request), read)
        again = merged(form, before.settings, now.version.settings, version, tuple(LANGUAGES))
        return self._page(request, now, again, 409)

    async def _own(self, request: web.Request, agency: AgencyId) -> Own:
        """Raises NotFound, also for somebody else's."""

        async def read(setup: SetUp) -> Own:
            found, version = setup.agency(agency), await own_version(setup, agency)
            texts = await texts_of(setup.unit, found.parent) if found.parent else []
            parent = setup.tree.agencies[found.parent] if found.parent else None
            return Own(found, version, settled(self._book.defaults, texts), parent)

        return await self._desk.look(actor_of(request), read)

    def _page(self, request: web.Request, own: Own, form: Form, status: int = 200) -> web.Response:
        stored = {**as_fields(own.version.settings, LANGUAGES), "version": str(own.version.version)}
        sent = "name" in form.values
        return render(
            request,
            "setup_office.html",
            status,
            own=own,
            form=form if sent else Form({**stored, **form.values}, form.faults),
            limits=LIMITS,
            saved="saved" in request.query,
        )


def _agency(request: web.Request) -> AgencyId:
    return AgencyId(request.match_info["agency"])


def _address(agency: AgencyId) -> str:
    return f"/setup/agencies/{agency}/office"
