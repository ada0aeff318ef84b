"""Messages of the room's socket (namespace ``/room``), in both directions; TypeScript types are generated from here.

A client connects with :class:`JoinAuth` or :class:`ResumeAuth` as ``auth``. Every client event is acknowledged with one
answer struct or with :class:`Refused`. Structs the server sends have no defaults, so that the client need not guess.
Codes and parameters only: the client words them from its catalogue.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec

from bridge.commands import RoomCommand
from bridge.control import MAX_SHOWN, DownlinkTrack, ShownSource, WithheldTrack
from bridge.ids import Mid, ParticipantId, ReceptionId, SeatId, TrackId
from bridge.media import Source

NAMESPACE = "/room"

# ── client → server ────────────────────────────────────────────────────────────────────────────────────────────


class JoinAuth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First connection: the token the page was given."""

    token: str


class ResumeAuth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Connection again within 30 s of losing the line: who one was and the secret of the last Welcome."""

    participant: ParticipantId
    secret: str


class UplinkRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event ``uplink``; answered with UplinkReply. ``sources`` names the source of each m-line that sends."""

    sdp: str
    sources: dict[Mid, Source]


class DownlinkReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event ``downlink``: the answer to Offer number ``offer``; answered with Done."""

    offer: int
    sdp: str


class WantsRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event ``wants``, at each change: the pictures on the screen now; the others are not sent here until they are
    named again. Before the first: everything is sent. Answered with Done; of several on their way the last counts."""

    shown: Annotated[tuple[ShownSource, ...], msgspec.Meta(max_length=MAX_SHOWN)]


class RestartRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event ``restart_downlink``, with or without a body: the browser wants a new offer; answered with Done. ``keep``:
    its connection is still there, only the network under it is another (ICE restart)."""

    keep: bool = False


class LineReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event ``line``, at each change: how good the browser finds its own line; answered with Done."""

    quality: Literal["good", "poor", "bad"]


class CommandRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Event ``command``; answered with Done once it is decided and stored."""

    command: RoomCommand


# Event ``leave`` has no body: gone for good. Done.

# ── server → client ────────────────────────────────────────────────────────────────────────────────────────────


class Refused(msgspec.Struct, frozen=True):
    """Why not. As acknowledgement, as ``data`` of a refused connection, or as event ``refused`` before a disconnect."""

    code: str
    params: dict[str, str | float]


class UplinkReply(msgspec.Struct, frozen=True):
    """The node's answer to an uplink offer."""

    sdp: str


class Done(msgspec.Struct, frozen=True):
    """It is done; ``revision`` of the room after it."""

    revision: int


class Offer(msgspec.Struct, frozen=True):
    """Event ``offer``: the node's downlink offer; answer with ``downlink``. A newer number replaces an older."""

    offer: int
    sdp: str
    tracks: tuple[DownlinkTrack, ...]


class Withheld(msgspec.Struct, frozen=True):
    """Event ``withheld``: pictures that are not sent here because this browser does not decode them, whole at each
    change and after a Welcome when there are any. ``code``: cannot_decode."""

    code: str
    tracks: tuple[WithheldTrack, ...]


class Unwanted(msgspec.Struct, frozen=True):
    """Event ``unwanted``: which of your own pictures nobody sees now, whole at each change and after a Welcome when
    there are any. Stop sending those (the devices stay on); send again what is no longer named."""

    sources: tuple[Source, ...]


class Speakers(msgspec.Struct, frozen=True):
    """Event ``speakers``: who is speaking now, who leads first."""

    participants: tuple[ParticipantId, ...]


class ParticipantView(msgspec.Struct, frozen=True):
    """One tile. ``role``: what they count as now, ``appointed``: what the reception made them (another one only while a
    deputy has the chair). ``state``: connected | away. ``quality``: good | poor | bad, the worse of what their browser
    says and the node measures, or unknown."""

    id: ParticipantId
    seat: SeatId
    name: str
    role: str
    appointed: str
    point: str
    level: str
    state: str
    microphone_open: bool
    camera_on: bool
    screen_shared: bool
    hand_raised: bool
    floor: bool
    quality: str
    tracks: dict[Source, TrackId]


class WaitingSeat(msgspec.Struct, frozen=True):
    """Who waits, as who may let them in sees it. ``state``: connected | away. ``camera``, ``microphone`` None: not
    checked; ``moved``: opened on a second device while the first was there; ``message``: the office's last."""

    seat: SeatId
    name: str
    role: str
    point: str
    case_number: int | None
    since_ms: int
    state: str
    camera: bool | None
    microphone: bool | None
    moved: bool
    message: str


class CaseView(msgspec.Struct, frozen=True):
    """One case of the agenda. ``title``: empty for the citizens' side while it is neither theirs nor being received."""

    number: int
    title: str


