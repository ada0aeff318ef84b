"""How fast codes may be guessed: per address, and in the whole installation. Pure.

An address that has made few mistakes is always answered, whatever others do: nobody can lock others out. When the whole
installation sees many wrong codes, each address is left fewer mistakes; never none.
"""

from collections.abc import Mapping

import msgspec

from bridge.errors import Code, Refusal
from bridge.ids import NS_PER_S, MonoNs

FREE = 10
"""Mistakes of one address at once: a family that reads three papers aloud makes fewer."""

FREE_UNDER_ATTACK = 3
REGAIN_NS = 6 * NS_PER_S
"""One more after that: who shares an address with a guesser waits seconds, not minutes."""

ATTACK = 100
"""Wrong codes in the whole installation at once from which on it is under attack; it calms down at ten a minute."""

MAX_ADDRESSES = 10_000


class Debt(msgspec.Struct, frozen=True):
    """Mistakes not yet forgotten at ``at``; one is forgotten each REGAIN_NS."""

    mistakes: float
    at: MonoNs


class Pace(msgspec.Struct, frozen=True):
    """``addresses``: debts by address; ``all``: of the installation."""

    addresses: Mapping[str, Debt] = {}
    all: Debt = Debt(0, MonoNs(0))


def _left(debt: Debt | None, now: MonoNs) -> float:
    return 0 if debt is None else max(0.0, debt.mistakes - (now - debt.at) / REGAIN_NS)


def check_pace(pace: Pace, address: str, now: MonoNs) -> None:
    """Raises Refusal(too_many_requests) with the ``seconds`` to wait."""
    free = FREE_UNDER_ATTACK if _left(pace.all, now) >= ATTACK else FREE
    over = _left(pace.addresses.get(address), now) - free + 1
    if over > 0:
        seconds = -(-int(over * REGAIN_NS) // NS_PER_S)
        raise Refusal(Code.TOO_MANY_REQUESTS, f"codes from {address}", seconds=str(max(1, seconds)))


def after_mistake(pace: Pace, address: str, now: MonoNs) -> Pace:
    """One more wrong code from there."""
    kept = {key: debt for key, debt in pace.addresses.items() if key != address and _left(debt, now) > 0}
    if len(kept) >= MAX_ADDRESSES:
        kept.pop(next(iter(kept)))
    mine = Debt(_left(pace.addresses.get(address), now) + 1, now)
    # Beyond twice the limit more mistakes say nothing new; without a bound calm would never come back.
    everybody = Debt(min(_left(pace.all, now) + 1, 2 * ATTACK), now)
    return Pace({**kept, address: mine}, everybody)
