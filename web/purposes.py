"""Whoever reads a recording says once why, and leaves an entry (gate 7)."""

from collections import OrderedDict

from bridge.archive import AccessEvent, AccessKind
from bridge.errors import Code, Invalid, Refusal
from bridge.ids import RecordingId, SessionId
from bridge.model import RecordingRow
from bridge.policy import Action
from bridge.repositories import AuditEntry
from web.config import WebPorts
from web.keys import SignedIn

MAX_PURPOSE = 300
_KEPT = 10_000
"""Purposes of sessions that are long over go first; who lost theirs is asked again."""


class Purposes:
    """Which session gave its purpose for which recording; kept in this process, the entries for ever.

    ``kind``: what is done with it; ``action``: the audit's word for that."""

    def __init__(
        self, ports: WebPorts, kind: AccessKind = AccessKind.PLAY, action: Action = Action.PLAY_RECORDING
    ) -> None:
        self._ports = ports
        self._kind = kind
        self._action = action
        self._given: OrderedDict[tuple[SessionId, RecordingId], None] = OrderedDict()

    def given(self, someone: SignedIn, recording: RecordingId) -> bool:
        """Whether this session said why."""
        return (someone.session.id, recording) in self._given

    def check(self, someone: SignedIn, recording: RecordingId) -> None:
        """Raises Refusal(reason_required)."""
        if not self.given(someone, recording):
            raise Refusal(Code.REASON_REQUIRED, f"purpose for recording {recording}", field="purpose")

    async def give(self, someone: SignedIn, row: RecordingRow, purpose: str) -> None:
        """Writes who reads and why, beside the recording and into the audit at once, then lets read.

        Raises Invalid(field=purpose), Unavailable.
        """
        text = purpose.strip()
        if not 0 < len(text) <= MAX_PURPOSE:
            raise Invalid(field="purpose", limit=str(MAX_PURPOSE))
        at, account = self._ports.clock.utc(), someone.account.id
        entry = AuditEntry(at, account, str(self._action), f"recording {row.id}", "done", text)
        async with self._ports.units.writing() as unit:
            await unit.access_events.add(AccessEvent(row.id, at, account, self._kind, text))
            await unit.audit.append(entry)
            await unit.commit()
        self._given[someone.session.id, row.id] = None
        while len(self._given) > _KEPT:
            self._given.popitem(last=False)
