"""The law's words for states, roles, kinds and levels, as sentences of the catalogue."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.archive import AccessKind
from bridge.board import Severity
from bridge.events import RecordingHealth
from bridge.journal import GapReason
from bridge.linetests import LinePath
from bridge.listing import Column, Why
from bridge.media import Source
from bridge.model import AdmitRule, Level, ReceptionKind, Role
from bridge.policy import Action
from bridge.quality import Quality
from bridge.search import ProofState
from bridge.signing import Origin
from bridge.states import ReceptionState, RecordingState
from web.words import mark

RECEPTION_STATES: Mapping[str, str] = {
    ReceptionState.PLANNED: mark("Planned"),
    ReceptionState.NOTICED: mark("Notices sent"),
    ReceptionState.TESTED: mark("Tested"),
    ReceptionState.CONNECTED: mark("All points connected"),
    ReceptionState.LIVE: mark("Under way"),
    ReceptionState.INTERRUPTED: mark("Paused"),
    ReceptionState.CLOSED: mark("Ended"),
    ReceptionState.MINUTED: mark("Minutes written"),
    ReceptionState.SIGNED: mark("Minutes signed"),
    ReceptionState.ARCHIVED: mark("In the archive"),
    ReceptionState.CANCELLED: mark("Cancelled"),
}

STATE_TONES: Mapping[str, str] = {
    ReceptionState.CONNECTED: "good",
    ReceptionState.LIVE: "good",
    ReceptionState.INTERRUPTED: "late",
}
"""The colour a state is shown in (``data-tone``), ``quiet`` when none is named; the word beside it says the same."""

TONE_SIGNS: Mapping[str, str] = {"good": "●", "late": "▲", "bad": "■", "quiet": "○"}
"""The sign beside the word: state is icon, word and colour, never colour alone."""

RECORDING_STATES: Mapping[str, str] = {
    RecordingState.ARMED: mark("Ready to record"),
    RecordingState.WRITING: mark("Being recorded"),
    RecordingState.DEGRADED: mark("Being recorded, writing late"),
    RecordingState.SEALED: mark("Sealed, not checked yet"),
    RecordingState.VERIFIED: mark("Sealed and checked"),
    RecordingState.REPLICATED: mark("Copied to a second place"),
    RecordingState.ARCHIVED: mark("In the archive"),
    RecordingState.HELD: mark("Held"),
    RecordingState.EXPIRED: mark("Retention ended"),
    RecordingState.DISPOSED: mark("Disposed of"),
}

PROOF_STATES: Mapping[ProofState, str] = {
    ProofState.WHOLE: mark("Sealed, and checked without a fault"),
    ProofState.FAULTY: mark("Faults found"),
    ProofState.UNCHECKED: mark("Sealed, not checked yet"),
    ProofState.UNSEALED: mark("Not sealed yet"),
}

ASKED: Mapping[str, str] = {
    "title": mark("Title"),
    "from": mark("From"),
    "to": mark("To, that day too"),
    "point": mark("Bridge point"),
    "person": mark("Name of a person"),
    "proof": mark("Proof"),
}
"""The conditions of a search in the archive."""

ACCESSES: Mapping[AccessKind, str] = {
    AccessKind.PLAY: mark("Opened for playing"),
    AccessKind.EXPORT: mark("Exported"),
    AccessKind.COPY: mark("Viewing copy downloaded"),
}

ORIGINS: Mapping[str, str] = {
    Origin.UNSIGNED: mark(
        "The manifest is not signed: the check proves that nothing changed since it was sealed, not who sealed it."
    ),
    Origin.BROKEN: mark("The signature does not hold."),
    Origin.SIGNED: mark("The signature holds. Whose key it is was not asked."),
    Origin.UNTRUSTED: mark("The signature holds, but the key is not one of this installation."),
    Origin.TRUSTED: mark("The signature holds, by a key of this installation."),
}
"""What a check can say about who sealed a recording."""

SOURCES: Mapping[str, str] = {
    Source.MICROPHONE: mark("microphone"),
    Source.CAMERA: mark("camera"),
    Source.SCREEN: mark("screen"),
}
GAP_REASONS: Mapping[str, str] = {
    GapReason.LOSS: mark("gap: lost on the line"),
    GapReason.SENDER_STALLED: mark("gap: nothing came from there"),
    GapReason.RECORDER_AWAY: mark("gap: the recorder was away"),
    GapReason.NODE_RESTARTED: mark("gap: the server restarted"),
    GapReason.NO_KEY_FRAME: mark("gap: no whole picture came"),
}
"""The player's own words (``web/client/player/words.ts``)."""

