"""Which seats are invited: made, lengthened and revoked so that exactly the guests' seats have a code."""

import msgspec

from bridge import events as e
from bridge.ids import ReceptionId, SeatId
from bridge.invitations import Invitation
from bridge.inviting import guests, settled
from bridge.reception import Reception
from tests.unit.bridge.receptions import after, planned
from tests.unit.bridge.test_plans import guest


def invited(name: str, until: int = 5) -> Invitation:
    return Invitation(SeatId(f"seat-{name}"), ReceptionId("r1"), f"mark-{name}", "sealed", 0, until)


def with_guests(*names: str) -> Reception:
    return after(planned(), [e.ReceptionChanged(seats=tuple(guest(name) for name in names))])


def test_only_seats_without_an_account_are_invited() -> None:
    assert [seat.name for seat in guests(with_guests("a", "b"))] == ["a", "b"]
    plan = settled(with_guests("a", "b"), [], 5)
    assert (plan.fresh, plan.moved, plan.gone) == ((SeatId("seat-a"), SeatId("seat-b")), (), ())


def test_a_code_stays_moves_or_goes_with_its_seat() -> None:
    stored = [invited("a"), invited("b", 4), invited("gone")]
    plan = settled(with_guests("a", "b", "c"), stored, 5)
    assert plan.fresh == (SeatId("seat-c"),)
    assert plan.moved == (msgspec.structs.replace(stored[1], until_utc_ns=5),)
    assert plan.gone == (SeatId("seat-gone"),)


def test_what_is_cancelled_invites_nobody() -> None:
    state = after(with_guests("a"), [e.ReceptionCancelled("rain")])
    plan = settled(state, [invited("a")], 5)
    assert (plan.fresh, plan.moved, plan.gone) == ((), (), (SeatId("seat-a"),))
