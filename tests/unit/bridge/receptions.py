"""A reception to try the rules on: chair and secretary at the centre, an agency, a citizen."""

from collections.abc import Sequence

from bridge.decisions import decide_join
from bridge.events import Event, ReceptionScheduled, Recorded
from bridge.evolution import evolve, rebuilt
from bridge.ids import AccountId, AgencyId, BridgePointId, CaseId, ParticipantId, ReceptionId, RecordingId, SeatId
from bridge.media import Moment
from bridge.model import AdmitRule, AgendaItem, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.policy import Actor
from bridge.reception import Reception

RECEPTION = ReceptionId("r1")
AGENCY = AgencyId("office")
MOMENT = Moment(mono_ns=5, utc_ns=1_000)
RECORDING = RecordingId("rec1")

PEOPLE = (
    ("chair", Role.CHAIR, Level.CENTRAL),
    ("secretary", Role.SECRETARY, Level.CENTRAL),
    ("agency", Role.AGENCY, Level.PROVINCE),
    ("citizen", Role.CITIZEN, Level.COMMUNE),
)


def seat(name: str, role: Role, level: Level) -> Seat:
    """The seat of ``name``, opened by the account of that name."""
    return Seat(
        id=SeatId(f"seat-{name}"),
        account=AccountId(name),
        role=role,
        name=name,
        point=BridgePointId(level),
        point_name=str(level),
        level=level,
        people=(SeatPerson(name, role),),
    )


def scheduled_event() -> ReceptionScheduled:
    """The first event."""
    return ReceptionScheduled(
        reception=RECEPTION,
        title="t",
        agency=AGENCY,
        office="o",
        kind=ReceptionKind.REGULAR,
        starts_utc_ns=0,
        seats=tuple(seat(*person) for person in PEOPLE),
        agenda=(
            AgendaItem(1, CaseId("c1"), "first", (SeatId("seat-citizen"),)),
            AgendaItem(2, CaseId("c2"), "second", (SeatId("seat-citizen"),)),
        ),
        admit=AdmitRule.ON_JOIN,
    )


def recorded(events: Sequence[Event], after: int = 0, at: int = 0) -> list[Recorded]:
    """``events`` as stored after version ``after``."""
    return [Recorded(RECEPTION, after + number, at, "test", event) for number, event in enumerate(events, start=1)]


def planned() -> Reception:
    """Only scheduled."""
    return rebuilt(recorded([scheduled_event()]))


def after(state: Reception, events: Sequence[Event], at: int = 0) -> Reception:
    """``state`` after ``events``."""
    for one in recorded(events, state.version, at):
        state = evolve(state, one)
    return state


def joined(state: Reception, *names: str) -> Reception:
    """``state`` with these people in the room, each as participant ``p-NAME``."""
    for name in names:
        state = after(state, decide_join(state, SeatId(f"seat-{name}"), ParticipantId(f"p-{name}")))
    return state


def actor(name: str, state: Reception | None = None) -> Actor:
    """``name`` as the policy sees them, in the room when ``state`` has them."""
    role = next(role for known, role, _ in PEOPLE if known == name)
    inside = state is not None and ParticipantId(f"p-{name}") in state.participants
    return Actor(
        account=AccountId(name),
        name=name,
        roles=frozenset({role}),
        agency=AGENCY if role in (Role.CHAIR, Role.SECRETARY) else AgencyId("elsewhere"),
        seat=SeatId(f"seat-{name}"),
        seat_role=role,
        participant=ParticipantId(f"p-{name}") if inside else None,
    )
