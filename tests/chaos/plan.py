"""What one loop does, drawn from its seed and number alone: the same seed does the same again."""

import random
from collections.abc import Sequence
from enum import StrEnum

import msgspec


class Part(StrEnum):
    """What is killed. ``all``: every process but the database at once, as by a power cut; the last two are not killed
    for a moment but kept away for a minute."""

    RECORDER = "recorder"
    SFU = "sfu"
    WEB = "web"
    JOBS = "jobs"
    STORE = "store"
    DATABASE = "database"
    ALL = "all"
    STORE_AWAY = "store-away"
    DATABASE_AWAY = "database-away"


AWAY = (Part.STORE_AWAY, Part.DATABASE_AWAY)
KILLED = (Part.RECORDER, Part.SFU, Part.WEB, Part.JOBS, Part.STORE, Part.DATABASE)
LIVE_S = 8.0
AFTER_S = 3.0
"""The session goes on this long once what was killed is back."""
_SEALING_S = 3.0
"""A kill may fall into any time from the chair's asking to start until the sealing."""
_ALWAYS_LIVE = (Part.SFU, Part.WEB, Part.ALL, *AWAY)
"""Of these it is worth knowing what happens to people; the others matter until the recording is sealed."""
_LONGEST_RESTART_S = 3.0
_STARTED_S = 3.0
"""A start waits a second and a half for the recorder's proof; what stays away for long goes after it."""


class Choice(msgspec.Struct, frozen=True):
    """``at_s``: from the moment at which the chair asks to start; ``away_s``: until the harness brings it back."""

    number: int
    seed: int
    part: Part
    at_s: float
    away_s: float
    live_s: float

    @property
    def while_live(self) -> bool:
        """Whether the session goes on until it is back; else it may be closed meanwhile."""
        return self.part in AWAY or self.at_s <= self.live_s


def choose(number: int, seed: int, parts: Sequence[Part], away_s: float, live_s: float = LIVE_S) -> Choice:
    """What loop ``number`` of this seed does. ``away_s``: how long the last two parts stay away."""
    rng = random.Random(f"{seed}/{number}")
    part = _turn(number, seed, parts)
    span = live_s if part in _ALWAYS_LIVE else live_s + _SEALING_S
    at_s = rng.uniform(0.0, span)
    restart_s = rng.uniform(0.2, _LONGEST_RESTART_S)
    if part in AWAY:
        return Choice(number, seed, part, round(_STARTED_S + at_s / 4, 3), away_s, live_s)
    return Choice(number, seed, part, round(at_s, 3), round(restart_s, 3) if part is Part.DATABASE else 0.0, live_s)


def _turn(number: int, seed: int, parts: Sequence[Part]) -> Part:
    """Each part once in each round, in an order of the round's own."""
    turn, place = divmod(number, len(parts))
    return random.Random(f"{seed}/round {turn}").sample(list(parts), len(parts))[place]
