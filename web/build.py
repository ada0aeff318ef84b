"""Puts the pages together: one aiohttp application, to which ``deploy`` attaches the rooms' sockets."""

import mimetypes
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiohttp import web

from bridge.inviting import Inviting
from bridge.sealing import Sealing, SigningPorts
from web.accounts import OwnAccount
from web.api import table
from web.api.copies import CopyApi
from web.api.idempotency import Idempotency
from web.api.organisation import OrganisationApi
from web.api.people import PeopleApi
from web.api.recordings import RecordingApi
from web.api.routes import mounted
from web.assets import PREFIX, load_assets
from web.browser_forms import BrowserForms
from web.catalogues import load_catalogues
from web.checks import Checks
from web.config import WebConfig, WebPorts
from web.copies import CopyDesk
from web.credentials import Credentials
from web.firstadministrator import FirstAdministrator
from web.health import health
from web.invitation_times import codes_hold
from web.islands import build_version, catalogue, no_icon
from web.keys import ASSETS, CATALOGUES, CONFIG, INVITING, LINES, MEASURED, OFFICES, PORTS, TEMPLATES, VISITS
from web.linetests import LineDesk
from web.manifests import Manifests
from web.measured import Measured
from web.metrics import metrics, part_metrics
from web.middlewares.counting import count_requests
from web.middlewares.failures import answer_failures
from web.middlewares.forgery import refuse_forgeries
from web.middlewares.headers import write_headers
from web.middlewares.hosts import check_host
from web.middlewares.language import choose_language
from web.middlewares.office import find_office
from web.middlewares.own_password import ask_own_password
from web.middlewares.sessions import find_session, limits
from web.middlewares.speaking import speak_of_it
from web.middlewares.theme import keep_theme
from web.officebook import OfficeBook, defaults_of
from web.once import Once, Untold
from web.pages import (
    enter,
    invitations,
    linetest,
    nodes,
    offices,
    operator,
    pastlines,
    reception,
    receptions,
    room,
    steps,
    today,
)
from web.pages.account import AccountPages
from web.pages.api import ApiPages
from web.pages.archive import ArchivePages
from web.pages.clients import ClientPages
from web.pages.copies import CopyPages
from web.pages.first import FirstPages
from web.pages.office import OfficePages
from web.pages.people import PeoplePages
from web.pages.planning import PlanningPages
from web.pages.second_factor import SecondFactorPages
from web.pages.setup import SetUpPages
from web.pages.setup_import import ImportPages
from web.pages.signin import SignInPages
from web.purposes import Purposes
from web.render import environment
from web.secondfactor import SecondFactorDesk
from web.signin import SignIn
from web.visits import Visits

DOCUMENT = "/api/openapi.json"
MAX_REQUEST_BYTES = 256 * 1024
"""The largest thing anybody sends to a page: a reception of 60 seats with its agenda, a file of agencies."""


def build(config: WebConfig, ports: WebPorts) -> web.Application:
    """The application. From outside in: ids for the log, counting, failures, host, session, office, language,
    theme, forgery, a password of one's own.

    Raises zoneinfo.ZoneInfoNotFoundError.
    """
    app = web.Application(
        client_max_size=MAX_REQUEST_BYTES,
        middlewares=[
            speak_of_it,
            count_requests,
            answer_failures,
            check_host,
            find_session,
            find_office,
            choose_language,
            keep_theme,
            refuse_forgeries,
            ask_own_password,
        ],
    )
    ZoneInfo(config.zone)  # an unknown zone is a fault of the configuration, to be told at the start
    app[CONFIG], app[PORTS], app[MEASURED] = config, ports, Measured()
    app[OFFICES] = OfficeBook(ports.units, ports.clock, defaults_of(config))
    app[CATALOGUES], app[ASSETS], app[TEMPLATES] = load_catalogues(), load_assets(config.static), environment()
    app[VISITS] = Visits(ports, limits(config))
    app[LINES] = LineDesk(ports)
    app[INVITING] = Inviting(
        ports.receptions, ports.units, ports.secrets, ports.clock, ports.entropy, codes_hold(config.zone)
    )
    app.on_response_prepare.append(write_headers)
    _add_planning(app)  # first: "new" is no reception's id
    app.router.add_routes([*_common(), *_pages(), *_accounts(config, ports), *_entering()])
    _add_api(app, config, ports, _add_archive(app, config, ports))
    _add_setup(app, ports)
    if app[ASSETS].built:
        mimetypes.add_type("text/javascript", ".js")
        app.router.add_static(PREFIX, app[ASSETS].folder)
    return app


