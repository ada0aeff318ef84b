"""What each address asks of the policy: the rest is open to everybody, or is about the reader's own account alone.

The tests go through it twice: every route of the application has a row here, and when it is called it asks the policy
for exactly this right (:mod:`tests.integration.test_web_access`).
"""

from collections.abc import Mapping

from bridge.policy import Action

Route = tuple[str, str]
"""Method, and address with its places in braces."""

OPEN_TO_ALL: tuple[Route, ...] = (
    ("GET", "/healthz"),
    ("GET", "/favicon.ico"),
    ("GET", "/i18n/{lang}.json"),
    ("GET", "/static/build"),
    ("GET", "/office/logos/{logo}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("GET", "/sign-in/place"),
    ("POST", "/sign-in/place"),
    ("GET", "/first-administrator"),
    ("POST", "/first-administrator"),
    ("GET", "/"),
    ("GET", "/devices"),
    ("GET", "/enter"),
    ("POST", "/enter"),
    ("POST", "/enter/begin"),
    ("GET", "/enter/{code}"),
    ("GET", "/enter/not-me"),
    ("POST", "/enter/leave"),
    ("GET", "/offices/{agency}"),
    ("GET", "/api/offices/{agency}/receptions"),
    ("GET", "/api"),
    ("GET", "/api/openapi.json"),
)
"""Nobody has to be signed in for these. The front door only leads on; behind the door for codes stand BY_VISIT."""

_STEPS: tuple[Route, ...] = (
    ("GET", "/next"),
    ("GET", "/you"),
    ("POST", "/you"),
    ("GET", "/early"),
    ("GET", "/devices"),
    ("POST", "/devices"),
    ("GET", "/notice"),
    ("POST", "/notice"),
    ("GET", "/room"),
    ("GET", "/after"),
)

BY_VISIT: tuple[Route, ...] = (
    *((method, f"/enter{step}") for method, step in _STEPS),
    ("POST", "/api/enter/join"),
)
"""For a guest by the visit that a code opened, about the one seat it is of; a session opens none of them."""

OWN: tuple[Route, ...] = (
    ("POST", "/sign-out"),
    ("GET", "/account"),
    ("GET", "/account/password"),
    ("POST", "/account/password"),
    ("GET", "/account/code"),
    ("POST", "/account/code/begin"),
    ("POST", "/account/code/confirm"),
    ("POST", "/account/code/off"),
    ("POST", "/account/sessions/others/end"),
    ("POST", "/account/sessions/{session}/end"),
    ("GET", "/setup/passwords/{form}"),
    ("GET", "/setup/clients/secrets/{form}"),
    ("GET", "/api/me"),
)
"""For everybody who is signed in, about nobody but themselves."""

_RECEPTION, _RECEPTION_API = "/receptions/{reception}", "/api/receptions/{reception}"
_RECORDING, _RECORDING_API = "/archive/{recording}", "/api/recordings/{recording}"
_SEGMENT = f"{_RECORDING_API}/segments/{{track}}/{{number}}"
_AGENCY, _POINT, _ACCOUNT = "/setup/agencies/{agency}", "/setup/points/{point}", "/setup/people/{account}"

_OPERATOR, _INVITED = "/operator/receptions/{reception}", f"{_RECEPTION}/invitations/{{seat}}"
_AGENCY_API, _POINT_API, _ACCOUNT_API = "/api/agencies/{agency}", "/api/points/{point}", "/api/people/{account}"

ASKED: Mapping[Route, Action] = {
    ("GET", "/today"): Action.SEE_RECEPTION,
    ("GET", "/receptions/new"): Action.SCHEDULE,
    ("POST", "/receptions"): Action.SCHEDULE,
    ("GET", "/receptions"): Action.SEE_RECEPTION,
    ("GET", _RECEPTION): Action.SEE_RECEPTION,
    ("POST", f"{_RECEPTION}/open"): Action.OPEN_DOORS,
    ("POST", f"{_RECEPTION}/cancel"): Action.CANCEL,
    ("GET", f"{_RECEPTION}/devices"): Action.SEE_RECEPTION,
    ("GET", f"{_RECEPTION}/room"): Action.JOIN,
    ("GET", f"{_RECEPTION}/after"): Action.SEE_RECEPTION,
    ("GET", f"{_RECEPTION}/edit"): Action.CHANGE,
    ("POST", f"{_RECEPTION}/edit"): Action.CHANGE,
    ("GET", f"{_RECEPTION}/calendar"): Action.SEE_RECEPTION,
    ("GET", f"{_RECEPTION}/invitations"): Action.INVITE,
    ("GET", _INVITED): Action.INVITE,
    ("POST", f"{_INVITED}/renew"): Action.INVITE,
    ("GET", f"{_INVITED}/calendar"): Action.INVITE,
    **{(method, f"{_RECEPTION}/enter{step}"): Action.JOIN for method, step in _STEPS},
    ("GET", "/operator"): Action.WATCH_ROOMS,
    ("GET", _OPERATOR): Action.WATCH_ROOMS,
    # And, of a room that is live, for OFFER_HELP.
    ("POST", f"{_OPERATOR}/help"): Action.WATCH_ROOMS,
    ("POST", f"{_OPERATOR}/help/take-back"): Action.WATCH_ROOMS,
    ("GET", "/api/receptions"): Action.SEE_RECEPTION,
    ("POST", "/api/receptions"): Action.SCHEDULE,
    ("GET", _RECEPTION_API): Action.SEE_RECEPTION,
    ("POST", f"{_RECEPTION_API}/open"): Action.OPEN_DOORS,
    ("POST", f"{_RECEPTION_API}/cancel"): Action.CANCEL,
    ("POST", f"{_RECEPTION_API}/join"): Action.JOIN,
    ("GET", f"{_RECEPTION_API}/plan"): Action.CHANGE,
    ("PUT", f"{_RECEPTION_API}/plan"): Action.CHANGE,
    ("GET", f"{_RECEPTION_API}/invitations"): Action.INVITE,
    ("POST", f"{_RECEPTION_API}/invitations/{{seat}}/renew"): Action.INVITE,
    ("GET", "/archive"): Action.SEE_ARCHIVE,
    ("GET", _RECORDING): Action.PLAY_RECORDING,
    ("POST", f"{_RECORDING}/purpose"): Action.PLAY_RECORDING,
    ("GET", f"{_RECORDING}/proof"): Action.VERIFY_RECORDING,
    ("POST", f"{_RECORDING}/proof"): Action.VERIFY_RECORDING,
    ("GET", f"{_RECORDING}/readings"): Action.SEE_READINGS,
    ("GET", f"{_RECORDING}/copy"): Action.COPY_RECORDING,
    ("POST", f"{_RECORDING}/copy"): Action.COPY_RECORDING,
    ("POST", f"{_RECORDING}/copy/cancel"): Action.COPY_RECORDING,
    ("POST", f"{_RECORDING}/copy/purpose"): Action.COPY_RECORDING,
    ("GET", f"{_RECORDING}/copy/file"): Action.COPY_RECORDING,
    ("GET", "/api/recordings"): Action.SEE_ARCHIVE,
    ("POST", f"{_RECORDING_API}/purpose"): Action.PLAY_RECORDING,
    ("GET", f"{_RECORDING_API}/manifest"): Action.PLAY_RECORDING,
    ("GET", _SEGMENT): Action.PLAY_RECORDING,
    ("POST", f"{_RECORDING_API}/verify"): Action.VERIFY_RECORDING,
    ("GET", f"{_RECORDING_API}/verification"): Action.VERIFY_RECORDING,
    ("GET", f"{_RECORDING_API}/copy"): Action.COPY_RECORDING,
    ("POST", f"{_RECORDING_API}/copy"): Action.COPY_RECORDING,
    ("DELETE", f"{_RECORDING_API}/copy"): Action.COPY_RECORDING,
    ("POST", f"{_RECORDING_API}/copy/purpose"): Action.COPY_RECORDING,
    ("GET", f"{_RECORDING_API}/copy/file"): Action.COPY_RECORDING,
    ("GET", "/api/attendees"): Action.SCHEDULE,
    ("GET", "/api/people"): Action.SET_UP,
    ("POST", "/api/people"): Action.SET_UP,
    ("GET", _ACCOUNT_API): Action.SET_UP,
    ("POST", f"{_ACCOUNT_API}/disable"): Action.SET_UP,
    ("POST", f"{_ACCOUNT_API}/enable"): Action.SET_UP,
    ("POST", f"{_ACCOUNT_API}/password"): Action.SET_UP,
    ("GET", "/api/agencies"): Action.SET_UP,
    ("POST", "/api/agencies"): Action.SET_UP,
    ("GET", _AGENCY_API): Action.SET_UP,
    ("PATCH", _AGENCY_API): Action.SET_UP,
    ("GET", "/api/points"): Action.SET_UP,
    ("POST", "/api/points"): Action.SET_UP,
    ("GET", _POINT_API): Action.SET_UP,
    ("PATCH", _POINT_API): Action.SET_UP,
    ("GET", "/setup"): Action.SET_UP,
    ("GET", "/setup/office"): Action.SET_UP,
    ("GET", _AGENCY): Action.SET_UP,
    ("POST", _AGENCY): Action.SET_UP,
    ("POST", f"{_AGENCY}/parent"): Action.SET_UP,
    ("GET", f"{_AGENCY}/office"): Action.SET_UP,
    ("POST", f"{_AGENCY}/office"): Action.SET_UP,
    ("POST", f"{_AGENCY}/logo"): Action.SET_UP,
    ("POST", f"{_AGENCY}/logo/remove"): Action.SET_UP,
    ("GET", f"{_AGENCY}/agencies"): Action.SET_UP,
    ("POST", f"{_AGENCY}/agencies"): Action.SET_UP,
    ("GET", f"{_AGENCY}/points"): Action.SET_UP,
    ("POST", f"{_AGENCY}/points"): Action.SET_UP,
    ("GET", f"{_AGENCY}/people"): Action.SET_UP,
    ("POST", f"{_AGENCY}/people"): Action.SET_UP,
    ("GET", _POINT): Action.SET_UP,
    ("POST", _POINT): Action.SET_UP,
    ("GET", f"{_POINT}/account"): Action.SET_UP,
    ("POST", f"{_POINT}/account"): Action.SET_UP,
    ("GET", "/setup/import"): Action.SET_UP,
    ("POST", "/setup/import"): Action.SET_UP,
    ("POST", "/setup/import/run"): Action.SET_UP,
    ("GET", "/setup/import/template"): Action.SET_UP,
    ("GET", "/setup/people"): Action.SET_UP,
    ("GET", _ACCOUNT): Action.SET_UP,
    ("POST", _ACCOUNT): Action.SET_UP,
    ("POST", f"{_ACCOUNT}/disable"): Action.SET_UP,
    ("POST", f"{_ACCOUNT}/enable"): Action.SET_UP,
    ("POST", f"{_ACCOUNT}/password"): Action.SET_UP,
    ("GET", "/setup/clients"): Action.SET_UP,
    ("GET", "/setup/clients/new"): Action.SET_UP,
    ("POST", "/setup/clients/new"): Action.SET_UP,
    ("POST", "/setup/clients/{client}/revoke"): Action.SET_UP,
}
