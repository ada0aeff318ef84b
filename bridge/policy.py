"""Who may do what: one table that every page, API call and socket message goes through.

A rule names a role and the scope in which it counts: ``SEAT`` — held in this very reception; ``OFFICE`` — held by the
account in the reception's agency; ``BELOW`` — held by the account in that agency or one above it; ``ANYWHERE`` — held
by the account at all. Seeing reaches down the tree of agencies, conducting does not.

SECURITY.md shows the table, printed by ``python -m tools.policy_table``; ``tests/unit/bridge/expected_rights.py`` says
by itself, without reading it, what it has to be.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from bridge import commands
from bridge.errors import Code, NotFound, NotPermitted
from bridge.ids import AccountId, AgencyId, ParticipantId, SeatId
from bridge.media import Source
from bridge.model import STAFF_SIDE, Role


class Action(StrEnum):
    """Everything that is asked for."""

    SCHEDULE = "schedule"
    SEE_RECEPTION = "see_reception"
    OPEN_DOORS = "open_doors"
    CHANGE = "change"
    CANCEL = "cancel"
    INVITE = "invite"
    JOIN = "join"
    PREPARE = "prepare"
    ADMIT = "admit"
    START = "start"
    INTERRUPT = "interrupt"
    RESUME = "resume"
    CLOSE = "close"
    CALL_NEXT = "call_next"
    SET_OWN_MICROPHONE = "set_own_microphone"
    SET_OWN_CAMERA = "set_own_camera"
    SHARE_SCREEN = "share_screen"
    RAISE_HAND = "raise_hand"
    GIVE_FLOOR = "give_floor"
    MUTE_OTHERS = "mute_others"
    WRITE_TO_ALL = "write_to_all"
    OFFICIALS_LINE = "officials_line"
    TAKE_CHAIR = "take_chair"
    RETURN_CHAIR = "return_chair"
    ANSWER_HELP = "answer_help"
    WATCH_ROOMS = "watch_rooms"
    OFFER_HELP = "offer_help"
    SEE_ARCHIVE = "see_archive"
    PLAY_RECORDING = "play_recording"
    VERIFY_RECORDING = "verify_recording"
    SEARCH_PERSON = "search_person"
    SEE_READINGS = "see_readings"
    EXPORT_RECORDING = "export_recording"
    COPY_RECORDING = "copy_recording"
    SET_UP = "set_up"
    CAPTURE_PACKETS = "capture_packets"
    TEND_NODES = "tend_nodes"


class Scope(StrEnum):
    """Where a role counts."""

    SEAT = "seat"
    OFFICE = "office"
    BELOW = "below"
    ANYWHERE = "anywhere"


class Actor(msgspec.Struct, frozen=True):
    """Who asks. ``seat``, ``seat_role`` and ``participant`` are set inside a reception of theirs; ``seat_role`` is what
    the seat counts as at this moment (:meth:`bridge.reception.Reception.role_at`). ``only``: whatever the roles allow,
    no other actions than these (a client of the API); None: all of them."""

    account: AccountId
    name: str
    roles: frozenset[Role]
    agency: AgencyId
    seat: SeatId | None = None
    seat_role: Role | None = None
    participant: ParticipantId | None = None
    below: frozenset[AgencyId] = frozenset()
    """The agencies under theirs, as the tree stands now; whoever makes an actor outside a reception fills them in."""
    only: frozenset[Action] | None = None


SYSTEM = Actor(AccountId("system"), "system", frozenset(), AgencyId(""))
"""Acts by itself: timers, recovery, sealing. Passes every rule; its entries name it."""

SEATED = tuple(role for role in Role if role not in (Role.ARCHIVIST, Role.ADMINISTRATOR))
"""What one can be in a reception; the other two work in the office only."""

_EVERYBODY = tuple((role, Scope.SEAT) for role in SEATED)
_SENDERS = tuple(rule for rule in _EVERYBODY if rule[0] is not Role.OBSERVER)
"""An observer hears and sees: no microphone, no camera, no screen, no hand."""
_SHOWERS = tuple(rule for rule in _SENDERS if rule[0] not in (Role.INTERPRETER, Role.OPERATOR))
"""Who brings documents: the parties and the officials. An interpreter speaks; an operator helps."""
_CONDUCTORS = ((Role.CHAIR, Scope.SEAT), (Role.SECRETARY, Scope.SEAT))
_DEPUTIES = ((Role.ADVISOR, Scope.SEAT), (Role.SECRETARY, Scope.SEAT))
"""Who may take the chair when nobody holds it; an appointed chair who lost it to a deputy counts as an advisor."""
_KEEPERS = ((Role.CHAIR, Scope.OFFICE), (Role.SECRETARY, Scope.OFFICE), (Role.ADMINISTRATOR, Scope.OFFICE))
_ARCHIVE = ((Role.ARCHIVIST, Scope.BELOW), (Role.CHAIR, Scope.OFFICE))
"""Recordings of lower agencies are kept at the centre for the long term, by its archivist."""
_MINDERS = (*_ARCHIVE, (Role.ADMINISTRATOR, Scope.BELOW))
"""Who sees what lies in the archive and who read it; the administrator neither plays it nor asks who is in it."""


POLICY: Mapping[Action, tuple[tuple[Role, Scope], ...]] = {
    Action.SCHEDULE: _KEEPERS,
    Action.SEE_RECEPTION: (
        *_EVERYBODY,
        (Role.CHAIR, Scope.OFFICE),
        (Role.SECRETARY, Scope.OFFICE),
        (Role.OPERATOR, Scope.BELOW),
        (Role.ADMINISTRATOR, Scope.BELOW),
    ),
    Action.OPEN_DOORS: (*_CONDUCTORS, *_KEEPERS),
    Action.CHANGE: (*_CONDUCTORS, *_KEEPERS),
    Action.CANCEL: (*_CONDUCTORS, *_KEEPERS),
    Action.INVITE: _KEEPERS,
    Action.JOIN: _EVERYBODY,
    Action.PREPARE: _EVERYBODY,
    Action.ADMIT: _CONDUCTORS,
    Action.START: ((Role.CHAIR, Scope.SEAT),),
    Action.INTERRUPT: _CONDUCTORS,
    Action.RESUME: _CONDUCTORS,
    Action.CLOSE: ((Role.CHAIR, Scope.SEAT),),
    Action.CALL_NEXT: _CONDUCTORS,
    Action.SET_OWN_MICROPHONE: _SENDERS,
    Action.SET_OWN_CAMERA: _SENDERS,
    Action.SHARE_SCREEN: _SHOWERS,
    Action.RAISE_HAND: _SENDERS,
    Action.GIVE_FLOOR: _CONDUCTORS,
    Action.MUTE_OTHERS: _CONDUCTORS,
    Action.WRITE_TO_ALL: _SENDERS,
    Action.OFFICIALS_LINE: tuple(rule for rule in _EVERYBODY if rule[0] in STAFF_SIDE),
    Action.TAKE_CHAIR: _DEPUTIES,
    Action.RETURN_CHAIR: ((Role.CHAIR, Scope.SEAT),),
    Action.ANSWER_HELP: _CONDUCTORS,
    Action.WATCH_ROOMS: ((Role.OPERATOR, Scope.BELOW), (Role.ADMINISTRATOR, Scope.BELOW)),
    Action.OFFER_HELP: ((Role.OPERATOR, Scope.BELOW),),
    Action.SEE_ARCHIVE: _MINDERS,
    Action.PLAY_RECORDING: _ARCHIVE,
    Action.VERIFY_RECORDING: _ARCHIVE,
    Action.SEARCH_PERSON: _ARCHIVE,
    Action.SEE_READINGS: _MINDERS,
    Action.EXPORT_RECORDING: _ARCHIVE,
    Action.COPY_RECORDING: _ARCHIVE,
    Action.SET_UP: ((Role.ADMINISTRATOR, Scope.BELOW),),
    Action.CAPTURE_PACKETS: ((Role.OPERATOR, Scope.BELOW), (Role.ADMINISTRATOR, Scope.BELOW)),
    Action.TEND_NODES: ((Role.OPERATOR, Scope.BELOW), (Role.ADMINISTRATOR, Scope.BELOW)),
}

_REACHING = frozenset(role for rules in POLICY.values() for role, scope in rules if scope is Scope.BELOW)

GRANTS: Mapping[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Role.CHAIR,
            Role.ADVISOR,
            Role.SECRETARY,
            Role.AGENCY,
            Role.OPERATOR,
            Role.ARCHIVIST,
            Role.ADMINISTRATOR,
        }
    ),
}
"""Which roles who holds one may give to an account of a person; the others are given with a seat only."""

POINT_GRANTS: Mapping[Role, frozenset[Role]] = {Role.ADMINISTRATOR: frozenset({Role.AGENCY, Role.CITIZEN})}
"""The same for a bridge point's own account: a machine in a public room conducts nothing."""