def _common() -> list[web.RouteDef]:
    return [
        web.get("/healthz", health),
        web.get("/metrics", metrics),
        web.get("/metrics/{part}", part_metrics),
        web.get("/favicon.ico", no_icon),
        web.get("/build.json", build_version),
        web.get("/i18n/{lang}.json", catalogue),
    ]


def _accounts(config: WebConfig, ports: WebPorts) -> list[web.RouteDef]:
    """The ways in and out, and what people do with their own account; they count guesses together."""
    credentials = Credentials(ports)
    first = FirstPages(FirstAdministrator(ports))
    sign_in = SignInPages(SignIn(ports, credentials, limits(config)))
    desk = SecondFactorDesk(ports, credentials, config.office)
    own, factor = AccountPages(OwnAccount(ports, credentials, limits(config)), desk), SecondFactorPages(desk)
    return [
        web.get("/sign-in", sign_in.show),
        web.post("/sign-in", sign_in.send),
        web.get("/sign-in/code", sign_in.ask_code),
        web.post("/sign-in/code", sign_in.send_code),
        web.get("/sign-in/place", sign_in.ask_place),
        web.post("/sign-in/place", sign_in.send_place),
        web.post("/sign-out", sign_in.leave),
        web.get("/first-administrator", first.show),
        web.post("/first-administrator", first.send),
        web.get("/account", own.show),
        web.get("/account/password", own.ask_password),
        web.post("/account/password", own.change_password),
        web.get("/account/code", factor.show),
        web.post("/account/code/begin", factor.begin),
        web.post("/account/code/confirm", factor.confirm),
        web.post("/account/code/off", factor.switch_off),
        web.post("/account/sessions/others/end", own.end_others),
        web.post("/account/sessions/{session}/end", own.end_session),
    ]


def _pages() -> list[web.RouteDef]:
    one = "/receptions/{reception}"
    return [
        web.get("/", today.front),
        web.get("/today", today.show),
        web.get("/devices", room.devices),
        web.post("/line-test", linetest.start),
        web.post("/line-test/probe", linetest.probe),
        web.get("/line-test/echo", linetest.echo),
        web.post("/line-test/report", linetest.report),
        web.get("/offices/{agency}", offices.show),
        web.get("/receptions", receptions.listing),
        web.get(one, reception.show),
        web.post(f"{one}/open", reception.open_doors),
        web.post(f"{one}/cancel", reception.cancel),
        web.get(f"{one}/devices", room.devices_for),
        web.get(f"{one}/room", room.show),
        web.get(f"{one}/after", room.after),
        web.get(f"{one}/calendar", invitations.calendar),
        web.get(f"{one}/invitations", invitations.sheets),
        web.get(f"{one}/invitations/{{seat}}", invitations.sheets),
        web.post(f"{one}/invitations/{{seat}}/renew", invitations.renew),
        web.get(f"{one}/invitations/{{seat}}/calendar", invitations.guest_calendar),
        *_operator(),
    ]


