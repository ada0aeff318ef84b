"""Room on the disks that a recording is written to: how much a session needs, and what to do about what there is."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

CAMERA_BITS = 1_500_000
"""Per second; the cap that browsers are told."""
SCREEN_BITS = 2_000_000
MICROPHONE_BITS = 64_000
"""Opus with its packets' headers."""

LEAST_MINUTES = 15.0
"""A session that runs over its plan is still watched that far ahead."""

_BITS_PER_MINUTE = 60 / 8


class Disk(msgspec.Struct, frozen=True):
    """One file system. ``holds``: spool | store, or both joined by "+"."""

    holds: str
    free_bytes: int


class Space(StrEnum):
    """What a look at the disks says."""

    ENOUGH = "ok"
    LOW = "low"
    SHORT = "short"


class Look(msgspec.Struct, frozen=True):
    """``free_bytes`` of the fullest disk, ``wanted_bytes`` on each."""

    space: Space
    free_bytes: int
    wanted_bytes: int


def expected_bits(seats: int) -> int:
    """Bits per second of a session in which every seat sends camera and microphone and one shares a screen."""
    return seats * (CAMERA_BITS + MICROPHONE_BITS) + SCREEN_BITS


def looked(disks: Sequence[Disk], minutes: float, bits_per_s: float) -> Look:
    """Whether so many minutes at that rate fit: below them it is short, below twice as much it is low."""
    wanted = int(minutes * bits_per_s * _BITS_PER_MINUTE)
    free = min((disk.free_bytes for disk in disks), default=wanted * 2)
    if free < wanted:
        return Look(Space.SHORT, free, wanted)
    return Look(Space.LOW if free < 2 * wanted else Space.ENOUGH, free, wanted)


def before_start(disks: Sequence[Disk], planned_minutes: float, seats: int, others_bits_per_s: float) -> Look:
    """For a session that is to start beside what is being written already."""
    return looked(disks, planned_minutes, expected_bits(seats) + others_bits_per_s)


def under_way(disks: Sequence[Disk], planned_minutes: float, gone_minutes: float, bits_per_s: float) -> Look:
    """For the rest of one that is being recorded, at the rate measured (of everything that is written)."""
    return looked(disks, max(LEAST_MINUTES, planned_minutes - gone_minutes), bits_per_s)


def in_gigabytes(amount: int) -> float:
    """As people are told: one decimal, never 0 of something. Its mark is put by whoever words it."""
    return round(max(amount, 50_000_000 if amount else 0) / 1e9, 1)