ROLES: Mapping[Role, str] = {
    Role.CHAIR: mark("Chair"),
    Role.ADVISOR: mark("Advising unit"),
    Role.SECRETARY: mark("Secretary"),
    Role.AGENCY: mark("Agency concerned"),
    Role.OPERATOR: mark("Operator"),
    Role.CITIZEN: mark("Citizen"),
    Role.REPRESENTATIVE: mark("Representative"),
    Role.LAWYER: mark("Lawyer"),
    Role.INTERPRETER: mark("Interpreter"),
    Role.OBSERVER: mark("Observer"),
    Role.ARCHIVIST: mark("Archivist"),
    Role.ADMINISTRATOR: mark("Administrator"),
}

KINDS: Mapping[ReceptionKind, str] = {
    ReceptionKind.REGULAR: mark("Regular reception"),
    ReceptionKind.PERIODIC: mark("Periodic reception by the head"),
    ReceptionKind.AD_HOC: mark("Reception ad hoc"),
}

LEVELS: Mapping[Level, str] = {
    Level.CENTRAL: mark("Central bridge point"),
    Level.PROVINCE: mark("Component bridge point, province"),
    Level.COMMUNE: mark("Component bridge point, commune"),
}

ADMIT: Mapping[AdmitRule, str] = {
    AdmitRule.BY_OFFICE: mark(
        "They wait until the chair or the secretary lets them in; citizens do not see one another."
    ),
    AdmitRule.ON_JOIN: mark("They come in by themselves."),
}
"""How people come into a room."""

AGENCY_LEVELS: Mapping[Level, str] = {
    Level.CENTRAL: mark("Central level"),
    Level.PROVINCE: mark("Province level"),
    Level.COMMUNE: mark("Commune level"),
}

LINE_PATHS: Mapping[LinePath, str] = {
    LinePath.WEBSOCKET: mark("Messages of the room"),
    LinePath.UDP: mark("Picture and sound, the usual way (UDP)"),
    LinePath.TCP: mark("Picture and sound, the second way (TCP)"),
    LinePath.RELAY: mark("Picture and sound, through the relay"),
}

QUALITIES: Mapping[Quality, str] = {
    Quality.GOOD: mark("good"),
    Quality.POOR: mark("weak"),
    Quality.BAD: mark("very weak"),
}
QUALITY_TONES: Mapping[Quality, str] = {Quality.GOOD: "good", Quality.POOR: "late", Quality.BAD: "bad"}

SEVERITIES: Mapping[Severity, str] = {
    Severity.BAD: mark("Act now"),
    Severity.LATE: mark("Look at this"),
    Severity.GOOD: mark("All is well"),
    Severity.QUIET: mark("Not begun"),
}
SEVERITY_TONES: Mapping[Severity, str] = {
    Severity.BAD: "bad",
    Severity.LATE: "late",
    Severity.GOOD: "good",
    Severity.QUIET: "quiet",
}

ROOM_ALARMS: Mapping[str, str] = {
    "not_recording": mark("Nothing is being recorded. The chair is asked to pause."),
    "recording_late": mark("The recording is written late; nothing is lost yet."),
    "node_away": mark("The media server does not answer: nobody sees or hears anybody."),
    "recorder_away": mark("The recorder does not answer."),
    "store_away": mark("The store does not answer; the recorder keeps everything until it is back."),
    "disk_low": mark("The recorder's disk is filling up: {free} GB are free, {wanted} GB are still needed."),
    "disk_short": mark(
        "The recorder's disk will be full before the planned end: {free} GB are free, {wanted} GB are needed."
    ),
    "database_away": mark("The database does not answer. Decisions are kept on this machine; nobody new can come in."),
    "decisions_not_kept": mark("The database does not answer and decisions can hardly be kept any more."),
}
"""What an operator reads; participants of the room have sentences of their own (``web/client/room/words.ts``)."""