def _operator() -> list[web.RouteDef]:
    one = "/operator/receptions/{reception}"
    return [
        web.get("/operator", operator.listing),
        web.get("/operator/lines", linetest.listing),
        web.get("/operator/nodes", nodes.listing),
        web.post("/operator/nodes/{node}/drain", nodes.drain),
        web.post("/operator/nodes/{node}/take-back", nodes.take_back),
        web.post("/operator/nodes/{node}/forget", nodes.forget),
        web.get(one, operator.show),
        web.get(f"{one}/lines", pastlines.show),
        web.post(f"{one}/help", operator.offer_help),
        web.post(f"{one}/help/take-back", operator.take_back_help),
    ]


def _entering() -> list[web.RouteDef]:
    """The door for a code, and the way in for who has one and for who has an account."""
    return [
        web.get("/enter", enter.ask),
        web.post("/enter", enter.send),
        web.post("/enter/begin", enter.begin),
        web.get("/enter/not-me", enter.not_me),
        web.post("/enter/leave", enter.leave),
        web.post("/enter/line-test", linetest.start_as_guest),
        *_steps("/enter"),
        *_steps("/receptions/{reception}/enter"),
        web.get("/enter/{code}", enter.by_link),
    ]


def _steps(base: str) -> list[web.RouteDef]:
    return [
        web.get(f"{base}/next", steps.onward),
        web.get(f"{base}/you", steps.you),
        web.post(f"{base}/you", steps.confirm),
        web.get(f"{base}/early", steps.early),
        web.get(f"{base}/devices", steps.devices),
        web.post(f"{base}/devices", steps.found),
        web.get(f"{base}/notice", steps.notice),
        web.post(f"{base}/notice", steps.acknowledge),
        web.get(f"{base}/room", steps.room),
        web.get(f"{base}/after", steps.after),
    ]


def _add_planning(app: web.Application) -> None:
    """The form of a reception, new and again; what was sent already is kept until the application ends."""
    once = Once()
    pages, one = PlanningPages(once), "/receptions/{reception}"
    app.router.add_routes(
        [
            web.get("/receptions/new", pages.new),
            web.post("/receptions", pages.create),
            web.get(f"{one}/edit", pages.edit),
            web.post(f"{one}/edit", pages.change),
        ]
    )

    async def close(_: web.Application) -> None:
        await once.close()

    app.on_cleanup.append(close)


class _Archive(NamedTuple):
    """What the API shares with the pages of the archive."""

    recordings: RecordingApi
    copies: CopyApi


def _add_api(app: web.Application, config: WebConfig, ports: WebPorts, archive: _Archive) -> None:
    """Router and document from one table."""
    sections = (
        ("receptions", table.of_receptions()),
        ("people", table.of_people(PeopleApi(ports))),
        ("organisation", table.of_organisation(OrganisationApi(ports))),
        ("recordings", table.of_recordings(archive.recordings)),
        ("copies", table.of_copies(archive.copies)),
    )
    once, pages = Idempotency(ports), ApiPages(config, sections)
    app.router.add_routes([mounted(route, once.around) for _, part in sections for route in part])
    app.router.add_routes([web.get("/api", pages.show), web.get(DOCUMENT, pages.document)])


def _add_archive(app: web.Application, config: WebConfig, ports: WebPorts) -> _Archive:
    """Pages and API of recordings share what they keep at hand; it ends with the application."""
    manifests, purposes = Manifests(ports.objects), Purposes(ports)
    forms = BrowserForms(ports.objects, ports.remuxer, config.browser_forms_bytes)
    # Here it only checks; sealing, with its software and retention, is the jobs' work.
    signing = SigningPorts(ports.signatures, ports.known_keys)
    sealing = Sealing(ports.units, ports.objects, ports.clock, signing, software="", retention_days=0)
    checks = Checks(sealing)
    api = RecordingApi(ports, manifests, forms, checks, purposes)
    desk = CopyDesk(ports)
    app.router.add_routes(_archive(ArchivePages(ports, manifests, checks, purposes)))
    app.router.add_routes(_copies(CopyPages(desk)))

    async def close(_: web.Application) -> None:
        await checks.close()
        await forms.close()

    app.on_cleanup.append(close)
    return _Archive(api, CopyApi(desk))


