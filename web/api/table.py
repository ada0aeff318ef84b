"""Every call of the API, one line each: aiohttp's router and the OpenAPI document are made from this table.

A new one: its structs in :mod:`web.api.wire`, its handler, a line here.
"""

from collections.abc import Mapping, Sequence

from bridge.errors import Code
from bridge.manifest import Manifest
from bridge.policy import Action
from web.api import lines, people, receptions
from web.api.copies import CopyApi
from web.api.organisation import OrganisationApi
from web.api.people import PeopleApi
from web.api.recordings import STORED_TYPES, RecordingApi
from web.api.routes import Route, accepted, created, delete, download, get, patch, post, put
from web.api.wire import (
    AgenciesPage,
    AgencyChange,
    AgencyRequest,
    AgencyView,
    AttendeesPage,
    LinesPage,
    MeView,
    NewPasswordView,
    PeoplePage,
    PersonRequest,
    PersonView,
    PointChange,
    PointRequest,
    PointsPage,
    PointView,
    ReceptionsPage,
    ReceptionsQuery,
    RecordingsQuery,
    SearchQuery,
    SegmentQuery,
)
from web.pages import steps
from web.paging import PageQuery
from web.wire import (
    ChangeRequest,
    InvitationView,
    JoinReply,
    JoinRequest,
    PlaybackRequest,
    PublicReception,
    ReasonRequest,
    ReceptionRequest,
    ReceptionView,
    RecordingsPage,
    VerificationReply,
    VerificationView,
    ViewingCopyView,
)
from web.words import mark

CHANGED = (Code.CONFLICT, Code.ILLEGAL_TRANSITION)
LIST = (Code.CURSOR_INVALID,)
JOIN = (Code.DOORS_CLOSED, Code.RECEPTION_OVER, Code.ROOM_FULL, Code.SEAT_TAKEN)
STORE = (Code.NOT_SEALED, Code.OBJECTS_UNAVAILABLE, Code.OBJECT_DAMAGED)
MEDIA = (*STORED_TYPES.values(), "video/mp4")
PURPOSE = (Code.REASON_REQUIRED,)


def of_receptions() -> Sequence[Route]:
    """Receptions and who can take part in them."""
    all_, one = "/api/receptions", "/api/receptions/{reception}"
    see = Action.SEE_RECEPTION
    return (
        get(all_, receptions.listing, mark("Receptions of a time, by start"),
            see, ReceptionsPage, query=ReceptionsQuery, refusals=LIST),
        created(all_, receptions.create, mark("Plan a reception"),
            Action.SCHEDULE, ReceptionView, body=ReceptionRequest),
        get(one, receptions.show, mark("One reception"), see, ReceptionView),
        post(f"{one}/open", receptions.open_doors, mark("Open the doors of a reception"),
            Action.OPEN_DOORS, ReceptionView, refusals=CHANGED),
        post(f"{one}/cancel", receptions.cancel, mark("Cancel a reception, with a reason"),
            Action.CANCEL, ReceptionView, body=ReasonRequest, refusals=(*CHANGED, Code.REASON_REQUIRED)),
        get(f"{one}/plan", receptions.plan, mark("The plan of a reception, as it is sent back to change it"),
            Action.CHANGE, ChangeRequest),
        put(f"{one}/plan", receptions.change, mark("Change the plan of a reception"),
            Action.CHANGE, ReceptionView, body=ChangeRequest, refusals=CHANGED),
        get(f"{one}/invitations", receptions.invitations, mark("Codes of those who have no account"),
            Action.INVITE, list[InvitationView]),
        post(f"{one}/invitations/{{seat}}/renew", receptions.renew, mark("Another code for a seat"),
            Action.INVITE, InvitationView),
        get(f"{one}/lines", lines.listing, mark("How good the lines in the room are and were, each ten seconds"),
            Action.WATCH_ROOMS, LinesPage, query=PageQuery, refusals=LIST),
        post(f"{one}/join", steps.join, mark("A token for one's own seat in the room"),
            Action.JOIN, JoinReply, body=JoinRequest, refusals=JOIN),
        post("/api/enter/join", steps.join, mark("The same for a guest who entered by a code"),
            Action.JOIN, JoinReply, body=JoinRequest, refusals=JOIN, visit=True),
        get("/api/offices/{agency}/receptions", receptions.of_office, mark("What everybody may know of an office"),
            None, list[PublicReception], open=True),
    )  # fmt: skip


