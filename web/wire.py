"""What pages and the REST API exchange with the browser; TypeScript types are generated from here.

An island is mounted on ``<div id="island" data-island="room" data-config="{…}">``; ``data-config`` holds its
``*Config`` struct as JSON. Structs the server sends have no defaults. Errors are :class:`WebProblem` (RFC 9457,
``application/problem+json``). Every POST carries the header ``X-CSRF-Token`` with ``Page.csrf``; no inline style
attribute is allowed by the pages' content security policy (set ``element.style`` instead).
"""

import msgspec

from bridge.ids import AccountId, BridgePointId, CaseId, ReceptionId, RecordingId, SeatId
from bridge.manifest import Manifest
from bridge.model import AdmitRule, ReceptionKind, Role
from bridge.search import ProofState
from web.linewire import LINE_WIRE, IceServer

CSRF_HEADER = "X-CSRF-Token"


class Page(msgspec.Struct, frozen=True):
    """What every island gets. ``catalogue``: address of its :class:`Catalogue`. ``zone``: IANA name for times shown;
    ``build``: version of the client that the page was served with."""

    lang: str
    dir: str
    zone: str
    catalogue: str
    csrf: str
    build: str


class BuildView(msgspec.Struct, frozen=True):
    """``GET /build.json``."""

    build: str


class RefusalWords(msgspec.Struct, frozen=True):
    """A refusal as a person reads it, in three sentences; any may be empty. ``{name}`` stands for a parameter."""

    happened: str
    kept: str
    next: str


class Catalogue(msgspec.Struct, frozen=True):
    """``GET /i18n/{lang}.json``: ``messages`` by their English sentence, ``refusals`` by code."""

    lang: str
    dir: str
    messages: dict[str, str]
    refusals: dict[str, RefusalWords]


class RoomConfig(msgspec.Struct, frozen=True):
    """Island ``room``. ``join``: POST here for a :class:`JoinReply`, anew for every new connection (not for a resume).

    ``waits``: one was prepared on the way in, goes in at once, and may have to wait there. ``back``: where to go after
    leaving; ``devices``: the device check; ``after``: where to go when it ended.
    ``loopback_only``: the media address is this machine's loopback, which Firefox refuses.
    """

    page: Page
    reception: ReceptionId
    title: str
    office: str
    name: str
    role: Role
    point: str
    join: str
    back: str
    devices: str
    after: str
    camera_kbps: int
    screen_kbps: int
    loopback_only: bool
    waits: bool


class JoinReply(msgspec.Struct, frozen=True):
    """``POST /api/receptions/{id}/join``. ``url``: origin of the socket (empty: the page's own), ``path``: where
    engine.io answers there, ``namespace``: of socket.io. The token holds 120 s and once. ``ice``: relays, whose
    credentials hold for the day; ``relay_only``: go by them alone."""

    token: str
    url: str
    path: str
    namespace: str
    ice: tuple[IceServer, ...]
    relay_only: bool


class JoinRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a join; may be left out. ``take_over`` False: 409 ``seat_taken`` while another device has the seat."""

    take_over: bool = True


class DevicesFound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the check of devices found."""

    camera: bool
    microphone: bool


class DevicesConfig(msgspec.Struct, frozen=True):
    """Island ``devices``. ``onward``: where "I am ready" leads. ``voice_required``: officials and points; they may
    go on with sound only. ``send``: POST a :class:`DevicesFound` there before going on; empty: to nobody.
    ``line_test``: POST there for a :class:`LineTestStart`."""

    page: Page
    onward: str
    voice_required: bool
    loopback_only: bool
    send: str
    line_test: str


class PlayerConfig(msgspec.Struct, frozen=True):
    """Island ``player``. ``segment`` has ``{track}`` and ``{number}`` to be filled in and answers with the form
    browsers play; ``purpose_given`` False: ask, then POST a :class:`PlaybackRequest` to ``purpose`` first."""

    page: Page
    recording: RecordingId
    title: str
    manifest: str
    segment: str
    verify: str
    verification: str
    proof: str
    copy: str
    purpose: str
    purpose_given: bool


class OfflineWords(msgspec.Struct, frozen=True):
    """What an export writes into the page that plays and verifies it offline (``index.html`` of the bag). ``lang``: the
    language it opens in; ``zone``: IANA name for times shown."""

    lang: str
    zone: str
    catalogues: dict[str, Catalogue]


class PlaybackRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``POST /api/recordings/{id}/purpose``: why the recording is looked at; written to the audit. Answer: 204."""

    purpose: str


class FaultView(msgspec.Struct, frozen=True):
    """One thing that is not as it should be."""

    path: str
    algorithm: str
    expected: str
    found: str


class VerificationReply(msgspec.Struct, frozen=True):
    """``POST /api/recordings/{id}/verify``. ``by``: name of who asked, empty for the system. ``origin``: what the check
    can say about who sealed."""

    recording: str
    at_ms: int
    by: str
    objects: int
    bytes: int
    holds: bool
    origin: str
    faults: tuple[FaultView, ...]


class VerificationView(msgspec.Struct, frozen=True):
    """``GET /api/recordings/{id}/verification``. ``running``: a check is under way, ``checked`` of ``total`` bytes are
    read (``total`` 0: not known yet). ``failed``: code of why the last one asked for came to no result, else empty.
    ``last``: the newest result, None before the first."""

    running: bool
    checked: int
    total: int
    failed: str
    last: VerificationReply | None


class ViewingCopyView(msgspec.Struct, frozen=True):
    """``GET /api/recordings/{id}/copy``. ``progress`` 0 … 1; ``bytes``, ``sha256`` and ``whole`` once it is ready;
    ``whole`` False: some stored files could not be put into it, and it says so where they would be."""

    recording: RecordingId
    state: str
    progress: float
    asked_ms: int
    changed_ms: int
    bytes: int
    sha256: str
    whole: bool


class PersonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who sits at another's seat."""

    name: str
    role: Role


class SeatRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seat that an account opens. ``name`` empty: the account's; ``point`` None: the account's own; ``people``: who
    else sits there."""

    account: AccountId
    role: Role
    name: str = ""
    point: BridgePointId | None = None
    people: tuple[PersonRequest, ...] = ()


class GuestRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seat without an account, opened by the code of its invitation. ``role``: citizen, representative, lawyer,
    interpreter or observer; ``point`` None: on a device of their own; ``seat``: the one that is changed."""

    name: str
    role: Role
    point: BridgePointId | None = None
    people: tuple[PersonRequest, ...] = ()
    seat: SeatId | None = None


class CaseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case. ``accounts`` and ``guests`` (places in the list of guests, from 0): the citizens' side of it; when
    neither is given, every citizen of the reception. ``case``: the one that is changed."""

    title: str
    accounts: tuple[AccountId, ...] | None = None
    guests: tuple[int, ...] | None = None
    case: CaseId | None = None


class ReceptionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``POST /api/receptions``. ``starts_ms`` since 1970 UTC. ``public``: stands on the office's public page; None: as
    usual for its kind (not ad hoc). ``note``: for the office alone. ``admit``: who lets people in."""

    title: str
    starts_ms: int
    seats: tuple[SeatRequest, ...]
    cases: tuple[CaseRequest, ...] = ()
    kind: ReceptionKind = ReceptionKind.AD_HOC
    guests: tuple[GuestRequest, ...] = ()
    public: bool | None = None
    note: str = ""
    admit: AdmitRule = AdmitRule.BY_OFFICE


class ChangeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``GET`` and ``PUT /api/receptions/{id}/plan``: the whole plan as it is (to be). ``edition``: as it was read;
    another one by now is refused with 409."""

    edition: int
    plan: ReceptionRequest


class ReasonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``POST /api/receptions/{id}/cancel``."""

    reason: str


class SeatView(msgspec.Struct, frozen=True):
    """A seat of a reception. ``connected``: somebody is there from it now; ``guest``: opened by a code; ``people``:
    names of all who sit there."""

    id: SeatId
    role: Role
    name: str
    point: str
    connected: bool
    guest: bool
    people: tuple[str, ...]


class AgendaView(msgspec.Struct, frozen=True):
    """One case under its number. ``seats``: the citizens' side of it."""

    number: int
    case: CaseId
    title: str
    seats: tuple[SeatId, ...]


class ReceptionView(msgspec.Struct, frozen=True):
    """``GET /api/receptions/{id}``; lists hold the same."""

    id: ReceptionId
    title: str
    office: str
    kind: ReceptionKind
    state: str
    doors_open: bool
    starts_ms: int
    began_ms: int | None
    ended_ms: int | None
    recording: RecordingId | None
    seats: tuple[SeatView, ...]
    cases: tuple[AgendaView, ...]
    public: bool
    edition: int


class InvitationView(msgspec.Struct, frozen=True):
    """``GET /api/receptions/{id}/invitations``. ``code``: as printed, None when it has to be made anew; ``link``: where
    it leads in; ``until_ms``: it opens nothing afterwards."""

    seat: SeatId
    name: str
    code: str | None
    link: str | None
    until_ms: int


class PublicReception(msgspec.Struct, frozen=True):
    """``GET /api/offices/{agency}/receptions``: what everybody may know."""

    starts_ms: int
    kind: ReceptionKind
    state: str
    points: tuple[str, ...]


class RecordingView(msgspec.Struct, frozen=True):
    """``verified_ms``: the last whole check, ``faults`` what it found, ``proof`` what that comes to."""

    id: RecordingId
    reception: ReceptionId
    title: str
    state: str
    began_ms: int
    ended_ms: int | None
    points: int
    bytes: int
    verified_ms: int | None
    faults: int
    proof: ProofState


class RecordingsPage(msgspec.Struct, frozen=True):
    """``GET /api/recordings``. ``next``: ask again with it as ``after`` for what follows, None at the end."""

    recordings: tuple[RecordingView, ...]
    next: str | None


class WebProblem(msgspec.Struct, frozen=True):
    """RFC 9457 problem details. ``code`` is stable, ``title`` and ``detail`` are worded in the reader's language;
    ``reference`` is what to quote when asking for help."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    params: dict[str, str | float]
    reference: str


WIRE = (
    Catalogue,
    RoomConfig,
    JoinRequest,
    JoinReply,
    DevicesFound,
    DevicesConfig,
    PlayerConfig,
    OfflineWords,
    PlaybackRequest,
    VerificationReply,
    VerificationView,
    ReceptionRequest,
    ChangeRequest,
    ReasonRequest,
    ReceptionView,
    InvitationView,
    PublicReception,
    BuildView,
    RecordingsPage,
    WebProblem,
    Manifest,
    *LINE_WIRE,
)
