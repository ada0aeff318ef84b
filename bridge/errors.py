"""Every refusal this product can give, each with a code that never changes.

::

    Refusal                    a request that was understood and refused; carries a Code
    ├── NotPermitted           who asks may not do this
    ├── NotFound               no such thing, or not for who asks (the two look alike)
    ├── IllegalTransition      a life cycle's table has no such step from here
    ├── Conflict               somebody else changed it meanwhile
    ├── Invalid                a field is missing, too long, of the wrong form
    ├── TokenRefused           a join token or resume secret does not hold
    └── Unavailable            a part that is needed (store, database, recorder, node) does not answer
    MalformedInput             bytes or text from outside that do not parse; never leaves a process as such
    ├── MalformedPacket        STUN, RTP, RTCP, tap frame
    ├── MalformedSdp           session description
    └── MalformedListing       a file of agencies and points; carries every fault with its line
    NotExported                a bag could not be written; the message is one line for who can mend it

A ``Refusal`` is mapped to the wire in one place per surface (socket acknowledgement, RFC 9457 problem, page);
the reader's words come from the translation catalogue by ``code``, never from here. ``detail`` is for the log.
"""

from enum import StrEnum


class Code(StrEnum):
    """Stable codes of refusals; the client words them from its catalogue."""

    # who asks
    NOT_SIGNED_IN = "not_signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    CODE_WRONG = "code_wrong"
    INVITATION_UNKNOWN = "invitation_unknown"
    PASSWORD_CHANGE_REQUIRED = "password_change_required"  # noqa: S105  a code, not a secret
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    FORM_EXPIRED = "form_expired"
    TOO_MANY_REQUESTS = "too_many_requests"
    # tokens
    TOKEN_INVALID = "token_invalid"  # noqa: S105  a code, not a secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105  a code, not a secret
    TOKEN_USED = "token_used"  # noqa: S105  a code, not a secret
    RESUME_INVALID = "resume_invalid"
    REPLACED = "replaced"
    # input
    INVALID_FIELD = "invalid_field"
    MALFORMED_MESSAGE = "malformed_message"
    MALFORMED_SDP = "malformed_sdp"
    TOO_LARGE = "too_large"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    CURSOR_INVALID = "cursor_invalid"
    KEY_REUSED = "key_reused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    # life cycles
    ILLEGAL_TRANSITION = "illegal_transition"
    CONFLICT = "conflict"
    DOORS_CLOSED = "doors_closed"
    RECEPTION_OVER = "reception_over"
    ROOM_FULL = "room_full"
    SEAT_TAKEN = "seat_taken"
    REASON_REQUIRED = "reason_required"
    # the floor
    NO_FLOOR = "no_floor"
    NOT_LIVE = "not_live"
    SCREEN_TAKEN = "screen_taken"
    # the chair and what is written
    CHAIR_PRESENT = "chair_present"
    CHAT_FULL = "chat_full"
    # media
    UNKNOWN_PARTICIPANT = "unknown_participant"
    UNKNOWN_ROOM = "unknown_room"
    UNKNOWN_TRACK = "unknown_track"
    UNSUPPORTED_CODEC = "unsupported_codec"
    STALE_OFFER = "stale_offer"
    # recording
    UNKNOWN_RECORDING = "unknown_recording"
    RECORDER_UNAVAILABLE = "recorder_unavailable"
    RECORDER_NOT_WRITING = "recorder_not_writing"
    CENTRAL_POINT_SILENT = "central_point_silent"
    DISK_SHORT = "disk_short"
    NOT_SEALED = "not_sealed"
    # parts that do not answer
    STORAGE_UNAVAILABLE = "storage_unavailable"
    OBJECTS_UNAVAILABLE = "objects_unavailable"
    NODE_UNAVAILABLE = "node_unavailable"
    JOBS_UNAVAILABLE = "jobs_unavailable"
    ROOM_ELSEWHERE = "room_elsewhere"
    # objects and evidence
    OBJECT_LOCKED = "object_locked"
    OBJECT_DAMAGED = "object_damaged"
    OBJECT_EXISTS = "object_exists"
    SIGNING_UNAVAILABLE = "signing_unavailable"
    INTERNAL = "internal"


class Refusal(Exception):
    """A request that was understood and refused. ``params`` fill the reader's sentence, figures by whoever words it;
    ``detail`` is for the log."""

    code: Code = Code.INTERNAL

    def __init__(self, code: Code | None = None, detail: str = "", **params: str | float) -> None:
        self.code = code if code is not None else type(self).code
        self.detail = detail
        self.params = params
        super().__init__(f"{self.code}: {detail}" if detail else str(self.code))

    def word(self, name: str, default: str = "") -> str:
        """A parameter that is a word."""
        return str(self.params.get(name, default))


class NotPermitted(Refusal):
    """Who asks may not do this."""

    code = Code.NOT_PERMITTED


class NotFound(Refusal):
    """No such thing, or not for who asks."""

    code = Code.NOT_FOUND


class IllegalTransition(Refusal):
    """A life cycle's table has no such step from the present state."""

    code = Code.ILLEGAL_TRANSITION


class Conflict(Refusal):
    """Somebody else changed it meanwhile; read again and repeat."""

    code = Code.CONFLICT


class Invalid(Refusal):
    """A field is missing, too long or of the wrong form; ``params['field']`` names it."""

    code = Code.INVALID_FIELD


class TokenRefused(Refusal):
    """A join token or resume secret does not hold."""

    code = Code.TOKEN_INVALID


class Unavailable(Refusal):
    """A part that is needed does not answer. What was kept and what to do is in the reader's sentence."""

    code = Code.STORAGE_UNAVAILABLE


class LineSilent(Unavailable):
    """A line on which nothing came for ``silent_s``, though something should have: who is there is not known since."""

    def __init__(self, code: Code, detail: str, silent_s: float) -> None:
        self.silent_s = silent_s
        super().__init__(code, detail)


class MalformedInput(ValueError):
    """Bytes or text from outside that do not parse."""


class MalformedPacket(MalformedInput):
    """A STUN, RTP, RTCP or tap packet that does not parse."""


class MalformedSdp(MalformedInput):
    """A session description that does not parse or asks for what we do not speak."""


class NotExported(Exception):
    """A bag could not be written where it was asked for. The message is one line; nothing is left of the bag."""