def _add_setup(app: web.Application, ports: WebPorts) -> None:
    """The pages of set-up share what was sent already and what is still to be told."""
    once, untold = Once(), Untold(ports.clock)
    app.router.add_routes(_setup(SetUpPages(ports, once), ImportPages(ports, once, untold)))
    app.router.add_routes(_offices(OfficePages(ports, app[OFFICES])))
    app.router.add_routes(_people(PeoplePages(ports, once, untold)))
    app.router.add_routes(_clients(ClientPages(ports, once, untold)))

    async def close(_: web.Application) -> None:
        await once.close()

    app.on_cleanup.append(close)


def _setup(pages: SetUpPages, files: ImportPages) -> list[web.RouteDef]:
    agency, point = "/setup/agencies/{agency}", "/setup/points/{point}"
    return [
        web.get("/setup", pages.tree),
        web.get(agency, pages.agency),
        web.post(agency, pages.rename_agency),
        web.post(f"{agency}/parent", pages.move_agency),
        web.get(f"{agency}/agencies", pages.new_agency),
        web.post(f"{agency}/agencies", pages.add_agency),
        web.get(f"{agency}/points", pages.new_point),
        web.post(f"{agency}/points", pages.add_point),
        web.get(point, pages.point),
        web.post(point, pages.change_point),
        web.get("/setup/import", files.ask),
        web.post("/setup/import", files.check),
        web.post("/setup/import/run", files.run),
        web.get("/setup/import/template", files.template),
    ]


def _offices(pages: OfficePages) -> list[web.RouteDef]:
    agency = "/setup/agencies/{agency}"
    return [
        web.get("/setup/office", pages.own),
        web.get(f"{agency}/office", pages.show),
        web.post(f"{agency}/office", pages.change),
        web.post(f"{agency}/logo", pages.change_logo),
        web.post(f"{agency}/logo/remove", pages.remove_logo),
        web.get("/office/logos/{logo}", pages.logo),
    ]


def _people(pages: PeoplePages) -> list[web.RouteDef]:
    one = "/setup/people/{account}"
    return [
        web.get("/setup/people", pages.listing),
        web.get("/setup/agencies/{agency}/people", pages.new),
        web.post("/setup/agencies/{agency}/people", pages.add),
        web.get("/setup/points/{point}/account", pages.new),
        web.post("/setup/points/{point}/account", pages.add),
        web.get(one, pages.one),
        web.post(one, pages.change),
        web.post(f"{one}/disable", pages.disable),
        web.post(f"{one}/enable", pages.enable),
        web.post(f"{one}/password", pages.password),
        web.get("/setup/passwords/{form}", pages.passwords),
    ]


def _clients(pages: ClientPages) -> list[web.RouteDef]:
    return [
        web.get("/setup/clients", pages.listing),
        web.get("/setup/clients/new", pages.new),
        web.post("/setup/clients/new", pages.make),
        web.post("/setup/clients/{client}/revoke", pages.revoke),
        web.get("/setup/clients/secrets/{form}", pages.secret),
    ]


def _copies(pages: CopyPages) -> list[web.RouteDef]:
    page = "/archive/{recording}/copy"
    return [
        web.get(page, pages.show),
        web.post(page, pages.ask),
        web.post(f"{page}/cancel", pages.cancel),
        web.post(f"{page}/purpose", pages.purpose),
        web.get(f"{page}/file", pages.file),
    ]


def _archive(pages: ArchivePages) -> list[web.RouteDef]:
    page = "/archive/{recording}"
    return [
        web.get("/archive", pages.listing),
        web.get(page, pages.player),
        web.post(f"{page}/purpose", pages.purpose),
        web.get(f"{page}/proof", pages.proof),
        web.post(f"{page}/proof", pages.verify),
        web.get(f"{page}/readings", pages.readings),
    ]
