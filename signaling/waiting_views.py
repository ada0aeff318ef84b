"""What the waiting area looks like: to who waits there, and to who lets them in. Pure."""

from bridge.ids import NS_PER_MS, ParticipantId
from bridge.model import STAFF_SIDE
from bridge.presence import Prepared, Waiting
from bridge.reception import Reception
from bridge.states import BEFORE_LIVE
from bridge.waiting import absent, before, number_of
from signaling.wire import StaffSide, WaitingSeat, WaitingView


def waiting_seats(reception: Reception) -> tuple[WaitingSeat, ...]:
    """Who waits, longest first."""
    return tuple(_seat(reception, one) for one in sorted(reception.waiting.values(), key=lambda one: one.since_utc_ns))


def _seat(reception: Reception, waiting: Waiting) -> WaitingSeat:
    seat, done = reception.seats[waiting.seat], reception.prepared.get(waiting.seat, Prepared())
    return WaitingSeat(
        seat=seat.id,
        name=seat.name,
        role=seat.role,
        point=seat.point_name,
        case_number=number_of(reception, seat.id),
        since_ms=waiting.since_utc_ns // NS_PER_MS,
        state="connected" if waiting.connected else "away",
        camera=done.camera,
        microphone=done.microphone,
        moved=seat.id in reception.moved,
        message=reception.words.get(seat.id, ""),
    )


def absent_names(reception: Reception) -> tuple[str, ...]:
    """Of the case being received, who is not there."""
    return tuple(reception.seats[seat].name for seat in absent(reception))


def waiting_view(reception: Reception, you: ParticipantId, *, revision: int, now_ms: int) -> WaitingView:
    """All that ``you`` see while you wait."""
    waiting = reception.waiting[you]
    seat = reception.seats[waiting.seat]
    return WaitingView(
        revision=revision,
        now_ms=now_ms,
        title=reception.title,
        office=reception.office,
        name=seat.name,
        role=seat.role,
        since_ms=waiting.since_utc_ns // NS_PER_MS,
        begun=reception.state not in BEFORE_LIVE,
        number=number_of(reception, seat.id),
        before=before(reception, seat.id),
        message=reception.words.get(seat.id, ""),
        staff=_staff_side(reception) if seat.role in STAFF_SIDE else None,
    )


def _staff_side(reception: Reception) -> StaffSide:
    return StaffSide(reception.state, reception.case_number, len(reception.agenda))
