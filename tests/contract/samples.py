"""Values to keep, the smallest that mean something."""

from bridge.events import DoorsOpened, Event, Recorded
from bridge.ids import AccountId, AgencyId, BridgePointId, ReceptionId, RecordingId, SessionId
from bridge.model import Account, Agency, BridgePoint, Level, ReceptionRow, RecordingRow, Role, Session
from bridge.repositories import AuditEntry

PROVINCE = Agency(AgencyId("agency-1"), "Tỉnh Nghệ An", Level.PROVINCE, None)
COMMUNE = Agency(AgencyId("agency-2"), "Xã Kim Liên", Level.COMMUNE, PROVINCE.id)
POINT = BridgePoint(BridgePointId("point-1"), COMMUNE.id, "Điểm cầu xã", Level.COMMUNE, "Kim Liên")


def account(number: int = 1, *roles: Role, point: BridgePointId | None = None) -> Account:
    """Who signs in as ``login-N``."""
    held = frozenset(roles or {Role.CHAIR, Role.SECRETARY})
    return Account(AccountId(f"account-{number}"), f"login-{number}", "Lê Thị Mai", held, PROVINCE.id, point, "$hash")


def session(number: int = 1, seen_utc_ns: int = 10) -> Session:
    """Of account 1."""
    return Session(SessionId(f"session-{number}"), AccountId("account-1"), "csrf", 5, seen_utc_ns)


def reception(number: int = 1, starts_utc_ns: int = 100, state: str = "planned") -> ReceptionRow:
    """A row of the list."""
    return ReceptionRow(
        id=ReceptionId(f"reception-{number}"),
        title="Tiếp định kỳ",
        agency=PROVINCE.id,
        starts_utc_ns=starts_utc_ns,
        state=state,
        doors_open=False,
        seats=3,
        recording=None,
        began_utc_ns=None,
        ended_utc_ns=None,
    )


def recorded(version: int, event: Event | None = None, number: int = 1) -> Recorded:
    """An event of a reception in its place."""
    return Recorded(ReceptionId(f"reception-{number}"), version, 1000 + version, "system", event or DoorsOpened())


def recording(number: int = 1, state: str = "writing", began_utc_ns: int = 100) -> RecordingRow:
    """A row of the archive."""
    return RecordingRow(
        id=RecordingId(f"recording-{number}"),
        reception=ReceptionId(f"reception-{number}"),
        agency=PROVINCE.id,
        title="Tiếp định kỳ",
        state=state,
        prefix=f"recordings/{number}/",
        began_utc_ns=began_utc_ns,
        ended_utc_ns=None,
        recorder="recorder-1",
    )


def entry(number: int = 1) -> AuditEntry:
    """Something that was done."""
    return AuditEntry(number, "account-1", "start", "reception-1", "done", f"the {number}th")