RECORDING_HEALTH: Mapping[RecordingHealth, str] = {
    RecordingHealth.WRITING: mark("is written"),
    RecordingHealth.DEGRADED: mark("written late, nothing lost"),
    RecordingHealth.NOT_RECORDING: mark("nothing is recorded"),
}
RECORDING_TONES: Mapping[RecordingHealth, str] = {
    RecordingHealth.WRITING: "good",
    RecordingHealth.DEGRADED: "late",
    RecordingHealth.NOT_RECORDING: "bad",
}

COLUMNS: Mapping[str, str] = {
    Column.AGENCY: mark("agency"),
    Column.LEVEL: mark("level"),
    Column.PARENT: mark("parent"),
    Column.POINT: mark("point"),
    Column.PLACE: mark("place"),
    Column.LOGIN: mark("login"),
}
"""Columns of a file for set-up, as they stand in it."""

LINE_FAULTS: Mapping[Why, str] = {
    Why.TOO_LARGE: mark("The file is larger than {value} kB. Send it in two parts."),
    Why.NOT_TEXT: mark("This is not UTF-8 text. Save the file as “CSV UTF-8”."),
    Why.NOT_CSV: mark("A quotation mark is not closed, or the file is not CSV."),
    Why.EMPTY: mark("The file says nothing below its header. Fill in the template."),
    Why.TOO_MANY_ROWS: mark("There are more than {value} lines. Send the file in two parts."),
    Why.UNKNOWN_COLUMN: mark("There is no column “{value}”. Take the names from the template."),
    Why.COLUMN_TWICE: mark("The column “{value}” stands there twice."),
    Why.COLUMN_MISSING: mark("This column is missing."),
    Why.TOO_MANY_CELLS: mark(
        "There are more cells than columns: “{value}”. Put text that has a separator in quotation marks."
    ),
    Why.BAD_NAME: mark("Enter a name of at most 120 characters."),
    Why.BAD_LEVEL: mark("“{value}” is no level. Write central, province or commune."),
    Why.OTHER_LEVEL: mark("This agency exists at another level than “{value}”."),
    Why.LEVEL_NOT_BELOW: mark("“{value}” does not stand below the agency above it."),
    Why.PARENT_UNKNOWN: mark("There is no agency “{value}”, in the file or in your part of the tree."),
    Why.PARENT_AMBIGUOUS: mark("Several agencies are called “{value}”. Give them different names first."),
    Why.BAD_PLACE: mark("Enter a place of at most 200 characters."),
    Why.POINT_TWICE: mark("The bridge point “{value}” stands in another line already."),
    Why.POINT_MISSING: mark("A place or a sign-in name needs a bridge point in its line."),
    Why.BAD_LOGIN: mark("“{value}” is no sign-in name: 2 to 64 letters a–z, digits and . _ @ - without accents."),
    Why.LOGIN_TWICE: mark("The sign-in name “{value}” stands in another line already."),
    Why.LOGIN_TAKEN: mark("The sign-in name “{value}” belongs to another account."),
    Why.POINT_TAKEN: mark("This bridge point has an account already: “{value}”."),
}
"""What is wrong with a line of a file for set-up, and what to do."""

ACTIONS: Mapping[Action, str] = {
    Action.SCHEDULE: mark("plan receptions"),
    Action.SEE_RECEPTION: mark("see receptions"),
    Action.OPEN_DOORS: mark("open the doors of receptions"),
    Action.CANCEL: mark("cancel receptions"),
    Action.SEE_ARCHIVE: mark("see the list of recordings"),
    Action.PLAY_RECORDING: mark("play recordings"),
    Action.VERIFY_RECORDING: mark("check recordings"),
    Action.SEARCH_PERSON: mark("search recordings by a person's name"),
    Action.SEE_READINGS: mark("see who read recordings"),
    Action.EXPORT_RECORDING: mark("export recordings"),
    Action.COPY_RECORDING: mark("have viewing copies made and download them"),
    Action.SET_UP: mark("set up agencies, bridge points and accounts"),
}
"""What can be handed on to a client of the API."""

