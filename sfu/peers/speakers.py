"""Who speaks: RFC 6464 levels judged over 400 ms, smoothed. Pure."""

from bridge.ids import ParticipantId

_ENTERS = 0.4
_LEAVES = 0.15
"""Shares of loud packets: speech begins at 40 % of an interval and ends below 15 %, so that a breath ends nothing."""
_WEIGHT = 2 / 3
"""Of the newest interval: an exponential average over two steps."""


class Speakers:
    """The participants who are speaking now."""

    def __init__(self) -> None:
        self._shares: dict[ParticipantId, float] = {}
        self._speaking: set[ParticipantId] = set()

    def heard(self, participant: ParticipantId, packets: int, loud: int) -> bool:
        """One interval of one participant; True when who is speaking changed."""
        now = loud / packets if packets else 0.0
        share = self._shares.get(participant, 0.0) * (1 - _WEIGHT) + now * _WEIGHT
        self._shares[participant] = share
        if participant in self._speaking:
            if share < _LEAVES:
                self._speaking.discard(participant)
                return True
        elif share >= _ENTERS:
            self._speaking.add(participant)
            return True
        return False

    def gone(self, participant: ParticipantId) -> bool:
        """They no longer publish sound; True when that changed who is speaking."""
        self._shares.pop(participant, None)
        if participant in self._speaking:
            self._speaking.discard(participant)
            return True
        return False

    @property
    def speaking(self) -> tuple[ParticipantId, ...]:
        """Loudest share first."""
        return tuple(sorted(self._speaking, key=lambda who: (-self._shares[who], who)))
