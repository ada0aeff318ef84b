"""One reception and the room it happens in, as a value; it changes by events alone (:mod:`bridge.evolution`)."""

from collections.abc import Iterable, Mapping

import msgspec

from bridge import events as e
from bridge.errors import Code, NotFound
from bridge.events import RecordingHealth
from bridge.help import Helps, is_shut
from bridge.ids import (
    AccountId,
    AgencyId,
    CaseId,
    NodeId,
    ParticipantId,
    ReceptionId,
    RecorderId,
    RecordingId,
    SeatId,
)
from bridge.media import Moment
from bridge.model import OWN_DEVICE, AdmitRule, AgendaItem, Message, Plan, ReceptionKind, ReceptionRow, Role, Seat
from bridge.policy import Concern
from bridge.presence import Attendance, Participant, Prepared, Waiting
from bridge.states import AttendanceState, ReceptionState


class Reception(msgspec.Struct, frozen=True):
    """The whole state. ``version``: of the last event; ``edition``: of the last one that changed the plan;
    ``began``/``ended``: START and STOP of the recording; ``case_began_utc_ns``: since when the present case is
    received; ``acting_chair``: the deputy's seat, if one has the chair."""

    id: ReceptionId
    version: int
    title: str
    agency: AgencyId
    office: str
    kind: ReceptionKind
    starts_utc_ns: int
    seats: Mapping[SeatId, Seat]
    agenda: tuple[AgendaItem, ...]
    admit: AdmitRule
    attendances: tuple[Attendance, ...]
    state: ReceptionState = ReceptionState.PLANNED
    doors_open: bool = False
    case_number: int = 0
    case_began_utc_ns: int | None = None
    node: NodeId | None = None
    recorder: RecorderId | None = None
    recording: RecordingId | None = None
    began: Moment | None = None
    ended: Moment | None = None
    interrupted_utc_ns: int | None = None
    interrupted_by: e.Cause | None = None
    closing_reason: str = ""
    recording_health: RecordingHealth | None = None
    participants: Mapping[ParticipantId, Participant] = {}
    acting_chair: SeatId | None = None
    messages: tuple[Message, ...] = ()
    helps: Helps = {}
    waiting: Mapping[ParticipantId, Waiting] = {}
    prepared: Mapping[SeatId, Prepared] = {}
    words: Mapping[SeatId, str] = {}
    """Last words of the office to who waits."""
    moved: frozenset[SeatId] = frozenset()
    """Seats that were opened on a second device while the first was there."""
    dismissed: frozenset[SeatId] = frozenset()
    public: bool = False
    note: str = ""
    edition: int = 1

    @property
    def lets_in(self) -> bool:
        """Whether chair or secretary let people in; else the join itself does."""
        return self.admit is AdmitRule.BY_OFFICE

    def seat(self, seat: SeatId) -> Seat:
        """Raises NotFound."""
        if seat not in self.seats:
            raise NotFound(detail=f"seat {seat} of reception {self.id}")
        return self.seats[seat]

    def seat_of(self, account: AccountId) -> Seat | None:
        """The seat this account may open; a helper's as long as the consent holds."""
        return next((seat for seat in self._open_seats() if seat.account == account), None)

    def _open_seats(self) -> Iterable[Seat]:
        return (seat for seat in self.seats.values() if not is_shut(self.helps, seat.id))

    def invited(self) -> list[Seat]:
        """The seats the reception was made with; helpers came to them."""
        return [seat for seat in self.seats.values() if seat.id not in self.helps]

    def participant(self, participant: ParticipantId) -> Participant:
        """Raises NotFound(unknown_participant)."""
        if participant not in self.participants:
            raise NotFound(Code.UNKNOWN_PARTICIPANT, f"participant {participant} of reception {self.id}")
        return self.participants[participant]

    def at_seat(self, seat: SeatId) -> Participant | None:
        """Who is connected (or away) from that seat."""
        return next((someone for someone in self.participants.values() if someone.seat == seat), None)

    def everybody(self) -> tuple[Participant | Waiting, ...]:
        """Who is in the room or waits for it."""
        return (*self.participants.values(), *self.waiting.values())

    def waiting_at(self, seat: SeatId) -> Waiting | None:
        """Who waits at that seat."""
        return next((someone for someone in self.waiting.values() if someone.seat == seat), None)

    def seat_at(self, participant: ParticipantId) -> Seat:
        """Where somebody sits who is in the room or waits. Raises NotFound(unknown_participant)."""
        waits = self.waiting.get(participant)
        return self.seats[waits.seat if waits is not None else self.participant(participant).seat]

    def attendance_of(self, seat: SeatId) -> AttendanceState:
        """How far the seat's people are; they move together."""
        states = (person.state for person in self.attendances if person.seat == seat)
        return next(states, AttendanceState.EXPECTED)

    def role_of(self, participant: ParticipantId) -> Role:
        """What the participant's seat counts as now."""
        return self.role_at(self.participant(participant).seat)

    def role_at(self, seat: SeatId) -> Role:
        """The seat's own role, unless a deputy has the chair: the deputy's seat then counts as the chair's, and the
        appointed chair's as an advisor's. There is one chair at any time."""
        own = self.seats[seat].role
        if self.acting_chair is None:
            return own
        if seat == self.acting_chair:
            return Role.CHAIR
        return Role.ADVISOR if own is Role.CHAIR else own

    def case(self) -> CaseId | None:
        """The case being received."""
        return next((item.case for item in self.agenda if item.number == self.case_number), None)

    @property
    def concern(self) -> Concern:
        """What the policy looks at."""
        accounts = frozenset(seat.account for seat in self._open_seats())
        return Concern(f"reception {self.id}", self.agency, accounts)

    @property
    def plan(self) -> Plan:
        """What of it may be edited."""
        seats = tuple(self.seats.values())
        return Plan(self.title, self.kind, self.starts_utc_ns, seats, self.agenda, self.public, self.note, self.admit)

    @property
    def row(self) -> ReceptionRow:
        """What lists show."""
        points = {seat.point: seat.point_name for seat in self.seats.values() if seat.point != OWN_DEVICE}
        return ReceptionRow(
            id=self.id,
            title=self.title,
            agency=self.agency,
            starts_utc_ns=self.starts_utc_ns,
            state=self.state,
            doors_open=self.doors_open,
            seats=len(self.seats),
            recording=self.recording,
            began_utc_ns=self.began.utc_ns if self.began else None,
            ended_utc_ns=self.ended.utc_ns if self.ended else None,
            kind=self.kind,
            public=self.public,
            points=tuple(points.values()),
        )