FIELDS: Mapping[str, str] = {
    "valid_days": mark("Enter a number of days, at most {limit}."),
    "actions": mark("Choose at least one thing that it may do."),
    "agency": mark("Choose an agency of your part of the tree."),
    "title": mark("Enter a title of at most {limit} characters."),
    "seats": mark("Choose at least one and at most {limit} who take part."),
    "chair": mark("Choose one chair."),
    "cases": mark("Write each case in at most {limit} characters, and at most 50 of them."),
    "cases_received": mark("A case that was called already stays as it is. Change the others."),
    "seat_there": mark("{name} is connected or waits at the door, so this seat stays as it is for now."),
    "guest_role": mark("Without an account one can be citizen, representative, lawyer, interpreter or observer."),
    "people": mark("At one seat there is room for {limit} people. Give the others a seat of their own."),
    "own_device": mark("The office allows no device of one's own: choose the bridge point where this person sits."),
    "where": mark("Choose where this person sits: the place that was chosen is not on the list."),
    "note": mark("Write at most {limit} characters."),
    "date": mark("Enter the day."),
    "invitation": mark("Enter the code that stands on your invitation."),
    "notice": mark("Confirm that you have read it."),
    "time": mark("Enter the time as hours and minutes."),
    "reason": mark("Write the reason, at most {limit} characters."),
    "purpose": mark("Write what you need the recording for, at most {limit} characters."),
    "day": mark("Enter the day as day, month and year, like 31/12/2026."),
    "days": mark("The last day lies before the first. Change one of them."),
    "words": mark("Write at most {limit} characters."),
    "choice": mark("Choose one of the list."),
    "name": mark("Enter a name of at most {limit} characters."),
    "login": mark("Enter the sign-in name you were given."),
    "password": mark("Enter the password."),
    "level": mark("Choose the level."),
    "parent": mark("Choose an agency to stand above."),
    "place": mark("Enter a place of at most {limit} characters."),
    "name_taken": mark("Another one beside it has this name already. Choose another name."),
    "overtaken": mark(
        "Somebody else changed this while you were typing. It now says: {now}. Send again to put yours in its place."
    ),
    "new_login": mark("Enter a sign-in name of 2 to 64 letters a–z, digits and . _ @ - without accents."),
    "login_taken": mark("Another account has this sign-in name already. Choose another one."),
    "roles": mark("Choose at least one role."),
    "point_taken": mark("This bridge point has an open account already. Disable that one first."),
    "own_account": mark("You cannot do this to your own account. Ask another administrator."),
    "own_administrator": mark("You cannot take this right from yourself. Ask another administrator."),
    "last_administrator": mark("Nobody else could set up this agency then. Make another administrator first."),
    "parent_below": mark("This agency stands below the one to be moved. Choose another."),
    "parent_level": mark("Its level does not stand below this agency's. Choose another."),
    "parent_name": mark("An agency of this name stands there already. Rename one of them first."),
    "languages": mark("Choose at least one language."),
    "not_offered": mark("The first language must be one of those offered."),
    "number": mark("Enter a whole number from {least} to {most}."),
    "short_text": mark("Write at most {limit} characters."),
    "elsewhere": mark(
        "Somebody else changed other fields meanwhile. They are shown below as they are now. Send again to save yours."
    ),
    "logo-kind": mark("This is no whole PNG or JPEG picture. Save the logo as PNG and choose it again."),
    "logo-size": mark("The picture is larger than {kb} kB. Save it smaller."),
    "logo-sides": mark("Each side of the picture must be {least} to {most} pixels long."),
    "file": mark("Choose a file that is not empty."),
    "old": mark("Enter your present password."),
    "old-wrong": mark("The present password is not right."),
    "new": mark("Choose at least {limit} characters that are not easy to guess and do not hold your sign-in name."),
    "same": mark("Choose a password that differs from the present one."),
    "again": mark("Enter the new password a second time, exactly as above."),
    "code": mark("Enter the six digits that your device shows, or a recovery code."),
    "code-wrong": mark("This code is not right, or it was used before. Wait for the next one."),
}
"""What is asked for, by the field that was refused."""


def words(table: Mapping[Any, str], t: Callable[[str], str]) -> list[tuple[str, str]]:
    """The choices of a list, as (value, words)."""
    return [(str(key), t(sentence)) for key, sentence in table.items()]
