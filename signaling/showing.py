"""What participants are shown: a whole view at each change, at most one per turn of the event loop."""

import asyncio
from collections.abc import Callable

from bridge.ids import NS_PER_MS, ParticipantId
from bridge.ports import Clock
from bridge.reception import Reception
from signaling.members import Member, Members, view_for
from signaling.resume import ResumeSecrets
from signaling.waiting_views import waiting_view
from signaling.wire import Alarm, Renegotiate, WaitingWelcome, Welcome


class Showing:
    """``revision`` only grows, also over restarts of the process: it is never behind the wall clock's milliseconds."""

    def __init__(
        self,
        members: Members,
        present: Callable[[], Reception],
        secrets: ResumeSecrets,
        clock: Clock,
        alarms: Callable[[], tuple[Alarm, ...]],
    ) -> None:
        self._members = members
        self._alarms = alarms
        self._present = present
        self._secrets = secrets
        self._clock = clock
        self._due = False
        self.revision = self._now_ms()

    def changed(self) -> None:
        """To be shown as soon as what is being done now is done."""
        self.revision = max(self.revision + 1, self._now_ms())
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._show)

    def _show(self) -> None:
        self._due = False
        self._members.show(self._present(), self.revision, self._now_ms(), self._alarms())

    def welcome(self, participant: ParticipantId, member: Member) -> None:
        """The first message of a new line, with the next secret; then the node's offer if one is not answered yet."""
        if member.line is None or member.number is None:
            return
        secret = self._secrets.secret(participant, member.number)
        present, lines = self._present(), self._members.lines
        member.inside = participant in present.participants
        if not member.inside:
            waits = waiting_view(present, participant, revision=self.revision, now_ms=self._now_ms())
            member.line.send("waiting_welcome", WaitingWelcome(participant, secret, waits))
            return
        view = view_for(present, participant, self.revision, self._now_ms(), self._alarms(), lines)
        member.line.send("welcome", Welcome(participant, secret, view))
        if member.anew:
            member.anew = False
            member.line.send("renegotiate", Renegotiate("node_restarted"))
        member.pass_history_on(present, participant)
        member.tell_media_again()

    def _now_ms(self) -> int:
        return self._clock.utc() // NS_PER_MS
