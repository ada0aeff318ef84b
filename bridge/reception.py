"""One reception and the room it happens in, rebuilt from its events: ``evolve`` is the only way it changes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from bridge import events as e
from bridge.errors import Code, NotFound
from bridge.events import Event, Recorded, RecordingHealth
from bridge.help import HelpEvent, Helps, helps_after, is_shut
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
from bridge.model import (
    OWN_DEVICE,
    AdmitRule,
    AgendaItem,
    Message,
    Plan,
    ReceptionKind,
    ReceptionRow,
    Role,
    Seat,
)
from bridge.policy import Concern
from bridge.presence import Attendance as Attendance
from bridge.presence import Participant as Participant
from bridge.presence import Prepared as Prepared
from bridge.presence import Waiting as Waiting
from bridge.presence import opened_elsewhere, without
from bridge.states import ATTENDANCE, BEFORE_LIVE, RECEPTION, AttendanceState, ReceptionState


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


def scheduled(recorded: Recorded) -> Reception:
    """The reception that its first event makes. Raises NotFound when the stream does not begin so."""
    event = recorded.event
    if not isinstance(event, e.ReceptionScheduled):
        raise NotFound(detail=f"stream {recorded.reception} begins with {type(event).__name__}")
    attendances = tuple(one for seat in event.seats for one in _expected(seat))
    return Reception(
        id=event.reception,
        version=recorded.version,
        title=event.title,
        agency=event.agency,
        office=event.office,
        kind=event.kind,
        starts_utc_ns=event.starts_utc_ns,
        seats={seat.id: seat for seat in event.seats},
        agenda=event.agenda,
        admit=event.admit,
        attendances=attendances,
        case_number=_first(event.agenda),
        public=event.public,
        note=event.note,
        edition=recorded.version,
    )


def _expected(seat: Seat, state: AttendanceState = AttendanceState.EXPECTED) -> tuple[Attendance, ...]:
    return tuple(Attendance(seat.id, person.name, person.role, state) for person in seat.people)


def _first(agenda: tuple[AgendaItem, ...]) -> int:
    return agenda[0].number if agenda else 0


def rebuilt(history: Iterable[Recorded]) -> Reception:
    """The state after all of a stream. Raises NotFound for an empty one."""
    events = iter(history)
    first = next(events, None)
    if first is None:
        raise NotFound(detail="empty stream")
    state = scheduled(first)
    for recorded in events:
        state = evolve(state, recorded)
    return state


def evolve(state: Reception, recorded: Recorded) -> Reception:
    """``state`` after one more event. Raises IllegalTransition where a table has no such step."""
    changed = _EVOLVE[type(recorded.event)](state, recorded.event, recorded.at_utc_ns)
    return msgspec.structs.replace(changed, version=recorded.version)


def _plan_changed(state: Reception, event: e.ReceptionChanged, at: int) -> Reception:
    scalars = ("title", "kind", "starts_utc_ns", "public", "note", "agenda", "admit")
    changes: dict[str, Any] = {name: value for name in scalars if (value := getattr(event, name)) is not None}
    if event.agenda is not None and state.state in BEFORE_LIVE:
        changes["case_number"] = _first(event.agenda)
    gone = {*event.removed, *(seat.id for seat in event.seats)}
    # All who sit at a seat are in one state; who takes a place there finds it as it is.
    stood = {one.seat: one.state for one in state.attendances}
    arriving = (one for seat in event.seats for one in _expected(seat, stood.get(seat.id, AttendanceState.EXPECTED)))
    seats = {**state.seats, **{seat.id: seat for seat in event.seats}}
    return msgspec.structs.replace(
        state,
        seats={key: seat for key, seat in seats.items() if key not in event.removed},
        attendances=(*(one for one in state.attendances if one.seat not in gone), *arriving),
        edition=state.version + 1,
        **changes,
    )


def _doors_opened(state: Reception, event: e.DoorsOpened, at: int) -> Reception:
    return msgspec.structs.replace(state, doors_open=True)


def _placed(state: Reception, event: e.RoomPlaced, at: int) -> Reception:
    return msgspec.structs.replace(state, node=event.node, recorder=event.recorder)


def _started(state: Reception, event: e.ReceptionStarted, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.LIVE),
        recording=event.recording,
        began=event.moment,
        case_began_utc_ns=event.moment.utc_ns,
        recording_health=RecordingHealth.WRITING,
    )


def _interrupted(state: Reception, event: e.ReceptionInterrupted, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.INTERRUPTED),
        interrupted_utc_ns=at,
        interrupted_by=event.cause,
    )


def _resumed(state: Reception, event: e.ReceptionResumed, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.LIVE),
        interrupted_utc_ns=None,
        interrupted_by=None,
    )


def _closed(state: Reception, event: e.ReceptionClosed, at: int) -> Reception:
    return msgspec.structs.replace(
        state,
        state=RECEPTION.step(state.state, ReceptionState.CLOSED),
        doors_open=False,
        ended=event.moment,
        closing_reason=event.reason,
        participants={},
        waiting={},
    )


def _cancelled(state: Reception, event: e.ReceptionCancelled, at: int) -> Reception:
    following = RECEPTION.step(state.state, ReceptionState.CANCELLED)
    return msgspec.structs.replace(
        state, state=following, doors_open=False, closing_reason=event.reason, participants={}, waiting={}
    )


def _agenda_moved(state: Reception, event: e.AgendaMoved, at: int) -> Reception:
    return msgspec.structs.replace(state, case_number=event.number, case_began_utc_ns=at)


def _attendance_moved(state: Reception, event: e.AttendanceMoved, at: int) -> Reception:
    moved = tuple(
        msgspec.structs.replace(person, state=ATTENDANCE.step(person.state, event.state))
        if person.seat == event.seat
        else person
        for person in state.attendances
    )
    return msgspec.structs.replace(state, attendances=moved)


def _joined(state: Reception, event: e.ParticipantJoined, at: int) -> Reception:
    is_chair = state.role_at(event.seat) is Role.CHAIR
    newcomer = Participant(event.participant, event.seat, floor=is_chair, session=event.session)
    return msgspec.structs.replace(
        state,
        participants={**state.participants, event.participant: newcomer},
        waiting=without(state.waiting, event.participant),
    )


def _left(state: Reception, event: e.ParticipantLeft, at: int) -> Reception:
    gone = state.participants.get(event.participant)
    return msgspec.structs.replace(
        state,
        participants=without(state.participants, event.participant),
        moved=opened_elsewhere(state.moved, gone, event.how),
    )


def _waiting_begun(state: Reception, event: e.WaitingBegun, at: int) -> Reception:
    newcomer = Waiting(event.participant, event.seat, event.since_utc_ns or at)
    return msgspec.structs.replace(state, waiting={**state.waiting, event.participant: newcomer})


def _waiting_line(state: Reception, event: e.WaitingLost | e.WaitingReturned, at: int) -> Reception:
    if event.participant not in state.waiting:
        raise NotFound(Code.UNKNOWN_PARTICIPANT, f"nobody waits as {event.participant} in reception {state.id}")
    connected = isinstance(event, e.WaitingReturned)
    changed = msgspec.structs.replace(state.waiting[event.participant], connected=connected)
    return msgspec.structs.replace(state, waiting={**state.waiting, event.participant: changed})


def _waiting_ended(state: Reception, event: e.WaitingEnded, at: int) -> Reception:
    gone = state.waiting.get(event.participant)
    return msgspec.structs.replace(
        state, waiting=without(state.waiting, event.participant), moved=opened_elsewhere(state.moved, gone, event.how)
    )


def _messaged(state: Reception, event: e.WaitingMessaged, at: int) -> Reception:
    return msgspec.structs.replace(state, words={**state.words, event.seat: event.text})


def _dismissed(state: Reception, event: e.SeatDismissed, at: int) -> Reception:
    return msgspec.structs.replace(state, dismissed=state.dismissed | {event.seat})


def _prepared(state: Reception, seat: SeatId, **done: Any) -> Reception:
    changed = msgspec.structs.replace(state.prepared.get(seat, Prepared()), **done)
    return msgspec.structs.replace(state, prepared={**state.prepared, seat: changed})


def _confirmed(state: Reception, event: e.SeatConfirmed, at: int) -> Reception:
    return _prepared(state, event.seat, confirmed=True, camera=None, microphone=None)


def _devices_checked(state: Reception, event: e.DevicesChecked, at: int) -> Reception:
    return _prepared(state, event.seat, camera=event.camera, microphone=event.microphone)


def _notice_acknowledged(state: Reception, event: e.NoticeAcknowledged, at: int) -> Reception:
    return _prepared(state, event.seat, notice=event.version)


def _with(state: Reception, participant: ParticipantId, **changes: Any) -> Reception:
    changed = msgspec.structs.replace(state.participant(participant), **changes)
    return msgspec.structs.replace(state, participants={**state.participants, participant: changed})


def _lost(state: Reception, event: e.ParticipantLost, at: int) -> Reception:
    return _with(state, event.participant, connected=False)


def _returned(state: Reception, event: e.ParticipantReturned, at: int) -> Reception:
    return _with(state, event.participant, connected=True)


def _microphone(state: Reception, event: e.MicrophoneMoved, at: int) -> Reception:
    return _with(state, event.participant, microphone_open=event.open)


def _camera(state: Reception, event: e.CameraMoved, at: int) -> Reception:
    return _with(state, event.participant, camera_on=event.on)


def _screen(state: Reception, event: e.ScreenMoved, at: int) -> Reception:
    return _with(state, event.participant, screen_shared=event.shared)


def _hand(state: Reception, event: e.HandMoved, at: int) -> Reception:
    return _with(state, event.participant, hand_raised=event.raised)


def _floor_given(state: Reception, event: e.FloorGiven, at: int) -> Reception:
    return _with(state, event.participant, floor=True, hand_raised=False)


def _floor_taken(state: Reception, event: e.FloorTaken, at: int) -> Reception:
    return _with(state, event.participant, floor=False)


def _message_sent(state: Reception, event: e.MessageSent, at: int) -> Reception:
    message = Message(
        number=len(state.messages) + 1,
        at_utc_ns=at,
        seat=state.participant(event.participant).seat,
        audience=event.audience,
        text=event.text,
        present=frozenset(someone.seat for someone in state.participants.values()),
        case_number=state.case_number,
    )
    return msgspec.structs.replace(state, messages=(*state.messages, message))


def _chair_moved(state: Reception, event: e.ChairTaken | e.ChairReturned, at: int) -> Reception:
    """The floor goes with the chair."""
    earlier = {key: someone for key, someone in state.participants.items() if state.role_of(key) is Role.CHAIR}
    for key in earlier:
        state = _with(state, key, floor=False)
    state = _with(state, event.participant, floor=True, hand_raised=False)
    seat = state.participant(event.participant).seat
    return msgspec.structs.replace(state, acting_chair=None if state.seats[seat].role is Role.CHAIR else seat)


def _published(state: Reception, event: e.SourcePublished, at: int) -> Reception:
    tracks = {**state.participant(event.participant).tracks, event.source: event.track}
    return _with(state, event.participant, tracks=tracks)


def _source_ended(state: Reception, event: e.SourceEnded, at: int) -> Reception:
    if event.participant not in state.participants:  # the node tells of the end after who left
        return state
    tracks = state.participant(event.participant).tracks
    remaining = {source: track for source, track in tracks.items() if track != event.track}
    return _with(state, event.participant, tracks=remaining)


def _recording_moved(state: Reception, event: e.RecordingMoved, at: int) -> Reception:
    return msgspec.structs.replace(state, recording_health=event.health)


def _seat_added(state: Reception, event: e.SeatAdded, at: int) -> Reception:
    seat = event.seat
    new = tuple(Attendance(seat.id, person.name, person.role, AttendanceState.EXPECTED) for person in seat.people)
    return msgspec.structs.replace(state, seats={**state.seats, seat.id: seat}, attendances=(*state.attendances, *new))


def _helped(state: Reception, event: HelpEvent, at: int) -> Reception:
    return msgspec.structs.replace(state, helps=helps_after(state.helps, event))


def _unchanged(state: Reception, event: Event, at: int) -> Reception:
    return state


_EVOLVE: Mapping[type[Event], Callable[[Reception, Any, int], Reception]] = {
    e.ReceptionChanged: _plan_changed,
    e.DoorsOpened: _doors_opened,
    e.RoomPlaced: _placed,
    e.ReceptionStarted: _started,
    e.ReceptionInterrupted: _interrupted,
    e.ReceptionResumed: _resumed,
    e.ReceptionClosed: _closed,
    e.ReceptionCancelled: _cancelled,
    e.AgendaMoved: _agenda_moved,
    e.AttendanceMoved: _attendance_moved,
    e.ParticipantJoined: _joined,
    e.ParticipantLeft: _left,
    e.WaitingBegun: _waiting_begun,
    e.WaitingLost: _waiting_line,
    e.WaitingReturned: _waiting_line,
    e.WaitingEnded: _waiting_ended,
    e.WaitingMessaged: _messaged,
    e.SeatDismissed: _dismissed,
    e.SeatConfirmed: _confirmed,
    e.DevicesChecked: _devices_checked,
    e.NoticeAcknowledged: _notice_acknowledged,
    e.ParticipantLost: _lost,
    e.ParticipantReturned: _returned,
    e.MicrophoneMoved: _microphone,
    e.CameraMoved: _camera,
    e.ScreenMoved: _screen,
    e.HandMoved: _hand,
    e.FloorGiven: _floor_given,
    e.FloorTaken: _floor_taken,
    e.MessageSent: _message_sent,
    e.ChairTaken: _chair_moved,
    e.ChairReturned: _chair_moved,
    e.SourcePublished: _published,
    e.SourceEnded: _source_ended,
    e.SpeakersMoved: _unchanged,
    e.RecordingMoved: _recording_moved,
    e.SeatAdded: _seat_added,
    e.HelpOffered: _helped,
    e.HelpAccepted: _helped,
    e.HelpDeclined: _helped,
    e.HelpEnded: _helped,
}
