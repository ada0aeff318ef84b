"""The things a citizen reception is made of, as values (``shared`` words of the law in the screens' catalogue).

Organisation: Agency, BridgePoint, Account. A reception holds Seats; the live part of it is in :mod:`bridge.reception`.
"""

from enum import StrEnum

import msgspec

from bridge.ids import AccountId, AgencyId, BridgePointId, CaseId, ReceptionId, RecordingId, SeatId, SessionId


class Level(StrEnum):
    """Where an agency or point stands."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"


class Role(StrEnum):
    """What somebody is in a reception (seat) or in the office (account)."""

    CHAIR = "chair"
    ADVISOR = "advisor"
    SECRETARY = "secretary"
    AGENCY = "agency"
    OPERATOR = "operator"
    CITIZEN = "citizen"
    REPRESENTATIVE = "representative"
    LAWYER = "lawyer"
    INTERPRETER = "interpreter"
    OBSERVER = "observer"
    ARCHIVIST = "archivist"
    ADMINISTRATOR = "administrator"


OFFICIALS = frozenset({Role.CHAIR, Role.ADVISOR, Role.SECRETARY})
"""Who conducts: a reception without any of them connected is interrupted by the system."""

LISTENERS = frozenset({Role.OBSERVER})
"""Who hears and sees and sends nothing, whatever their client does."""

STAFF_SIDE = OFFICIALS | {Role.AGENCY, Role.OPERATOR}
"""Who sees and hears each other between opening the doors and going live."""


WALKS_IN = OFFICIALS | {Role.OPERATOR}
"""Who conducts or serves a reception: nobody lets them in."""


class Audience(StrEnum):
    """Whom something written in the room is for."""

    ALL = "all"
    OFFICIALS = "officials"


class Message(msgspec.Struct, frozen=True):
    """Something written in the room. ``number`` counts in the reception from 1; ``present``: seats of those who were in
    the room then; ``case_number``: what was being received."""

    number: int
    at_utc_ns: int
    seat: SeatId
    audience: Audience
    text: str
    present: frozenset[SeatId]
    case_number: int


class Agency(msgspec.Struct, frozen=True):
    """An authority; ``parent`` None for the top."""

    id: AgencyId
    name: str
    level: Level
    parent: AgencyId | None


class BridgePoint(msgspec.Struct, frozen=True):
    """A site of an agency from which people take part."""

    id: BridgePointId
    agency: AgencyId
    name: str
    level: Level
    place: str


class Account(msgspec.Struct, frozen=True):
    """Who can sign in: an official, or a bridge point (``point`` set)."""

    id: AccountId
    login: str
    name: str
    roles: frozenset[Role]
    agency: AgencyId
    point: BridgePointId | None
    password_hash: str
    language: str = "vi"
    disabled: bool = False
    must_change_password: bool = False
    """The password was given by somebody else: its owner changes it before anything else is opened."""


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser. ``id`` is the hash of the cookie's secret; the secret itself is not stored. ``address``:
    where it signed in from; ``device``: its User-Agent."""

    id: SessionId
    account: AccountId
    csrf: str
    made_utc_ns: int
    seen_utc_ns: int
    address: str = ""
    device: str = ""


class SignInStep(StrEnum):
    """What is still asked of somebody whose password fitted."""

    CODE = "code"
    PLACE = "place"


class SignInUnderWay(msgspec.Struct, frozen=True):
    """A sign-in between the password and the session; it opens nothing. ``id``: hash of its cookie's secret."""

    id: SessionId
    account: AccountId
    step: SignInStep
    made_utc_ns: int


class SecondFactor(msgspec.Struct, frozen=True):
    """An account's device for codes (:mod:`bridge.totp`). ``sealed``: its secret, enciphered; ``on``: it was confirmed
    by a code; ``last_step``: of the last code that was taken; ``recovery``: hashes of the recovery codes left."""

    account: AccountId
    sealed: str
    made_utc_ns: int
    on: bool = False
    last_step: int = 0
    recovery: tuple[str, ...] = ()


class SeatPerson(msgspec.Struct, frozen=True):
    """One person who sits at a seat."""

    name: str
    role: Role


class Seat(msgspec.Struct, frozen=True):
    """One person alone, or a bridge point with the people present there. ``name`` and ``role`` are those of who speaks
    for it; ``account`` may open it."""

    id: SeatId
    account: AccountId
    role: Role
    name: str
    point: BridgePointId
    point_name: str
    level: Level
    people: tuple[SeatPerson, ...] = ()


OWN_DEVICE = BridgePointId("own-device")
"""Where somebody sits who takes part from a device of their own: at no point of ours."""

GUEST_ROLES = frozenset({Role.CITIZEN, Role.REPRESENTATIVE, Role.LAWYER, Role.INTERPRETER, Role.OBSERVER})
"""What one can be without an account, by a code on paper; nobody conducts so."""


class AgendaItem(msgspec.Struct, frozen=True):
    """One case, received under its number. ``seats`` are the citizens' side of it."""

    number: int
    case: CaseId
    title: str
    seats: tuple[SeatId, ...]


class ReceptionKind(StrEnum):
    """Regular (by staff), periodic (by the head, on a published day), ad hoc."""

    REGULAR = "regular"
    PERIODIC = "periodic"
    AD_HOC = "ad_hoc"


class AdmitRule(StrEnum):
    """Who lets people in: the join itself, or the chair or secretary from the waiting area."""

    ON_JOIN = "on_join"
    BY_OFFICE = "by_office"


def place_of(seat: Seat) -> str:
    """What counts as one place: a bridge point, or the device of one person."""
    return seat.id if seat.point == OWN_DEVICE else seat.point


class Plan(msgspec.Struct, frozen=True):
    """What of a reception is settled before it and may be edited. ``public``: stands on the office's public page;
    ``note``: for the office alone."""

    title: str
    kind: ReceptionKind
    starts_utc_ns: int
    seats: tuple[Seat, ...]
    agenda: tuple[AgendaItem, ...] = ()
    public: bool = False
    note: str = ""
    admit: AdmitRule = AdmitRule.ON_JOIN


class ReceptionRow(msgspec.Struct, frozen=True):
    """What a list of receptions shows: a projection of its events. ``points``: names of the bridge points."""

    id: ReceptionId
    title: str
    agency: AgencyId
    starts_utc_ns: int
    state: str
    doors_open: bool
    seats: int
    recording: RecordingId | None
    began_utc_ns: int | None
    ended_utc_ns: int | None
    kind: ReceptionKind = ReceptionKind.AD_HOC
    public: bool = False
    points: tuple[str, ...] = ()


class RecordingRow(msgspec.Struct, frozen=True):
    """One recording in the archive's list. What names objects is empty until sealed; ``signed_by``: id of the key that
    signed the manifest; ``verified_utc_ns``: last whole check, ``origin`` what it could say about who sealed."""

    id: RecordingId
    reception: ReceptionId
    agency: AgencyId
    title: str
    state: str
    prefix: str
    began_utc_ns: int
    ended_utc_ns: int | None
    recorder: str
    journal_key: str = ""
    manifest_key: str = ""
    manifest_version: str = ""
    manifest_sha256: str = ""
    bytes: int = 0
    points: int = 0
    verified_utc_ns: int | None = None
    faults: int = 0
    journal_version: str = ""
    signature_key: str = ""
    signature_version: str = ""
    signed_by: str = ""
    origin: str = ""
