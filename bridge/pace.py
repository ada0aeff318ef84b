"""How fast codes may be guessed: per address, and in the whole installation. Pure.

An address that has made few mistakes is always answered, whatever others do: nobody can lock others out. When the whole
installation sees many wrong codes, each address is left fewer mistakes; never none.
"""

from collections.abc import Mapping

from bridge.errors import Code, Refusal
from bridge.ids import NS_PER_S, UtcNs
from bridge.trying_rows import Tried

FREE = 10
"""Mistakes of one address at once: a family that reads three papers aloud makes fewer."""

FREE_UNDER_ATTACK = 3
REGAIN_NS = 6 * NS_PER_S
"""One more after that: who shares an address with a guesser waits seconds, not minutes."""

ATTACK = 100
"""Wrong codes in the whole installation at once from which on it is under attack; it calms down at ten a minute."""

EVERYBODY = "codes"
"""Key of the installation's mistakes, which are a debt as each address's are: one is forgotten each REGAIN_NS."""


def keys_of(address: str) -> tuple[str, str]:
    """Which mistakes count here."""
    return f"{EVERYBODY} {address}", EVERYBODY


def _left(tried: Tried | None, now: UtcNs) -> float:
    """Of before the clock was set back nothing is left."""
    if tried is None or tried.at_utc_ns > now:
        return 0
    return max(0.0, tried.mistakes - (now - tried.at_utc_ns) / REGAIN_NS)


def check_pace(tried: Mapping[str, Tried], address: str, now: UtcNs) -> None:
    """Raises Refusal(too_many_requests) with the ``seconds`` to wait."""
    mine, everybody = (_left(tried.get(key), now) for key in keys_of(address))
    over = mine - (FREE_UNDER_ATTACK if everybody >= ATTACK else FREE) + 1
    if over > 0:
        seconds = -(-int(over * REGAIN_NS) // NS_PER_S)
        raise Refusal(Code.TOO_MANY_REQUESTS, f"codes from {address}", seconds=str(max(1, seconds)))


def after_mistake(tried: Mapping[str, Tried], address: str, now: UtcNs) -> tuple[Tried, Tried]:
    """One more wrong code from there: what is kept of the address, and of everybody."""
    own, everybody = keys_of(address)
    # Beyond twice the limit more mistakes say nothing new; without a bound calm would never come back.
    attack = min(_left(tried.get(everybody), now) + 1, 2 * ATTACK)
    return Tried(own, _left(tried.get(own), now) + 1, now), Tried(everybody, attack, now)
