"""Every refusal in words: what happened, what was kept, what to do next. Shared by pages, API and islands.

The reader is told nothing technical; the log has the code, the detail and the reference number.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.errors import Code
from web.words import Words, mark


class Told(NamedTuple):
    """Sentences of the catalogue; an empty one is not said. ``{name}`` stands for a parameter of the refusal."""

    happened: str
    kept: str
    next: str


_NOTHING_CHANGED = mark("Nothing was changed.")
_YOUR_SEAT_IS_KEPT = mark("Your seat in the reception is kept.")
_RECORDED_IS_SAFE = mark("What was recorded until now is safe.")
_TRY_AGAIN = mark("Try again in a moment.")
_TELL_OPERATOR = mark("If it happens again, call the operator and tell the reference number.")
_BACK_TO_TODAY = mark("Go back to the list of today's receptions and open the reception again.")
_RELOAD = mark("Reload the page to see how things stand now.")

REFUSALS: Mapping[Code, Told] = {
    # who asks
    Code.NOT_SIGNED_IN: Told(
        mark("You are not signed in, or you were away too long."), _NOTHING_CHANGED, mark("Sign in and try again.")
    ),
    Code.SIGN_IN_FAILED: Told(
        mark("The name or the password is not right."), "", mark("Check both and try again, or ask the administrator.")
    ),
    Code.CODE_WRONG: Told(
        mark("This code is not right, or it was used before."),
        "",
        mark("Wait until your device shows the next one, or use a recovery code."),
    ),
    Code.INVITATION_UNKNOWN: Told(
        mark("This code opens nothing."),
        "",
        mark("Compare it with your invitation, letter by letter. If you were given a new invitation, use that one."),
    ),
    Code.PASSWORD_CHANGE_REQUIRED: Told(
        mark("Your password was given to you by somebody else."),
        _NOTHING_CHANGED,
        mark("Choose one of your own first, on the page “My account”."),
    ),
    Code.NOT_PERMITTED: Told(
        mark("Your account may not do this."), _NOTHING_CHANGED, mark("Ask the chair or the administrator.")
    ),
    Code.NOT_FOUND: Told(
        mark("There is nothing here, or it is not open to your account."),
        "",
        mark("Check the address, or go back to the list of today's receptions."),
    ),
    Code.FORM_EXPIRED: Told(
        mark("This page was open too long, or was not sent from here."),
        _NOTHING_CHANGED,
        mark("Go back, reload the page and send it again."),
    ),
    Code.TOO_MANY_REQUESTS: Told(
        mark("There were too many tries in a short time."), "", mark("Wait {seconds} seconds and try again.")
    ),
    # tokens
    Code.TOKEN_INVALID: Told(
        mark("The permission to enter the room does not hold."), _YOUR_SEAT_IS_KEPT, _BACK_TO_TODAY
    ),
    Code.TOKEN_EXPIRED: Told(mark("The permission to enter the room ran out."), _YOUR_SEAT_IS_KEPT, _BACK_TO_TODAY),
    Code.TOKEN_USED: Told(
        mark("The permission to enter the room was already used."), _YOUR_SEAT_IS_KEPT, _BACK_TO_TODAY
    ),
    Code.RESUME_INVALID: Told(
        mark("The connection was away too long to be taken up again."),
        _YOUR_SEAT_IS_KEPT,
        mark("Enter the room again."),
    ),
    Code.REPLACED: Told(
        mark("Your seat was opened on another device or in another window."),
        "",
        mark("Go on there, or enter again to take part from here."),
    ),
    # input
    Code.INVALID_FIELD: Told(
        mark("Something that was entered is missing, too long or of the wrong form."),
        mark("What you typed is still here."),
        mark("Correct it and send it again."),
    ),
    Code.MALFORMED_MESSAGE: Told(
        mark("The page and the server did not understand each other."), _NOTHING_CHANGED, _RELOAD
    ),
    Code.MALFORMED_SDP: Told(
        mark("This browser and the server could not agree on how to send picture and sound."),
        _YOUR_SEAT_IS_KEPT,
        mark("Use a current version of Chrome, Edge, Firefox or Safari."),
    ),
    Code.TOO_LARGE: Told(mark("What was sent is too large."), _NOTHING_CHANGED, mark("Send less at once.")),
    Code.METHOD_NOT_ALLOWED: Told(
        mark("This address does not take requests of this kind."), _NOTHING_CHANGED, mark("See which it takes.")
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: Told(
        mark("What was sent is not of the form that is asked for."), _NOTHING_CHANGED, mark("Send it as {wanted}.")
    ),
    Code.CURSOR_INVALID: Told(
        mark("This place is not one of the list."), "", mark("Begin the list anew, without a place.")
    ),
    Code.KEY_REUSED: Told(
        mark("Another request was sent under this key before."),
        _NOTHING_CHANGED,
        mark("Take a new key for each new request."),
    ),
    Code.OUTCOME_UNKNOWN: Told(
        mark("A request under this key was begun, and it is not known how it ended."),
        "",
        mark("Look whether it was done before you send it under another key."),
    ),
    # life cycles
    Code.ILLEGAL_TRANSITION: Told(
        mark("This step is not possible as the reception stands now."), _NOTHING_CHANGED, _RELOAD
    ),
    Code.CONFLICT: Told(mark("Somebody else changed this at the same moment."), _NOTHING_CHANGED, _RELOAD),
    Code.DOORS_CLOSED: Told(
        mark("The doors of this reception are not open yet."),
        _YOUR_SEAT_IS_KEPT,
        mark("Wait until the office opens them."),
    ),
    Code.RECEPTION_OVER: Told(mark("This reception is over."), "", mark("Ask the office if you still need something.")),
    Code.ROOM_FULL: Told(mark("The room is full."), "", mark("Wait until somebody leaves, or call the operator.")),
    Code.SEAT_TAKEN: Told(
        mark("Somebody already sits at this seat."), "", mark("Call the operator if it should be you.")
    ),
    Code.REASON_REQUIRED: Told(mark("A reason is needed."), _NOTHING_CHANGED, mark("Write it in one sentence.")),
    # the floor
    Code.NO_FLOOR: Told(
        mark("You have not been invited to speak yet."), "", mark("Raise your hand; the chair will invite you.")
    ),
    Code.NOT_LIVE: Told(mark("The reception is not under way at the moment."), "", mark("Wait for the chair.")),
    Code.SCREEN_TAKEN: Told(mark("Somebody else is sharing their screen."), "", mark("Wait until they have finished.")),
    # the chair and what is written
    Code.CHAIR_PRESENT: Told(
        mark("Whoever holds the chair is in the room."), _NOTHING_CHANGED, mark("Ask them to give the chair to you.")
    ),
    Code.CHAT_FULL: Told(
        mark("You have written as many messages as a reception takes."),
        mark("What you wrote before is kept."),
        mark("Raise your hand and speak instead."),
    ),
    # media
    Code.UNKNOWN_PARTICIPANT: Told(mark("This person is no longer in the room."), _NOTHING_CHANGED, ""),
    Code.UNKNOWN_ROOM: Told(
        mark("The room had to be set up again."), _YOUR_SEAT_IS_KEPT, mark("Enter the room again.")
    ),
    Code.UNKNOWN_TRACK: Told(mark("This picture or sound is no longer being sent."), "", ""),
    Code.UNSUPPORTED_CODEC: Told(
        mark("This browser sends picture or sound in a form the room does not know."),
        _YOUR_SEAT_IS_KEPT,
        mark("Use a current version of Chrome, Edge, Firefox or Safari."),
    ),
    Code.STALE_OFFER: Told(
        mark("The connection was being renewed at the same moment."), _YOUR_SEAT_IS_KEPT, _TRY_AGAIN
    ),
    # recording
    Code.UNKNOWN_RECORDING: Told(mark("There is no such recording."), "", mark("Look for it in the archive.")),
    Code.RECORDER_UNAVAILABLE: Told(
        mark("The recorder does not answer."),
        _RECORDED_IS_SAFE,
        mark("The reception cannot start without it. Call the operator."),
    ),
    Code.RECORDER_NOT_WRITING: Told(
        mark("The recorder is not writing."),
        _RECORDED_IS_SAFE,
        mark("The reception cannot go on without it. Call the operator."),
    ),
    Code.CENTRAL_POINT_SILENT: Told(
        mark("Nothing arrives from the central bridge point, so the recording could not be tried."),
        _NOTHING_CHANGED,
        mark("Switch on its camera and microphone, or start with a reason."),
    ),
    Code.DISK_SHORT: Told(
        mark("The recorder's disk is too small: {free} GB are free, {wanted} GB are needed for {minutes} minutes."),
        _NOTHING_CHANGED,
        mark("Call the operator: room must be made on the disk before the reception starts."),
    ),
    Code.NOT_SEALED: Told(
        mark("This recording is not sealed yet."),
        _RECORDED_IS_SAFE,
        mark("It will be ready shortly after the end. Try again then."),
    ),
    # parts that do not answer
    Code.STORAGE_UNAVAILABLE: Told(
        mark("The database does not answer."),
        mark("Receptions that are under way go on and are recorded."),
        _TELL_OPERATOR,
    ),
    Code.OBJECTS_UNAVAILABLE: Told(mark("The archive's store does not answer."), _RECORDED_IS_SAFE, _TELL_OPERATOR),
    Code.NODE_UNAVAILABLE: Told(
        mark("The server for picture and sound does not answer."), _YOUR_SEAT_IS_KEPT, _TELL_OPERATOR
    ),
    Code.JOBS_UNAVAILABLE: Told(
        mark("The process that seals recordings does not answer."), _RECORDED_IS_SAFE, _TELL_OPERATOR
    ),
    Code.ROOM_ELSEWHERE: Told(
        mark("The room moved to another server."), _YOUR_SEAT_IS_KEPT, mark("Enter the room again.")
    ),
    # objects and evidence
    Code.OBJECT_LOCKED: Told(
        mark("This file is under lock until its retention ends."), _NOTHING_CHANGED, mark("Ask the archivist.")
    ),
    Code.OBJECT_DAMAGED: Told(
        mark("A file of this recording is not as it was stored."),
        mark("The other files are not touched by it."),
        mark("Open the proof page to see which, and tell the archivist."),
    ),
    Code.OBJECT_EXISTS: Told(mark("Another file is already stored under this name."), _NOTHING_CHANGED, _TELL_OPERATOR),
    Code.SIGNING_UNAVAILABLE: Told(
        mark("The keys that recordings are signed with cannot be read."), _RECORDED_IS_SAFE, _TELL_OPERATOR
    ),
    Code.INTERNAL: Told(
        mark("Something went wrong on our side."), mark("What was saved before is kept."), _TELL_OPERATOR
    ),
}


def told(words: Words, code: Code, **params: object) -> str:
    """The whole text of a refusal, without empty sentences."""
    return " ".join(words.t(sentence, **params) for sentence in REFUSALS[code] if sentence)
