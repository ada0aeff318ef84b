"""One table of all pages. A new page joins by one line; what renders HTML and is not here fails the tests.

Names in braces are filled in from the site's places (:mod:`tests.support.site`). ``way``: how to get there when an
address is not enough, by its name in :mod:`tests.support.ways`.
"""

from typing import NamedTuple

from tests.support.site import CODED, CODES, TWICE


class Shown(NamedTuple):
    """A page as somebody sees it. ``by``: who is signed in, nobody when empty. ``paper``: one would print it."""

    path: str
    by: str = "chair"
    way: str = ""
    paper: bool = False


PAGES = (
    Shown("/sign-in", ""),
    Shown("/sign-in", "", way="wrong_password"),
    Shown("/sign-in/code", "", way=f"as_{CODED}"),
    Shown("/sign-in/place", "", way=f"as_{TWICE}"),
    Shown("/first-administrator", ""),
    Shown("/api", ""),
    Shown("/offices/office-central", ""),
    Shown("/enter?code", ""),
    Shown("/enter?code", "", way="send_empty"),
    Shown("/enter/not-me", ""),
    Shown("/enter/{code}", ""),
    Shown("/enter/{code}", "", way="begin_visit"),
    Shown("/enter/next", ""),
    Shown("/enter/you", ""),
    Shown("/enter/early", ""),
    Shown("/enter/devices", ""),
    Shown("/enter/notice", ""),
    Shown("/enter/notice", "", way="send_empty"),
    Shown("/enter/room", ""),
    Shown("/enter/after", ""),
    Shown("/today"),
    Shown("/today", "archivist"),
    Shown("/devices"),
    Shown("/receptions/new"),
    Shown("/receptions/new", way="send_empty"),
    Shown("/receptions"),
    Shown("/receptions?when=past&title=held"),
    Shown("/receptions/{invited}/edit"),
    Shown("/receptions/{invited}/invitations", paper=True),
    Shown("/receptions/{invited}/invitations/seat-guest", paper=True),
    Shown("/receptions/{invited}", paper=True),
    Shown("/receptions/{reception}", paper=True),
    Shown("/receptions/{shut}", "citizen"),
    Shown("/receptions/{cancelled}"),
    Shown("/receptions/{reception}/devices", "citizen"),
    Shown("/receptions/{reception}/room", "citizen"),
    Shown("/receptions/{shut}/room", "citizen"),
    Shown("/receptions/{cancelled}/after", "citizen"),
    Shown("/receptions/{reception}/enter/next", "citizen"),
    Shown("/receptions/{reception}/enter/you", "citizen"),
    Shown("/receptions/{shut}/enter/early", "citizen"),
    Shown("/receptions/{reception}/enter/devices", "citizen"),
    Shown("/receptions/{reception}/enter/notice", "citizen"),
    Shown("/receptions/{reception}/enter/room", "citizen"),
    Shown("/receptions/{cancelled}/enter/after", "citizen"),
    Shown("/receptions/nowhere"),
    Shown("/operator", "admin"),
    Shown("/operator/receptions/{reception}", "admin"),
    Shown("/archive", "archivist", paper=True),
    Shown("/archive?title=held&from=2026-11-01&person=chu", "archivist"),
    Shown("/archive?title=nothing&proof=faulty", "archivist"),
    Shown("/archive?from=31/2/2026", "archivist"),
    Shown("/archive/{recording}", "archivist"),
    Shown("/archive/{recording}", "archivist", way="give_purpose"),
    Shown("/archive/{recording}/proof", "archivist", paper=True),
    Shown("/archive/{recording}/readings", "archivist", paper=True),
    Shown("/archive/{recording}/copy", "archivist"),
    Shown("/account"),
    Shown("/account?done=others"),
    Shown("/account/password"),
    Shown("/account/password", way="send_empty"),
    Shown("/account/code"),
    Shown("/account/code", CODES, way="begin_codes"),
    Shown("/account/code", CODES, way="switch_codes_on", paper=True),
    Shown("/account/code", CODES),
    Shown("/setup?saved", "admin"),
    Shown("/setup/agencies/office-central", "admin"),
    Shown("/setup/agencies/office-central/agencies", "admin"),
    Shown("/setup/agencies/office-central/people", "admin"),
    Shown("/setup/agencies/office-central/points", "admin", way="send_empty"),
    Shown("/setup/points/point-commune", "admin"),
    Shown("/setup/points/point-central/account", "admin"),
    Shown("/setup/people", "admin"),
    Shown("/setup/people?q=nobody", "admin"),
    Shown("/setup/people/id-chair", "admin"),
    Shown("/setup/people/id-admin", "admin"),
    Shown("/setup/office", "admin"),
    Shown("/setup/agencies/office-commune/office", "admin"),
    Shown("/setup/clients", "admin"),
    Shown("/setup/clients/new", "admin"),
    Shown("/setup/clients/new", "admin", way="send_empty"),
    Shown("/setup/clients/new", "admin", way="make_client"),
    Shown("/setup/clients?saved", "admin"),
    Shown("/setup/clients/secrets/none", "admin"),
    Shown("/setup/import", "admin"),
    Shown("/setup/import", "admin", way="look_at_faults"),
    Shown("/setup/import", "admin", way="look_at_file"),
    Shown("/setup/passwords/none", "admin"),
    Shown("/setup/passwords/none", "admin", way="import_file", paper=True),
)

NO_PAGES = {
    "/": "leads on to /today",
    "/healthz": "for machines",
    "/favicon.ico": "a picture",
    "/i18n/{lang}.json": "words of the islands",
    "/static/build": "files",
    "/build.json": "for the islands",
    "/setup/import/template": "a file",
    "/archive/{recording}/copy/file": "a film",
    "/office/logos/{logo}": "a picture",
    "/receptions/{reception}/calendar": "a file",
    "/receptions/{reception}/invitations/{seat}/calendar": "a file",
}
"""What answers GET without a page, and why it is none. Everything under ``/api/`` is for programs."""