ACTION_OF: Mapping[type[commands.Command], Action] = {
    commands.OpenDoors: Action.OPEN_DOORS,
    commands.ChangeReception: Action.CHANGE,
    commands.CancelReception: Action.CANCEL,
    commands.StartReception: Action.START,
    commands.InterruptReception: Action.INTERRUPT,
    commands.ResumeReception: Action.RESUME,
    commands.CloseReception: Action.CLOSE,
    commands.CallNextCase: Action.CALL_NEXT,
    commands.RecallCase: Action.CALL_NEXT,
    commands.AdmitSeat: Action.ADMIT,
    commands.SendBack: Action.ADMIT,
    commands.DismissSeat: Action.ADMIT,
    commands.MessageWaiting: Action.ADMIT,
    commands.ConfirmSeat: Action.PREPARE,
    commands.NoteDevices: Action.PREPARE,
    commands.AcknowledgeNotice: Action.PREPARE,
    commands.SetMicrophone: Action.SET_OWN_MICROPHONE,
    commands.SetCamera: Action.SET_OWN_CAMERA,
    commands.SetScreen: Action.SHARE_SCREEN,
    commands.SetHand: Action.RAISE_HAND,
    commands.GiveFloor: Action.GIVE_FLOOR,
    commands.TakeFloor: Action.GIVE_FLOOR,
    commands.MuteParticipant: Action.MUTE_OTHERS,
    commands.MuteAll: Action.MUTE_OTHERS,
    commands.SendToAll: Action.WRITE_TO_ALL,
    commands.SendToOfficials: Action.OFFICIALS_LINE,
    commands.TakeChair: Action.TAKE_CHAIR,
    commands.ReturnChair: Action.RETURN_CHAIR,
    commands.OfferHelp: Action.OFFER_HELP,
    commands.TakeBackHelp: Action.OFFER_HELP,
    commands.AnswerHelp: Action.ANSWER_HELP,
    commands.EndHelp: Action.ANSWER_HELP,
}

