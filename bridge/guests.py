"""Somebody who entered by a code, at their seat; and what is left of the way in. Pure."""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from bridge.errors import NotFound
from bridge.ids import NS_PER_S, SeatId, guest_of
from bridge.invitations import GuestVisit, Invitation
from bridge.model import STAFF_SIDE, Seat
from bridge.policy import Actor
from bridge.presence import Prepared
from bridge.reception import Reception
from bridge.states import OVER

NOTICE_VERSION = "2026-1"
"""Of the recording notice's text; another whenever its meaning changes, so that the record says which was read."""

_ON_THE_DAY_NS = 12 * 3600 * NS_PER_S
"""Earlier than that before the beginning one is told when to come, and may try the devices."""


class Invited(NamedTuple):
    """Whom a code invites, and to what."""

    invitation: Invitation
    reception: Reception
    seat: Seat


class Guest(NamedTuple):
    """A browser that entered by a code."""

    visit: GuestVisit
    reception: Reception
    seat: Seat


class Entrant(msgspec.Struct, frozen=True):
    """Whoever is on the way in, with an account or without. ``base``: where their pages are; ``join``: where they ask
    for a token."""

    reception: Reception
    seat: Seat
    actor: Actor
    base: str
    join: str


class WayIn(StrEnum):
    """The pages of the way in, by the end of their address."""

    YOU = "you"
    EARLY = "early"
    DEVICES = "devices"
    NOTICE = "notice"
    ROOM = "room"
    AFTER = "after"


def guest_seat(reception: Reception, wanted: SeatId) -> Seat:
    """Raises NotFound also for a seat that is an account's: a code never opens somebody's own."""
    seat = reception.seat(wanted)
    if seat.account != guest_of(seat.id):
        raise NotFound(detail=f"seat {seat.id} is an account's")
    return seat


def guest_entrant(guest: Guest) -> Entrant:
    """The seat acts for itself."""
    reception, seat = guest.reception, guest.seat
    actor = Actor(seat.account, seat.name, frozenset(), reception.agency, seat.id, seat.role)
    return Entrant(reception, seat, actor, "/enter", "/api/enter/join")


def next_of(entrant: Entrant, now_utc_ns: int) -> WayIn:
    """Where they are led now."""
    reception, seat = entrant.reception, entrant.seat
    done = reception.prepared.get(seat.id, Prepared())
    if reception.state in OVER or seat.id in reception.dismissed:
        return WayIn.AFTER
    if not done.confirmed:
        return WayIn.YOU
    if not reception.doors_open and reception.starts_utc_ns - now_utc_ns > _ON_THE_DAY_NS:
        return WayIn.EARLY
    return _on_the_day(reception, seat, done)


def _on_the_day(reception: Reception, seat: Seat, done: Prepared) -> WayIn:
    if done.camera is None or (must_be_heard(seat) and not done.microphone):
        return WayIn.DEVICES
    if done.notice != NOTICE_VERSION:
        return WayIn.NOTICE
    return WayIn.ROOM if reception.doors_open else WayIn.EARLY


def must_be_heard(seat: Seat) -> bool:
    """Who acts for the state answers by voice at least; without a camera they go on, and who lets people in sees that.
    Of a citizen nothing is required: they may come to listen and to write."""
    return seat.role in STAFF_SIDE
