"""One table of all pages. A new page joins by one line; what renders HTML and is not here fails the tests.

Names in braces are filled in from the site's places (:mod:`tests.support.site`). ``way``: how to get there when an
address is not enough, by its name in :mod:`tests.support.ways`.
"""

from typing import NamedTuple

from tests.support.site import CODED, CODES, OPERATOR, TWICE


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
    Shown("/first-administrator", "", way="of_a_fresh_one"),
    Shown("/first-administrator", "", way="send_empty_at_a_fresh_one"),
    Shown("/api", ""),
    Shown("/offices/office-central", ""),
    Shown("/offices/office-commune", ""),
    Shown("/enter?code", ""),
    Shown("/enter?code", "", way="send_empty"),
    Shown("/enter/{due}", ""),
    Shown("/enter/not-me", ""),
    Shown("/enter/you", "", way="enter_you"),
    Shown("/enter/early", "", way="come_early"),
    Shown("/enter/devices", "", way="enter_devices"),
    Shown("/enter/notice", "", way="enter_notice"),
    Shown("/enter/notice", "", way="send_unread"),
    Shown("/enter/room", "", way="enter_room"),
    Shown("/enter/after", "", way="enter_after"),
    Shown("/today"),
    Shown("/today", "archivist"),
    Shown("/devices"),
    Shown("/receptions/new"),
    Shown("/receptions/new", way="send_empty"),
    Shown("/receptions/{reception}", paper=True),
    Shown("/receptions/{later}"),
    Shown("/receptions/{later}/edit"),
    Shown("/receptions/{live}/edit"),
    Shown("/receptions/{later}/invitations", paper=True),
    Shown("/receptions/{later}/invitations/{guest}", paper=True),
    Shown("/receptions/{reception}/invitations"),
    Shown("/receptions"),
    Shown("/receptions?when=past&title=12"),
    Shown("/receptions?title=" + "x" * 201),
    Shown("/receptions/{reception}/enter/you", "citizen"),
    Shown("/receptions/{later}/enter/early", "citizen"),
    Shown("/receptions/{reception}/enter/devices", "citizen"),
    Shown("/receptions/{reception}/enter/notice", "citizen"),
    Shown("/receptions/{reception}/enter/room", "citizen"),
    Shown("/receptions/{cancelled}/enter/after", "citizen"),
    Shown("/receptions/{shut}", "citizen"),
    Shown("/receptions/{cancelled}"),
    Shown("/receptions/{reception}/devices", "citizen"),
    Shown("/receptions/{reception}/room", "citizen"),
    Shown("/receptions/{shut}/room", "citizen"),
    Shown("/receptions/{cancelled}/after", "citizen"),
    Shown("/receptions/nowhere"),
    Shown("/operator", OPERATOR),
    Shown("/operator/receptions/{live}", OPERATOR),
    Shown("/operator/receptions/{reception}", "admin"),
    Shown("/operator/receptions/{live}/lines", OPERATOR),
    Shown("/operator/receptions/{reception}/lines", "admin"),
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
    Shown("/setup/office", "admin"),
    Shown("/setup/agencies/office-commune/office", "admin", way="fill_office"),
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
    "/build.json": "for the islands",
    "/enter/next": "leads on to the next step",
    "/receptions/{reception}/enter/next": "leads on to the next step",
    "/receptions/{reception}/calendar": "a calendar",
    "/receptions/{reception}/invitations/{seat}/calendar": "a calendar",
    "/office/logos/{logo}": "a picture",
    "/static/build": "files",
    "/setup/import/template": "a file",
    "/archive/{recording}/copy/file": "a film",
}
"""What answers GET without a page, and why it is none. Everything under ``/api/`` is for programs."""
