"""An operator's help in a room, as it stands: offered, accepted by who conducts, ended. Changes by events alone."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from bridge import events as e
from bridge.errors import NotFound
from bridge.ids import AccountId, SeatId
from bridge.model import Seat
from bridge.states import HELP, HelpState


class Help(msgspec.Struct, frozen=True):
    """One offer. ``seat`` is the helper's, in the reception's seats from the moment it is accepted."""

    seat: Seat
    state: HelpState

    @property
    def is_open(self) -> bool:
        """Whether anybody has still to answer it, or lives by it."""
        return self.state in (HelpState.OFFERED, HelpState.ACCEPTED)


Helps: TypeAlias = Mapping[SeatId, Help]
HelpEvent: TypeAlias = e.HelpOffered | e.HelpAccepted | e.HelpDeclined | e.HelpEnded

_LEADS_TO: Mapping[type[HelpEvent], HelpState] = {
    e.HelpAccepted: HelpState.ACCEPTED,
    e.HelpDeclined: HelpState.DECLINED,
    e.HelpEnded: HelpState.ENDED,
}


def helps_after(helps: Helps, event: HelpEvent) -> Helps:
    """``helps`` after one more event. Raises NotFound, IllegalTransition."""
    if isinstance(event, e.HelpOffered):
        return {**helps, event.seat.id: Help(event.seat, HelpState.OFFERED)}
    known = help_of(helps, event.seat)
    state = HELP.step(known.state, _LEADS_TO[type(event)])
    return {**helps, event.seat: msgspec.structs.replace(known, state=state)}


def help_of(helps: Helps, seat: SeatId) -> Help:
    """Raises NotFound."""
    if seat not in helps:
        raise NotFound(detail=f"no help with seat {seat}")
    return helps[seat]


def open_help_of(helps: Helps, account: AccountId) -> Help | None:
    """What this account offered and is not over."""
    return next((one for one in helps.values() if one.seat.account == account and one.is_open), None)


def is_shut(helps: Helps, seat: SeatId) -> bool:
    """Whether the seat is a helper's to whom the consent was never given or is over."""
    return seat in helps and helps[seat].state is not HelpState.ACCEPTED
