"""Who speaks, and who leads: RFC 6464 levels judged over 400 ms, smoothed. Pure."""

from bridge.ids import NS_PER_MS, ParticipantId

_ENTERS = 0.4
_LEAVES = 0.15
"""Shares of loud packets: speech begins at 40 % of an interval and ends below 15 %, so that a breath ends nothing."""
_FEWEST = 6
"""Packets of an interval, at least: of 60 ms each. Who sends none in pauses (DTX) does not speak by one loud packet."""
_WEIGHT = 2 / 3
"""Of the newest interval: an exponential average over two steps."""
_PAUSE_NS = 800 * NS_PER_MS
"""So long who led may be silent before somebody else who speaks leads: a pause between two sentences."""
_TAKES_NS = 1_000 * NS_PER_MS
"""So long somebody has to be louder than who leads and goes on speaking: a cough or a "yes" takes nothing over."""
_LOUDER_DB = 6.0


class Speakers:
    """The participants who are speaking now; ``dominant``: who leads, also in a pause, until another does."""

    def __init__(self) -> None:
        self.dominant: ParticipantId | None = None
        self._shares: dict[ParticipantId, float] = {}
        self._loudness: dict[ParticipantId, float] = {}
        self._speaking: set[ParticipantId] = set()
        self._led_ns = 0
        self._rival: ParticipantId | None = None
        self._rival_ns = 0

    def heard(self, participant: ParticipantId, packets: int, loud: int, level: int, now_ns: int) -> bool:
        """One interval of one participant, ``level`` the mean of its loud packets; True when who is speaking, or who
        leads, changed."""
        self._smooth(self._shares, participant, loud / max(packets, _FEWEST))
        self._smooth(self._loudness, participant, 127.0 - level if loud else 0.0)
        changed = self._enter_or_leave(participant)
        return self._lead(now_ns) or changed

    def _smooth(self, values: dict[ParticipantId, float], participant: ParticipantId, now: float) -> None:
        values[participant] = values.get(participant, 0.0) * (1 - _WEIGHT) + now * _WEIGHT

    def _enter_or_leave(self, participant: ParticipantId) -> bool:
        share = self._shares[participant]
        if participant in self._speaking:
            if share < _LEAVES:
                self._speaking.discard(participant)
                return True
        elif share >= _ENTERS:
            self._speaking.add(participant)
            return True
        return False

    def _lead(self, now_ns: int) -> bool:
        others = [who for who in self._speaking if who != self.dominant]
        rival = max(others, key=lambda who: (self._loudness[who], who), default=None)
        takes_over = self._takes_over(rival, now_ns)
        if self.dominant in self._speaking:
            self._led_ns = now_ns
        if rival is None or not takes_over:
            return False
        self.dominant, self._rival, self._led_ns = rival, None, now_ns
        return True

    def _takes_over(self, rival: ParticipantId | None, now_ns: int) -> bool:
        dominant = self.dominant
        if dominant is None or dominant not in self._speaking:
            return dominant is None or now_ns - self._led_ns >= _PAUSE_NS
        if rival is None or self._loudness[rival] < self._loudness[dominant] + _LOUDER_DB:
            self._rival = None
            return False
        if rival != self._rival:
            self._rival, self._rival_ns = rival, now_ns
        return now_ns - self._rival_ns >= _TAKES_NS

    def gone(self, participant: ParticipantId) -> bool:
        """They no longer publish sound; True when that changed who is speaking or leads."""
        self._shares.pop(participant, None)
        self._loudness.pop(participant, None)
        if self._rival == participant:
            self._rival = None
        changed = participant in self._speaking or participant == self.dominant
        self._speaking.discard(participant)
        if participant == self.dominant:
            self.dominant = None
        return changed

    @property
    def speaking(self) -> tuple[ParticipantId, ...]:
        """Who leads first, then the loudest share."""
        return tuple(sorted(self._speaking, key=lambda who: (who != self.dominant, -self._shares[who], who)))
