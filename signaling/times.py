"""What a room's next process needs to go on with the recording's time though the recorder does not answer: a note of
which media time it was when on this machine's monotonic clock, in the local journal's folder."""

import logging

import msgspec

from bridge.errors import Unavailable
from bridge.ids import ReceptionId
from bridge.ports import LocalJournal
from bridge.reception import Reception
from bridge.sessionclock import SessionClock, TimeNote
from bridge.states import UNDER_WAY

_log = logging.getLogger(__name__)


class Times:
    """``boot``: names this run of the machine, on whose monotonic clock notes are; empty: nothing is noted."""

    def __init__(self, journal: LocalJournal, boot: str) -> None:
        self._journal = journal
        self._boot = boot
        self._noted: dict[ReceptionId, TimeNote] = {}

    async def keep(self, reception: Reception, clock: SessionClock) -> None:
        """Written when there is none yet, or the clock was set to another time since."""
        if not self._boot or reception.state not in UNDER_WAY or reception.recording is None:
            return
        note = clock.note(self._boot, reception.recording)
        if note is None or note.tells_as(self._noted.get(reception.id)):
            return
        try:
            await self._journal.note(reception.id, msgspec.json.encode(note))
        except Unavailable as failure:
            # without it the next process counts on from the last stored event
            _log.warning("%s: its time is not noted: %s", reception.id, failure)
        else:
            self._noted[reception.id] = note

    async def take_up(self, reception: Reception, clock: SessionClock) -> None:
        """Sets a new room's clock, if there is a note of its recording and of this run of the machine."""
        if not self._boot or reception.recording is None:
            return
        try:
            text = await self._journal.noted(reception.id)
            note = msgspec.json.decode(text, type=TimeNote) if text else None
        except (Unavailable, msgspec.DecodeError) as failure:
            _log.warning("%s: the note of its time is not read: %s", reception.id, failure)
            return
        if note is not None and (note.boot, note.recording) == (self._boot, reception.recording):
            clock.go_on(note)

    async def forget(self, reception: ReceptionId) -> None:
        """It is over. Raises Unavailable."""
        self._noted.pop(reception, None)
        await self._journal.note(reception, b"")