def of_people(api: PeopleApi) -> Sequence[Route]:
    """Who asks, who can be seated, accounts."""
    all_, one = "/api/people", "/api/people/{account}"
    up = Action.SET_UP
    return (
        get("/api/me", people.me, mark("Who asks, and what they may do"), None, MeView),
        get("/api/attendees", api.attendees, mark("Who can be given a seat"),
            Action.SCHEDULE, AttendeesPage, query=SearchQuery, refusals=LIST),
        get(all_, api.listing, mark("Accounts, by sign-in name"), up, PeoplePage, query=SearchQuery, refusals=LIST),
        created(all_, api.add, mark("Make an account; its password is told once"),
            up, NewPasswordView, body=PersonRequest),
        get(one, api.show, mark("One account"), up, PersonView),
        post(f"{one}/disable", api.disable, mark("Disable an account; it is signed out at once"),
            up, PersonView, refusals=(Code.INVALID_FIELD,)),
        post(f"{one}/enable", api.enable, mark("Enable an account again"),
            up, PersonView, refusals=(Code.INVALID_FIELD,)),
        post(f"{one}/password", api.password, mark("Give an account a new password, told once"),
            up, NewPasswordView, refusals=(Code.INVALID_FIELD,)),
    )  # fmt: skip


def of_organisation(api: OrganisationApi) -> Sequence[Route]:
    """Agencies and bridge points."""
    agency, point = "/api/agencies/{agency}", "/api/points/{point}"
    up, changed = Action.SET_UP, (Code.CONFLICT,)
    return (
        get("/api/agencies", api.agencies, mark("Agencies, by name"),
            up, AgenciesPage, query=PageQuery, refusals=LIST),
        created("/api/agencies", api.add_agency, mark("Add an agency"), up, AgencyView, body=AgencyRequest),
        get(agency, api.agency, mark("One agency"), up, AgencyView),
        patch(agency, api.change_agency, mark("Give an agency another name"),
            up, AgencyView, body=AgencyChange, refusals=changed),
        get("/api/points", api.points, mark("Bridge points, by name"),
            up, PointsPage, query=PageQuery, refusals=LIST),
        created("/api/points", api.add_point, mark("Add a bridge point"), up, PointView, body=PointRequest),
        get(point, api.point, mark("One bridge point"), up, PointView),
        patch(point, api.change_point, mark("Give a bridge point another name or place"),
            up, PointView, body=PointChange, refusals=changed),
    )  # fmt: skip


def of_recordings(api: RecordingApi) -> Sequence[Route]:
    """The archive."""
    one = "/api/recordings/{recording}"
    segment = f"{one}/segments/{{track}}/{{number:\\d{{1,9}}}}"
    play, check = Action.PLAY_RECORDING, Action.VERIFY_RECORDING
    return (
        get("/api/recordings", api.listing, mark("Recordings as one may see them, the newest first"),
            Action.SEE_ARCHIVE, RecordingsPage, query=RecordingsQuery, refusals=(*LIST, Code.NOT_PERMITTED)),
        post(f"{one}/purpose", api.purpose, mark("Say what a recording is read for, before it is"),
            play, None, body=PlaybackRequest),
        get(f"{one}/manifest", api.manifest, mark("The sealed manifest"),
            play, Manifest, refusals=(*STORE, *PURPOSE)),
        download(segment, api.segment, mark("A stored file, whole or one range of it"), play, MEDIA,
            query=SegmentQuery, refusals=(*STORE, *PURPOSE)),
        post(f"{one}/verify", api.verify, mark("Check every byte of a recording"),
            check, VerificationReply, more={202: VerificationView}, refusals=STORE),
        get(f"{one}/verification", api.verification, mark("How far a check is, and the newest result"),
            check, VerificationView, refusals=STORE),
    )  # fmt: skip


def of_copies(api: CopyApi) -> Sequence[Route]:
    """The viewing copy of a recording."""
    one, copy = "/api/recordings/{recording}/copy", Action.COPY_RECORDING
    return (
        get(one, api.show, mark("State of the viewing copy"), copy, ViewingCopyView, refusals=STORE),
        accepted(one, api.ask, mark("Have a viewing copy made"), copy, ViewingCopyView, refusals=STORE),
        delete(one, api.cancel, mark("Cancel the viewing copy that is being made"),
            copy, ViewingCopyView, refusals=(*STORE, *CHANGED)),
        post(f"{one}/purpose", api.purpose, mark("Say what a viewing copy is for, before it is downloaded"),
            copy, None, body=PlaybackRequest, refusals=STORE),
        download(f"{one}/file", api.file, mark("The viewing copy, whole or one range of it"),
            copy, ("video/mp4",), refusals=(*STORE, *PURPOSE)),
    )  # fmt: skip


SECTIONS: Mapping[str, str] = {
    "receptions": mark("Receptions"),
    "people": mark("People and accounts"),
    "organisation": mark("Agencies and bridge points"),
    "recordings": mark("Archive"),
    "copies": mark("Viewing copies"),
}
"""Headings of the page and tags of the document, by section."""