class Alarm(msgspec.Struct, frozen=True):
    """What whoever conducts or operates should know before it hurts. ``code``: recorder_away | store_away (both before
    START) | disk_low | disk_short | database_away | decisions_not_kept; ``params`` fill the sentence, which the client
    words."""

    code: str
    params: dict[str, str | float]


class HelpView(msgspec.Struct, frozen=True):
    """An operator's help. ``state``: offered (answer with AnswerHelp) | accepted (EndHelp withdraws it)."""

    seat: SeatId
    name: str
    point: str
    state: str


class RoomView(msgspec.Struct, frozen=True):
    """Event ``room``: everything this participant sees of the room, whole at each change; ``revision`` only grows.

    ``state`` as in the reception's table. ``recording``: not_yet | writing | degraded | not_recording | paused | ended
    (``degraded`` only to officials). Times are ms since 1970 UTC by the server's clock; ``now_ms`` is that clock.
    """

    revision: int
    now_ms: int
    reception: ReceptionId
    title: str
    office: str
    state: str
    began_ms: int | None
    interrupted_ms: int | None
    interrupted_by: str | None
    recording: str
    alarms: tuple[Alarm, ...]
    """Only told to officials and operators."""
    case_number: int
    case_began_ms: int | None
    """Since when the present case is received."""
    cases: tuple[CaseView, ...]
    participants: tuple[ParticipantView, ...]
    expected: tuple[str, ...]
    """Points of the reception nobody has joined from yet."""
    helps: tuple[HelpView, ...]
    """Only told to who may answer."""
    waiting: tuple[WaitingSeat, ...]
    """Who waits, longest first. Only told to who may let them in."""
    absent: tuple[str, ...]
    """Names of the present case's people who are neither here nor wait. Only told to the same."""
    you: ParticipantId
    may: tuple[str, ...]
    """Actions (bridge.policy.Action) open to you by role; whether now, the state says."""
    held: bool
    """True: you wait; others' picture and sound do not reach you yet."""


class MessageView(msgspec.Struct, frozen=True):
    """Something written in the room. ``number`` grows within the reception; ``audience``: all | officials."""

    number: int
    at_ms: int
    seat: SeatId
    name: str
    role: str
    audience: str
    text: str


class Messages(msgspec.Struct, frozen=True):
    """Event ``messages``: what was written and this participant may read, in order. ``earlier``: after a Welcome, what
    was written before it, in pieces; what a client knew from before that Welcome is told again."""

    messages: tuple[MessageView, ...]
    earlier: bool


class Welcome(msgspec.Struct, frozen=True):
    """Event ``welcome``, first after connecting. ``secret`` lets you resume for 30 s after the line breaks."""

    participant: ParticipantId
    secret: str
    room: RoomView


class StaffSide(msgspec.Struct, frozen=True):
    """What an agency that waits is told of the reception: nothing of any citizen."""

    state: str
    case_number: int
    cases: int


class WaitingView(msgspec.Struct, frozen=True):
    """Event ``waiting``: everything that somebody sees who waits to be let in, whole at each change, and nothing of
    anybody else. ``number``: of their case, ``before``: how many cases are still before it; None when they have none.
    ``message``: the office's last words to them, empty when there were none. ``staff``: None for the citizens' side."""

    revision: int
    now_ms: int
    title: str
    office: str
    name: str
    role: str
    since_ms: int
    begun: bool
    number: int | None
    before: int | None
    message: str
    staff: StaffSide | None


class WaitingWelcome(msgspec.Struct, frozen=True):
    """Event ``waiting_welcome``, instead of ``welcome`` for who has to wait; also when one is sent back. ``welcome``
    follows on the same connection when one is let in."""

    participant: ParticipantId
    secret: str
    waiting: WaitingView


class Ended(msgspec.Struct, frozen=True):
    """Event ``ended``, last before the server disconnects. ``how``: closed | cancelled | left | replaced | expired |
    help_ended (the consent to an operator's help) | signed_out | password_reset | account_closed | uninvited |
    dismissed | case_over. ``reason``: of a closing, a cancelling or a dismissal; for replaced the other device."""

    how: str
    reason: str


class Renegotiate(msgspec.Struct, frozen=True):
    """Event ``renegotiate``: the media node lost every connection of the room. Drop both, send a new ``uplink`` offer;
    a new ``offer`` follows. ``reason``: node_restarted."""

    reason: str


ClientMessage: TypeAlias = (
    JoinAuth | ResumeAuth | UplinkRequest | DownlinkReply | WantsRequest | LineReport | CommandRequest
)
WIRE = (
    JoinAuth,
    ResumeAuth,
    UplinkRequest,
    DownlinkReply,
    WantsRequest,
    RestartRequest,
    LineReport,
    CommandRequest,
    Refused,
    UplinkReply,
    Done,
    Offer,
    Withheld,
    Unwanted,
    Speakers,
    Alarm,
    RoomView,
    Messages,
    Welcome,
    WaitingView,
    WaitingWelcome,
    Ended,
    Renegotiate,
)
