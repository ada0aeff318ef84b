"""Who may do what: one table that every page, API call and socket message goes through.

A rule names a role and the scope in which it counts: ``SEAT`` — held in this very reception; ``OFFICE`` — held by the
account in the reception's agency; ``BELOW`` — held by the account in that agency or one above it; ``ANYWHERE`` — held
by the account at all.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from bridge import commands
from bridge.errors import Code, NotFound, NotPermitted
from bridge.ids import AccountId, AgencyId, ParticipantId, SeatId
from bridge.model import Role


class Action(StrEnum):
    """Everything that is asked for."""

    SCHEDULE = "schedule"
    SEE_RECEPTION = "see_reception"
    OPEN_DOORS = "open_doors"
    CHANGE = "change"
    CANCEL = "cancel"
    INVITE = "invite"
    JOIN = "join"
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
    SEE_ARCHIVE = "see_archive"
    PLAY_RECORDING = "play_recording"
    VERIFY_RECORDING = "verify_recording"
    SEARCH_PERSON = "search_person"
    SEE_READINGS = "see_readings"
    EXPORT_RECORDING = "export_recording"
    COPY_RECORDING = "copy_recording"
    SET_UP = "set_up"


class Scope(StrEnum):
    """Where a role counts."""

    SEAT = "seat"
    OFFICE = "office"
    BELOW = "below"
    ANYWHERE = "anywhere"


class Actor(msgspec.Struct, frozen=True):
    """Who asks. ``seat``, ``seat_role`` and ``participant`` are set inside a reception of theirs."""

    account: AccountId
    name: str
    roles: frozenset[Role]
    agency: AgencyId
    seat: SeatId | None = None
    seat_role: Role | None = None
    participant: ParticipantId | None = None


SYSTEM = Actor(AccountId("system"), "system", frozenset(), AgencyId(""))
"""Acts by itself: timers, recovery, sealing. Passes every rule; its entries name it."""

_EVERYBODY = tuple((role, Scope.SEAT) for role in Role)
_CONDUCTORS = ((Role.CHAIR, Scope.SEAT), (Role.SECRETARY, Scope.SEAT))
_KEEPERS = ((Role.CHAIR, Scope.OFFICE), (Role.SECRETARY, Scope.OFFICE), (Role.ADMINISTRATOR, Scope.OFFICE))
_ARCHIVE = ((Role.ARCHIVIST, Scope.OFFICE), (Role.CHAIR, Scope.OFFICE))
_MINDERS = (*_ARCHIVE, (Role.ADMINISTRATOR, Scope.OFFICE))
"""Who sees what lies in the archive and who read it; the administrator neither plays it nor asks who is in it."""


POLICY: Mapping[Action, tuple[tuple[Role, Scope], ...]] = {
    Action.SCHEDULE: _KEEPERS,
    Action.SEE_RECEPTION: (*_EVERYBODY, *_KEEPERS, (Role.OPERATOR, Scope.OFFICE)),
    Action.OPEN_DOORS: (*_CONDUCTORS, *_KEEPERS),
    Action.CHANGE: (*_CONDUCTORS, *_KEEPERS),
    Action.CANCEL: (*_CONDUCTORS, *_KEEPERS),
    Action.INVITE: _KEEPERS,
    Action.JOIN: _EVERYBODY,
    Action.START: ((Role.CHAIR, Scope.SEAT),),
    Action.INTERRUPT: _CONDUCTORS,
    Action.RESUME: _CONDUCTORS,
    Action.CLOSE: ((Role.CHAIR, Scope.SEAT),),
    Action.CALL_NEXT: _CONDUCTORS,
    Action.SET_OWN_MICROPHONE: _EVERYBODY,
    Action.SET_OWN_CAMERA: _EVERYBODY,
    Action.SHARE_SCREEN: tuple(rule for rule in _EVERYBODY if rule[0] is not Role.OBSERVER),
    Action.RAISE_HAND: _EVERYBODY,
    Action.GIVE_FLOOR: _CONDUCTORS,
    Action.MUTE_OTHERS: _CONDUCTORS,
    Action.SEE_ARCHIVE: _MINDERS,
    Action.PLAY_RECORDING: _ARCHIVE,
    Action.VERIFY_RECORDING: _ARCHIVE,
    Action.SEARCH_PERSON: _ARCHIVE,
    Action.SEE_READINGS: _MINDERS,
    Action.EXPORT_RECORDING: _ARCHIVE,
    Action.COPY_RECORDING: _ARCHIVE,
    Action.SET_UP: ((Role.ADMINISTRATOR, Scope.BELOW),),
}

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
    commands.SetMicrophone: Action.SET_OWN_MICROPHONE,
    commands.SetCamera: Action.SET_OWN_CAMERA,
    commands.SetScreen: Action.SHARE_SCREEN,
    commands.SetHand: Action.RAISE_HAND,
    commands.GiveFloor: Action.GIVE_FLOOR,
    commands.TakeFloor: Action.GIVE_FLOOR,
    commands.MuteParticipant: Action.MUTE_OTHERS,
    commands.MuteAll: Action.MUTE_OTHERS,
}


class Concern(msgspec.Struct, frozen=True):
    """What an action is about, as far as the policy looks: its agency and the seats' accounts, for the audit its name.

    ``agency`` None: about no agency in particular (a list that is filtered row by row). ``above``: the agencies over
    it.
    """

    name: str
    agency: AgencyId | None
    seats: frozenset[AccountId] = frozenset()
    above: frozenset[AgencyId] = frozenset()


def _holds(actor: Actor, role: Role, scope: Scope, concern: Concern) -> bool:
    if scope is Scope.SEAT:
        return actor.seat_role is role and actor.account in concern.seats
    if scope is Scope.OFFICE:
        return role in actor.roles and concern.agency in (None, actor.agency)
    if scope is Scope.BELOW:
        return role in actor.roles and (concern.agency in (None, actor.agency) or actor.agency in concern.above)
    return role in actor.roles


def may(actor: Actor, action: Action, concern: Concern) -> bool:
    """Whether the table lets ``actor`` do ``action``."""
    return actor is SYSTEM or any(_holds(actor, role, scope, concern) for role, scope in POLICY[action])


def agencies_of(actor: Actor, action: Action) -> frozenset[AgencyId] | None:
    """Of which agencies' things ``actor`` may do it; None: of all. For lists, which the database filters; it knows no
    tree, so of what a role holds ``BELOW`` it names the actor's own agency alone."""
    held = {scope for role, scope in POLICY[action] if role in actor.roles}
    if actor is SYSTEM or Scope.ANYWHERE in held:
        return None
    return frozenset({actor.agency}) if held & {Scope.OFFICE, Scope.BELOW} else frozenset()


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