SENDING: Mapping[Source, Action] = {
    Source.MICROPHONE: Action.SET_OWN_MICROPHONE,
    Source.CAMERA: Action.SET_OWN_CAMERA,
    Source.SCREEN: Action.SHARE_SCREEN,
}
"""Which right a source on somebody's uplink needs, whether it is open or not."""


class Concern(msgspec.Struct, frozen=True):
    """What an action is about, as far as the policy looks: its agency and the seats' accounts, for the audit its name.

    ``agency`` None: about no agency in particular (a list that is filtered row by row).
    """

    name: str
    agency: AgencyId | None
    seats: frozenset[AccountId] = frozenset()


def _holds(actor: Actor, role: Role, scope: Scope, concern: Concern) -> bool:
    if scope is Scope.SEAT:
        return actor.seat_role is role and actor.account in concern.seats
    if scope is Scope.OFFICE:
        return role in actor.roles and concern.agency in (None, actor.agency)
    if scope is Scope.BELOW:
        return role in actor.roles and (concern.agency in (None, actor.agency) or concern.agency in actor.below)
    return role in actor.roles


def may(actor: Actor, action: Action, concern: Concern) -> bool:
    """Whether the table lets ``actor`` do ``action``."""
    if actor is SYSTEM:
        return True
    return _kept(actor, action) and any(_holds(actor, role, scope, concern) for role, scope in POLICY[action])


def _kept(actor: Actor, action: Action) -> bool:
    return actor.only is None or action in actor.only


def agencies_of(actor: Actor, action: Action) -> frozenset[AgencyId] | None:
    """Of which agencies' things ``actor`` may do it; None: of all. For lists, which the database filters: it names
    exactly those of which :func:`may` says yes outside of seats."""
    held = {scope for role, scope in POLICY[action] if role in actor.roles and _kept(actor, action)}
    if actor is SYSTEM or Scope.ANYWHERE in held:
        return None
    if Scope.BELOW in held:
        return actor.below | {actor.agency}
    return frozenset({actor.agency}) if Scope.OFFICE in held else frozenset()


def reaches_below(roles: frozenset[Role]) -> bool:
    """Whether any of them counts in agencies below; for who else nobody has to ask which these are."""
    return not roles.isdisjoint(_REACHING)


def office_actions(actor: Actor) -> frozenset[Action]:
    """What ``actor`` may do by roles of the account, outside any seat: the most that can be handed on to a client."""
    held = {action for action in Action if _kept(actor, action) and _by_office(actor, action)}
    return frozenset(held)


def _by_office(actor: Actor, action: Action) -> bool:
    return any(role in actor.roles and scope is not Scope.SEAT for role, scope in POLICY[action])


def grantable(actor: Actor, *, at_point: bool) -> frozenset[Role]:
    """Which roles ``actor`` may give to a new account."""
    if actor is SYSTEM:
        return frozenset(Role)
    table = POINT_GRANTS if at_point else GRANTS
    return frozenset().union(*(table[role] for role in actor.roles if role in table))


def authorise(actor: Actor, action: Action, concern: Concern) -> None:
    """Raises NotFound for who may not even see the object (it looks as if it were not there), else NotPermitted."""
    if may(actor, action, concern):
        return
    if concern.seats and not may(actor, Action.SEE_RECEPTION, concern):
        raise NotFound(detail=f"{action} on {concern.name} by {actor.account}")
    raise NotPermitted(Code.NOT_PERMITTED, f"{action} on {concern.name} by {actor.account}")
